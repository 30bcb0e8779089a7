"""The notebooks to begin with."""

from __future__ import annotations

from mwaa_kit.authoring.templates import TEMPLATES, Template
from mwaa_kit.errors import MissingInputError


def list_templates() -> tuple[Template, ...]:
    """Return them, the easiest first."""
    return TEMPLATES


def read_template(name: str) -> Template:
    """Return one of them.

    Raises
    ------
    MissingInputError
        If there is none of that name.
    """
    for template in TEMPLATES:
        if template.name == name:
            return template
    known = ", ".join(template.name for template in TEMPLATES)
    raise MissingInputError(f"there is no template {name!r}", hint=f"there is: {known}")
