"""The style sheet of a drawn Dag: the fixed rules, the dark ground, and one rule for each state.

Notes ----- Colours are JupyterLab's own where they are defined. An SVG shown as an image sees neither them nor the
page, and follows the reader's system; so it paints its own ground, and is readable wherever it lands.
"""

from __future__ import annotations

from functools import cache
from importlib.resources import files

from mwaa_kit.drawing.states import LOOKS, UNKNOWN, StateLook

_DARK = (
    "--mk-ground:var(--jp-layout-color0,#0f1318);--mk-box:var(--jp-layout-color1,#1b212a);"
    "--mk-ink:var(--jp-ui-font-color0,#e6edf3);--mk-soft:var(--jp-ui-font-color2,#9aa7b5);--mk-border:#46515e;"
    "--mk-edge:#7f8b99;--mk-room:#58a6ff12;--mk-room-border:#46566a;--mk-taskflow:#4c9bf5;--mk-sensor:#a97bf0;"
    "--mk-operator:#35a9b8;--mk-empty:#6e7781;--mk-glyph:#10141a"
)


def state_class(state: str) -> str:
    """Return the classes of something drawn in `state`."""
    return f"mk-state mk-s-{state if state in LOOKS else 'unknown'}"


@cache
def graph_css() -> str:
    """Return the style sheet of the SVG."""
    looks = {**LOOKS, "unknown": UNKNOWN}
    rules = "".join(_rules(state, look) for state, look in looks.items())
    dark = _DARK + "".join(f";--mk-{state}:{look.dark_colour}" for state, look in looks.items())
    grounds = (
        f'@media (prefers-color-scheme: dark) {{ .jp-MwaaKit-graph:not([data-jp-theme-light="true"] *) {{ {dark} }} }}\n'
        f'[data-jp-theme-light="false"] .jp-MwaaKit-graph {{ {dark} }}\n'
    )
    return static("graph.css").replace("/* dark */\n", grounds) + rules


def _rules(state: str, look: StateLook) -> str:
    dash = f".jp-MwaaKit-graph .mk-s-{state} > .mk-box {{ stroke-dasharray: {look.dash}; }}\n" if look.dash else ""
    return f".jp-MwaaKit-graph .mk-s-{state} {{ --mk-colour: var(--mk-{state}, {look.colour}); }}\n{dash}"


def static(name: str) -> str:
    """Return a file of the package's ``static`` folder."""
    return files(__package__).joinpath("static", name).read_text(encoding="utf-8")
