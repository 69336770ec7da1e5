"""A small writer of HTML and SVG.

`el("a.button", "Buy now", label="button", href="#")` returns markup as text. Strings are escaped, markup is not; None and
False children are left out; lists are flattened.
"""
import html
import re


class Markup(str):
    """Text that is markup already."""


VOID = {"input", "br", "hr", "img", "meta", "link"}


def flatten(children):
    """The children in order, lists and generators opened, None and False left out."""
    for c in children:
        if c is None or c is False:
            continue
        if isinstance(c, str):
            yield c
        elif isinstance(c, (int, float)):
            yield str(c)
        else:
            yield from flatten(c)


def join(*children):
    """Markup of all children, one after another."""
    return Markup("".join(c if isinstance(c, Markup) else html.escape(c) for c in flatten(children)))


def el(kind, *children, label=None, **attrs):
    """One element. `kind` is a tag with classes ("div.card.big"; the tag may be left out: ".card"), `label` what a learner
    is told that it is (heading, button, image, face, field). A trailing underscore of an attribute is dropped, inner ones
    become hyphens; True writes the name alone, None and False nothing.
    """
    tag, *classes = kind.split(".")
    tag = tag or "div"
    pairs = [("class", " ".join(classes))] if classes else []
    if label:
        pairs.append(("data-label", label))
    pairs += [(name.rstrip("_").replace("_", "-"), value) for name, value in attrs.items()]
    text = "".join(
        f" {name}" if value is True else f' {name}="{html.escape(number(value))}"'
        for name, value in pairs
        if value is not None and value is not False
    )
    if tag in VOID:
        return Markup(f"<{tag}{text}>")
    return Markup(f"<{tag}{text}>{join(*children)}</{tag}>")


def number(value):
    """Text of an attribute; floats with two decimals at most."""
    if isinstance(value, float):
        return f"{value:.2f}".rstrip("0").rstrip(".")
    return str(value)


def scaled(path, unit):
    """The data of an SVG path, all numbers times `unit`; for paths without arcs."""
    return re.sub(r"-?[0-9.]+", lambda m: f"{float(m[0]) * unit:.1f}", path)
