"""Colors, fonts, spacing and the style sheet of one page."""
import colorsys

SANS = (
    '"Liberation Sans", Arial, Helvetica, sans-serif',
    "Roboto, Arial, sans-serif",
    '"Open Sans", Arial, sans-serif',
    "Lato, Arial, sans-serif",
    "Inter, Helvetica, sans-serif",
    "Carlito, Calibri, sans-serif",
    '"DejaVu Sans", Verdana, sans-serif',
    '"Liberation Sans Narrow", "Arial Narrow", sans-serif',
    '"Noto Sans", sans-serif',
    '"DejaVu Sans Condensed", sans-serif',
)
SERIF = (
    '"Liberation Serif", "Times New Roman", serif',
    '"EB Garamond", Garamond, serif',
    '"DejaVu Serif", Georgia, serif',
    '"Noto Serif", serif',
)
MONO = '"Liberation Mono", "DejaVu Sans Mono", monospace'


def color(hue, saturation, lightness):
    """ "#rrggbb" of a hue in turns, saturation and lightness in 0..1."""
    rgb = colorsys.hls_to_rgb(hue % 1, min(max(lightness, 0), 1), min(max(saturation, 0), 1))
    return "#" + "".join(f"{round(255 * c):02x}" for c in rgb)


def luminance(shade):
    """Relative luminance of "#rrggbb" as WCAG 2 defines it, 0..1."""
    parts = (int(shade[i : i + 2], 16) / 255 for i in (1, 3, 5))
    return sum(k * (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4) for k, c in zip((0.2126, 0.7152, 0.0722), parts))


def contrast(a, b):
    """Contrast of two colors as WCAG 2 defines it, 1..21."""
    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def legible(hue, saturation, lightness, back, least):
    """The color, darker or lighter until it has the least contrast with what is behind it."""
    step = 0.03 if luminance(back) < 0.3 else -0.03
    while contrast(color(hue, saturation, lightness), back) < least and 0 < lightness < 1:
        lightness += step
    return color(hue, saturation, lightness)


