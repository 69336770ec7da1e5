"""Programs on a large screen: dashboards, tables, mail, boards, calendars, editors, maps."""
from ..icons import any_icon, icon
from ..markup import el, join
from .reading import table


def shell(p, main, side=True):
    """A program: its column of entries at the left, its bar at the top."""
    bar = el(
        "header.row.between.rule",
        el(
            ".row",
            p.icon_button("menu") if p.mobile or p.chance(0.3) else None,
            el("b", p.words.title(1, 2), label="heading", style="font-size:1.2em"),
        ),
        None if p.mobile else p.search(),
        el(".row", p.icon_button("bell"), p.avatar(32), style="gap:6px"),
        style=f"padding:0 18px;height:{p.rng.choice((50, 58, 66))}px;background:var(--surface)",
    )
    body = el(".grow", bar, el("main", main, style="padding:" + ("12px" if p.mobile else "20px")))
    return el(
        ".row.top",
        p.sidebar(p.rng.choice((180, 210, 240))) if side and not p.mobile else None,
        body,
        p.tabs() if p.mobile and p.chance(0.5) else None,
        style="gap:0",
    )


def figure_card(p):
    """One number with its change."""
    up = p.chance(0.6)
    change = el("span.small", "▲ " if up else "▼ ", f"{p.rng.random() * 20:.1f}%", style="color:" + ("#2a9d5c" if up else "#d64545"))
    line = (
        el(
            "svg",
            el("path", d=p.art.line(120, 30, 16), fill="none", stroke=p.style.ink(), stroke_width=2),
            viewBox="0 0 120 30",
            style="width:100%;height:34px",
            label="image",
        )
        if p.chance(0.4)
        else None
    )
    return el(
        ".card.in",
        el(".row.between", el("span.small.muted.one", p.words.some(1, 2)), any_icon(p.rng) if p.chance(0.4) else None),
        el(".row", el("b", p.words.figure(), label="heading", style="font-size:1.8em"), change),
        line,
    )


def chart_card(p, w=560, h=280):
    """A chart with its title."""
    more = el("span.chip.small", p.words.some(1, 2), label="button") if p.chance(0.5) else icon("dots")
    legend = (
        el(
            ".row.small.muted",
            [
                el(
                    "span.row",
                    el("i", style=f"width:10px;height:10px;border-radius:2px;background:{p.style.ink()}"),
                    p.words.word(),
                    style="gap:5px",
                )
                for _ in range(p.rng.randint(2, 4))
            ],
        )
        if p.chance(0.5)
        else None
    )
    return el(
        ".card.in",
        el(".row.between", p.heading(4, 1, 3, style="margin:0"), more),
        legend,
        p.image(w, h, "plot", style=f"aspect-ratio:{w}/{h};margin-top:10px"),
    )


def progress_card(p):
    """Bars of progress."""

    def bar():
        share = p.rng.randint(5, 98)
        return el(
            "",
            el(".row.between.small", el("span", p.words.some(1, 2)), el("span.muted", f"{share}%")),
            el(".bar", el("i", style=f"width:{share}%;background:{p.style.ink()}")),
            style="margin:10px 0",
        )

    return el(".card.in", p.heading(4, 1, 3), p.times(3, 6, bar))


def people_card(p):
    """A short list of people."""
    return el(".card.in", p.heading(4, 1, 3), p.times(3, 6, lambda: el("", p.person(36), style="margin:10px 0")))


def table_card(p, rows=None):
    """A table in a card."""
    return el(
        ".card.in",
        p.heading(4, 1, 3),
        table(p, rows or p.rng.randint(4, 8), 3 if p.mobile else p.rng.randint(4, 6)),
        style="overflow:hidden",
    )


def dashboard(p):
    """Numbers and charts."""
    top = p.grid(p.rng.choice((3, 4, 4, 6)), lambda: figure_card(p), 150 if p.mobile else 190)
    wide = "1fr" if p.mobile else p.rng.choice(("2fr 1fr", "1fr 1fr", "1fr 2fr", "1fr 1fr 1fr"))
    rest = [
        p.rng.choice((chart_card, chart_card, chart_card, progress_card, people_card, table_card))(p)
        for _ in range(len(wide.split()) * p.rng.randint(2, 3))
    ]
    head = (
        el(
            ".row.between.wrapped",
            p.heading(1, 1, 3, style="margin:0"),
            el(".row", p.button("second tiny"), p.button("tiny")),
            style="margin-bottom:16px",
        )
        if p.chance(0.6)
        else None
    )
    return shell(
        p,
        join(head, top, el(".grid", rest, style=f"grid-template-columns:{wide};margin-top:var(--gap);align-items:start")),
        side=p.chance(0.85),
    )


