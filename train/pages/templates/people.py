"""Pages on which people meet and show: chats, feeds, profiles, forums, galleries, videos."""
from ..icons import icon
from ..markup import el, join


def bubbles(p, n):
    """Messages from two sides."""
    out = []
    for _ in range(n):
        own = p.chance(0.45)
        body = p.image(260, 180) if p.chance(0.12) else join(p.words.paragraph(1, 2))
        bubble = el(
            "",
            body,
            style="max-width:70%;padding:9px 13px;border-radius:16px;min-width:40px;"
            + ("background:var(--primary);color:var(--on)" if own else "background:var(--soft)")
            + (";width:280px" if "svg" in body else ""),
        )
        out.append(
            el(
                ".row",
                None if own else p.avatar(32),
                bubble,
                style="margin:9px 0;gap:8px;align-items:flex-end;" + ("justify-content:flex-end" if own else ""),
            )
        )
        if p.chance(0.15):
            out.append(el(".small.muted.center", p.words.clock()))
    return out


def chat(p):
    """A conversation, with the list of the others beside it."""

    def line(on):
        return el(
            ".row",
            p.avatar(44),
            el(
                ".grow",
                el(".row.between", el("b.one", p.words.name()), el("span.small.muted", p.words.clock())),
                el(".small.muted.one", p.words.sentence(4, 9)),
            ),
            style="padding:10px 14px;gap:10px;" + ("background:var(--soft)" if on else ""),
        )

    people = (
        el(
            "aside",
            el("", p.search(True), style="padding:12px"),
            [line(i == 0) for i in range(9)],
            style="width:310px;flex:none;border-inline-end:1px solid var(--border);background:var(--surface);min-height:100vh;overflow:hidden",
        )
        if not p.mobile
        else None
    )
    top = el(
        ".row.between.rule",
        el(".row", p.icon_button("left") if p.mobile else None, p.person(40)),
        el(".row", p.icon_button("phone"), p.icon_button("dots"), style="gap:0"),
        style="padding:8px 14px;height:62px;background:var(--surface)",
    )
    entry = el(
        ".row",
        p.icon_button("plus"),
        el("span.grow", p.field(p.words.some(2, 3), labeled=False)),
        p.icon_button("arrow"),
        style="padding:10px;border-top:1px solid var(--border);background:var(--surface)",
    )
    talk = el(".grow", bubbles(p, p.rng.randint(7, 14)), style="padding:12px 18px;overflow:hidden", data_scroll=1)
    return el(".row.top", people, el(".grow", top, talk, entry, style="display:flex;flex-direction:column;height:100vh"), style="gap:0")


def post(p):
    """One post of a feed."""
    image = (
        p.image(600, p.rng.choice((340, 420, 600)), "portrait group landscape city food interior banner abstract portrait")
        if p.chance(0.65)
        else None
    )
    actions = el(
        ".row.muted.small",
        [el("span.row", icon(k), p.rng.randint(0, 999), label="button", style="gap:5px") for k in ("heart", "mail", "share")],
        style="gap:22px;margin-top:10px",
    )
    return el(
        "article.card.in",
        el(".row.between", p.person(42), icon("dots")),
        el("p", p.words.paragraph(1, 3), style="margin:.7em 0"),
        image,
        actions,
        style="margin-bottom:16px",
    )


def feed(p):
    """Posts in the middle, entries and proposals beside."""
    right = el(
        "aside",
        el(
            ".card.in", p.heading(4, 1, 3), p.times(3, 5, lambda: el(".row.between", p.person(36), p.button("tiny"), style="margin:10px 0"))
        ),
        el(
            ".card.in.small",
            p.heading(4, 1, 2),
            p.times(4, 7, lambda: el("", el("b", "#", p.words.build(2)), el(".muted", p.rng.randint(100, 90000)), style="margin:8px 0")),
            style="margin-top:16px",
        ),
        style="width:290px;flex:none",
    )

    def circle():
        return el(
            "",
            el("", p.avatar(62), style="border:3px solid var(--accent);border-radius:50%;padding:2px"),
            el(".small.center.one", p.words.build(1)),
            style="flex:none",
        )

    stories = (
        el(".row", [circle() for _ in range(5 if p.mobile else 7)], style="margin-bottom:16px;overflow:hidden") if p.chance(0.4) else None
    )
    middle = el(
        "main.grow",
        stories,
        el(
            ".card.in.row",
            p.avatar(40),
            el("span.grow", p.field(p.words.some(2, 4), labeled=False)),
            p.button("tiny"),
            style="margin-bottom:16px",
        )
        if p.chance(0.6)
        else None,
        p.times(3, 4, lambda: post(p)),
        style="max-width:620px",
    )
    if p.mobile:
        return join(p.mobile_nav(), el("", middle, style="padding:10px"), p.tabs())
    left = p.sidebar(210, 7)
    if p.chance(0.5):
        return el(".row.top.middle", left, middle, right, style="text-align:start;gap:24px;padding-top:0")
    return join(p.nav(search=True), el(".wrap.row.top.middle", middle, right, style="text-align:start;padding-top:18px;gap:24px"))


