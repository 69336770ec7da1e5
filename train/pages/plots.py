"""Charts: bars, lines, areas, points, pies. A base of `art.Art`."""
import math

from .markup import el, join
from .style import color


class Plots:
    """Needs `rng` and `style` of its heir."""

    def plot(self, w, h):
        """A chart with its axes and numbers."""
        pad = 0.1 * h
        marks = [
            el("text", self.rng.randint(0, 900), x=2, y=h * (0.12 + 0.2 * i), font_size=max(8.0, h * 0.045), fill=self.style.muted)
            for i in range(4)
        ]
        lines = [el("path", d=f"M{w * .09:.0f} {h * (.1 + .2 * i):.0f} H{w}", stroke=self.style.border) for i in range(5)]
        return join(lines, marks, el("g", self.plot_body(w * 0.88, h - 2 * pad), transform=f"translate({w * 0.1:.0f} {pad:.0f})"))

    def plot_body(self, w, h):
        """Bars, lines, an area, points or a pie."""
        kind = self.rng.choice(("bars", "bars", "lines", "area", "points", "pie", "stacked"))
        return getattr(self, "plot_" + kind)(w, h)

    def series(self, n):
        """n values in 0..1 of a random walk."""
        v, out = self.rng.random(), []
        for _ in range(n):
            v = min(0.98, max(0.03, v + self.rng.uniform(-0.22, 0.23)))
            out.append(v)
        return out

    def plot_bars(self, w, h):
        n, fill = self.rng.randint(5, 16), self.style.ink()
        return join(
            el("rect", x=w * (i + 0.15) / n, y=h * (1 - v), width=w * 0.7 / n, height=h * v, fill=fill)
            for i, v in enumerate(self.series(n))
        )

    def plot_stacked(self, w, h):
        n, parts = self.rng.randint(5, 12), []
        below = [0.0] * n
        for _ in range(3):
            fill = self.style.ink()
            for i, v in enumerate(self.series(n)):
                parts.append(el("rect", x=w * (i + 0.15) / n, y=h * (1 - below[i] - v / 3), width=w * 0.7 / n, height=h * v / 3, fill=fill))
                below[i] += v / 3
        return join(parts)

    def line(self, w, h, n):
        """The path of one series."""
        return "M" + " L".join(f"{w * i / (n - 1):.1f} {h * (1 - v):.1f}" for i, v in enumerate(self.series(n)))

    def plot_lines(self, w, h):
        return join(
            el(
                "path",
                d=self.line(w, h, self.rng.randint(8, 40)),
                fill="none",
                stroke=self.style.ink(),
                stroke_width=self.rng.choice((1.5, 2, 3)),
            )
            for _ in range(self.rng.randint(1, 4))
        )

    def plot_area(self, w, h):
        path, ink = self.line(w, h, self.rng.randint(8, 30)), self.style.ink()
        return join(
            el("path", d=f"{path} L{w:.0f} {h:.0f} L0 {h:.0f}Z", fill=ink, opacity=0.3),
            el("path", d=path, fill="none", stroke=ink, stroke_width=2),
        )

    def plot_points(self, w, h):
        return join(
            el("circle", cx=self.rng.random() * w, cy=self.rng.random() * h, r=self.rng.uniform(2, 5), fill=self.style.ink(), opacity=0.7)
            for _ in range(self.rng.randint(20, 70))
        )

    def plot_pie(self, w, h):
        r, angle, parts, rad = self.rng, 0.0, [], min(w, h) * 0.48
        while angle < 6.28:
            end = min(6.283, angle + r.uniform(0.4, 1.8))
            x0, y0, x1, y1 = rad * math.cos(angle), rad * math.sin(angle), rad * math.cos(end), rad * math.sin(end)
            parts.append(
                el(
                    "path",
                    d=f"M0 0 L{x0:.1f} {y0:.1f} A{rad:.1f} {rad:.1f} 0 {int(end - angle > 3.14)} 1 {x1:.1f} {y1:.1f}Z",
                    fill=color(r.random(), 0.55, 0.55),
                )
            )
            angle = end
        hole = el("circle", r=rad * 0.6, fill=self.style.surface) if r.random() < 0.5 else None
        return el("g", parts, hole, transform=f"translate({w / 2:.0f} {h / 2:.0f})")
