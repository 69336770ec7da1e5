"""Pages to read: articles, newspapers, documentation, plain pages, search results, encyclopedias."""
from ..icons import icon, stars
from ..markup import el, join


def article(p):
    """One article, perhaps with a column beside it."""
    r = p.rng
    parts = [
        el("p.small", el("span.badge", p.words.title(1, 1))) if p.chance(0.4) else None,
        p.heading(1, 4, 10),
        p.text(1, 2, True, style="font-size:1.15em") if p.chance(0.6) else None,
        el(".row.between", p.person(40), el("span.small.muted", p.words.date()), style="margin:12px 0"),
    ]
    first = el(
        "figure",
        p.image(760, r.choice((380, 430, 500)), "portrait group landscape city interior food plot street_map landscape"),
        el("figcaption.small.muted", p.words.sentence()),
        style="margin:0 0 16px",
    )
    for _ in range(r.randint(5, 9)):
        parts.append(p.text(3, 6))
        parts.append(
            r.choice(
                (
                    None,
                    None,
                    p.heading(2, 2, 6),
                    p.heading(3, 2, 6),
                    el(
                        "blockquote",
                        p.words.sentence(8, 18),
                        style="font-size:1.3em;border-inline-start:4px solid var(--primary);margin:1em 0;padding-inline-start:1em",
                    ),
                    p.image(760, 400, "landscape city plot group food"),
                    el("ul", p.times(3, 5, lambda: el("li", p.words.sentence()))),
                )
            )
        )
    parts.insert(r.choice((1, 4, 4)), first)
    side = (
        el(
            "aside",
            p.heading(4, 1, 3),
            p.times(3, 5, lambda: side_story(p)),
            p.image(300, 250, "banner") if p.chance(0.6) else None,
            style="width:290px;flex:none",
        )
        if not p.mobile and p.chance(0.5)
        else None
    )
    width = r.choice((640, 700, 760))
    return join(
        p.nav(),
        el(
            ".wrap.row.top",
            el("article.grow", parts, style=f"max-width:{width}px;{'' if side else 'margin:0 auto'}"),
            side,
            style="padding-top:24px;gap:48px",
        ),
        p.footer(),
    )


def side_story(p):
    """A small story with a small image."""
    return el(
        ".row.top",
        el("", p.image(90, 70), style="width:90px;flex:none"),
        el(".grow.small", el("b", p.words.title(4, 9), label="heading")),
        style="margin:10px 0;gap:10px",
    )


def story(p, big=False):
    """A story of a newspaper."""
    return el(
        "article",
        p.image(600, 360, "portrait group landscape city food interior portrait") if big or p.chance(0.5) else None,
        el("p.small", el("b", p.words.title(1, 1), style="color:var(--primary)"), style="margin:.5em 0 .2em") if p.chance(0.5) else None,
        p.heading(1 if big else 3, 4, 9),
        p.text(1, 2, True, class_="small") if big or p.chance(0.6) else None,
        style="padding-bottom:12px;margin-bottom:12px;border-bottom:1px solid var(--border)",
    )


def news(p):
    """The first page of a newspaper."""
    title = (
        el(
            ".wrap.center",
            el("h1", p.brand, label="heading", style="font-size:3em;margin:.2em 0"),
            el(
                ".row.middle.small",
                [p.link(1, 1) for _ in range(4 if p.mobile else 9)],
                style="padding:6px;border-block:1px solid var(--border)",
            ),
        )
        if p.chance(0.5)
        else None
    )
    if p.mobile:
        return join(title or p.nav(), el(".wrap", story(p, True), p.times(5, 8, lambda: story(p))), p.footer())
    most = el(
        "aside",
        p.heading(3, 1, 2),
        el("ol", p.times(4, 6, lambda: el("li", el("b.small", p.words.title(4, 9), label="heading"), style="margin:.6em 0"))),
        p.image(300, 250, "banner"),
        style="width:250px;flex:none",
    )
    columns = [
        el("", p.times(2, 3, lambda: story(p)), style="flex:1;min-width:0"),
        el("", story(p, True), story(p), style="flex:2;min-width:0"),
        el("", p.times(2, 4, lambda: story(p)), style="flex:1;min-width:0"),
        most if p.chance(0.5) else None,
    ]
    if p.chance(0.4):
        columns = columns[1:] + columns[:1]
    return join(
        title or p.nav(),
        el(".wrap.row.top", columns, style="padding-top:18px;gap:26px"),
        el(".wrap", p.heading(2, 1, 2), p.grid(4, p.card, 230)),
        p.footer(),
    )


