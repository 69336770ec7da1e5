"""Screens of programs on a phone; on a wide window they stand in a column."""
from ..icons import any_icon, icon
from ..markup import el, join


def listing(p):
    """A list of entries with images."""

    def line():
        left = p.rng.choice(
            (
                lambda: p.avatar(46),
                lambda: el("", p.image(70, 70), style="width:62px;flex:none"),
                lambda: el("span", any_icon(p.rng, 26), style="color:var(--primary)"),
            )
        )
        right = p.rng.choice(
            (lambda: icon("right"), lambda: el("b", p.words.price()), p.switch, lambda: el("span.small.muted", p.words.clock()))
        )
        return el(
            ".row.rule",
            left(),
            el(".grow", el("b.one", p.words.title(1, 3)), el(".small.muted.one", p.words.some(2, 6))),
            right(),
            style="padding:11px 14px",
        )

    kind, head = line, el("", p.heading(1, 1, 2), el("p", p.search(True)), style="padding:14px 14px 0")
    return join(
        p.mobile_nav() if p.chance(0.7) else None,
        el(
            "main",
            head if p.chance(0.7) else None,
            [kind() for _ in range(p.rng.randint(8, 14))],
            style="max-width:680px;margin:0 auto;padding-bottom:70px",
        ),
        p.tabs(),
    )


def wallet(p):
    """An account with cards, quick actions and payments."""
    card = el(
        "",
        el(".row.between", el("b", p.brand), icon("bolt")),
        el("p", el("b", p.words.price(100, 90000), label="heading", style="font-size:2em")),
        el(".row.between.small", el("span.mono", "•••• ", p.rng.randint(1000, 9999)), el("span", p.words.clock())),
        style="padding:20px;border-radius:18px;color:#fff;background:linear-gradient(130deg,var(--primary),var(--accent));margin-bottom:18px",
    )
    quick = el(
        ".row.between",
        [
            el(
                ".center",
                el(
                    "span.round",
                    any_icon(p.rng, 22),
                    label="button",
                    style="width:52px;height:52px;display:grid;place-items:center;margin:auto;background:var(--soft);color:var(--primary)",
                ),
                el(".small", p.words.item()),
            )
            for _ in range(4)
        ],
    )
    rows = p.times(
        5,
        9,
        lambda: el(
            ".row.rule",
            p.avatar(40),
            el(".grow", el("b.one", p.words.name()), el(".small.muted", p.words.date())),
            el("b", p.words.price(), style="color:" + p.rng.choice(("inherit", "#2a9d5c"))),
            style="padding:10px 0",
        ),
    )
    return join(
        p.mobile_nav(),
        el(
            "main",
            card,
            quick,
            p.heading(3, 1, 3, style="margin-top:22px"),
            rows,
            style="padding:14px;max-width:560px;margin:0 auto;padding-bottom:80px",
        ),
        p.tabs(),
    )


def music(p):
    """A song that plays."""
    cover = el("", p.image(320, 320, "portrait abstract texture city group landscape"), style="width:min(76vw,48vh);margin:24px auto")
    controls = el(
        ".row.middle",
        icon("left", 30),
        el(
            "span.round",
            icon("play", 30, True),
            label="button",
            style="width:70px;height:70px;display:grid;place-items:center;background:var(--primary);color:var(--on)",
        ),
        icon("right", 30),
        style="gap:34px;margin-top:18px",
    )
    words = el(
        "",
        p.heading(2, 1, 4, style="margin:0"),
        el(".muted", p.words.name()),
        el(".bar", el("i", style=f"width:{p.rng.randint(5, 90)}%"), style="margin-top:18px"),
        el(".row.between.small.muted", p.words.clock(), p.words.clock()),
        controls,
        style="padding:0 26px;max-width:520px;margin:0 auto",
    )
    return join(p.mobile_nav(), el("main", cover, words))


def article_card(p):
    """One large card after another."""
    cards = p.times(
        3,
        5,
        lambda: el(
            "article.card",
            p.image(360, p.rng.choice((200, 260))),
            el(".in", p.heading(2, 2, 6), p.text(1, 2, True), el(".row.between", p.person(30), p.button("tiny"))),
            style="margin-bottom:16px",
        ),
    )
    chips = el(
        ".row",
        [el("span.chip.on" if i == 0 else "span.chip", p.words.item(), label="button") for i in range(6)],
        style="overflow:hidden;margin-bottom:14px;gap:8px",
    )
    return join(
        p.mobile_nav(), el("main", chips, cards, style="padding:14px;max-width:620px;margin:0 auto"), p.tabs() if p.chance(0.6) else None
    )


def welcome(p):
    """The first screen of an app: a image, few words, one button."""
    dots = el(
        ".row.middle",
        [
            el("i", style="width:8px;height:8px;border-radius:4px;background:" + ("var(--primary)" if i == 0 else "var(--border)"))
            for i in range(4)
        ],
        style="gap:6px;margin:18px 0",
    )
    image = el(
        "", p.image(360, 360, "portrait abstract product landscape group screenshot"), style="width:min(84vw,46vh);margin:0 auto 26px"
    )
    return el(
        "main.center",
        image,
        p.heading(1, 2, 5),
        p.text(1, 1, True),
        dots,
        el("p", p.button("big full")),
        el("p", p.link(1, 3)),
        style="min-height:100vh;display:flex;flex-direction:column;justify-content:center;padding:24px;max-width:480px;margin:0 auto",
    )


PAGES = (listing, wallet, music, article_card, welcome)