def records(p):
    """A long table with states and actions."""

    def state():
        return el("span.badge", p.words.word(), style=f"background:{p.style.ink()}")

    make = [
        lambda: p.person(30) if not p.mobile else p.words.name(),
        p.words.date,
        state,
        p.words.figure,
        lambda: p.words.some(1, 3),
        lambda: p.button("tiny second"),
    ]
    kinds = make[:3] if p.mobile else p.rng.sample(make, p.rng.randint(4, 6))
    rows = [
        el(
            "tr",
            el("td", el("input", type="checkbox", checked=p.chance(0.2), label="button")) if not p.mobile else None,
            [el("td", k()) for k in kinds],
        )
        for _ in range(p.rng.randint(9, 18))
    ]
    head = el("tr", el("th") if not p.mobile else None, [el("th", p.words.title(1, 2)) for _ in kinds])
    bar = el(
        ".row.wrapped.between",
        el(".row", p.search(), None if p.mobile else el("span", p.select(), style="width:150px")),
        p.button(),
        style="margin-bottom:14px",
    )
    pages = el(
        ".row.middle",
        [el("span.chip.on" if i == 1 else "span.chip", i, label="button") for i in range(1, 6)],
        style="margin-top:14px;gap:6px",
    )
    return shell(p, join(p.heading(1, 1, 3), bar, el(".card", el("table", head, rows)), pages))


def mail(p):
    """Directorys, messages, one of them open."""

    def line(on):
        return el(
            ".row.top.rule",
            p.avatar(36) if p.chance(0.8) else None,
            el(
                ".grow",
                el(".row.between", el("b.one", p.words.name()), el("span.small.muted", p.words.clock())),
                el(".one", p.words.title(3, 7)),
                el(".small.muted.one", p.words.sentence(8, 14)),
            ),
            style="padding:10px 14px;gap:10px;" + ("background:var(--soft)" if on else ""),
        )

    listing = el(
        ".",
        el("", p.search(True), style="padding:12px"),
        [line(i == 1) for i in range(10)],
        style="border-inline-end:1px solid var(--border);overflow:hidden;" + ("width:100%" if p.mobile else "width:340px;flex:none"),
    )
    files = (
        el(".row", p.times(1, 3, lambda: el(".card.in.row.small", icon("file"), el("span.one", p.words.build(2), ".pdf"))))
        if p.chance(0.4)
        else None
    )
    message = el(
        ".grow",
        el(".row.between.rule", el(".row", [p.icon_button() for _ in range(4)], style="gap:0"), p.icon_button("dots"), style="padding:6px"),
        el(
            "",
            p.heading(2, 3, 7),
            p.person(44),
            el(
                "",
                p.text(2, 4),
                p.text(2, 5),
                p.image(460, 240) if p.chance(0.3) else None,
                p.text(1, 3),
                style="margin:20px 0;max-width:700px",
            ),
            files,
            el("p.row", p.button(), p.button("second")),
            style="padding:20px 26px",
        ),
    )
    return el(".row.top", None if p.mobile else p.sidebar(200), listing, None if p.mobile else message, style="gap:0;min-height:100vh")


def board(p):
    """Columns of cards."""

    def note():
        return el(
            ".card.in",
            p.image(240, 110) if p.chance(0.2) else None,
            el("span.badge", p.words.word(), style=f"background:{p.style.ink()}") if p.chance(0.6) else None,
            el("b", p.words.title(2, 6), style="display:block;margin:6px 0"),
            el(".small.muted", p.words.sentence(4, 9)) if p.chance(0.4) else None,
            el(".row.between.small.muted", p.words.date(), p.avatar(24)),
            style="margin-bottom:10px;box-shadow:0 1px 2px #0002",
        )

    columns = [
        el(
            "",
            el(".row.between", p.heading(4, 1, 2, style="margin:0"), el("span.small.muted", p.rng.randint(1, 20))),
            el("div", style="height:10px"),
            p.times(1, 6, note),
            el(".small.muted", "+ ", p.words.some(1, 2), label="button"),
            style="width:260px;flex:none;background:var(--soft);padding:12px;border-radius:var(--radius)",
        )
        for _ in range(p.rng.randint(3, 5))
    ]
    return shell(p, join(p.heading(1, 1, 3), el(".row.top", columns)), side=p.chance(0.6))


