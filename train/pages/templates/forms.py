"""Pages with fields: log in, sign up, long forms, payment, settings, errors."""
from ..icons import icon
from ..markup import el, join


def others(p):
    """Other ways to sign in."""
    return el("", el("p.center.small.muted", p.words.word()), p.times(1, 3, lambda: el("p", p.button("full second"))))


def login(p):
    """A small form in the middle, or beside a image."""
    create = p.chance(0.4)
    rows = [
        p.signed(34) if p.chance(0.6) else None,
        p.heading(p.rng.choice((1, 2)), 1, 4, style="margin-top:16px"),
        p.text(1, 1, True, class_="small") if p.chance(0.5) else None,
        others(p) if p.chance(0.25) else None,
        p.times(2, 4, lambda: el("p", p.field(labeled=True))) if create else el("p", p.field()),
        el("p", p.field(kind="password")),
        el(".row.between.small", p.check(), p.link(1, 3)),
        el("p", p.button("full big")),
        others(p) if p.chance(0.4) else None,
        el("p.center.small.muted", p.words.some(2, 4), " ", p.link()),
    ]
    form = el("", rows, style=f"width:min(88vw,{p.rng.choice((320, 360, 400, 440))}px)")
    if not p.mobile and p.chance(0.4):
        side = el(
            ".grow",
            p.art.image(
                700,
                800,
                p.rng.choice("landscape city abstract portrait group interior texture screenshot".split()),
                style="width:100%;height:100%;display:block",
            ),
            style="height:100vh",
        )
        half = el(".grow", form, style="display:grid;place-items:center;height:100vh")
        return el(".row", [side, half] if p.chance(0.5) else [half, side], style="gap:0")
    card = el(".card", form, style="padding:28px") if p.chance(0.6) else form
    back = (
        el(".over", p.art.image(1280, 800, "landscape" if p.chance(0.5) else "abstract", style="width:100%;height:100%"))
        if p.chance(0.25)
        else None
    )
    return join(
        p.nav() if p.chance(0.2) else None,
        el(
            "",
            back,
            el("", card, style="position:relative"),
            style="position:relative;min-height:100vh;display:grid;place-items:center;background:"
            + p.rng.choice(("var(--back)", "var(--soft)", "linear-gradient(150deg,var(--primary),var(--accent))")),
        ),
    )


def contact(p):
    """A form to write to somebody, with an address and a map."""
    pair = ".grid" if p.mobile else ".row.top"
    rows = [el(pair, el(".grow", p.field()), el(".grow", p.field())) for _ in range(p.rng.randint(1, 2))] + [
        p.field(),
        p.select() if p.chance(0.5) else None,
        p.area(5),
        p.check() if p.chance(0.5) else None,
        p.button("big"),
    ]
    side = el(
        ".grow",
        p.heading(3, 1, 3),
        p.times(
            2,
            4,
            lambda: el("p.row", icon(p.rng.choice(("pin", "phone", "mail", "clock"))), el("span", p.words.some(2, 4)), style="gap:10px"),
        ),
        p.image(420, 300, "street_map street_map interior group"),
    )
    head = el(".section", p.heading(1, 1, 4), p.text(1, 2, True))
    return join(p.nav(), el(".wrap", head, el(pair, el(".stack.grow", rows, style="flex:1.4"), side, style="gap:48px")), p.footer())


def section(p, n):
    """Some fields under a heading."""
    pairs = [
        el(
            ".grid",
            p.field(),
            p.field() if p.chance(0.6) else None,
            style="grid-template-columns:" + ("1fr" if p.mobile else p.rng.choice(("1fr 1fr", "1fr 1fr", "2fr 1fr", "1fr"))),
        )
        for _ in range(n)
    ]
    return el(
        ".card.in",
        p.heading(3, 1, 4),
        p.text(1, 1, True, class_="small") if p.chance(0.3) else None,
        el(".stack", pairs, p.times(0, 3, lambda: p.check(p.rng.choice(("checkbox", "radio"))))),
        style="padding:20px;margin-bottom:18px",
    )


