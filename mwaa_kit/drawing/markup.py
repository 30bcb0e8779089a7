"""Writing SVG and HTML: the one place where text becomes markup, and so the one place that escapes it."""

from __future__ import annotations

from html import escape

from mwaa_kit.drawing.lettering import visible


def text(words: str) -> str:
    """Return `words` as the content of an element."""
    return escape(visible(words), quote=False)


def tag(name: str, *children: str, **attributes: str | float | None) -> str:
    """Return an element; the children are markup already, the attributes are not.

    Parameters
    ----------
    attributes
        ``class_`` is ``class``, and other ``_`` are ``-``; None leaves an attribute out. Numbers are rounded to tenths.
    """
    written = "".join(f' {_name(key)}="{_value(value)}"' for key, value in attributes.items() if value is not None)
    return f"<{name}{written}>{''.join(children)}</{name}>" if children else f"<{name}{written}/>"


def number(value: float) -> str:
    """Return a coordinate in tenths, as short as it can be written."""
    return f"{round(value, 1):g}" if abs(value) < 100_000 else str(round(value))


def _name(key: str) -> str:
    return key.rstrip("_").replace("_", "-")


def _value(value: str | float) -> str:
    return escape(visible(value)) if isinstance(value, str) else number(value)
