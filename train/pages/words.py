"""Words, sentences, names, prices and dates that mean nothing, in the look of several scripts.

Everything is drawn from a `random.Random`; nothing is quoted from anywhere. A page has one vocabulary: half of the Latin
pages use the plain English words below, the others use words built from syllables. A few words come often and most come
seldom, as in any language.
"""
import itertools

#: Scripts that DejaVu, Debian's default font, can show.
PLAIN_SCRIPTS = ("latin", "cyrillic", "greek", "arabic", "hebrew")
#: Scripts that need further fonts, and one language of each to ask fontconfig about.
FONT_SCRIPTS = {"kana": "ja", "han": "zh-cn", "hangul": "ko", "devanagari": "hi", "thai": "th"}
RIGHT_TO_LEFT = ("arabic", "hebrew")
#: Scripts that are written without spaces between words.
UNSPACED = ("kana", "han", "thai")

ENGLISH = """time year people way day thing world life hand part child eye place work week case point company number group
problem fact water room money story month book job word side kind head home service friend power game line city team idea
body information back face level office door health art season history party result change morning reason research girl guy
moment air teacher force market plan design quality report price light color music garden kitchen travel mountain river coffee
energy paper bridge season summer winter window table engine camera pocket leather wood stone ocean forest village studio""".split()
VERBS = """make take find use work call try ask need feel become leave put keep begin show hear play run move live believe bring
write sit stand lose pay meet include continue set learn change lead understand watch follow stop create speak read spend grow
open walk win teach offer remember build stay fall cut reach explore discover share save manage track ship send""".split()
ADJECTIVES = """new good first last long great little own other old right big high small large next early young important few
public bad same able free simple fast smart warm quiet modern bright clear fresh local daily open strong light soft better
secure wild gentle northern southern green blue""".split()
SMALL = "the of and to a in for is on that by this with you it from your our at as are we be an will can more".split()
ACTIONS = (
    "Buy now|Add to cart|Sign in|Sign up|Learn more|Get started|Read more|Subscribe|Download|Contact us|Book now|"
    "Try it free|Continue|Save|Cancel|Send|Search|Apply|Submit|Next|Back|View all|See details|Start trial|Join|Watch video|"
    "Order|Donate|Share|Follow|Compare|Edit|Delete|Export|Upload|Reply|Accept all|Reject|Settings|Create account|Log in|"
    "Checkout|Shop now|Request a demo"
).split("|")
FIELDS = (
    "Email|Password|First name|Last name|Phone|Address|City|Country|Company|Search|Message|Card number|Postal code|" "User name|Date"
).split("|")
MENU = (
    "Home|Products|About|Blog|Pricing|Contact|Support|News|Shop|Services|Careers|Docs|Company|Events|Gallery|Help|Sale|"
    "Women|Men|Kids|Sports|Travel|Culture|Business|World|Opinion|Video|Account|Reports|Team|Projects|Calendar|Messages|"
    "Files|Overview|Users|Billing|Analytics"
).split("|")

LATIN_LOOKS = (
    ("b c d f g h l m n p r s t v st tr pl br ch".split(), "a e i o u a e o".split(), ["", "n", "r", "s", "l", "t", "nt"]),
    ("k p t s l m n h r v j".split(), "a i u e ä ö aa ii uu ää ie uo".split(), ["", "n", "s", "t", "l"]),
    ("b d f g h k l m n r s t w z sch st kr".split(), "a e i o u ä ö ü ei au".split(), ["", "n", "r", "ch", "t", "ng", "st"]),
    ("b c d g k l m n p r s t z sz cz rz w".split(), "a e i o u y ą ę ó".split(), ["", "k", "ć", "ł", "m", "n"]),
    ("b c d f g j l m n p qu r s t v".split(), "a e é è i o u ou ai eau".split(), ["", "s", "r", "t", "x", "nt"]),
    ("b d k l m n p r s t g ng".split(), "a i u e o".split(), ["", "n", "ng", "k", "h", "r"]),
)
LOOKS = {
    "cyrillic": (list("бвгдзклмнпрстхчшж") + ["ст", "пр"], list("аеиоуыяю"), ["", "н", "т", "ль", "ть", "й"]),
    "greek": (list("βγδθκλμνπρστφχ"), list("αειουηω") + ["ου", "αι"], ["", "ς", "ν", "ς"]),
    "arabic": (list("بتجدرسشعفقكلمنهوي"), ["ا", "و", "ي", ""], ["", "ة", "ن"]),
    "hebrew": (list("בגדהוזחטיכלמנסעפצקרשת"), ["", "ו", "י"], ["", "ה", "ם", "ת"]),
    "hangul": ([chr(c) for c in range(0xAC00, 0xD7A4, 97)], [""], [""]),
    "kana": ([chr(c) for c in range(0x3042, 0x3090, 2)] + [chr(c) for c in range(0x30A2, 0x30F0, 3)], [""], [""]),
    "han": ([chr(c) for c in range(0x4E00, 0x9000, 41)], [""], [""]),
    "devanagari": ([chr(c) for c in range(0x0915, 0x0939)], ["", "ा", "ि", "ी", "े", "ो"], ["", "ं"]),
    "thai": ([chr(c) for c in range(0x0E01, 0x0E2E)], ["", "า", "ี", "ุ", "อ"], ["", "น", "ง", "ม"]),
}