def application(p):
    """A long form in steps."""
    n = p.rng.randint(3, 5)
    on = p.rng.randrange(n)
    steps = (
        el(
            ".row.middle",
            [
                el(
                    "span.row",
                    el(
                        "b.round",
                        i + 1,
                        style="width:30px;height:30px;display:grid;place-items:center;"
                        + ("background:var(--primary);color:var(--on)" if i <= on else "background:var(--border)"),
                    ),
                    None if p.mobile else el("span.small", p.words.title(1, 2)),
                    style="gap:8px",
                )
                for i in range(n)
            ],
            style="margin:22px 0",
        )
        if p.chance(0.6)
        else None
    )
    upload = (
        el(
            ".center.card",
            icon("image", 40),
            el("p", p.words.some(3, 6)),
            p.button("tiny second"),
            style="border:2px dashed var(--border);padding:24px;margin-bottom:18px",
        )
        if p.chance(0.3)
        else None
    )
    return join(
        p.nav(),
        el(
            ".wrap",
            p.heading(1, 2, 5, style="margin-top:26px"),
            steps,
            [section(p, p.rng.randint(1, 3)) for _ in range(p.rng.randint(2, 3))],
            upload,
            el(".row.between", p.button("second"), p.button()),
            style=f"max-width:{p.rng.choice((640, 760, 900))}px",
        ),
        p.footer(),
    )


def payment(p):
    """The last step of a purchase."""
    methods = el(
        ".grid",
        [
            el(
                ".card.in.center",
                p.signed(20) if i == 0 else icon(p.rng.choice(("lock", "tag", "phone", "shield")), 24),
                label="button",
                style="border:2px solid " + ("var(--primary)" if i == 1 else "var(--border)"),
            )
            for i in range(3)
        ],
        style="grid-template-columns:repeat(3,1fr)",
    )

    def line():
        return el(
            ".row",
            el("", p.image(64, 64, "product"), style="width:60px;flex:none"),
            el(".grow", el(".one", p.words.title(2, 4)), el(".small.muted", p.words.word())),
            el("b", p.words.price()),
            style="margin:12px 0",
        )

    total = el(
        "aside.card.in",
        p.heading(3, 1, 2),
        p.times(1, 4, line),
        el("hr"),
        el(".row", el("span.grow", p.field(labeled=False)), p.button("second tiny")),
        el("p.row.between", el("b", p.words.word()), el("b", p.words.price(20, 3000), style="font-size:1.4em")),
        style="padding:20px;width:" + ("auto" if p.mobile else "360px") + ";flex:none",
    )
    form = el(".grow", section(p, 2), p.heading(3, 1, 2), methods, el("p"), section(p, 1), p.button("big full"))
    return join(
        el(
            "header.rule",
            el(".wrap.row.between", p.signed(30), el("span.small.muted", icon("lock"), " ", p.words.some(1, 3)), style="height:64px"),
        ),
        el(
            ".wrap",
            el(
                ".row.top",
                form,
                total,
                style="padding-top:24px;gap:36px" + (";flex-direction:column-reverse;align-items:stretch" if p.mobile else ""),
            ),
            style="max-width:1080px",
        ),
    )


def settings(p):
    """Switches and fields of an account."""

    def row():
        control = p.rng.choice(
            (p.switch, p.switch, lambda: p.button("tiny second"), lambda: el("span", p.select(), style="width:130px;flex:none"))
        )()
        return el(
            ".row.between.rule",
            el(".grow", el("b", p.words.title(1, 4)), el(".small.muted", p.words.sentence(4, 10)) if p.chance(0.7) else None),
            control,
            style="padding:12px 0",
        )

    profile = (
        el(
            ".row.wrapped",
            p.avatar(84),
            el(".grow", el("b", p.words.name(), style="font-size:1.3em"), el(".muted.small", p.words.some(1, 3))),
            p.button("second tiny"),
            style="margin-bottom:20px",
        )
        if p.chance(0.5)
        else None
    )
    main = el(
        "main.grow",
        p.heading(1, 1, 2),
        profile,
        section(p, 2) if p.chance(0.5) else None,
        [el("section", p.heading(3, 1, 3), p.times(2, 5, row), style="margin:22px 0") for _ in range(p.rng.randint(1, 3))],
        el(".row", p.button(), p.button("second")),
        style="padding:22px;max-width:820px",
    )
    if p.mobile:
        return join(p.mobile_nav(), main)
    return el(".row.top", p.sidebar(), el("", p.sidebar(190, 7, False)) if p.chance(0.3) else None, main, style="gap:0")


def failure(p):
    """A page that says that something is missing."""
    image = (
        el("", p.image(320, 240, "abstract product landscape screenshot"), style="width:320px;max-width:80vw")
        if p.chance(0.5)
        else el("h1", p.rng.choice(("404", "500", "403", "Oops")), label="heading", style="font-size:7em;margin:0")
    )
    return join(
        p.nav() if p.chance(0.6) else None,
        el(
            ".center",
            image,
            p.heading(2, 2, 6, style="margin-top:20px"),
            p.text(1, 2, True, style="max-width:520px"),
            p.buttons(False),
            style="min-height:80vh;display:flex;flex-direction:column;align-items:center;justify-content:center;padding:20px",
        ),
    )


PAGES = (login, contact, application, payment, settings, failure)
