"""Faces and people, drawn: from flat cartoons to shaded portraits. Every face is labeled."""
from .markup import el, join, scaled
from .style import color

SKIN = ((0.07, 0.55, 0.82), (0.06, 0.6, 0.76), (0.07, 0.5, 0.66), (0.06, 0.45, 0.5), (0.05, 0.45, 0.36), (0.06, 0.4, 0.26))
HAIR = (
    (0.08, 0.4, 0.12),
    (0.07, 0.5, 0.22),
    (0.1, 0.6, 0.45),
    (0.13, 0.65, 0.62),
    (0.04, 0.7, 0.38),
    (0.0, 0.0, 0.07),
    (0.0, 0.0, 0.68),
    (0.9, 0.5, 0.5),
)


class Person:
    """One person: the same face at any size."""

    def __init__(self, art):
        r = self.rng = art.rng
        self.art = art
        self.flat = art.flat
        self.h, self.s, self.l = r.choice(SKIN)
        self.l += r.uniform(-0.04, 0.04)
        self.hair = r.choice(HAIR[:-1]) if r.random() < 0.96 else HAIR[-1]
        self.long, self.bald = r.random() < 0.45, r.random() < 0.07
        self.beard, self.glasses, self.hat = r.random() < 0.16, r.random() < 0.18, r.random() < 0.05
        self.smile, self.turn, self.wide = r.uniform(-0.2, 1), r.uniform(-0.22, 0.22), r.uniform(0.68, 0.84)
        self.cloth = color(r.random(), r.uniform(0.1, 0.7), r.uniform(0.15, 0.75))

    def skin(self, shade=0.0):
        """The color of the skin, lighter or darker by `shade`."""
        return color(self.h, self.s, self.l + shade)

    def draw(self, x, y, size, body=True):
        """Markup of the person whose head, `size` high, has its middle at x, y."""
        u = size / 2
        parts = [self.shoulders(u)] if body else []
        if self.long and not self.bald:
            parts.append(el("ellipse", cx=0.0, cy=0.25 * u, rx=u * (self.wide + 0.2), ry=1.2 * u, fill=color(*self.hair)))
        parts.append(el("g", self.head(u), self.features(u), label="face"))
        return el("g", parts, transform=f"translate({x:.1f} {y:.1f}) rotate({self.rng.uniform(-8, 8):.1f})")

    def shoulders(self, u):
        """Neck and upper body."""
        fill = self.art.gradient(self.cloth, self.cloth if self.flat else color(self.h + 0.5, 0.2, 0.12), 90)
        return join(
            el(
                "path",
                d=f"M{-2.1 * u:.1f} {4.4 * u:.1f} C{-2.1 * u:.1f} {1.5 * u:.1f} {-.8 * u:.1f} {1.45 * u:.1f} 0 {1.4 * u:.1f} "
                f"C{.8 * u:.1f} {1.45 * u:.1f} {2.1 * u:.1f} {1.5 * u:.1f} {2.1 * u:.1f} {4.4 * u:.1f}Z",
                fill=fill,
            ),
            el("path", d=scaled("M-.36 .5 L-.42 1.5 Q0 2 .42 1.5 L.36 .5Z", u), fill=self.skin(-0.08)),
        )

    def head(self, u):
        """Ears, head and hair."""
        w = self.wide * u
        fill = self.skin() if self.flat else self.art.radial(self.skin(0.07), self.skin(-0.13), 0.5 + self.turn, 0.4)
        parts = [el("ellipse", cx=side * w, cy=0.08 * u, rx=0.13 * u, ry=0.22 * u, fill=self.skin(-0.06)) for side in (-1, 1)]
        parts.append(
            el(
                "path",
                d=f"M{-w:.1f} {-.15 * u:.1f} C{-w:.1f} {-1.25 * u:.1f} {w:.1f} {-1.25 * u:.1f} {w:.1f} {-.15 * u:.1f} "
                f"C{w:.1f} {.6 * u:.1f} {.5 * w:.1f} {u:.1f} 0 {u:.1f} C{-.5 * w:.1f} {u:.1f} {-w:.1f} {.6 * u:.1f} {-w:.1f} {-.15 * u:.1f}Z",
                fill=fill,
            )
        )
        dark = color(*self.hair)
        if self.beard:
            parts.append(
                el(
                    "path",
                    d=f"M{-w:.1f} {.1 * u:.1f} C{-.95 * w:.1f} {1.3 * u:.1f} {.95 * w:.1f} {1.3 * u:.1f} {w:.1f} {.1 * u:.1f} "
                    f"C{.6 * w:.1f} {.55 * u:.1f} {-.6 * w:.1f} {.55 * u:.1f} {-w:.1f} {.1 * u:.1f}Z",
                    fill=dark,
                )
            )
        if not self.bald:
            fringe, part = self.rng.uniform(-0.6, -0.3) * u, self.rng.uniform(-0.5, 0.5) * w
            parts.append(
                el(
                    "path",
                    d=f"M{-1.06 * w:.1f} {.05 * u:.1f} C{-1.2 * w:.1f} {-1.5 * u:.1f} {1.2 * w:.1f} {-1.5 * u:.1f} {1.06 * w:.1f} {.05 * u:.1f} "
                    f"C{.95 * w:.1f} {fringe:.1f} {part:.1f} {fringe:.1f} {part:.1f} {-.62 * u:.1f} "
                    f"C{part:.1f} {fringe:.1f} {-.95 * w:.1f} {fringe:.1f} {-1.06 * w:.1f} {.05 * u:.1f}Z",
                    fill=dark if self.flat else self.art.gradient(color(self.hair[0], self.hair[1], self.hair[2] + 0.1), dark, 80),
                )
            )
        if self.hat:
            parts.append(
                el(
                    "path",
                    d=f"M{-1.3 * w:.1f} {-.5 * u:.1f} L{1.3 * w:.1f} {-.5 * u:.1f} L{w:.1f} {-.62 * u:.1f} "
                    f"C{.9 * w:.1f} {-1.5 * u:.1f} {-.9 * w:.1f} {-1.5 * u:.1f} {-w:.1f} {-.62 * u:.1f}Z",
                    fill=self.cloth,
                )
            )
        return join(parts)

    def features(self, u):
        """Eyes, brows, nose, mouth, glasses."""
        w, shift, parts = self.wide * u, self.turn * u, []
        line = max(0.6, 0.05 * u)
        iris = color(self.rng.choice((0.08, 0.08, 0.3, 0.58)), 0.5, self.rng.uniform(0.15, 0.4))
        for side in (-1, 1):
            x = side * 0.42 * w + shift
            parts += [
                el("ellipse", cx=x, cy=-0.02 * u, rx=0.16 * u, ry=0.1 * u, fill="#fbf8f4"),
                el("circle", cx=x + 0.2 * shift, cy=-0.02 * u, r=0.085 * u, fill=iris),
                el("circle", cx=x + 0.2 * shift, cy=-0.02 * u, r=0.04 * u, fill="#111"),
                el(
                    "path",
                    d=f"M{x - .2 * u:.1f} {-.22 * u:.1f} Q{x:.1f} {-.34 * u:.1f} {x + .2 * u:.1f} {-.22 * u:.1f}",
                    stroke=color(*self.hair),
                    stroke_width=line * 1.5,
                    fill="none",
                ),
            ]
            if self.glasses:
                parts.append(
                    el(
                        "rect",
                        x=x - 0.24 * u,
                        y=-0.2 * u,
                        width=0.48 * u,
                        height=0.38 * u,
                        rx=0.15 * u,
                        fill="none",
                        stroke="#222",
                        stroke_width=line,
                    )
                )
        parts.append(
            el(
                "path",
                d=f"M{shift:.1f} {.02 * u:.1f} L{shift * 1.3 + .08 * u:.1f} {.34 * u:.1f} L{shift - .06 * u:.1f} {.36 * u:.1f}",
                stroke=self.skin(-0.2),
                stroke_width=line,
                fill="none",
            )
        )
        lip, bend = color(0.99, 0.5, min(0.55, self.l - 0.12)), 0.24 * self.smile * u
        top = f"M{shift - .28 * u:.1f} {.58 * u:.1f} Q{shift:.1f} {.58 * u + bend:.1f} {shift + .28 * u:.1f} {.58 * u:.1f}"
        if self.smile > 0.6:
            parts.append(el("path", d=top + "Z", fill="#fff", stroke=lip, stroke_width=line))
        else:
            parts.append(el("path", d=top, fill="none", stroke=lip, stroke_width=line * 1.8))
        return join(parts)
