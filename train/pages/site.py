"""One page from a seed: `make(seed, number)`."""
import random

from .markup import Markup, el, join
from .parts import Parts
from .templates import TEMPLATES
from .words import PLAIN_SCRIPTS, RIGHT_TO_LEFT

#: Width and height of the window, and how often it is that one.
WIDE = ((1280, 800, 4), (1440, 900, 3), (1366, 768, 2), (1920, 1080, 2), (1024, 768, 1), (1280, 960, 1), (1600, 900, 1))
NARROW = ((390, 844, 3), (360, 740, 2), (412, 915, 1), (768, 1024, 1))
#: Share of narrow windows: of pages, and of the templates made for phones.
MOBILE, PHONE = 0.22, 0.85
PHONE_TEMPLATES = ("listing", "wallet", "music", "article_card", "welcome")
WIDE_ONLY = ("editor", "board")


class Page:
    """One page: `name`, `html`, `width`, `height`, `mobile`, `scroll` (0..1) and `about`, what it was made from."""

    def __init__(self, seed, number, scripts):
        rng = random.Random(f"saccade page {seed} {number}")
        names = sorted(TEMPLATES)
        # Every template comes as often as any other, in an order of its own for each seed.
        random.Random(f"saccade templates {seed} {number // len(names)}").shuffle(names)
        self.template = names[number % len(names)]
        share = 0 if self.template in WIDE_ONLY else PHONE if self.template in PHONE_TEMPLATES else MOBILE
        self.mobile = rng.random() < share
        self.width, self.height = size(rng, NARROW if self.mobile else WIDE)
        script = rng.choice(scripts) if rng.random() < 0.28 else scripts[0]
        self.scroll = round(rng.random(), 3) if rng.random() < 0.35 else 0.0
        self.name = f"{self.template}-{seed}-{number:06d}"
        self.about = dict(seed=seed, number=number, template=self.template, script=script)
        self.html = document(rng, self.template, script, self.width < 700)

    def job(self):
        """What the renderer wants to know."""
        return dict(
            name=self.name, html=self.html, width=self.width, height=self.height, mobile=self.mobile, scroll=self.scroll, about=self.about
        )


def size(rng, sizes):
    """One of the window sizes."""
    w, h, _ = rng.choices(sizes, [s[2] for s in sizes])[0]
    return w, h


def document(rng, template, script, narrow):
    """The HTML of one page."""
    parts = Parts(rng, script, narrow)
    frame = parts.browser() if not narrow and parts.chance(0.06) else None
    body = join(frame, TEMPLATES[template](parts), parts.overlay())
    head = join(
        el("meta", charset="utf-8"),
        el("meta", name="viewport", content="width=device-width,initial-scale=1"),
        el("title", parts.brand),
        el("style", Markup(parts.style.sheet())),
    )
    return "<!doctype html>" + el("html", el("head", head), el("body", body), dir="rtl" if script in RIGHT_TO_LEFT else None)


def make(seed, number, scripts=PLAIN_SCRIPTS):
    """Page `number` of a seed; the same arguments make the same page. The first of `scripts` is the usual one."""
    return Page(seed, number, tuple(scripts))
