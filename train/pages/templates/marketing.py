"""Pages that advertise: landing pages, companies, pricing, campaigns."""
from ..icons import icon, logo
from ..markup import el, join


def hero(p):
    """The first screen of a landing page, in one of several layouts."""
    kind = p.rng.random()
    if kind < 0.35:
        return beside(p)
    if kind < 0.7:
        return on_image(p)
    tone = p.rng.choice(
        (
            "",
            "background:var(--soft)",
            "background:linear-gradient(140deg,var(--primary),var(--accent));color:#fff;--muted:#fffc",
            "background:#111;color:#fff;--muted:#bbb",
        )
    )
    below = p.image(900, 440, "screenshot screenshot plot landscape group abstract") if p.chance(0.6) else None
    return el(
        "section.center",
        el(
            ".wrap",
            el("span.chip", p.words.some(2, 4)) if p.chance(0.3) else None,
            p.heading(1, 3, 8),
            p.text(1, 2, True, style="font-size:1.15em;max-width:640px;margin-inline:auto"),
            p.buttons(),
            el("", below, style="max-width:900px;margin:24px auto 0") if below else None,
        ),
        style=f"padding:{p.rng.choice((40, 64, 90))}px 0;{tone}",
    )


def beside(p):
    """Words at one side, a image at the other."""
    words = el(
        ".grow",
        p.heading(1, 3, 8),
        p.text(1, 2, True, style="font-size:1.1em"),
        signup(p) if p.chance(0.3) else p.buttons(),
        el(".small.muted", p.words.sentence(3, 7)) if p.chance(0.4) else None,
    )
    image = el(".grow", p.image(560, 420, "portrait group product screenshot plot interior landscape food abstract"))
    pair = [words, image] if p.chance(0.75) else [image, words]
    return el(
        "section",
        el(
            ".wrap.row.wrapped" if p.mobile else ".wrap.row",
            pair,
            style="gap:" + ("20px" if p.mobile else "48px") + (";flex-direction:column;align-items:stretch" if p.mobile else ""),
        ),
        style=f"padding:{p.rng.choice((24, 48, 72))}px 0;{p.rng.choice(('', '', 'background:var(--surface)', 'background:var(--soft)'))}",
    )


def on_image(p):
    """Words over a large image."""
    high = p.rng.choice((320, 420, 520, 640))
    shade = p.rng.choice(("#0007", "linear-gradient(90deg,#000b,#0000)", "linear-gradient(0deg,#000b,#0000)", "#0004"))
    align = p.rng.choice(("center", "flex-start", "flex-start", "flex-end"))
    words = el(
        "",
        p.heading(1, 2, 6),
        p.text(1, 1, style="font-size:1.15em"),
        p.buttons(),
        style="max-width:620px;text-align:" + ("center" if align == "center" else "start"),
    )
    return el(
        "section",
        el(
            ".over",
            p.art.image(
                1280,
                high,
                p.rng.choice("landscape city interior group portrait food texture landscape".split()),
                style="width:100%;height:100%",
            ),
        ),
        el(".over", style=f"background:{shade};pointer-events:none"),
        el(".wrap.row.through", words, style=f"position:relative;height:{high}px;justify-content:{align};color:#fff;z-index:1"),
        style=f"position:relative;height:{high}px;overflow:hidden",
    )


def signup(p):
    """A field and a button side by side."""
    return el("p.row", el("span.grow", p.field(labeled=False)), p.button(), style="max-width:460px;gap:8px")


def features(p):
    """Three or more short texts with icons."""
    return el(
        "section.section",
        el(
            ".wrap",
            el(".center", p.heading(2, 2, 6), p.text(1, 1, True)) if p.chance(0.7) else None,
            p.grid(p.rng.choice((3, 3, 4, 6, 8)), p.feature, 240),
        ),
    )


def alternating(p):
    """Texts and images by turns."""
    rows = []
    for i in range(p.rng.randint(2, 3)):
        pair = [
            el(".grow", p.heading(2, 2, 6), p.text(2, 4, True), p.button() if p.chance(0.5) else p.link(2, 3)),
            el(".grow", p.image(480, 320)),
        ]
        rows.append(
            el(
                ".row",
                pair if i % 2 else pair[::-1],
                style="margin:40px 0;gap:40px" + (";flex-direction:column;align-items:stretch" if p.mobile else ""),
            )
        )
    return el("section", el(".wrap", rows))


def logos(p):
    """The logos of customers."""
    return el(
        "section.section",
        el(
            ".wrap.row.wrapped.middle",
            el(".small.muted", p.words.some(3, 6)) if p.chance(0.5) else None,
            [logo(p.rng, p.style, p.words.brand(), 24) for _ in range(p.rng.randint(4, 7))],
            style="gap:36px;opacity:.75",
        ),
    )


def quotes(p):
    """What customers are said to have said."""

    def quote():
        return el(".card.in", el("p", "“", p.words.paragraph(1, 3), "”"), p.person(44))

    return el(
        "section.section",
        el(".wrap", el(".center", p.heading(2, 2, 5)), p.grid(p.rng.choice((2, 3, 3)), quote, 280)),
        style=p.rng.choice(("", "background:var(--surface)", "background:var(--soft)")),
    )


