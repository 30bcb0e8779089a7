"""How each state of a task instance looks: never by colour alone.

Every state has a word, a symbol, an icon and a stroke pattern beside its colour. The list of states is open: one that
Airflow adds later is drawn in the manner of `UNKNOWN`, under its own name.

References ---------- ``airflow.utils.state.TaskInstanceState`` and its colours in the Airflow user interface,
darkened until white shows on them.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class StateLook:
    """How one state is drawn.

    Parameters
    ----------
    symbol, ascii
        For the terminal, with and without Unicode.
    colour, dark_colour
        On a light and on a dark ground.
    dash
        The pattern of the outline; empty for a whole line.
    icon
        A path in white on the coloured disc, in a square of 16.
    """

    symbol: str
    ascii: str
    colour: str
    dark_colour: str
    dash: str
    icon: str


UNKNOWN = StateLook("?", "?", "#57606a", "#9aa4af", "2 2 6 2", "M5.8 6.2a2.2 2.2 0 1 1 3 2c-.6.3-.8.6-.8 1.3M8 11.8v.2")

LOOKS = {
    "none": StateLook("·", ".", "#6e7781", "#8b949e", "1 3", "M5 8h6"),
    "scheduled": StateLook("◷", "s", "#8a6d3b", "#d2b48c", "1 4", "M8 4.5V8l2.5 1.6"),
    "queued": StateLook("…", "q", "#6e7781", "#a9b2bc", "2 4", "M4.8 8h.1M8 8h.1M11.2 8h.1"),
    "running": StateLook("▶", ">", "#0b7d69", "#3ddbb7", "7 3", "M6.3 5v6l5-3z"),
    "success": StateLook("✓", "+", "#1a7f37", "#3fb950", "", "M4.6 8.4l2.3 2.3 4.5-5"),
    "restarting": StateLook("↻", "r", "#8250df", "#bc8cff", "5 2 1 2", "M11.3 6.3A3.7 3.7 0 1 0 11.7 9M11.5 4v2.5H9"),
    "failed": StateLook("✗", "x", "#c4202b", "#ff6b63", "", "M5.3 5.3l5.4 5.4M10.7 5.3l-5.4 5.4"),
    "up_for_retry": StateLook("↺", "R", "#9a6700", "#e3b341", "4 2", "M4.7 6.3A3.7 3.7 0 1 1 4.3 9M4.5 4v2.5H7"),
    "up_for_reschedule": StateLook(
        "⟳", "S", "#0e7490", "#56d4dd", "6 2 2 2", "M4.5 6.5h7M5.5 4.3v1.4M10.5 4.3v1.4M4.8 5.2h6.4v6H4.8z"
    ),
    "upstream_failed": StateLook("⇡", "u", "#bc4c00", "#f0883e", "9 3", "M8 11.5V5M5.3 7.4L8 4.7l2.7 2.7"),
    "skipped": StateLook("»", "-", "#bf3989", "#f778ba", "8 3 2 3", "M4.7 5.3L7.4 8l-2.7 2.7M8.6 5.3L11.3 8l-2.7 2.7"),
    "deferred": StateLook("‖", "d", "#6f42c1", "#b392f0", "3 3", "M6.3 5.2v5.6M9.7 5.2v5.6"),
    "awaiting_input": StateLook(
        "¿",
        "a",
        "#0969da",
        "#58a6ff",
        "2 2",
        "M8 4.2a1.9 1.9 0 1 1 0 3.8 1.9 1.9 0 0 1 0-3.8M4.6 11.8a3.4 3.4 0 0 1 6.8 0",
    ),
    "removed": StateLook("⊘", "_", "#57606a", "#9aa4af", "1 2", "M5.3 8h5.4M8 5.3v0"),
}


def look_of(state: str) -> StateLook:
    """Return how `state` is drawn."""
    return LOOKS.get(state, UNKNOWN)