def profile(p):
    """One person: cover, portrait, numbers, posts."""
    cover = el(
        "",
        p.art.image(
            1280,
            300,
            p.rng.choice(("landscape", "city", "abstract", "texture")),
            label="image",
            style="width:100%;height:100%;display:block",
        ),
        style="height:" + ("150px" if p.mobile else "250px"),
    )
    counts = el(
        ".row", p.times(2, 4, lambda: el(".center", el("b", p.words.figure()), el(".small.muted", p.words.word()))), style="gap:26px"
    )
    size = 96 if p.mobile else 140
    head = el(
        ".wrap",
        el(
            ".row.wrapped",
            el("", p.avatar(size), style=f"margin-top:-{size // 2}px;border:5px solid var(--back);border-radius:50%;position:relative"),
            el(".grow", el("h2", p.words.name(), label="heading", style="margin:.4em 0 0"), el(".muted", p.words.some(2, 5))),
            counts,
            p.button(),
        ),
        p.text(1, 2, style="max-width:640px;margin-top:12px"),
    )
    body = (
        el(".wrap.section", p.grid(9, lambda: p.image(300, 300), 150 if p.mobile else 240))
        if p.chance(0.5)
        else el(".wrap.section", p.times(2, 4, lambda: post(p)), style="max-width:720px")
    )
    return join(p.nav(), cover, head, body)


def forum(p):
    """A thread, or a list of threads."""
    if p.chance(0.5):

        def thread():
            return el(
                ".row.rule",
                p.avatar(36),
                el(
                    ".grow",
                    el("a", p.words.title(4, 10), href="#", style="font-weight:600"),
                    el(".small.muted", p.words.name(), " · ", p.words.date()),
                ),
                None if p.mobile else el("span.small.muted", p.rng.randint(0, 300), style="width:60px;text-align:end"),
                el("span.badge", p.words.word(), style=f"background:{p.style.ink()}") if p.chance(0.4) else None,
                style="padding:12px 6px",
            )

        return join(
            p.nav(),
            el(".wrap", el(".row.between", p.heading(1, 1, 3, style="margin:.6em 0"), p.button()), p.times(9, 16, thread)),
            p.footer(),
        )

    def answer():
        return el(
            ".card.in.row.top",
            el(".center", p.avatar(56), el(".small", p.words.build(2)), style="width:90px;flex:none"),
            el(".grow", el(".small.muted", p.words.date()), p.text(2, 5), p.button("tiny second")),
            style="margin-bottom:14px",
        )

    return join(
        p.nav(), el(".wrap", p.heading(1, 4, 9, style="margin:.6em 0"), p.times(3, 6, answer), p.area(4), el("p", p.button())), p.footer()
    )


def gallery(p):
    """Images in rows or columns."""
    r = p.rng
    if r.random() < 0.5:
        items = [
            el(
                "figure",
                p.image(400, r.choice((260, 320, 400, 520))),
                el("figcaption.small.muted", p.words.some(1, 4)) if p.chance(0.4) else None,
                style="margin:0 0 var(--gap);break-inside:avoid",
            )
            for _ in range(r.randint(12, 18))
        ]
        body = el("", items, style=f"columns:{2 if p.mobile else r.choice((3, 4, 5))};column-gap:var(--gap)")
    else:
        body = p.grid(r.randint(12, 18), lambda: p.image(300, 300), 120 if p.mobile else r.choice((200, 260, 320)))
    chips = (
        el(
            ".row.wrapped",
            [el("span.chip.on" if i == 0 else "span.chip", p.words.item(), label="button") for i in range(r.randint(3, 7))],
            style="margin-bottom:16px;gap:8px",
        )
        if p.chance(0.5)
        else None
    )
    return join(p.nav(), el(".wrap", p.heading(1, 1, 4, style="margin:.7em 0 .4em") if p.chance(0.7) else None, chips, body), p.footer())