def blog(p):
    """A list of posts."""

    def post():
        words = el(
            ".grow",
            el(".small.muted", p.words.date(), " · ", p.words.name()),
            p.heading(2, 3, 8),
            p.text(1, 3, True),
            p.link(2, 2) if p.chance(0.7) else None,
        )
        if p.mobile or p.chance(0.2):
            return el("article", p.image(760, 380), words, style="margin:28px 0")
        return el("article.row.top", el("", p.image(320, 220), style="width:36%;flex:none"), words, style="margin:28px 0;gap:24px")

    return join(p.nav(), el(".wrap", p.heading(1, 1, 3, style="margin-top:28px"), p.times(4, 6, post), style="max-width:900px"), p.footer())


def documentation(p):
    """A manual with its contents at the left and code between the texts."""

    def code():
        lines = [
            "  " * p.rng.randint(0, 3)
            + p.words.build(1)
            + p.rng.choice((" = ", "(", ": ", "."))
            + p.words.build(2)
            + p.rng.choice((")", ";", "", " {"))
            for _ in range(p.rng.randint(3, 9))
        ]
        return el(
            "pre.mono.card.in",
            "\n".join(lines),
            style="font-size:.88em;overflow:hidden;" + ("background:#1d2027;color:#cfd6e4" if p.chance(0.6) else ""),
        )

    parts = [p.heading(1, 1, 5), p.text(2, 4)]
    for _ in range(p.rng.randint(4, 7)):
        parts += [
            p.heading(p.rng.choice((2, 2, 3)), 1, 5),
            p.text(1, 4),
            p.rng.choice(
                (
                    code,
                    code,
                    lambda: el("ul", p.times(3, 6, lambda: el("li", p.words.sentence()))),
                    lambda: el(".card.in", icon("bolt"), " ", p.words.sentence(), style="border-inline-start:4px solid var(--accent)"),
                    lambda: table(p, 4, 4),
                )
            )(),
        ]
    contents = (
        None
        if p.mobile
        else el(
            "aside.small",
            p.times(
                12,
                24,
                lambda: el(
                    "div", p.link(1, 3), style="padding:.25em 0;" + p.rng.choice(("", "margin-inline-start:14px", "font-weight:700"))
                ),
            ),
            style="width:230px;flex:none;padding:20px 0",
        )
    )
    return join(
        p.nav(search=True), el(".wrap.row.top", contents, el("main.grow", parts, style="padding:20px 0;max-width:800px"), style="gap:40px")
    )


def table(p, rows, columns):
    """A table of words and figures."""
    kinds = [p.rng.choice((lambda: p.words.some(1, 2), p.words.figure, p.words.date, p.words.price)) for _ in range(columns)]
    return el(
        "table",
        el("tr", [el("th", p.words.title(1, 2)) for _ in range(columns)]),
        [el("tr", [el("td", make()) for make in kinds]) for _ in range(rows)],
    )


def hit(p):
    """One thing that a search found."""
    image = el("", p.image(110, 90), style="width:110px;flex:none") if p.chance(0.15) else None
    words = el(
        ".grow",
        el(".small.muted", p.words.address(p.words.brand())),
        el("h3", el("a", p.words.title(4, 9), href="#"), label="heading", style="font-weight:400;margin:.1em 0 .2em"),
        el(".small", p.words.paragraph(1, 2)),
        el("", stars(p.rng, 12)) if p.chance(0.15) else None,
    )
    return el(".row.top", words, image, style="margin:0 0 24px")


def facts(p):
    """A box with what is known of a thing."""
    lines = p.times(2, 4, lambda: el(".small", el("b", p.words.word()), ": ", p.words.some(1, 3)))
    return el(".card.in", p.image(320, 200), p.heading(2, 1, 3), p.text(2, 3), lines, style="width:340px;flex:none")


def results(p):
    """What a search found."""
    n, indent = (3, "0 20px") if p.mobile else (5, "0 20px 0 140px")
    field = el("input.field", value=p.words.some(1, 4), label="field", style="border-radius:24px")
    account = None if p.mobile else el("span.row", p.icon_button(), p.avatar(32), style="margin-inline-start:auto")
    top = el(".row.rule", p.signed(28), el("span", field, style="flex:1;max-width:560px"), account, style="padding:14px 20px;gap:22px")
    tabs = el(".row.small.muted", [el("span", p.words.item(), style="padding:10px 6px") for _ in range(n + 1)], style=f"padding:{indent}")
    images = el(".row", [el(".grow", p.image(160, 110)) for _ in range(n)], style="margin-bottom:22px;gap:8px") if p.chance(0.3) else None
    count = el("p.small.muted", p.rng.randint(1000, 90000000))
    found = el(".grow", count, images, p.times(6, 9, lambda: hit(p)), style="max-width:640px")
    box = facts(p) if not p.mobile and p.chance(0.4) else None
    return join(top, tabs, el(".row.top", found, box, style=f"padding:{indent};gap:50px"))