class Style:
    """What the page looks like: drawn once, the same for all of its parts."""

    def __init__(self, rng, mobile=False):
        self.rng, self.mobile = rng, mobile
        self.dark = rng.random() < 0.24
        self.hue = rng.random()
        self.colors()
        self.fonts()
        self.size = rng.choice((13, 14, 14, 15, 16, 16, 17, 18)) if not mobile else rng.choice((14, 15, 16, 16, 17))
        self.radius = rng.choice((0, 0, 2, 4, 6, 8, 12, 18))
        self.pill = rng.random() < 0.2
        self.gap = rng.choice((8, 12, 16, 20, 24, 32)) if not mobile else rng.choice((8, 12, 16))
        self.width = rng.choice((960, 1040, 1120, 1180, 1240, 1320, 4000))
        self.shadow = rng.choice(("none", "none", "0 1px 3px #0003", "0 2px 8px #0002", "0 8px 28px #0003"))
        self.edge = rng.random() < 0.5
        self.button = rng.choice(("fill", "fill", "fill", "outline", "gradient", "soft", "raised"))
        self.field = rng.choice(("box", "box", "line", "soft"))
        self.scale = rng.choice((1.15, 1.2, 1.25, 1.33, 1.4))

    def colors(self):
        """Draws the palette."""
        r, h = self.rng, self.hue
        if self.dark:
            tint, base = r.choice((0, 0.08, 0.2, 0.35)), r.choice((0.04, 0.07, 0.1, 0.14))
            self.back, self.surface = color(h, tint, base), color(h, tint, base + 0.05)
            self.text, self.muted, self.border = color(h, 0.1, r.uniform(0.85, 0.97)), color(h, 0.08, 0.62), color(h, tint, base + 0.14)
            self.primary = legible(h, r.uniform(0.5, 0.95), r.uniform(0.5, 0.65), self.back, 3)
        else:
            tint = r.choice((0, 0, 0.15, 0.3, 0.5))
            self.back, self.surface = r.choice(
                (
                    ("#ffffff", color(h, tint, 0.965)),
                    (color(h, tint, 0.96), "#ffffff"),
                    ("#ffffff", "#ffffff"),
                    (color(h + 0.5, tint * 0.8, 0.94), color(h + 0.5, tint, 0.985)),
                )
            )
            self.text, self.muted, self.border = (
                color(h, r.choice((0, 0.1, 0.3)), r.uniform(0.05, 0.2)),
                color(h, 0.06, r.uniform(0.38, 0.52)),
                color(h, tint * 0.5, 0.87),
            )
            self.primary = (
                legible(h, r.uniform(0.45, 1), r.uniform(0.28, 0.55), self.back, r.uniform(2.2, 4)) if r.random() < 0.85 else "#111111"
            )
        self.on_primary = max(("#ffffff", "#0b0b0b"), key=lambda c: contrast(c, self.primary) * (1.6 if c == "#ffffff" else 1))
        self.accent = color(h + r.choice((0.08, 0.33, 0.5, 0.58)), r.uniform(0.5, 1), r.uniform(0.42, 0.6))
        self.soft = color(h, 0.35, 0.22 if self.dark else 0.92)
        self.link = (
            legible(h, 0.8, 0.5, self.back, 4) if r.random() < 0.6 else (color(0.6, 0.85, 0.72) if self.dark else color(0.61, 0.9, 0.4))
        )

    def fonts(self):
        """Draws the font stacks."""
        r = self.rng
        self.body = r.choice(SANS) if r.random() < 0.85 else r.choice(SERIF)
        self.head = self.body if r.random() < 0.6 else r.choice(SERIF + SANS)
        self.weight = r.choice((300, 400, 600, 700, 700, 700, 800, 900))
        self.spacing = r.choice((0, 0, 0, 0, -0.02, 0.03, 0.08))
        self.upper = r.random() < 0.1

    def ink(self):
        """One of the page's strong colors."""
        return self.rng.choice((self.primary, self.primary, self.accent, color(self.rng.random(), 0.6, 0.5)))

    def sheet(self):
        """The style sheet."""
        return "".join((self.basics(), self.controls(), LAYOUT))

    def basics(self):
        """Variables, text and surfaces."""
        edge = "1px solid var(--border)" if self.edge or (self.shadow == "none" and self.surface == self.back) else "0"
        s = self.scale
        return f""":root{{--back:{self.back};--surface:{self.surface};--text:{self.text};--muted:{self.muted};--border:{self.border};
--primary:{self.primary};--on:{self.on_primary};--accent:{self.accent};--soft:{self.soft};--link:{self.link};
--gap:{self.gap}px;--radius:{self.radius}px;--edge:{edge};--shadow:{self.shadow};--width:{self.width}px}}
*{{box-sizing:border-box}}
html{{background:var(--back)}}
body{{margin:0;background:var(--back);color:var(--text);
font:{self.size}px/{self.rng.choice((1.3, 1.4, 1.5, 1.6, 1.7))} {self.body};overflow-wrap:break-word}}
h1,h2,h3,h4{{font-family:{self.head};font-weight:{self.weight};line-height:{self.rng.choice((1.05, 1.15, 1.25))};
letter-spacing:{self.spacing}em;margin:0 0 .5em;{'text-transform:uppercase;' if self.upper else ''}}}
h1{{font-size:{s ** 4:.2f}em}}
h2{{font-size:{s ** 3:.2f}em}}
h3{{font-size:{s ** 1.6:.2f}em}}
h4{{font-size:{s ** 0.6:.2f}em}}
p{{margin:0 0 .8em}}
a{{color:var(--link);text-decoration:{self.rng.choice(('none', 'none', 'underline'))}}}
small,.small{{font-size:.85em}}
.muted{{color:var(--muted)}}
.card{{background:var(--surface);border:var(--edge);border-radius:var(--radius);box-shadow:var(--shadow);overflow:hidden}}
.in{{padding:calc(var(--gap)*.5 + 6px)}}
.mono{{font-family:{MONO}}}
"""

    def controls(self):
        """Buttons and fields."""
        radius = "999px" if self.pill else f"{min(self.radius, 10)}px"
        fill = {
            "fill": "background:var(--primary);color:var(--on);border:1px solid var(--primary)",
            "outline": "background:transparent;color:var(--primary);border:2px solid var(--primary)",
            "gradient": "background:linear-gradient(120deg,var(--primary),var(--accent));color:var(--on);border:0",
            "soft": "background:var(--soft);color:var(--primary);border:0",
            "raised": "background:var(--primary);color:var(--on);border:0;box-shadow:0 3px 8px #0005",
        }[self.button]
        box = {
            "box": "border:1px solid var(--border);background:var(--surface)",
            "line": "border:0;border-bottom:2px solid var(--border);background:transparent;border-radius:0",
            "soft": "border:0;background:var(--soft)",
        }[self.field]
        pad = self.rng.choice((5, 7, 9, 11, 13))
        upper = "text-transform:uppercase;letter-spacing:.06em;font-size:.85em;" if self.rng.random() < 0.2 else ""
        return f""".btn{{display:inline-block;font:inherit;font-weight:{self.rng.choice((400, 500, 600, 700))};
padding:{pad}px {pad * 2}px;border-radius:{radius};{upper}{fill};
text-align:center;white-space:nowrap;max-width:100%;overflow:hidden;line-height:1.3}}
.btn.second{{background:transparent;color:inherit;border:1px solid var(--border);box-shadow:none}}
.btn.big{{font-size:1.15em;padding:{pad + 4}px {pad * 2 + 10}px}}
.btn.tiny{{font-size:.82em;padding:{pad * .5}px {pad}px}}
.btn.full{{display:block;width:100%}}
.btn.plain{{background:transparent;border:0;color:inherit;box-shadow:none;padding:{pad * .5}px {pad * .6}px}}
.field{{display:block;width:100%;font:inherit;color:inherit;
padding:{pad}px {pad + 3}px;border-radius:{radius if self.rng.random() < .5 else '4px'};{box}}}
.field::placeholder{{color:var(--muted)}}
textarea.field{{border-radius:6px;resize:none}}
"""


