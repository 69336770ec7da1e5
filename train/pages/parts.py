"""The parts that pages are put together from: headings, buttons, fields, navigation, cards, footers, overlays."""
from .art import Art
from .icons import any_icon, icon, logo, stars
from .markup import el, join
from .style import Style
from .words import Words


class Parts:
    """Everything one page draws from: its random numbers, style, words and images."""

    def __init__(self, rng, script, mobile):
        self.rng, self.mobile = rng, mobile
        self.style = Style(rng, mobile)
        self.words = Words(rng, script)
        self.art = Art(rng, self.style, self.words)
        self.brand = self.words.brand()

    def chance(self, p):
        """True in p of the cases."""
        return self.rng.random() < p

    def times(self, low, high, make):
        """`low` to `high` results of make()."""
        return [make() for _ in range(self.rng.randint(low, high))]

    # ---- small parts

    def heading(self, level=2, low=2, high=6, **attrs):
        """A heading."""
        return el(f"h{level}", self.words.title(low, high), label="heading", **attrs)

    def text(self, low=1, high=3, muted=False, **attrs):
        """A paragraph."""
        return el("p.muted" if muted else "p", self.words.paragraph(low, high), **attrs)

    def button(self, kind="", text=None, **attrs):
        """A button; `kind` is classes: second, big, tiny, full, plain."""
        sign = join(any_icon(self.rng), " ") if self.chance(0.12) else None
        return el(".".join(["button.btn"] + kind.split()), sign, text or self.words.action(), label="button", **attrs)

    def icon_button(self, name=None):
        """A button that shows an icon alone."""
        return el("button.btn.plain", icon(name) if name else any_icon(self.rng), label="button")

    def buttons(self, big=True):
        """One main button, perhaps a second one."""
        kind = "big" if big and self.chance(0.6) else ""
        return el(
            "p.row.wrapped",
            self.button(kind),
            self.button((kind + " second").strip()) if self.chance(0.5) else None,
            style="display:inline-flex;gap:12px",
        )

    def field(self, name=None, labeled=True, kind="text"):
        """A field, perhaps with its name above."""
        name = name or self.words.field()
        filled = self.chance(0.3)
        value = ("secretwords"[: self.rng.randint(4, 11)] if kind == "password" else self.words.some(1, 3)) if filled else None
        box = el("input.field", type=kind, placeholder=name if not labeled or self.chance(0.3) else None, value=value, label="field")
        return el("label", el("span.small", name, style="display:block;margin-bottom:4px"), box, style="display:block") if labeled else box

    def select(self):
        """A choice."""
        return el("select.field", el("option", self.words.item()), label="field")

    def area(self, rows=4):
        """A field of several lines."""
        return el("textarea.field", rows=rows, placeholder=self.words.sentence(3, 8), label="field")

    def search(self, wide=False):
        """A search field."""
        field = el("input.field", placeholder=self.words.label(["Search", "Search…", "What are you looking for?"]), label="field")
        return el(
            "span.row",
            el("span.grow", field),
            self.button() if wide or self.chance(0.4) else None,
            style=f"gap:6px;{'flex:1;' if wide else 'width:260px;max-width:100%;'}",
        )

    def check(self, kind="checkbox"):
        """A tick box or a radio button with its words."""
        return el(
            "label.row",
            el("input", type=kind, checked=self.chance(0.4), label="button"),
            el("span.small", self.words.some(1, 4)),
            style="gap:8px",
        )

    def switch(self):
        """A switch."""
        return el("span.switch.on" if self.chance(0.5) else "span.switch", el("i"), label="button")

    def image(self, w=400, h=300, kind=None, **attrs):
        """A image whose box has the aspect w:h. A kind with several words is one of them."""
        kind = self.rng.choice(kind.split()) if kind else None
        attrs.setdefault("style", f"aspect-ratio:{w}/{h}")
        return el(".pic" + (".rounded" if self.chance(0.6) else ""), self.art.image(w, h, kind, style="position:absolute;inset:0"), **attrs)

    def avatar(self, size=40):
        """A round image of a person, now and then initials."""
        if self.chance(0.15):
            return el(
                "span.round",
                self.words.name()[:1],
                style=f"width:{size}px;height:{size}px;background:{self.style.ink()};color:#fff;display:grid;place-items:center;font-weight:600",
            )
        return el("span.round", self.art.image(100, 100, "avatar", label="image"), style=f"width:{size}px;height:{size}px;display:block")

    def person(self, size=40):
        """Avatar, name and a second line."""
        return el(
            ".row",
            self.avatar(size),
            el(".grow", el("b.one", self.words.name(), style="display:block"), el(".small.muted.one", self.words.some(1, 3))),
            style="gap:10px",
        )

    def link(self, low=1, high=2):
        """A link."""
        return el("a", self.words.title(low, high), href="#")

    def signed(self, size=26):
        """The logo of the page."""
        return logo(self.rng, self.style, self.brand, size)

    # ---- navigation

    def nav(self, search=None, n=None, fixed=None):
        """The bar at the top."""
        r = self.rng
        if self.mobile and self.chance(0.85):
            return self.mobile_nav()
        items = [el("a", self.words.item(), href="#", style="color:inherit;white-space:nowrap") for _ in range(n or r.randint(3, 7))]
        shown = self.chance(0.3) if search is None else search
        right = [
            self.search() if shown else None,
            [self.icon_button() for _ in range(r.randint(0, 3))],
            self.button("tiny") if self.chance(0.6) else None,
        ]
        tone = r.choice(
            ("", "", "", "background:var(--primary);color:var(--on);", "background:var(--surface);", "background:#111;color:#eee;")
        )
        stuck = self.chance(0.4) if fixed is None else fixed
        middle = el(
            "nav.row",
            items,
            style=f"gap:{r.choice((14, 18, 24, 30))}px;overflow:hidden;font-size:{r.choice((.85, .92, 1))}em;"
            f"flex:1;justify-content:{r.choice(('center', 'flex-start', 'flex-end'))}",
        )
        bar = el(
            ".wrap.row.between",
            self.signed(r.choice((22, 26, 32, 38))),
            middle,
            el(".row", right, style="gap:8px"),
            style=f"height:{r.choice((48, 56, 64, 76, 90))}px",
        )
        top = (
            el(".small.middle", self.words.sentence(4, 9), style="background:var(--accent);color:#fff;padding:6px")
            if self.chance(0.12)
            else None
        )
        return el(
            "header" + (".rule" if self.chance(0.5) else ""),
            top,
            bar,
            style=tone + ("position:sticky;top:0;z-index:10;" + ("" if tone else "background:var(--back);") if stuck else ""),
        )

    def mobile_nav(self):
        """The bar at the top of a small screen."""
        left, right = self.icon_button(self.rng.choice(("menu", "left", "close"))), [
            self.icon_button() for _ in range(self.rng.randint(1, 2))
        ]
        middle = self.signed(24) if self.chance(0.6) else el("b.one", self.words.title(1, 3), label="heading")
        return el(
            "header.row.between.rule",
            left,
            middle,
            el("span.row", right, style="gap:0"),
            style=f"height:{self.rng.choice((48, 54, 60))}px;padding:0 8px;position:sticky;top:0;z-index:10;"
            f"background:{self.rng.choice(('var(--back)', 'var(--surface)', 'var(--soft)'))}",
        )

    def tabs(self):
        """The bar at the bottom of an app."""
        items = [
            el(
                "span.center",
                any_icon(self.rng, 22),
                el("span.small", self.words.item(), style="display:block;font-size:11px"),
                label="button",
                style="flex:1;color:" + ("var(--primary)" if i == 0 else "var(--muted)"),
            )
            for i in range(self.rng.randint(3, 5))
        ]
        return el(
            ".fixed.row",
            items,
            style="left:0;right:0;bottom:0;height:60px;gap:0;background:var(--surface);border-top:1px solid var(--border)",
        )

    def sidebar(self, width=220, n=None, sign=True):
        """A column of entries at the left."""
        dark = self.chance(0.35)
        on = self.rng.randrange(6)
        entries = [
            el(
                "a.row",
                any_icon(self.rng),
                el("span.one", self.words.item()),
                href="#",
                style="gap:10px;padding:.5em .8em;border-radius:6px;color:inherit;"
                + ("background:var(--primary);color:var(--on)" if i == on else ""),
            )
            for i in range(n or self.rng.randint(5, 11))
        ]
        return el(
            "aside",
            el("p", self.signed(26)) if sign else None,
            entries,
            style=f"width:{width}px;flex:none;padding:16px 12px;min-height:100vh;border-inline-end:1px solid var(--border);"
            + ("background:#14161c;color:#dfe3ea" if dark else "background:var(--surface)"),
        )

    def footer(self):
        """The bottom of the page."""
        dark = self.chance(0.5)
        columns = [
            el(
                "",
                el("h4", self.words.title(1, 2), label="heading"),
                el("ul.bare", [el("li.small", self.link(1, 3), style="margin:.3em 0") for _ in range(self.rng.randint(3, 7))]),
            )
            for _ in range(2 if self.mobile else self.rng.randint(3, 5))
        ]
        return el(
            "footer",
            el(".wrap.grid", columns, style=f"grid-template-columns:repeat({len(columns)},1fr);padding-top:28px"),
            el(".wrap.small.muted", f"© {self.rng.randint(2014, 2026)} {self.brand}", style="padding:20px"),
            style="margin-top:40px;"
            + ("background:#15171b;color:#ccc;--link:#bbb" if dark else "background:var(--surface);border-top:1px solid var(--border)"),
        )

    # ---- cards and lists

    def card(self, kind=None, ratio=(400, 260)):
        """A image with a heading and some words."""
        below = [
            el(".small.muted", self.words.date()) if self.chance(0.3) else None,
            self.heading(3, 2, 6, class_="two"),
            self.text(1, 2, True, class_="small") if self.chance(0.6) else None,
            self.button("tiny") if self.chance(0.35) else self.link() if self.chance(0.3) else None,
        ]
        return el("article.card", self.image(*ratio, kind), el(".in", below))

    def goods(self, ratio=(300, 300)):
        """A product with its price."""
        r = self.rng
        badge = (
            el(".over", el("span.badge", r.choice(("-20%", "-50%", "New", "Sale", "%")), style="margin:8px")) if self.chance(0.2) else None
        )
        old = el("s.muted.small", self.words.price(), style="margin-inline-start:8px") if self.chance(0.25) else None
        name = el("h4.two", self.words.title(2, 6), label="heading") if self.chance(0.7) else el(".two", self.words.title(2, 6))
        more = [
            stars(r) if self.chance(0.4) else None,
            el("", el("b", self.words.price(), style="font-size:1.1em"), old),
            self.button("tiny " + ("full" if self.chance(0.4) else "")) if self.chance(0.5) else None,
        ]
        return el(
            "article.card",
            el("", self.image(*ratio, "product product product portrait interior food"), badge, style="position:relative"),
            el(".in", name, more),
        )

    def feature(self):
        """An icon, a heading and a sentence."""
        sign = el(
            "span",
            any_icon(self.rng, self.rng.choice((24, 32, 44))),
            label="image",
            style=f"color:{self.style.ink()};display:inline-block;padding:8px;border-radius:var(--radius);background:var(--soft)",
        )
        return el(".center" if self.chance(0.5) else "", el("p", sign), self.heading(3, 1, 4), self.text(1, 2, True))

    def grid(self, n, make, smallest=220):
        """A grid of n parts that wraps by itself."""
        return el(".grid", [make() for _ in range(n)], style=f"grid-template-columns:repeat(auto-fill,minmax(min(100%,{smallest}px),1fr))")

    # ---- overlays

    def overlay(self):
        """What now and then lies over a page: a cookie notice, a dialog, a message, a chat button."""
        kind = self.rng.random()
        if kind < 0.06:
            where = self.rng.choice(
                (
                    "left:0;right:0;bottom:0",
                    "left:0;right:0;bottom:0",
                    "left:20px;bottom:20px;max-width:420px",
                    "right:20px;bottom:20px;max-width:420px",
                )
            )
            return el(
                ".fixed.card.in",
                self.heading(4, 2, 4) if self.chance(0.5) else None,
                self.text(1, 3, class_="small"),
                el(".row.wrapped", self.button("tiny"), self.button("tiny second")),
                style=where,
            )
        if kind < 0.10:
            return self.dialog()
        if kind < 0.13:
            return el(
                ".fixed.card.in.row",
                icon("check"),
                self.words.sentence(3, 7),
                style=f"top:70px;right:16px;max-width:360px;border-inline-start:4px solid {self.style.ink()}",
            )
        if kind < 0.18:
            return el(
                ".fixed.round",
                any_icon(self.rng, 26),
                label="button",
                style="right:22px;bottom:22px;width:58px;height:58px;background:var(--primary);color:var(--on);"
                "display:grid;place-items:center;box-shadow:0 4px 14px #0006",
            )
        return None

    def browser(self):
        """The bar of a browser, as recordings of a screen show it above the page."""
        tabs = [
            el(
                ".row.small.one",
                any_icon(self.rng),
                self.words.title(1, 3),
                style="width:190px;padding:6px 10px;border-radius:8px 8px 0 0;gap:6px;" + ("background:var(--tab)" if i == 0 else ""),
            )
            for i in range(self.rng.randint(1, 5))
        ]
        bar = el(
            ".row",
            icon("left"),
            icon("right"),
            icon("home"),
            el("span.grow.small", self.words.address(self.brand), style="background:#8882;border-radius:16px;padding:4px 14px"),
            icon("star"),
            icon("dots"),
            style="background:var(--tab);padding:5px 12px",
        )
        tone = "--tab:#35363a;background:#202124;color:#ddd" if self.chance(0.4) else "--tab:#fff;background:#dee1e6;color:#333"
        return el(
            "",
            el(".row", tabs, style="gap:2px;padding:6px 8px 0;overflow:hidden"),
            bar,
            style=f"position:sticky;top:0;z-index:30;font:13px Roboto,Arial,sans-serif;{tone}",
            dir="ltr",
        )

    def dialog(self):
        """A dialog over a dimmed page."""
        inner = [
            self.image(460, 180) if self.chance(0.3) else None,
            el(
                ".in.stack",
                self.heading(2, 2, 5),
                self.text(1, 3),
                self.field(labeled=False) if self.chance(0.5) else None,
                el(".row", self.button(), self.button("second") if self.chance(0.6) else None),
            ),
        ]
        return el(
            ".fixed",
            el(".card", inner, style=f"width:min(92vw,{self.rng.choice((360, 440, 520))}px);background:var(--surface)"),
            style=f"inset:0;display:grid;place-items:center;background:rgba(0,0,0,{self.rng.choice((.4, .6, .75))})",
        )
