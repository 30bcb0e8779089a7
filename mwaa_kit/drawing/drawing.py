"""`Drawing`: the Dags of a notebook, a file or a folder, to be shown in whatever form is wanted."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from mwaa_kit.drawing.formats import DrawFormat, draw_as
from mwaa_kit.drawing.picture import Picture, to_dict
from mwaa_kit.errors import WrongUsageError


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
        """Return the drawing as one document.

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
        if form not in tuple(DrawFormat):
            raise WrongUsageError(f"there is no format {form!r}", hint=f"there is: {', '.join(DrawFormat)}")
        return draw_as(self.pictures, DrawFormat(form), ascii_only=ascii_only)

    def to_dict(self) -> dict[str, Any]:
        """Return the document that ``draw --format json`` prints."""
        return to_dict(self.pictures)

    def _repr_svg_(self) -> str:
        """Show the Dags in a notebook."""
        return self.format("svg")

    def __str__(self) -> str:
        return self.format("text")
