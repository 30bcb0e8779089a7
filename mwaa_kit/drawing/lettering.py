"""Letters on a drawing: what may be written as it is, how wide it will be, and how to shorten it.

Names come from users and may hold anything: markup, control characters, marks that turn the direction of writing.
`visible` is what every painter does first; escaping for its own format comes after.
"""

from __future__ import annotations

import unicodedata

ELLIPSIS = "…"
_HIDDEN_CATEGORIES = {"Cc", "Cs", "Co", "Cn"}
_TURNING = {*range(0x202A, 0x202F), *range(0x2066, 0x206A), 0x200E, 0x200F, 0x061C, 0x2028, 0x2029, 0xFEFF}
_NARROW = set("iIjl.,:;'`|!ft/\\ ")
_BROAD = set("mwMW@%&—…<>=+~#^")


def visible(text: str) -> str:
    """Return `text` on one line, with every character that would not show, or would reorder the rest, spelled out."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_spelled_out(char) for char in text)


def _spelled_out(char: str) -> str:
    if char in "\n\t\r":
        return " "
    code = ord(char)
    if unicodedata.category(char) in _HIDDEN_CATEGORIES or code in _TURNING:
        return f"\\x{code:02x}" if code < 256 else f"\\u{code:04x}"
    return char


def width_of(text: str, size: float) -> float:
    """Estimate the width of `text` in a sans-serif font of `size`, rather too wide than too narrow."""
    return sum(_em(char) for char in text) * size


def _em(char: str) -> float:
    if unicodedata.combining(char):
        return 0.0
    if char in _NARROW:
        return 0.4
    if char in _BROAD:
        return 1.0
    if unicodedata.east_asian_width(char) in "WF":
        return 1.1
    return 0.78 if char.isupper() else 0.66


def shortened(text: str, room: float, size: float) -> str:
    """Return `text`, with its middle left out where it is wider than `room`: the ends tell most names apart."""
    if width_of(text, size) <= room:
        return text
    room -= width_of(ELLIPSIS, size)
    head, tail = _fitting(text, room * 0.55, size), _fitting(text[::-1], room * 0.45, size)
    end = text[len(text) - tail :]
    while end and unicodedata.combining(end[0]):
        end = end[1:]
    return f"{text[:head]}{ELLIPSIS}{end}"


def _fitting(text: str, room: float, size: float) -> int:
    """Count the first characters that fit."""
    used = 0.0
    for count, char in enumerate(text):
        used += _em(char) * size
        if used > room:
            return count
    return len(text)