def calendar(p):
    """A month with its events."""

    def day(i):
        events = [
            el(
                ".small.one",
                p.words.some(1, 3),
                style=f"background:{p.style.ink()};color:#fff;border-radius:4px;padding:0 5px;margin-top:2px;font-size:.75em",
            )
            for _ in range(p.rng.choice((0, 0, 0, 1, 1, 2)))
        ]
        return el(
            "",
            el("span.small", i % 30 + 1),
            events,
            style="min-height:"
            + ("64px" if p.mobile else "104px")
            + ";border:1px solid var(--border);padding:4px;overflow:hidden;background:var(--surface)",
        )

    week = el(
        ".grid", [el(".small.muted.center", p.words.build(1)[:3]) for _ in range(7)], style="grid-template-columns:repeat(7,1fr);gap:0"
    )
    bar = el(
        ".row.between",
        el(".row", p.icon_button("left"), p.heading(2, 1, 2, style="margin:0"), p.icon_button("right")),
        el(".row", p.button("tiny second"), p.button("tiny")),
        style="margin-bottom:12px",
    )
    return shell(
        p,
        join(bar, week, el(".grid", [day(i) for i in range(35)], style="grid-template-columns:repeat(7,minmax(0,1fr));gap:0")),
        side=p.chance(0.6),
    )


def editor(p):
    """Source text with line numbers and a tree of files."""
    inks = (
        ("#c678dd", "#98c379", "#61afef", "#e5c07b", "#abb2bf", "#abb2bf")
        if p.style.dark
        else ("#a626a4", "#50a14f", "#4078f2", "#986801", "#383a42", "#383a42")
    )

    def line(n):
        depth = p.rng.randint(0, 5)
        words = [
            el(
                "span",
                p.words.build(p.rng.randint(1, 2)) if p.words.script == "latin" else p.rng.choice(("let", "if", "return", "value", "x")),
                p.rng.choice((" ", " = ", "(", ") ", ".", ", ")),
                style=f"color:{p.rng.choice(inks)}",
            )
            for _ in range(p.rng.choice((0, 1, 2, 4, 5, 7)))
        ]
        return el("div", el("span.muted", f"{n:4}  ", style="opacity:.6"), "  " * depth, words)

    tree = [
        el(
            ".row.small",
            icon("directory" if p.chance(0.3) else "file"),
            p.words.build(2),
            style=f"padding:3px 8px;gap:6px;margin-inline-start:{p.rng.choice((0, 14, 28))}px",
        )
        for _ in range(24)
    ]
    tabs = el(
        ".row.small",
        [
            el(
                "span",
                p.words.build(2),
                ".x",
                style="padding:9px 16px;border-inline-end:1px solid var(--border);"
                + ("background:var(--back)" if i == 0 else "background:var(--surface)"),
            )
            for i in range(2 if p.mobile else 4)
        ],
        style="gap:0;background:var(--surface)",
    )
    code = el("pre.mono", [line(n) for n in range(1, 48)], style="margin:0;padding:10px;font-size:13px;line-height:1.5;overflow:hidden")
    side = (
        None
        if p.mobile
        else el("aside", p.heading(4, 1, 1), tree, style="width:230px;flex:none;background:var(--surface);min-height:100vh;padding:10px")
    )
    return el(".row.top", side, el(".grow", tabs, code), style="gap:0;min-height:100vh")


def street(p):
    """A map with a panel of places."""

    def place():
        return el(
            ".row.top.rule",
            el("", p.image(90, 80), style="width:84px;flex:none"),
            el(".grow", p.heading(4, 1, 3, style="margin:0"), el(".small.muted.one", p.words.some(2, 5)), el("b.small", p.words.price())),
            style="padding:10px 0",
        )

    panel = el(
        ".fixed.card.in",
        p.search(True),
        el("", p.times(3, 6, place), style="margin-top:8px"),
        style=("left:0;right:0;bottom:0;max-height:45vh" if p.mobile else "left:16px;top:16px;width:360px;bottom:16px")
        + ";background:var(--back)",
    )
    buttons = el(".fixed.card", p.icon_button("plus"), el("br"), p.icon_button("down"), style="right:16px;top:90px")
    return join(
        el(".fixed", p.art.image(1280, 800, "street_map", style="width:100%;height:100%"), style="inset:0;z-index:0"), panel, buttons
    )


PAGES = (dashboard, records, mail, board, calendar, editor, street)
