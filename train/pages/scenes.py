"""Scenes: landscapes, streets, interiors, food, animals. A base of `art.Art`."""
import math

from .faces import Person
from .markup import el, join, scaled
from .style import color


class Scenes:
    """Needs `rng`, `flat` and the definitions (`gradient`, `blur`, …) of its heir."""

    def landscape(self, w, h):
        """Sky, sun, ridges, perhaps water."""
        r, hue = self.rng, self.rng.uniform(0.5, 0.66) if self.rng.random() < 0.7 else self.rng.uniform(-0.05, 0.12)
        parts = [
            el(
                "rect",
                width=w,
                height=h,
                fill=self.gradient(color(hue, 0.6, r.uniform(0.2, 0.65)), color(hue + r.uniform(-0.1, 0.1), 0.5, 0.88)),
            )
        ]
        parts.append(el("circle", cx=r.random() * w, cy=r.uniform(0.1, 0.45) * h, r=r.uniform(0.03, 0.1) * h, fill="#fff6d8", opacity=0.9))
        green, n = r.uniform(0.2, 0.62), r.randint(2, 5)
        for i in range(n):
            base, rough = h * (0.4 + 0.5 * i / n), h * r.uniform(0.05, 0.2)
            points = [
                f"{w * k / 24:.0f} {base + rough * (0.6 * math.sin(k * r.uniform(0.2, 0.6) + i * 2) + r.uniform(-0.4, 0.4)):.0f}"
                for k in range(25)
            ]
            depth = i / max(1, n - 1)
            parts.append(
                el(
                    "path",
                    d=f"M0 {h} L{' L'.join(points)} L{w} {h}Z",
                    fill=self.gradient(color(green, 0.2 + 0.25 * depth, 0.6 - 0.42 * depth), color(green, 0.3, 0.4 - 0.3 * depth)),
                )
            )
        if not self.flat:
            parts.append(self.grain(w, h, r.choice((0.01, 0.02, 0.05)), r.uniform(0.1, 0.5)))
        return join(parts)

    def city(self, w, h):
        """Houses with windows."""
        r, hue, x, parts = self.rng, self.rng.random(), 0.0, []
        night = r.random() < 0.35
        parts.append(
            el(
                "rect",
                width=w,
                height=h,
                fill=self.gradient(color(0.62, 0.5, 0.1 if night else 0.7), color(0.08, 0.5, 0.25 if night else 0.9)),
            )
        )
        while x < w:
            bw, bh = w * r.uniform(0.07, 0.2), h * r.uniform(0.3, 0.85)
            wall = color(hue + r.uniform(-0.1, 0.1), 0.15, r.uniform(0.05, 0.2) if night else r.uniform(0.35, 0.8))
            parts.append(
                el("rect", x=x, y=h - bh, width=bw, height=bh, fill=self.gradient(wall, color(hue, 0.15, 0.1 if night else 0.3), 20))
            )
            step = max(6.0, bw / r.randint(3, 6))
            for i in range(int(bw / step)):
                for k in range(min(14, int(bh / step / 1.3))):
                    glass = color(0.13, 0.8, 0.7) if night and r.random() < 0.4 else color(0.58, 0.2, 0.12 if night else 0.35)
                    parts.append(
                        el(
                            "rect",
                            x=x + (i + 0.25) * step,
                            y=h - bh + (k + 0.4) * step * 1.3,
                            width=step * 0.5,
                            height=step * 0.75,
                            fill=glass,
                        )
                    )
            x += bw * r.uniform(0.9, 1.1)
        return join(parts)

    def interior(self, w, h):
        """A wall, a floor, a window, a sofa, a plant."""
        r, hue = self.rng, self.rng.random()
        floor = h * r.uniform(0.62, 0.78)
        sofa = color(r.random(), 0.4, r.uniform(0.3, 0.6))
        x, sw = w * r.uniform(0.08, 0.4), w * r.uniform(0.35, 0.5)
        parts = [
            el("rect", width=w, height=h, fill=self.gradient(color(hue, 0.15, 0.9), color(hue, 0.18, 0.72))),
            el("rect", y=floor, width=w, height=h - floor, fill=self.gradient(color(0.08, 0.35, 0.55), color(0.07, 0.4, 0.32))),
            el(
                "rect",
                x=w * r.uniform(0.05, 0.6),
                y=h * 0.1,
                width=w * 0.25,
                height=h * 0.35,
                fill=self.gradient("#eaf6ff", "#bcd9ee"),
                stroke="#fff",
                stroke_width=h * 0.02,
            ),
            el("rect", x=x, y=floor - h * 0.22, width=sw, height=h * 0.2, rx=h * 0.04, fill=self.gradient(sofa, color(hue, 0.3, 0.2))),
            el("rect", x=x - w * 0.03, y=floor - h * 0.08, width=sw + w * 0.06, height=h * 0.15, rx=h * 0.04, fill=sofa),
        ]
        px = w * r.uniform(0.78, 0.92)
        parts += [
            el(
                "ellipse",
                cx=px + r.uniform(-0.06, 0.06) * w,
                cy=floor - h * r.uniform(0.12, 0.36),
                rx=w * 0.025,
                ry=h * 0.1,
                fill=color(0.33, 0.45, r.uniform(0.2, 0.4)),
                transform=f"rotate({r.randint(-50, 50)} {px:.0f} {floor - h * 0.1:.0f})",
            )
            for _ in range(7)
        ]
        return join(parts, el("rect", x=px - w * 0.03, y=floor - h * 0.08, width=w * 0.06, height=h * 0.13, fill=color(0.05, 0.5, 0.45)))

    def food(self, w, h):
        """A plate with something on it, from above."""
        r = self.rng
        cx, cy, rad = w / 2 + r.uniform(-0.1, 0.1) * w, h / 2 + r.uniform(-0.08, 0.08) * h, min(w, h) * r.uniform(0.34, 0.5)
        parts = [
            el("rect", width=w, height=h, fill=color(r.choice((0.07, 0.58, 0)), 0.3, r.uniform(0.12, 0.8))),
            self.grain(w, h, 0.01, 0.5, 12.0),
            el("circle", cx=cx, cy=cy + rad * 0.06, r=rad * 1.02, fill="#0005", filter=self.blur(rad * 0.05)),
            el("circle", cx=cx, cy=cy, r=rad, fill=self.radial("#ffffff", "#d8d4cc")),
            el("circle", cx=cx, cy=cy, r=rad * 0.75, fill="#00000010"),
        ]
        hues = [r.choice((0.0, 0.03, 0.08, 0.12, 0.25, 0.3)) for _ in range(4)]
        for _ in range(r.randint(12, 40)):
            a, d, s, hue = r.random() * 6.3, r.random() ** 0.6 * rad * 0.6, rad * r.uniform(0.06, 0.26), r.choice(hues)
            parts.append(
                el(
                    "ellipse",
                    cx=cx + d * math.cos(a),
                    cy=cy + d * math.sin(a),
                    rx=s,
                    ry=s * r.uniform(0.4, 1),
                    fill=self.radial(color(hue, 0.75, 0.6), color(hue, 0.7, 0.28), 0.35, 0.3),
                    transform=f"rotate({r.randint(0, 180)} {cx + d * math.cos(a):.0f} {cy + d * math.sin(a):.0f})",
                )
            )
        return join(parts)

    def car(self, w, h):
        """A car on a street."""
        r, s = self.rng, w * self.rng.uniform(0.45, 0.75)
        x, y, paint = (
            w * r.uniform(0.3, 0.6) - s / 2,
            h * r.uniform(0.68, 0.8),
            color(r.random(), r.choice((0.1, 0.7)), r.uniform(0.25, 0.7)),
        )
        body = scaled("M0 -.06 Q0 -.2 .16 -.21 L.3 -.36 H.62 L.8 -.21 Q1 -.19 1 -.06Z", s)
        glass = scaled("M.23 -.22 L.33 -.33 H.6 L.72 -.22Z", s)
        wheels = [
            join(
                el("circle", cx=k * s, cy=-0.05 * s, r=0.085 * s, fill="#151515"),
                el("circle", cx=k * s, cy=-0.05 * s, r=0.045 * s, fill="#b5b9be"),
            )
            for k in (0.22, 0.79)
        ]
        street = el("rect", y=y - h * 0.06, width=w, height=h, fill=self.gradient("#77777a", "#3c3c40"))
        shadow = el("ellipse", cx=s / 2, cy=0.03 * s, rx=s * 0.5, ry=s * 0.03, fill="#0007", filter=self.blur(s * 0.01))
        return join(
            self.backdrop(w, h),
            street,
            el(
                "g",
                shadow,
                el("path", d=body, fill=self.gradient(paint, "#16181c")),
                el("path", d=glass, fill=self.gradient("#cfe3ee", "#41505a")),
                wheels,
                transform=f"translate({x:.0f} {y:.0f})",
            ),
        )

    def animal(self, w, h):
        """The head of a cat or a dog."""
        r, u = self.rng, h * self.rng.uniform(0.2, 0.34)
        fur, hue, cat = r.uniform(0.15, 0.85), r.uniform(0.04, 0.11), r.random() < 0.5
        skin, dark = color(hue, 0.35, fur), color(hue, 0.35, fur - 0.15)
        ear = "M.9 -.3 L.85 -1.35 L.2 -.8Z" if cat else "M.6 -.8 Q1.7 -.7 1.05 .6 Q.8 .1 .6 -.2Z"
        ears = [el("path", d=scaled(ear, u), fill=dark, transform=f"scale({k} 1)") for k in (-1, 1)]
        eyes = [
            join(
                el("circle", cx=k * 0.4 * u, cy=-0.1 * u, r=0.16 * u, fill=color(r.uniform(0.1, 0.3), 0.6, 0.45)),
                el("ellipse", cx=k * 0.4 * u, cy=-0.1 * u, rx=(0.05 if cat else 0.1) * u, ry=0.13 * u, fill="#0c0c0c"),
            )
            for k in (-1, 1)
        ]
        head = [
            el("ellipse", cy=2.1 * u, rx=1.5 * u, ry=1.6 * u, fill=dark),
            ears,
            el("ellipse", rx=u, ry=0.95 * u, fill=self.radial(skin, dark)),
            el("ellipse", cy=0.45 * u, rx=0.45 * u, ry=0.36 * u, fill=color(hue, 0.2, min(0.95, fur + 0.2))),
            eyes,
            el("path", d=f"M{-.14 * u:.1f} {.25 * u:.1f} h{.28 * u:.1f} l{-.14 * u:.1f} {.16 * u:.1f}Z", fill="#2b2020"),
        ]
        return join(self.backdrop(w, h), el("g", head, transform=f"translate({w * r.uniform(.35, .65):.0f} {h * r.uniform(.42, .55):.0f})"))

    def flowers(self, w, h):
        """Flowers or leaves, some of them out of focus."""
        r, hue, parts = (
            self.rng,
            self.rng.random(),
            [el("rect", width=w, height=h, fill=self.gradient(color(0.28, 0.4, self.rng.uniform(0.15, 0.5)), color(0.35, 0.4, 0.12)))],
        )
        for i in range(r.randint(5, 16)):
            x, y, s, n = r.random() * w, r.random() * h, h * r.uniform(0.06, 0.22), r.choice((5, 6, 8))
            fill = self.radial(color(hue + r.uniform(-0.06, 0.06), 0.7, 0.45), color(hue, 0.7, 0.75))
            petals = [
                el("ellipse", cy=-s * 0.6, rx=s * 0.3, ry=s * 0.5, fill=fill, transform=f"rotate({360 * k / n:.0f})") for k in range(n)
            ]
            parts.append(
                el(
                    "g",
                    petals,
                    el("circle", r=s * 0.25, fill=color(0.12, 0.8, 0.5)),
                    transform=f"translate({x:.0f} {y:.0f})",
                    filter=self.blur(h * 0.015) if i < 4 else None,
                )
            )
        return join(parts)

    def figure(self, w, h):
        """One or two whole persons before a landscape or houses."""
        r = self.rng
        behind = getattr(self, r.choice(("landscape", "city", "backdrop", "interior")))(w, h)
        return join(
            behind,
            [
                self.standing(w * r.uniform(0.15, 0.85), h * r.uniform(0.9, 1.05), h * r.uniform(0.5, 0.85))
                for _ in range(r.choice((1, 1, 2)))
            ],
        )

    def standing(self, x, y, tall):
        """A person that stands at x, y and is so tall."""
        r, u, person = self.rng, tall / 15, Person(self)
        legs = [
            el(
                "path",
                d=f"M{k * .9 * u:.1f} {-7 * u:.1f} L{k * r.uniform(.7, 1.8) * u:.1f} {-.2 * u:.1f}",
                stroke=color(0.62, 0.3, 0.2),
                stroke_width=1.5 * u,
                stroke_linecap="round",
            )
            for k in (-1, 1)
        ]
        arms = [
            el(
                "path",
                d=f"M{k * 1.7 * u:.1f} {-11.300 * u:.1f} L{k * r.uniform(1.6, 4) * u:.1f} {-r.uniform(6.5, 11) * u:.1f}",
                stroke=person.cloth,
                stroke_width=1.1 * u,
                stroke_linecap="round",
            )
            for k in (-1, 1)
        ]
        trunk = el(
            "rect", x=-1.9 * u, y=-12.2 * u, width=3.8 * u, height=6 * u, rx=1.2 * u, fill=self.gradient(person.cloth, color(0, 0, 0.15))
        )
        return el("g", legs, arms, trunk, person.draw(0, -13.6 * u, 2.4 * u, body=False), transform=f"translate({x:.0f} {y:.0f})")
