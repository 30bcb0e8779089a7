"""The build hook: a wheel, an sdist and an editable install all carry what is built from ``extensions/``.

A wheel carries the tutorials, too.
"""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface


class ExtensionsBuildHook(BuildHookInterface):  # type: ignore[type-arg]
    """Builds ``extensions/`` before the files are gathered."""

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Build what is missing or out of date, and add it: git ignores it, so hatchling would."""
        root = Path(self.root)
        extensions = _build_extensions(root)
        try:
            extensions.build(root)
        except extensions.BuildError as error:
            self.app.abort(f"mwaa-kit: {error}")
        build_data["artifacts"] += [product.path for product in extensions.PRODUCTS]
        if self.target_name == "wheel" and version != "editable":  # which finds them in the checkout
            files = [path for path in (root / "notebooks").iterdir() if path.suffix in (".ipynb", ".txt")]
            build_data["force_include"] |= {str(path): f"mwaa_kit/tutorials/{path.name}" for path in files}


def _build_extensions(root: Path) -> ModuleType:
    """Import the script that set-up uses as well."""
    path = root / "scripts" / "build_extensions.py"
    spec = importlib.util.spec_from_file_location("build_extensions", path)
    assert spec is not None and spec.loader is not None
    module = sys.modules[spec.name] = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