def numbers(p):
    """Large figures in a row."""

    def one():
        return el(
            ".center.grow",
            el("h2", p.words.figure(), label="heading", style="color:var(--primary);margin:0"),
            el(".muted.small", p.words.some(1, 3)),
        )

    return el("section.section", el(".wrap.row.wrapped", p.times(3, 5, one)))


def call(p):
    """The last invitation."""
    return el(
        "section.section.center",
        el(".wrap", p.heading(2, 3, 7), p.buttons()),
        style="background:var(--primary);color:var(--on);padding:48px 0",
    )


def landing(p):
    """The landing page of a product."""
    body = p.rng.sample([features, alternating, logos, quotes, numbers, plans, questions], p.rng.randint(3, 5))
    return join(p.nav(), hero(p), [section(p) for section in body], call(p) if p.chance(0.6) else None, p.footer())


def company(p):
    """The site of a company: a image, news, people."""
    team = el(
        "section.section",
        el(
            ".wrap",
            p.heading(2, 2, 4),
            p.grid(
                p.rng.choice((4, 6, 8)),
                lambda: el(
                    ".center",
                    p.image(300, 320, "portrait"),
                    el("h4", p.words.name(), label="heading", style="margin:.5em 0 0"),
                    el(".small.muted", p.words.some(1, 3)),
                ),
                190,
            ),
        ),
    )
    news = el("section.section", el(".wrap", p.heading(2, 1, 3), p.grid(3, p.card, 260)))
    parts = [alternating(p), team, news, numbers(p)]
    p.rng.shuffle(parts)
    return join(p.nav(), on_image(p) if p.chance(0.6) else beside(p), parts[:3], p.footer())


def plans(p):
    """Prices side by side, one of them in front."""
    n = p.rng.choice((2, 3, 3, 3, 4))
    best = p.rng.randrange(n)

    def plan(i):
        lines = [
            el(
                "li.row",
                el("span", icon("check"), style="color:var(--primary)"),
                el("span.small", p.words.some(2, 5)),
                style="gap:8px;margin:.5em 0",
            )
            for _ in range(p.rng.randint(4, 8))
        ]
        top = el("p", el("span.badge", p.words.some(1, 2))) if i == best and p.chance(0.7) else None
        return el(
            ".card.in.grow",
            top,
            p.heading(3, 1, 2),
            el("p", el("b", p.words.price(5, 300), style="font-size:2.2em"), el("span.muted", " / ", p.words.word())),
            p.text(1, 1, True, class_="small"),
            p.button("full" if i == best else "full second"),
            el("ul.bare", lines),
            style="padding:24px;" + ("border:2px solid var(--primary);" if i == best else ""),
        )

    return el(
        "section.section",
        el(
            ".wrap",
            el(".center", p.heading(2, 2, 5), p.text(1, 1, True)),
            el(".row.top", [plan(i) for i in range(n)], style="align-items:stretch" + (";flex-direction:column" if p.mobile else "")),
        ),
    )


def questions(p):
    """Questions that open."""

    def one(opened):
        return el(
            ".rule", el(".row.between", p.heading(4, 4, 8, style="margin:.8em 0"), icon("down")), p.text(1, 3, True) if opened else None
        )

    return el(
        "section.section", el(".wrap", p.heading(2, 2, 4), [one(i == 0) for i in range(p.rng.randint(4, 7))], style="max-width:820px")
    )


def pricing(p):
    """A pricing page."""
    toggle = (
        el(".row.middle", el("span", p.words.word()), p.switch(), el("span", p.words.word()), style="margin-bottom:20px")
        if p.chance(0.5)
        else None
    )
    return join(p.nav(), el(".center.section", p.heading(1, 2, 6), p.text(1, 2, True), toggle), plans(p), questions(p), p.footer())


def event(p):
    """A poster-like page: one large heading, a date, a button, a program."""
    kind = p.rng.choice(("texture", "abstract", "portrait", "city"))
    top = el(
        "section",
        el(".over", p.art.image(1280, 640, kind, style="width:100%;height:100%")),
        el(".over", style="background:#0006;pointer-events:none"),
        el(
            ".wrap.through",
            el("p", p.words.date(), " · ", p.words.name()),
            p.heading(1, 1, 4, style=f"font-size:{p.rng.choice((2.6, 3.6, 4.6) if p.mobile else (4, 5, 6.5))}em"),
            p.buttons(),
            style="position:relative;z-index:1;color:#fff;padding-top:12vh",
        ),
        style="position:relative;min-height:70vh;overflow:hidden",
    )
    rows = p.times(
        4,
        8,
        lambda: el(
            ".row.rule",
            el("b.mono", p.words.clock(), style="width:80px"),
            el(".grow", p.heading(4, 2, 5, style="margin:.5em 0 .1em"), el(".small.muted", p.words.name())),
            p.button("tiny second") if not p.mobile else None,
        ),
    )
    return join(p.nav() if p.chance(0.6) else None, top, el(".wrap.section", p.heading(2, 1, 3), rows), p.footer())


PAGES = (landing, company, pricing, event)
