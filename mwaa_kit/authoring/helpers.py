"""Helper modules beside the notebook: found by following imports, published with the Dag file in a folder of their own.

The folder is named for its content, so that a new release never changes files that a running Dag still imports.
"""

from __future__ import annotations

import ast
import hashlib
import posixpath
import re
from collections.abc import Iterable, Iterator
from pathlib import Path, PurePosixPath

from mwaa_kit.authoring.cells import find_cells
from mwaa_kit.authoring.codestyle import quoted
from mwaa_kit.authoring.directives import find_directive
from mwaa_kit.authoring.others import Others, include, read_others, run_whole
from mwaa_kit.authoring.rules import other_notebook
from mwaa_kit.authoring.shipping import shipped_facts
from mwaa_kit.model.finding import Finding
from mwaa_kit.model.module import SupportFile
from mwaa_kit.model.notebook import Notebook


def find_support(notebook: Notebook, others: Others | None = None) -> tuple[SupportFile, ...]:
    """Return the files that a notebook needs beside it, in order of their names.

    They are the local modules that shipped cells import, and those that these import; what an included notebook imports,
    which lies beside that one; and what a notebook that is run whole imports, and the files it is said to read.

    Parameters
    ----------
    others
        The other notebooks that it names; None reads them.
    """
    others = read_others(notebook) if others is None else others
    whole, _ = include(notebook, others)
    found: dict[str, SupportFile] = {}
    for path, inner, directive in run_whole(whole, others):
        folder = Path(whole.path).parent
        files = (name for name in directive.files if is_inside(name) and (folder / name).is_file())
        found |= {file.name: file for file in _of_whole(inner, posixpath.dirname(path))}
        found |= {name: SupportFile(name, (folder / name).read_bytes()) for name in map(posixpath.normpath, files)}
    return tuple(file for _, file in sorted({**found, **_of_cells(whole)}.items()))


def find_missing_files(notebook: Notebook, others: Others) -> Iterator[Finding]:
    """Find the files that a notebook which is run whole is said to read, and that cannot be published."""
    whole, _ = include(notebook, others)
    cells = {find_directive(cell): cell for cell in whole.code_cells}
    for _, _, directive in run_whole(whole, others):
        for name in directive.files:
            if not is_inside(name) or not (Path(whole.path).parent / name).is_file():
                message = f"files= names {name!r}, and there is no such file in the folder of this notebook."
                hint = (
                    "write its path from the folder of this notebook, and keep it there: it is published with the Dag"
                )
                yield other_notebook.RULE.found(whole.locate(cells[directive], directive.line), message, hint)


def is_inside(path: str) -> bool:
    """Whether a path, as it is written, stays below the folder it starts from."""
    return not posixpath.normpath(path).startswith(("../", "/")) and posixpath.normpath(path) != ".."


def _of_cells(notebook: Notebook) -> dict[str, SupportFile]:
    """Return the local modules of the cells, those of included notebooks from their own folders."""
    found: dict[str, SupportFile] = {}
    for path in dict.fromkeys(cell.path or notebook.path for cell in notebook.code_cells):
        modules = _imported_by_cells(notebook, path)
        found |= {file.name: file for file in _modules(modules, Path(path).parent) if file.name not in found}
    return found


def _of_whole(notebook: Notebook, folder: str) -> tuple[SupportFile, ...]:
    """Return the local modules of a notebook that is run whole; `folder` is its own, as seen from the published files."""
    trees = (cell.parsed.body for cell in find_cells(notebook))
    modules = _imports(node for body in trees for statement in body for node in ast.walk(statement))
    found = _modules(modules, Path(notebook.path).parent)
    return tuple(SupportFile(posixpath.join(folder, file.name), file.content) for file in found)


def _modules(modules: Iterable[str], folder: Path) -> tuple[SupportFile, ...]:
    found: dict[str, bytes] = {}
    waiting = [path for module in modules for path in _files_of(folder, module)]
    while waiting:
        path = waiting.pop()
        name = path.relative_to(folder).as_posix()
        if name not in found:
            found[name] = path.read_bytes()
            waiting += [p for module in _imported_by_file(name, found[name]) for p in _files_of(folder, module)]
    return tuple(SupportFile(name, content) for name, content in sorted(found.items()))


def _imported_by_cells(notebook: Notebook, path: str) -> Iterator[str]:
    for cell in find_cells(notebook):
        here = (cell.cell.path or notebook.path) == path and "import" in cell.cell.source
        if here and shipped_facts(cell) is not None:
            yield from _imports(node for statement in cell.parsed.body for node in ast.walk(statement))


def _imported_by_file(name: str, content: bytes) -> Iterator[str]:
    try:
        tree = ast.parse(content)
    except (SyntaxError, ValueError):
        return
    package = list(PurePosixPath(name).parent.parts)
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.level:
            base = package[: len(package) - node.level + 1]
            yield ".".join([*base, *([node.module] if node.module else [])])
    yield from _imports(ast.walk(tree))


def _imports(nodes: Iterable[ast.AST]) -> Iterator[str]:
    for node in nodes:
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            yield node.module


def _files_of(folder: Path, module: str) -> Iterator[Path]:
    """Yield the file of a module beside the notebook, or every file of a package."""
    top = module.partition(".")[0]
    if not top.isidentifier():
        return
    package = folder / top
    if package.is_dir() and any(package.rglob("*.py")):
        yield from sorted(path for path in package.rglob("*.py") if "__pycache__" not in path.parts)
    elif (folder / f"{top}.py").is_file():
        yield folder / f"{top}.py"


def release_folder(stem: str, support: tuple[SupportFile, ...]) -> str:
    """Return the folder for the files that are published with a Dag file, named for their content; empty without any."""
    if not support:
        return ""
    digest = hashlib.sha256()
    for file in support:
        digest.update(f"{file.name}\0{file.sha256}\0".encode())
    safe_stem = re.sub(r"[^\w.-]", "_", stem)
    return f"_mwaa_kit/{safe_stem}/{digest.hexdigest()[:12]}"


def local_modules(support: tuple[SupportFile, ...]) -> frozenset[str]:
    """Return the names under which the published modules are imported."""
    names = (file.name.partition("/")[0].removesuffix(".py") for file in support if file.name.endswith(".py"))
    return frozenset(names)


def path_lines(folder: str) -> tuple[str, ...]:
    """Return the lines that put the published modules on the path."""
    return (
        "# The helper modules of this very release lie in a folder named for their content.",
        f"sys.path.insert(0, os.path.join(os.path.dirname(__file__), {quoted(folder)}))",
    )
