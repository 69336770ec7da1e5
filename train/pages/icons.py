"""Icons of 24 x 24 units and logos, drawn by ourselves."""
from .markup import Markup, el, join

#: Paths, drawn as lines of one weight.
ICONS = {
    "search": "M4 10a6 6 0 1 0 12 0a6 6 0 1 0-12 0M15 15l5 5",
    "menu": "M3 6h18M3 12h18M3 18h18",
    "close": "M5 5l14 14M19 5L5 19",
    "home": "M3 11l9-8l9 8M6 9v11h12V9",
    "user": "M8 8a4 4 0 1 0 8 0a4 4 0 1 0-8 0M4 21c1-8 15-8 16 0",
    "bell": "M6 17V10a6 6 0 0 1 12 0v7M4 17h16M10 20h4",
    "cart": "M2 4h3l3 12h10l3-9H6M9 20h.1M17 20h.1",
    "heart": "M12 20C2 13 3 4 9 5q2 0 3 3q1-3 3-3c6-1 7 8-3 15",
    "mail": "M3 6h18v12H3zM3 6l9 7l9-7",
    "gear": "M9 12a3 3 0 1 0 6 0a3 3 0 1 0-6 0M12 2v4M12 18v4M2 12h4M18 12h4M5 5l3 3M16 16l3 3M19 5l-3 3M8 16l-3 3",
    "plus": "M12 4v16M4 12h16",
    "check": "M4 12l6 6L20 6",
    "arrow": "M4 12h15M13 6l6 6l-6 6",
    "down": "M5 9l7 7l7-7",
    "right": "M9 5l7 7l-7 7",
    "left": "M15 5l-7 7l7 7",
    "chart": "M4 20V10M10 20V4M16 20v-7M21 20H3",
    "file": "M6 3h8l4 4v14H6zM14 3v4h4",
    "directory": "M3 6h6l2 3h10v10H3z",
    "clock": "M3 12a9 9 0 1 0 18 0a9 9 0 1 0-18 0M12 7v5l4 2",
    "pin": "M12 21C5 13 5 4 12 4s7 9 0 17M10 10h4",
    "lock": "M5 11h14v10H5zM8 11V7a4 4 0 0 1 8 0v4",
    "play": "M7 4v16l13-8z",
    "star": "M12 3l3 6l6 1l-4.500 4.500l1 6.500l-5.500-3l-5.500 3l1-6.500L3 10l6-1z",
    "phone": "M6 3l4 5l-2 3q2 4 5 5l3-2l5 4q-3 4-6 3Q5 18 3 8q0-3 3-5",
    "grid": "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h6v6h-6z",
    "share": "M6 12L18 5M6 12l12 7M18 5h.1M6 12h.1M18 19h.1",
    "tag": "M3 3h9l9 9l-9 9l-9-9zM8 8h.1",
    "sun": "M8 12a4 4 0 1 0 8 0a4 4 0 1 0-8 0M12 2v3M12 19v3M2 12h3M19 12h3",
    "cloud": "M6 18a4 4 0 0 1 0-8a6 6 0 0 1 11-1a4.500 4.500 0 0 1 1 9z",
    "dots": "M5 12h.1M12 12h.1M19 12h.1",
    "image": "M3 4h18v16H3zM3 17l6-6l5 5l3-3l4 4M15 8h.1",
    "trash": "M4 6h16M9 6V3h6v3M6 6l1 15h10l1-15",
    "bolt": "M13 2L4 14h7l-1 8l9-12h-7z",
    "shield": "M12 2l8 3c0 9-3 14-8 17c-5-3-8-8-8-17z",
}


def icon(name, size=None, filled=False, **attrs):
    """One icon in the color of the text around it; `size` in px, or as high as the text."""
    return el(
        "svg.icon",
        el("path", d=ICONS[name]),
        viewBox="0 0 24 24",
        fill="currentColor" if filled else "none",
        stroke="currentColor",
        stroke_width=2,
        stroke_linecap="round",
        stroke_linejoin="round",
        style=f"width:{size}px;height:{size}px" if size else None,
        **attrs,
    )


def any_icon(rng, size=None):
    """Some icon."""
    return icon(rng.choice(sorted(ICONS)), size, rng.random() < 0.12)


def stars(rng, size=14):
    """Five stars, some of them filled."""
    full = rng.randint(2, 5)
    return el("span", [icon("star", size, i < full) for i in range(5)], style="color:#f0a020;white-space:nowrap")


def mark(rng, style, size):
    """The sign of a company."""
    a, b = style.primary, style.accent
    shape = rng.randrange(6)
    inner = (
        lambda: el("circle", cx=12, cy=12, r=10, fill=a) + el("circle", cx=12, cy=12, r=4, fill=b),
        lambda: el("path", d="M2 22L12 2l10 20z", fill=a) + el("path", d="M8 22l4-9l4 9z", fill=b),
        lambda: el("rect", x=2, y=2, width=9, height=20, rx=2, fill=a) + el("rect", x=13, y=9, width=9, height=13, rx=2, fill=b),
        lambda: el("path", d="M3 12a9 9 0 0 1 18 0z", fill=a) + el("path", d="M3 13a9 9 0 0 0 18 0z", fill=b),
        lambda: el("rect", x=2, y=2, width=20, height=20, rx=6, fill=a)
        + el("path", d="M7 16V8l10 8V8", stroke="#fff", stroke_width=2.5, fill="none"),
        lambda: el("path", d="M12 2l9 5v10l-9 5l-9-5V7z", fill=a) + el("circle", cx=12, cy=12, r=4, fill=style.back),
    )[shape]()
    return el("svg", Markup(inner), viewBox="0 0 24 24", width=size, height=size, style="flex:none;display:block")


def logo(rng, style, brand, size=26):
    """A company's sign and name, a image to a learner."""
    kind = rng.random()
    name = el(
        "b",
        brand,
        style=f"font-family:{style.head};font-size:{size * rng.uniform(.65, .95):.0f}px;"
        f"letter-spacing:{rng.choice((0, 0, -.03, .1))}em;line-height:1;white-space:nowrap",
    )
    parts = join(mark(rng, style, size), name) if kind < 0.6 else name if kind < 0.85 else mark(rng, style, round(size * 1.3))
    return el("span.row", parts, label="image", style="gap:8px;display:inline-flex;flex:none")
