"""Makes pages of our own with labels: a PNG and a JSON file of each (see README.md).

  python3 -m pages --out /data/pages --count 4000            4,000 pages of seed 1; run it again to go on where it stopped
  python3 -m pages --out /data/more --count 500 --seed 2     other pages
  python3 -m pages --out /tmp/look --count 40 --sheet        and an overview of them, /tmp/look/sheet-000.png
  python3 -m pages --out /tmp/shops --count 20 --only shop product

Run it in train/. It needs Go and Debian's chromium; python3-opencv for --sheet alone. The same seed makes the same HTML,
and with the same fonts and Chromium the same boxes.
"""
import argparse
import json
import os
import subprocess
import sys
import threading
import time

from . import site
from .templates import TEMPLATES
from .words import FONT_SCRIPTS, PLAIN_SCRIPTS

HERE = os.path.dirname(os.path.abspath(__file__))


class Fault(Exception):
    """Something the caller can put right; the message says how."""


def arguments(argv=None):
    ap = argparse.ArgumentParser(prog="python3 -m pages", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    ap.add_argument("--out", required=True, help="directory for the pages")
    ap.add_argument("--count", type=int, default=2000, help="how many pages (2000)")
    ap.add_argument("--first", type=int, default=0, help="number of the first page (0)")
    ap.add_argument("--seed", type=int, default=1)
    ap.add_argument("--only", nargs="+", default=[], metavar="TEMPLATE", help="these kinds of pages alone: " + ", ".join(sorted(TEMPLATES)))
    ap.add_argument(
        "--scripts",
        nargs="+",
        default=list(PLAIN_SCRIPTS),
        metavar="SCRIPT",
        help="the first is used most; " + ", ".join(PLAIN_SCRIPTS + tuple(FONT_SCRIPTS)),
    )
    ap.add_argument("--tabs", type=int, default=2, help="pages rendered at the same time (2)")
    ap.add_argument("--html", action="store_true", help="keep the HTML beside the image")
    ap.add_argument("--sheet", action="store_true", help="make overviews with the labels drawn in")
    ap.add_argument("--renderer", help="the program made of render/ (built by itself where it is not given)")
    ap.add_argument("--chromium", default="chromium")
    o = ap.parse_args(argv)
    check(ap, o)
    return o


def check(ap, o):
    """Ends with all faults of the arguments at once."""
    faults = [f"--only {name}: there is no such template (see --help)" for name in o.only if name not in TEMPLATES]
    faults += [
        f"--scripts {s}: there is no such script (see --help)" for s in o.scripts if s not in PLAIN_SCRIPTS and s not in FONT_SCRIPTS
    ]
    faults += [
        f"--{name} {getattr(o, name)}: want at least {least}"
        for name, least in (("count", 1), ("first", 0), ("tabs", 1))
        if getattr(o, name) < least
    ]
    faults += [
        f"--scripts {s}: no font shows it; apt install fonts-noto-cjk fonts-noto-core, or leave it out"
        for s in o.scripts
        if s in FONT_SCRIPTS and not has_font(FONT_SCRIPTS[s])
    ]
    if faults:
        ap.error("\n  ".join(faults))


def has_font(language):
    """True if fontconfig knows a font of a language."""
    try:
        return bool(subprocess.run(["fc-list", f":lang={language}", "family"], capture_output=True, check=True).stdout.strip())
    except (OSError, subprocess.CalledProcessError):
        return False


def numbers(o):
    """Numbers of the pages that are wanted: `count` of them, from `first` on."""
    n, found = o.first, 0
    while found < o.count:
        if not o.only or site.make(o.seed, n, o.scripts).template in o.only:
            yield n
            found += 1
        n += 1


def build_renderer(out):
    """Path of the renderer, built of render/."""
    path = os.path.join(out, ".render")
    try:
        subprocess.run(
            ["go", "build", "-o", path, "."], cwd=os.path.join(HERE, "render"), check=True, env={**os.environ, "CGO_ENABLED": "0"}
        )
    except FileNotFoundError:
        raise Fault("Go is missing: install it, or name a renderer built elsewhere by --renderer") from None
    except subprocess.CalledProcessError:
        raise Fault("the renderer does not build; see above") from None
    return path


class Bar:
    """Progress on stderr: a bar on a terminal, a line now and then elsewhere."""

    def __init__(self, total):
        self.total, self.done, self.failed, self.start = total, 0, 0, time.monotonic()
        self.every = 1 if sys.stderr.isatty() else max(1, total // 10)

    def step(self, err):
        """Counts one page."""
        self.done += 1
        self.failed += bool(err)
        if self.done % self.every and self.done != self.total:
            return
        rate = self.done / max(1e-9, time.monotonic() - self.start)
        left = (self.total - self.done) / rate
        full = round(30 * self.done / self.total)
        text = f"[{'#' * full}{'.' * (30 - full)}] {self.done}/{self.total} pages, {rate:.1f} a second, {left / 60:.0f} min left" + (
            f", {self.failed} failed" if self.failed else ""
        )
        print(
            ("\r\033[K" if self.every == 1 else "") + text,
            end="" if self.every == 1 and self.done < self.total else "\n",
            file=sys.stderr,
            flush=True,
        )


def render(renderer, o, wanted):
    """Renders pages by their numbers; returns (name, message) of those that failed."""
    command = [renderer, "--out", o.out, "--tabs", str(o.tabs), "--chromium", o.chromium]
    failed, bar = [], Bar(len(wanted))
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:

        def feed():
            try:
                for n in wanted:
                    page = site.make(o.seed, n, o.scripts)
                    if o.html:
                        with open(f"{o.out}/{page.name}.html", "w", encoding="utf-8") as f:
                            f.write(page.html)
                    child.stdin.write(json.dumps(page.job()) + "\n")
                child.stdin.close()
            except BrokenPipeError:
                pass  # the renderer ended and says why

        feeder = threading.Thread(target=feed, daemon=True)
        feeder.start()
        for line in child.stdout:
            reply = json.loads(line)
            if reply.get("err"):
                failed.append((reply["name"], reply["err"]))
            bar.step(reply.get("err"))
        feeder.join()
    if child.returncode:
        raise Fault(f"the renderer ended with status {child.returncode}; what is done is kept, so the same command goes on from there")
    return failed


def settings(o):
    """What pages of one directory have in common; refuses to mix."""
    path, mine = f"{o.out}/pages.json", dict(version=1, scripts=list(o.scripts))
    if os.path.exists(path):
        with open(path, encoding="utf-8") as f:
            theirs = json.load(f)
        if theirs != mine:
            raise Fault(f"{path} says that the directory was made with {theirs}, not {mine}: choose another --out")
        return
    with open(path, "w", encoding="utf-8") as f:
        json.dump(mine, f)


def run(o):
    """Makes what is not there yet; returns the names of all pages wanted that are there at the end."""
    os.makedirs(o.out, exist_ok=True)
    settings(o)
    names = {n: site.make(o.seed, n, o.scripts).name for n in numbers(o)}
    wanted = [n for n, name in names.items() if not os.path.exists(f"{o.out}/{name}.json")]
    if len(wanted) < len(names):
        print(f"{len(names) - len(wanted)} of {len(names)} pages are there already", file=sys.stderr)
    failed = render(o.renderer or build_renderer(o.out), o, wanted) if wanted else []
    for name, message in failed:
        print(f"{name}: {message}", file=sys.stderr)
    lost = {name for name, _ in failed}
    names = [name for name in names.values() if name not in lost]
    if o.sheet:
        from .labels import sheets

        sheets(o.out, names)
    if failed:
        raise Fault(f"{len(failed)} pages failed; the same command tries them again")
    return names


def main(argv=None):
    try:
        run(arguments(argv))
    except Fault as fault:
        sys.exit(f"pages: {fault}")
    except KeyboardInterrupt:
        sys.exit("\npages: interrupted; the same command goes on from here")


if __name__ == "__main__":
    main()