class Words:
    """The vocabulary of one page. `script` is one of PLAIN_SCRIPTS and FONT_SCRIPTS."""

    def __init__(self, rng, script="latin"):
        self.rng, self.script = rng, script
        self.english = script == "latin" and rng.random() < 0.55
        self.look = rng.choice(LATIN_LOOKS) if script == "latin" else LOOKS[script]
        self.space = "" if script in UNSPACED else " "
        self.stop = "。" if script in ("kana", "han") else "."
        self.vocabulary = [self.build(1 + min(i // 30, 2)) for i in range(400)]
        self.weights = list(itertools.accumulate(1 / (i + 3) for i in range(400)))
        self.menu = rng.sample(MENU, len(MENU))
        self.currency = rng.choice(["${}", "${}", "€{}", "{} €", "£{}", "¥{}", "{} kr", "CHF {}"])
        self.decimals = "¥" not in self.currency and rng.random() < 0.7
        self.titled = rng.random() < 0.35  # headings With Capitals

    def build(self, size):
        """One made-up word of about `size` to `size` + 1 syllables."""
        first, vowels, last = self.look
        n = size + self.rng.randrange(2)
        return "".join(self.rng.choice(first) + self.rng.choice(vowels) for _ in range(n)) + self.rng.choice(last)

    def word(self):
        """One word; often a frequent one."""
        if self.english:
            pool = self.rng.choice((ENGLISH, ENGLISH, VERBS, ADJECTIVES, SMALL, SMALL))
            return self.rng.choice(pool)
        return self.rng.choices(self.vocabulary, cum_weights=self.weights)[0]

    def some(self, low, high):
        """`low` to `high` words in a row."""
        if self.english:
            return self.english_words(self.rng.randint(low, high))
        return self.space.join(self.word() for _ in range(self.rng.randint(low, high)))

    def english_words(self, n):
        """n words in an order that looks like English."""
        pattern = (ADJECTIVES, ENGLISH, SMALL, SMALL, ENGLISH, VERBS, SMALL, ADJECTIVES)
        at = self.rng.choice((0, 1, 5, 7))
        return " ".join(self.rng.choice(pattern[(at + i) % len(pattern)]) for i in range(n))

    def title(self, low=2, high=6):
        """A heading."""
        text = self.some(low, high)
        return text.title() if self.titled else text[:1].upper() + text[1:]

    def sentence(self, low=5, high=16):
        """One sentence with its full stop."""
        text = self.some(low, high)
        if self.space and len(text) > 40 and self.rng.random() < 0.4:
            cut = text.find(" ", len(text) // 2)
            text = text[:cut] + "," + text[cut:] if cut > 0 else text
        return text[:1].upper() + text[1:] + self.stop

    def paragraph(self, low=2, high=6):
        """Several sentences."""
        return (self.space or "").join(self.sentence() for _ in range(self.rng.randint(low, high)))

    def label(self, pool, low=1, high=2):
        """What stands on a control: of an English pool, or made-up."""
        if self.english or (self.script == "latin" and self.rng.random() < 0.15):
            return self.rng.choice(pool)
        return self.title(low, high)

    def action(self):
        """The words on a button."""
        return self.label(ACTIONS, 1, 3)

    def field(self):
        """The name of a field."""
        return self.label(FIELDS)

    def item(self):
        """An entry of a menu; entries of one page differ."""
        if self.english:
            self.menu.append(self.menu.pop(0))
            return self.menu[-1].strip()
        return self.title(1, 1)

    def name(self):
        """A person's name."""
        if self.script in UNSPACED + ("hangul",):
            return self.build(2)
        return self.build(1).capitalize() + " " + self.build(2).capitalize()

    def brand(self):
        """A name for a company."""
        name = self.build(1 + self.rng.randrange(2))
        return self.rng.choice((name.capitalize(), name.upper(), name))

    def price(self, low=3, high=900):
        """An amount of money."""
        value = low * (high / low) ** self.rng.random()
        if not self.decimals:
            return self.currency.format(f"{value:,.0f}")
        return self.currency.format(f"{int(value)}.{self.rng.choice(('99', '95', '00', '50', '49'))}")

    def figure(self):
        """A number as dashboards show it."""
        r = self.rng
        return r.choice(
            (
                f"{r.randrange(1, 100)}%",
                f"{r.random() * 100:.1f}%",
                f"{r.randrange(10, 9999):,}",
                f"{r.random() * 90 + 1:.1f}k",
                f"{r.random() * 9:.2f}M",
                self.price(100, 90000),
                str(r.randrange(2, 300)),
            )
        )

    def date(self):
        """A day."""
        r = self.rng
        day, month, year = r.randint(1, 28), r.randint(1, 12), r.randint(2012, 2026)
        return r.choice(
            (f"{day}.{month}.{year}", f"{year}-{month:02}-{day:02}", f"{month}/{day}/{year}", f"{day} {self.build(1).capitalize()} {year}")
        )

    def clock(self):
        """A time of day."""
        return f"{self.rng.randrange(24)}:{self.rng.randrange(60):02}"

    def address(self, brand):
        """A line as under a search result."""
        return f"{''.join(c for c in brand.lower() if c.isalnum())}.example › {self.build(1)} › {self.build(2)}"
