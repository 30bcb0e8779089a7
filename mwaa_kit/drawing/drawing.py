"""`Drawing`: the Dags of a notebook, a file or a folder, to be shown in whatever form is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mwaa_kit.drawing import picture as pictures_module
from mwaa_kit.drawing.picture import Picture
from mwaa_kit.errors import WrongUsageError

FORMATS = ("text", "svg", "mermaid", "html", "json")


@dataclass(frozen=True)
class Drawing:
    """Drawn Dags. As the last line of a notebook cell it shows itself as SVG.

    Parameters
    ----------
    pictures
        One for each Dag, in the order of files and of the Dags in them.
    """

    pictures: tuple[Picture, ...]

    def format(self, form: str = "text", *, ascii_only: bool = False) -> str:
        """Return the drawing as text.

        Parameters
        ----------
        form
            ``text``, ``svg``, ``mermaid``, ``html`` or ``json``.
        ascii_only
            Draw the text tree for a terminal that shows nothing else.

        Raises
        ------
        WrongUsageError
            If there is no such form.
        """
        if form == "text":
            from mwaa_kit.drawing.text import to_text

            return "\n".join(to_text(picture, ascii_only=ascii_only) for picture in self.pictures)
        if form == "svg":
            from mwaa_kit.drawing.svg import stacked, to_svg

            return stacked([to_svg(picture) for picture in self.pictures])
        if form == "mermaid":
            from mwaa_kit.drawing.mermaid import to_mermaid

            return to_mermaid(self.pictures)
        if form == "html":
            from mwaa_kit.drawing.html import to_html

            return to_html(self.pictures)
        if form == "json":
            import json

            return json.dumps(self.to_dict(), ensure_ascii=False, indent=2) + "\n"
        raise WrongUsageError(f"there is no format {form!r}", hint=f"there is: {', '.join(FORMATS)}")

    def to_dict(self) -> dict[str, Any]:
        """Return the document that ``draw --format json`` prints."""
        return pictures_module.to_dict(self.pictures)

    def _repr_svg_(self) -> str:
        """Show the Dags in a notebook."""
        return self.format("svg")

    def __str__(self) -> str:
        return self.format("text")
