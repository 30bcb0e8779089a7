"""The formats of ``draw``, each by its name."""

from __future__ import annotations

import json
from collections.abc import Sequence
from enum import StrEnum

from mwaa_kit.drawing.picture import Picture, to_dict


class DrawFormat(StrEnum):
    """The formats of ``draw``."""

    TEXT = "text"
    SVG = "svg"
    MERMAID = "mermaid"
    HTML = "html"
    JSON = "json"


def draw_as(pictures: Sequence[Picture], form: DrawFormat, *, ascii_only: bool = False) -> str:
    """Return Dags as one document in a format.

    Parameters
    ----------
    ascii_only
        For text on a terminal that shows no other characters.
    """
    match form:
        case DrawFormat.TEXT:
            from mwaa_kit.drawing.text import to_text

            return "\n".join(to_text(picture, ascii_only=ascii_only) for picture in pictures)
        case DrawFormat.SVG:
            from mwaa_kit.drawing.svg import stacked, to_svg

            return stacked([to_svg(picture) for picture in pictures])
        case DrawFormat.MERMAID:
            from mwaa_kit.drawing.mermaid import to_mermaid

            return to_mermaid(pictures)
        case DrawFormat.HTML:
            from mwaa_kit.drawing.html import to_html

            return to_html(pictures)
        case DrawFormat.JSON:
            written = json.dumps(to_dict(pictures), ensure_ascii=False, indent=2) + "\n"
            return written.encode("utf-8", "backslashreplace").decode()  # half a surrogate pair is not UTF-8