def player(p, w, h):
    """A video with its controls."""
    video = p.art.image(
        w,
        h,
        p.rng.choice("portrait group city landscape interior food portrait".split()),
        label="image",
        style="position:absolute;inset:0;width:100%;height:100%",
    )
    start = (
        el(
            ".over",
            el(
                "span.round",
                icon("play", 34, True),
                label="button",
                style="width:76px;height:76px;background:#000a;color:#fff;display:grid;place-items:center",
            ),
            style="display:grid;place-items:center",
        )
        if p.chance(0.5)
        else None
    )
    bar = el(
        ".row.small",
        icon("play", None, True),
        el("span", p.words.clock()),
        el(".grow.bar", el("i", style=f"width:{p.rng.randint(3, 95)}%;background:#f33")),
        icon("gear"),
        style="position:absolute;inset-inline:0;bottom:0;padding:10px;color:#fff;background:#0008",
    )
    return el("", video, start, bar, style=f"position:relative;aspect-ratio:{w}/{h};background:#000;overflow:hidden")


def watch(p):
    """A video and what to watch next."""

    def other():
        return el(
            ".row.top",
            el("", p.image(168, 94, "portrait group city landscape food interior banner portrait"), style="width:168px;flex:none"),
            el(".grow", el("b.small.two", p.words.title(4, 9)), el(".small.muted", p.words.build(2)), el(".small.muted", p.words.figure())),
            style="margin-bottom:10px;gap:10px",
        )

    below = join(
        p.heading(2, 4, 9, style="margin:.6em 0"),
        el(".row.wrapped.between", p.person(40), el(".row", p.button("tiny"), p.button("tiny second"))),
        el(".card.in.small", p.words.paragraph(2, 4), style="margin-top:12px;background:var(--soft)"),
        p.times(
            2,
            4,
            lambda: el(
                ".row.top", p.avatar(36), el(".grow.small", el("b", p.words.name()), el("div", p.words.sentence())), style="margin:14px 0"
            ),
        ),
    )
    main, side = el("main.grow", player(p, 800, 450), below, style="flex:2.4;min-width:0"), el(
        "aside", p.times(6, 9, other), style="" if p.mobile else "width:370px;flex:none"
    )
    if p.mobile:
        return join(player(p, 390, 220), el(".in", below, side))
    return join(p.nav(search=True), el(".row.top", main, side, style="padding:18px 24px;gap:24px"))


def cinema(p):
    """Shelves of videos under a large one."""
    top = el(
        "section",
        el(".over", p.art.image(1280, 460, p.rng.choice(("portrait", "group", "city", "landscape")), style="width:100%;height:100%")),
        el(".over", style="background:linear-gradient(90deg,#000c,#0000);pointer-events:none"),
        el(
            ".wrap.through",
            p.heading(1, 1, 3),
            p.text(1, 2),
            p.buttons(),
            style="position:relative;z-index:1;max-width:560px;margin:0;padding:90px 32px;color:#fff",
        ),
        style="position:relative;min-height:420px;overflow:hidden",
    )
    ratio = p.rng.choice(((160, 240), (240, 135), (200, 200)))

    def shelf():
        return el(
            "section",
            p.heading(3, 1, 3, style="margin:18px 0 8px"),
            el(
                ".row",
                [
                    el("", p.image(*ratio, "portrait group city landscape interior banner abstract"), style=f"width:{ratio[0]}px;flex:none")
                    for _ in range(8)
                ],
                style="overflow:hidden;gap:10px",
            ),
            style="padding:0 24px",
        )

    return join(p.nav(), top, p.times(2, 4, shelf))


PAGES = (chat, feed, profile, forum, gallery, watch, cinema)
