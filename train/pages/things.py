"""Things that are for sale. Each function returns one about s high around the origin, of two fills."""
from .markup import el, join, scaled


def path(s, data, fill, **attrs):
    """A path whose numbers are parts of s."""
    return el("path", d=scaled(data, s), fill=fill, **attrs)


def rect(s, x, y, w, h, fill, round_=0.0):
    """A rectangle whose numbers are parts of s."""
    return el("rect", x=x * s, y=y * s, width=w * s, height=h * s, rx=round_ * s, fill=fill)


def bottle(s, body, second):
    outline = "M-.1 -.5 h.2 v.2 q.12 .08 .12 .2 v.6 h-.44 v-.6 q0 -.12 .12 -.2Z"
    return join(path(s, outline, body), rect(s, -0.22, 0, 0.44, 0.25, second))


def box(s, body, second):
    sides = (
        ("M-.4 -.25 L0 -.45 L.4 -.25 L0 -.05Z", second, 1),
        ("M-.4 -.25 L0 -.05 V.5 L-.4 .3Z", body, 1),
        ("M.4 -.25 L0 -.05 V.5 L.4 .3Z", body, 0.75),
    )
    return join(path(s, data, fill, opacity=opacity) for data, fill, opacity in sides)


def mug(s, body, second):
    handle = el("circle", cx=0.3 * s, cy=0.05 * s, r=0.2 * s, fill="none", stroke=body, stroke_width=0.07 * s)
    return join(
        handle, rect(s, -0.32, -0.3, 0.6, 0.75, body, 0.06), el("ellipse", cx=-0.02 * s, cy=-0.3 * s, rx=0.3 * s, ry=0.06 * s, fill=second)
    )


def phone(s, body, second):
    return join(
        rect(s, -0.25, -0.5, 0.5, 1, "#16161a", 0.05),
        rect(s, -0.225, -0.47, 0.45, 0.94, body, 0.03),
        el("circle", cy=-0.1 * s, r=0.12 * s, fill=second),
    )


def lamp(s, body, second):
    foot = el("ellipse", cy=0.45 * s, rx=0.2 * s, ry=0.05 * s, fill="#333")
    return join(rect(s, -0.02, -0.1, 0.04, 0.55, "#444"), foot, path(s, "M-.16 -.5 h.32 l.14 .42 h-.6Z", body))


def shoe(s, body, second):
    upper = "M-.5 .15 V-.25 q.15 .12 .3 0 q.2 .26 .5 .28 q.18 .02 .2 .16Z"
    return join(path(s, upper, body), rect(s, -0.5, 0.17, 1, 0.1, second, 0.04))


def bag(s, body, second):
    handle = path(s, "M-.2 -.15 C-.2 -.6 .2 -.6 .2 -.15", "none", stroke=second, stroke_width=0.05 * s)
    return join(handle, path(s, "M-.36 -.15 h.72 l.08 .62 h-.88Z", body))


def shirt(s, body, second):
    return path(s, "M-.18 -.42 Q0 -.3 .18 -.42 L.5 -.2 L.38 .02 L.28 -.05 V.46 H-.28 V-.05 L-.38 .02 L-.5 -.2Z", body)


def watch(s, body, second):
    face = join(el("circle", r=0.25 * s, fill=body), el("circle", r=0.2 * s, fill="#f8f8f4"))
    return join(
        rect(s, -0.12, -0.5, 0.24, 1, second, 0.03), face, path(s, "M0 0 V-.14 M0 0 L.1 .06", "none", stroke="#222", stroke_width=0.02 * s)
    )


def chair(s, body, second):
    legs = [rect(s, x, 0.14, 0.05, 0.34, "#5b4632") for x in (-0.28, 0.23)]
    return join(rect(s, -0.28, -0.5, 0.56, 0.5, body, 0.08), rect(s, -0.34, 0.02, 0.68, 0.12, second, 0.04), legs)


THINGS = (bottle, box, mug, phone, lamp, shoe, bag, shirt, watch, chair)