def plain(p):
    """A page of an office or a university: much text, many links, little design."""
    boxes = [
        el(".card.in", p.heading(3, 1, 4), el("ul", p.times(3, 7, lambda: el("li", p.link(2, 6)))), style="margin-bottom:14px")
        for _ in range(p.rng.randint(2, 3))
    ]
    main = [
        p.heading(1, 2, 6),
        p.image(700, 220) if p.chance(0.4) else None,
        [
            el("", p.heading(2, 2, 6), p.text(2, 5), el("ul", p.times(2, 5, lambda: el("li", p.link(3, 8)))) if p.chance(0.5) else None)
            for _ in range(p.rng.randint(3, 5))
        ],
        table(p, p.rng.randint(4, 9), 3 if p.mobile else 5) if p.chance(0.4) else None,
    ]
    left = None if p.mobile else el("aside", boxes, style="width:240px;flex:none")
    return join(p.nav(), el(".wrap.row.top", left, el("main.grow", main), style="padding-top:20px;gap:30px"), p.footer())


def encyclopedia(p):
    """A long entry with a box of facts."""
    known = el(
        "aside.card.in.small",
        el("b", p.words.title(1, 3), label="heading"),
        p.image(260, 220),
        el("table", [el("tr", el("th", p.words.word()), el("td", p.words.some(1, 3))) for _ in range(p.rng.randint(5, 10))]),
        style="float:inline-end;width:280px;margin:0 0 16px 20px" if not p.mobile else "",
    )
    parts = [p.heading(1, 1, 3, style="border-bottom:1px solid var(--border);font-weight:400"), known, p.text(4, 7), p.text(3, 6)]
    for _ in range(p.rng.randint(3, 6)):
        parts += [
            p.heading(2, 1, 3, style="border-bottom:1px solid var(--border);font-weight:400"),
            p.text(4, 8),
            p.text(3, 6) if p.chance(0.6) else None,
        ]
    left = (
        None
        if p.mobile
        else el(
            "aside.small",
            p.signed(60),
            p.times(8, 16, lambda: el("div", p.link(1, 2), style="padding:.2em 0")),
            style="width:160px;flex:none;padding:14px",
        )
    )
    return el(
        ".row.top",
        left,
        el(
            "main.grow",
            el(".row.between.small.rule", p.words.item(), p.search(), style="padding:8px 0"),
            parts,
            style="padding:10px 20px;background:var(--surface)",
        ),
    )


def portal(p):
    """A crowded portal: columns of links, small images, a search field, advertisements."""

    def links(n):
        return [el("div.one", "· ", p.link(3, 7), style="padding:.12em 0") for _ in range(n)]

    def box():
        lead = (
            el(".row.top", el("", p.image(120, 90), style="width:110px;flex:none"), el(".grow", links(4)), style="gap:8px")
            if p.chance(0.6)
            else None
        )
        return el(
            ".card",
            el(
                ".row.between",
                p.heading(4, 1, 2, style="margin:0"),
                el("span.small", p.link(1, 1)),
                style="padding:5px 8px;background:var(--soft)",
            ),
            el("", lead, links(p.rng.randint(4, 9)), style="padding:8px"),
            style="margin-bottom:10px",
        )

    n = 1 if p.mobile else p.rng.choice((3, 4))
    menu = el(".wrap.row.wrapped.small", [p.link(1, 1) for _ in range(10 if p.mobile else 26)], style="gap:4px 16px;padding-block:8px")
    top = el(
        ".wrap.row",
        p.signed(34),
        p.search(True),
        None if p.mobile else el("", p.image(300, 70, "banner"), style="width:300px"),
        style="padding-block:10px",
    )
    columns = el(
        ".wrap.grid",
        [el("", p.times(3, 5, box), style="min-width:0") for _ in range(n)],
        style=f"grid-template-columns:repeat({n},1fr);gap:10px;font-size:13px",
    )
    return join(top, menu, columns, p.footer())


def slide(p):
    """One slide of a talk: a heading, few points, a image or a chart."""
    points = el("ul", p.times(3, 5, lambda: el("li", p.words.title(3, 8), style="margin:.5em 0")), style="font-size:1.5em")
    image = el(".grow", p.image(520, 380, "plot plot portrait group landscape product screenshot"))
    head = p.heading(1, 2, 6, style="font-size:3em")
    kind = p.rng.random()
    if kind < 0.2:
        body = el("", head, el("p.muted", p.words.name(), style="font-size:1.5em"), style="margin:auto;text-align:center")
    elif kind < 0.75:
        body = el("", head, el("" if p.mobile else ".row", el(".grow", points), image, style="gap:40px"), style="width:100%")
    else:
        body = el("", head, points, style="width:100%")
    foot = el(".small.muted.row.between", p.brand, p.rng.randint(2, 60), style="position:absolute;inset-inline:40px;bottom:18px")
    tone = p.rng.choice(("", "", "background:linear-gradient(140deg,var(--primary),var(--accent));color:#fff", "background:var(--soft)"))
    return el("", body, foot, style=f"min-height:100vh;position:relative;display:flex;padding:5vh 5vw;{tone}")


PAGES = (portal, slide, article, news, blog, documentation, results, plain, encyclopedia)