LAYOUT = """
.wrap{max-width:var(--width);margin:0 auto;padding:0 max(14px,2vw)}
.row{display:flex;gap:var(--gap);align-items:center}
.row.wrapped{flex-wrap:wrap}
.row.top{align-items:flex-start}
.grow{flex:1;min-width:0}
.between{justify-content:space-between}
.middle{justify-content:center;text-align:center}
.stack>*+*{margin-top:var(--gap)}
.grid{display:grid;gap:var(--gap)}
.center{text-align:center}
.section{padding:calc(var(--gap)*2) 0}
.pic{display:block;width:100%;overflow:hidden;position:relative}
.pic svg,svg.pic{display:block;width:100%;height:100%}
.rounded{border-radius:var(--radius)}
.round{border-radius:50%;overflow:hidden;flex:none}
.over{position:absolute;inset:0}
.over,.through{pointer-events:none}
.over>*,.through>*{pointer-events:auto}
.badge{display:inline-block;font-size:.75em;font-weight:600;padding:.15em .6em;border-radius:99px;background:var(--accent);color:#fff}
.chip{display:inline-block;font-size:.88em;padding:.3em .9em;border-radius:99px;border:1px solid var(--border)}
.chip.on{background:var(--primary);color:var(--on)}
.one{white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.two{display:-webkit-box;-webkit-line-clamp:2;-webkit-box-orient:vertical;overflow:hidden}
table{border-collapse:collapse;width:100%}
td,th{padding:.55em .8em;border-bottom:1px solid var(--border);text-align:start}
th{font-weight:600;color:var(--muted);font-size:.88em}
ul.bare{list-style:none;margin:0;padding:0}
hr{border:0;border-top:1px solid var(--border)}
.rule{border-bottom:1px solid var(--border)}
.bar{height:8px;border-radius:4px;background:var(--soft);overflow:hidden}
.bar>i{display:block;height:100%;background:var(--primary)}
.switch{width:38px;height:22px;border-radius:11px;background:var(--border);padding:2px;flex:none}
.switch.on{background:var(--primary)}
.switch>i{display:block;width:18px;height:18px;border-radius:50%;background:#fff}
.switch.on>i{margin-left:16px}
.icon{width:1.25em;height:1.25em;flex:none;display:inline-block;vertical-align:-.25em}
.fixed{position:fixed;z-index:20}
"""
