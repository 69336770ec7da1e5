"""Shops: lists of goods, one product, the cart."""
from ..icons import icon, stars
from ..markup import el, join


def crumbs(p):
    """Where one is."""
    return el("p.small.muted", [join(p.link(1, 1), " › ") for _ in range(p.rng.randint(1, 3))], p.words.title(1, 2))


def filters(p):
    """A column of choices."""

    def group():
        return el("", p.heading(4, 1, 1), [p.check() for _ in range(p.rng.randint(3, 6))], style="margin-bottom:18px")

    return el("aside", p.times(3, 5, group), style="width:210px;flex:none")


def shop(p):
    """A list of goods with filters."""
    ratio = p.rng.choice(((300, 300), (300, 380), (320, 240)))
    bar = el(
        ".row.wrapped.between",
        p.heading(1, 1, 3, style="margin:0"),
        el(".row", el("span.small.muted", p.rng.randint(8, 900)), el("span", p.select(), style="width:150px")),
        style="margin:.5em 0 1em",
    )
    top = el("section", p.image(1240, 260, "banner", style="aspect-ratio:" + ("16/9" if p.mobile else "5/1"))) if p.chance(0.4) else None
    goods = el(".grow", bar, p.grid(p.rng.randint(8, 16), lambda: p.goods(ratio), 150 if p.mobile else p.rng.choice((180, 210, 260))))
    side = filters(p) if not p.mobile and p.chance(0.65) else None
    return join(
        p.nav(search=True),
        el(".wrap", top, crumbs(p) if p.chance(0.6) else None, el(".row.top", side, goods, style="gap:28px")),
        p.footer(),
    )


def store_front(p):
    """The first page of a shop: banners, categories, offers."""
    wide = p.image(1240, 420, "banner banner group interior", style="aspect-ratio:" + ("4/3" if p.mobile else "3/1"))

    def category():
        return el(".center", p.image(200, 200, "product food interior portrait"), el("b", p.words.title(1, 1)))

    def row():
        return el("section.section", el(".row.between", p.heading(2, 1, 4), p.link()), p.grid(p.rng.choice((4, 5, 6)), p.goods, 170))

    small = (
        el(".row", [el(".grow", p.image(600, 240, "banner")) for _ in range(1 if p.mobile else 2)], style="margin:16px 0")
        if p.chance(0.5)
        else None
    )
    return join(
        p.nav(search=True),
        el(".wrap", wide, small, p.grid(p.rng.choice((4, 6, 8)), category, 120) if p.chance(0.7) else None, row(), row()),
        p.footer(),
    )


def choices(p):
    """Sizes and colors to choose from."""
    r = p.rng
    names = r.choice((("S", "M", "L", "XL"), ("36", "37", "38", "39", "40"), ("250 g", "500 g", "1 kg")))
    sizes = [el("span.chip.on" if i == 1 else "span.chip", name, label="button") for i, name in enumerate(names)]
    tints = [el("span.round", style=f"width:28px;height:28px;background:{p.style.ink()}", label="button") for _ in range(r.randint(2, 5))]
    return join(
        el("p.row.wrapped", sizes, style="gap:8px") if p.chance(0.6) else None,
        el("p.row", tints, style="gap:8px") if p.chance(0.4) else None,
    )


def offer(p):
    """Name, price, choices and buttons of one product."""
    return el(
        ".grow",
        el("p.small.muted", p.brand) if p.chance(0.4) else None,
        p.heading(1, 2, 6),
        el("p.row", stars(p.rng), el("span.small.muted", p.rng.randint(2, 900))),
        el("p", el("b", p.words.price(), style="font-size:1.7em")),
        p.text(1, 2),
        choices(p),
        el("p.row.wrapped", p.button("big"), p.button("second") if p.chance(0.5) else None),
        el("ul.small", p.times(2, 4, lambda: el("li", p.words.some(3, 6)))),
    )


def product(p):
    """One product: images, name, price, choices, button."""
    r = p.rng
    large = p.image(560, r.choice((480, 560, 640)), "product product product portrait interior food")
    small = [el("", p.image(80, 80, "product"), style="width:72px") for _ in range(r.randint(3, 5))]
    left = el("", large, el(".row", small, style="margin-top:10px"), style="flex:1.2;min-width:0")
    marks = ("border-bottom:3px solid var(--primary)", "color:var(--muted)", "color:var(--muted)")
    tabs = el(".row.rule", [el("b", p.words.title(1, 1), style="padding:.6em 0;" + mark) for mark in marks])
    more = el("section", p.heading(2, 2, 4), p.grid(r.choice((4, 5)), p.goods, 170))
    layout = "gap:14px;flex-direction:column;align-items:stretch" if p.mobile else "gap:44px"
    main = el(".row.top", left, offer(p), style=layout)
    below = el("section.section", tabs, el("", p.text(2, 4), p.text(2, 4), style="padding-top:14px"))
    return join(p.nav(), el(".wrap", crumbs(p), main, below, more), p.footer())


def cart(p):
    """The cart with the sum at the side."""

    def line():
        return el(
            ".row.rule",
            el("", p.image(90, 90, "product"), style="width:86px;flex:none"),
            el(".grow", el("b.two", p.words.title(2, 5)), el(".small.muted", p.words.some(1, 3))),
            el("span.chip", p.rng.randint(1, 4), label="button"),
            el("b", p.words.price()),
            el("span", icon("trash")),
            style="padding:12px 0",
        )

    rows = p.times(
        2, 4, lambda: el(".row.between.small", el("span", p.words.some(1, 2)), el("span", p.words.price()), style="margin:.5em 0")
    )
    total = el(
        ".card.in",
        p.heading(3, 1, 2),
        rows,
        el("hr"),
        el(".row.between", el("b", p.words.title(1, 1)), el("b", p.words.price(50, 2000), style="font-size:1.3em")),
        el("p"),
        p.button("full big"),
        style="width:" + ("auto" if p.mobile else "330px") + ";flex:none;padding:20px",
    )
    return join(
        p.nav(),
        el(
            ".wrap",
            p.heading(1, 1, 2, style="margin-top:24px"),
            el(
                ".row.top",
                el(".grow", p.times(2, 5, line)),
                total,
                style="gap:32px" + (";flex-direction:column;align-items:stretch" if p.mobile else ""),
            ),
        ),
        p.footer(),
    )


PAGES = (shop, store_front, product, cart)
