"""Images drawn in SVG: scenes, things, textures, plots, logos and icons. Nothing comes from a file."""
from .faces import Person
from .markup import el, join
from .plots import Plots
from .scenes import Scenes
from .style import color
from .things import THINGS


class Art(Scenes, Plots):
    """Draws the images of one page. Definitions are numbered over the page, so that no two share an id."""

    def __init__(self, rng, style, words):
        self.rng, self.style, self.words = rng, style, words
        self.count, self.defs = 0, []
        self.flat = rng.random() < 0.3  # drawings instead of something like photographs

    def name(self):
        """A fresh id."""
        self.count += 1
        return f"d{self.count}"

    def define(self, kind, *children, **attrs):
        """Adds a definition to the image that is being drawn; returns the reference to it."""
        name = self.name()
        self.defs.append(el(kind, *children, id=name, **attrs))
        return f"url(#{name})"

    def gradient(self, first, last, angle=90):
        """A linear gradient, by default from top to bottom."""
        return self.define(
            "linearGradient",
            el("stop", offset=0, stop_color=first),
            el("stop", offset=1, stop_color=last),
            gradientTransform=f"rotate({angle} .5 .5)",
        )

    def radial(self, first, last, cx=0.5, cy=0.5):
        """A radial gradient."""
        return self.define(
            "radialGradient", el("stop", offset=0, stop_color=first), el("stop", offset=1, stop_color=last), cx=cx, cy=cy, r=0.75
        )

    def blur(self, amount):
        """A filter that blurs by so many pixels."""
        return self.define("filter", el("feGaussianBlur", stdDeviation=amount), x="-30%", y="-30%", width="160%", height="160%")

    def grain(self, w, h, frequency, strength, stretch=1.0):
        """A noise texture over a whole image, as light and dark."""
        noise = el(
            "feTurbulence",
            type="fractalNoise",
            baseFrequency=f"{frequency:.3f} {frequency * stretch:.3f}",
            numOctaves=4,
            seed=self.rng.randrange(1000),
        )
        matrix = el(
            "feColorMatrix", type="matrix", values=f"0 0 0 0 0  0 0 0 0 0  0 0 0 0 0  {2 * strength:.2f} 0 0 0 {-0.75 * strength:.2f}"
        )
        return el("rect", width=w, height=h, filter=self.define("filter", noise, matrix, x=0, y=0, width=1, height=1))

    def image(self, w, h, kind=None, label="image", **attrs):
        """One image as an SVG of w by h units that fills its box."""
        kind = kind or self.rng.choice(KINDS)
        self.defs = []
        inner = getattr(self, kind)(w, h)
        if not self.flat and kind in PHOTOGRAPHS and self.rng.random() < 0.7:
            inner = join(inner, self.grain(w, h, 0.8, self.rng.uniform(0.02, 0.14)), self.light(w, h))
        return el("svg", el("defs", self.defs), inner, label=label, viewBox=f"0 0 {w} {h}", preserveAspectRatio="xMidYMid slice", **attrs)

    def light(self, w, h):
        """A fall of light over a photograph."""
        first, last = self.rng.choice((("#fff4", "#0000"), ("#fff3", "#0004"), ("#0000", "#0006"), ("#fc83", "#0483")))
        return el("rect", width=w, height=h, fill=self.radial(first, last, self.rng.random(), self.rng.random()))

    def backdrop(self, w, h):
        """Something out of focus behind a person or a thing."""
        r, hue = self.rng, self.rng.random()
        back = el(
            "rect",
            width=w,
            height=h,
            fill=self.gradient(color(hue, 0.3, r.uniform(0.3, 0.9)), color(hue + 0.1, 0.35, r.uniform(0.1, 0.7)), r.choice((60, 90, 120))),
        )
        if self.flat or r.random() < 0.25:
            return back
        spots = [
            el(
                "circle",
                cx=r.random() * w,
                cy=r.random() * h,
                r=r.uniform(0.04, 0.25) * h,
                fill=color(hue + r.uniform(-0.1, 0.15), 0.5, r.uniform(0.2, 0.85)),
                opacity=r.uniform(0.3, 0.8),
            )
            for _ in range(9)
        ]
        return join(back, el("g", spots, filter=self.blur(0.04 * h)))

    def portrait(self, w, h):
        """One person."""
        r = self.rng
        size = h * r.uniform(0.36, 0.6)
        return join(self.backdrop(w, h), Person(self).draw(w * r.uniform(0.32, 0.68), h * r.uniform(0.4, 0.5), size))

    def avatar(self, w, h):
        """A head for a small round image."""
        return join(
            el("rect", width=w, height=h, fill=color(self.rng.random(), 0.4, self.rng.uniform(0.4, 0.85))),
            Person(self).draw(w / 2, h * 0.46, h * 0.55),
        )

    def group(self, w, h):
        """Several people side by side."""
        r = self.rng
        n = r.randint(2, 4 if w > h else 2)
        people = [
            Person(self).draw(
                w * (i + 0.5 + r.uniform(-0.12, 0.12)) / n, h * r.uniform(0.3, 0.5), min(h * 0.36, w / n * 0.6) * r.uniform(0.75, 1)
            )
            for i in range(n)
        ]
        return join(self.backdrop(w, h), people)

    def product(self, w, h):
        """A thing on a plain ground, with its shadow."""
        r, hue, s = self.rng, self.rng.random(), min(w, h) * self.rng.uniform(0.55, 0.85)
        light = r.random()
        ground = "#ffffff" if light < 0.4 else "#f3f3f3" if light < 0.65 else color(r.random(), 0.35, r.uniform(0.2, 0.9))
        body = self.gradient(color(hue, 0.55, 0.62), color(hue, 0.6, 0.25), r.choice((0, 20, 160)))
        return join(
            el("rect", width=w, height=h, fill=ground),
            el("ellipse", cx=w / 2, cy=h / 2 + s * 0.5, rx=s * 0.38, ry=s * 0.05, fill="#0004", filter=self.blur(s * 0.02)),
            el("g", r.choice(THINGS)(s, body, color(hue + 0.5, 0.4, r.uniform(0.2, 0.9))), transform=f"translate({w / 2:.1f} {h / 2:.1f})"),
        )

    def abstract(self, w, h):
        """Soft blobs or hard shapes in a few colors."""
        r, hue, hard = self.rng, self.rng.random(), self.rng.random() < 0.45
        parts = []
        for _ in range(r.randint(4, 12)):
            fill, x, y, s = (
                color(hue + r.uniform(-0.15, 0.3), r.uniform(0.4, 0.95), r.uniform(0.25, 0.8)),
                r.random() * w,
                r.random() * h,
                r.uniform(0.1, 0.5) * max(w, h),
            )
            shape = r.choice(("circle", "rect", "tri")) if hard else "circle"
            if shape == "circle":
                parts.append(el("circle", cx=x, cy=y, r=s * 0.7, fill=fill))
            elif shape == "rect":
                parts.append(
                    el(
                        "rect",
                        x=x - s / 2,
                        y=y - s / 2,
                        width=s,
                        height=s * r.uniform(0.3, 1.2),
                        fill=fill,
                        transform=f"rotate({r.choice((0, 15, 30, 45))} {x:.0f} {y:.0f})",
                    )
                )
            else:
                parts.append(el("path", d=f"M{x:.0f} {y - s / 2:.0f} l{s / 2:.0f} {s:.0f} h{-s:.0f}Z", fill=fill))
        return join(
            el("rect", width=w, height=h, fill=color(hue, 0.6, r.choice((0.15, 0.5, 0.88)))),
            parts if hard else el("g", parts, filter=self.blur(0.1 * max(w, h))),
        )

    def texture(self, w, h):
        """Stone, cloth, wood or clouds, from noise."""
        r, hue = self.rng, self.rng.random()
        base = r.choice((0.008, 0.02, 0.05, 0.2))
        return join(
            el(
                "rect",
                width=w,
                height=h,
                fill=self.gradient(
                    color(hue, r.uniform(0.1, 0.6), r.uniform(0.35, 0.85)), color(hue + 0.08, 0.4, r.uniform(0.15, 0.6)), r.randint(0, 180)
                ),
            ),
            self.grain(w, h, base, r.uniform(0.6, 1.4), r.choice((1.0, 1.0, 8.0, 0.1))),
        )

    def screenshot(self, w, h):
        """A small image of a program, as landing pages show it."""
        r, s = self.rng, self.style
        parts = [
            el("rect", width=w, height=h, fill=s.surface),
            el("rect", width=w, height=h * 0.08, fill=s.border),
            el("rect", y=h * 0.08, width=w * 0.2, height=h, fill=s.soft),
        ]
        parts += [el("circle", cx=h * (0.05 + 0.045 * i), cy=h * 0.04, r=h * 0.014, fill=c) for i, c in enumerate(("#f66", "#fb4", "#4c6"))]
        parts += [
            el(
                "rect",
                x=w * 0.03,
                y=h * (0.15 + 0.08 * i),
                width=w * r.uniform(0.07, 0.14),
                height=h * 0.03,
                rx=2,
                fill=s.muted,
                opacity=0.6,
            )
            for i in range(8)
        ]
        for i in range(3):
            parts.append(
                el("rect", x=w * (0.23 + 0.255 * i), y=h * 0.14, width=w * 0.235, height=h * 0.2, rx=4, fill=s.back, stroke=s.border)
            )
            parts.append(el("rect", x=w * (0.25 + 0.255 * i), y=h * 0.24, width=w * 0.1, height=h * 0.06, fill=s.ink()))
        chart = el("g", self.plot_body(w * 0.7, h * 0.5), transform=f"translate({w * 0.24:.0f} {h * 0.42:.0f})")
        return join(parts, el("rect", x=w * 0.23, y=h * 0.4, width=w * 0.745, height=h * 0.56, rx=4, fill=s.back, stroke=s.border), chart)

    def banner(self, w, h):
        """An advertisement: a image with words in it."""
        r = self.rng
        scene = getattr(self, r.choice(("abstract", "product", "landscape", "portrait", "texture")))(w, h)
        size, light = min(h * r.uniform(0.12, 0.26), w * 0.09), r.random() < 0.7
        x, y = w * r.uniform(0.05, 0.2), h * r.uniform(0.3, 0.6)
        fill, font = ("#ffffff" if light else "#111111"), self.style.head
        lines = [
            el(
                "text",
                self.words.title(1, 2),
                x=x,
                y=y + i * size * 1.1,
                font_size=size,
                font_weight=800,
                font_family=font,
                fill=fill,
                label="heading",
            )
            for i in range(r.randint(1, 2))
        ]
        small = el("text", self.words.some(3, 6), x=x, y=y + size * 2.1, font_size=size * 0.42, font_family=font, fill=fill)
        cover = el("rect", width=w, height=h, fill="#0006" if light else "#fff9", style="pointer-events:none")
        return join(scene, cover, lines, small)

    def street_map(self, w, h):
        """Streets, a river, a park and a pin."""
        r = self.rng
        parts = [
            el("rect", width=w, height=h, fill="#eceae4"),
            el("rect", x=r.random() * w * 0.7, y=r.random() * h * 0.7, width=w * 0.25, height=h * 0.3, fill="#c9e5bd"),
        ]
        parts.append(
            el(
                "path",
                d=f"M0 {r.random() * h:.0f} C{w * .3:.0f} {r.random() * h:.0f} {w * .6:.0f} {r.random() * h:.0f} {w} {r.random() * h:.0f}",
                stroke="#a8d0f0",
                stroke_width=h * 0.07,
                fill="none",
            )
        )
        for i in range(18):
            a, b = r.random(), r.random()
            d = (
                f"M{a * w:.0f} 0 L{(a + r.uniform(-.2, .2)) * w:.0f} {h}"
                if i % 2
                else f"M0 {b * h:.0f} L{w} {(b + r.uniform(-.2, .2)) * h:.0f}"
            )
            parts.append(el("path", d=d, stroke=r.choice(("#ffffff", "#ffffff", "#fbe19a")), stroke_width=h * r.uniform(0.008, 0.025)))
        x, y, s = w * r.uniform(0.3, 0.7), h * r.uniform(0.35, 0.65), h * 0.05
        return join(
            parts,
            el(
                "path",
                d=f"M{x:.0f} {y:.0f} l{-s * .7:.0f} {-s * 1.5:.0f} a{s * .8:.0f} {s * .8:.0f} 0 1 1 {s * 1.4:.0f} 0Z",
                fill="#e03a2f",
            ),
        )


PHOTOGRAPHS = (
    "portrait",
    "group",
    "landscape",
    "city",
    "interior",
    "food",
    "product",
    "texture",
    "avatar",
    "car",
    "animal",
    "flowers",
    "figure",
)
KINDS = (
    *("portrait", "portrait", "group", "landscape", "landscape", "city", "interior", "food", "product", "product"),
    *("abstract", "texture", "banner", "car", "animal", "flowers", "figure", "figure"),
)
