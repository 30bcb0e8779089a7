"""The params of a notebook: names with literal defaults, typed by an annotation, or by what stands in a comment.

``n = 6`` is a plain default. ``n: int = 6``, ``species: Literal["Adelie", "Gentoo"] = "Adelie"``, or a comment behind the
value (``# one of: Adelie, Gentoo``, else a description) make it a ``Param`` with a JSON schema, which Airflow's form for
triggering a run shows and checks.

References
----------
Airflow documentation, "Params".
"""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from mwaa_kit.authoring.cells import AuthoredCell, Role, is_literal
from mwaa_kit.authoring.codestyle import in_double_quotes, quoted

JSON_TYPES = {
    "int": "integer",
    "float": "number",
    "bool": "boolean",
    "str": "string",
    "list": "array",
    "dict": "object",
}
_NO_PROSE = re.compile(r"(noqa|type:|pylint|pragma|fmt:|ruff|mypy|pyright|@param)", re.I)
_ONE_OF = re.compile(r"one of:?\s+(.+)", re.I)


@dataclass(frozen=True)
class DagParam:
    """One param.

    Parameters
    ----------
    default
        Its default, as code.
    hint
        The Python type of its values; empty where it is not known.
    schema
        The further arguments of ``Param``, as code; none where a plain default says all.
    """

    name: str
    default: str
    hint: str = ""
    schema: tuple[str, ...] = ()

    @property
    def json_schema(self) -> dict[str, Any]:
        """The schema as JSON; empty where a plain default says all."""
        call = ast.parse(f"_({', '.join(self.schema)})", mode="eval").body
        words = call.keywords if isinstance(call, ast.Call) else []
        return {word.arg: ast.literal_eval(word.value) for word in words if word.arg}

    def code(self, param: str) -> str:
        """Return what stands in the Dag's ``params``; `param` is what ``Param`` is called there."""
        return f"{param}({', '.join([self.default, *self.schema])})" if self.schema else self.default


def find_params(cells: Iterable[AuthoredCell]) -> tuple[DagParam, ...]:
    """Return the params of a notebook in written order; of two of a name the later one counts."""
    found: dict[str, DagParam] = {}
    for cell in cells:
        if cell.role is Role.PARAMS:
            comments = _comments(cell.parsed.text)
            for node in cell.parsed.body:
                pair = param_of(node)
                if pair is not None:
                    comment = comments.get(node.end_lineno or node.lineno, "")
                    found[pair[0]] = _param(cell.parsed.text, node, *pair, comment)
    return tuple(found.values())


def param_of(node: ast.stmt) -> tuple[str, ast.expr] | None:
    """Return the name and the default of one line of a params cell; None where it is none."""
    if isinstance(node, ast.Assign) and len(node.targets) == 1:
        target, value = node.targets[0], node.value
    elif isinstance(node, ast.AnnAssign) and node.value is not None:
        target, value = node.target, node.value
    else:
        return None
    return (target.id, value) if isinstance(target, ast.Name) and is_literal(value) else None


def _param(text: str, node: ast.stmt, name: str, value: ast.expr, comment: str) -> DagParam:
    annotation = node.annotation if isinstance(node, ast.AnnAssign) else None
    default = _default(text, value)
    hint, schema = _annotated(annotation) if annotation is not None else ("", ())
    hint = hint or _type_of(value)
    choices = _choices(comment, value)
    if choices and not schema:
        return DagParam(name, default, hint, (f"enum=[{', '.join(choices)}]",))
    if comment and not _ONE_OF.match(comment):
        kind = schema or ((f'type="{JSON_TYPES[hint]}"',) if hint in JSON_TYPES else ())
        schema = (*kind, f"description={quoted(comment)}")
    return DagParam(name, default, hint, schema)


def _default(text: str, value: ast.expr) -> str:
    written = ast.get_source_segment(text, value) or ""
    return in_double_quotes(ast.unparse(value) if "\n" in written or not written else written)


def _type_of(value: ast.expr) -> str:
    try:
        kind = type(ast.literal_eval(value)).__name__
    except (ValueError, TypeError, SyntaxError):
        return ""
    return kind if kind in JSON_TYPES else ""


def _annotated(node: ast.expr) -> tuple[str, tuple[str, ...]]:
    """Return the type hint and the schema that an annotation means; both empty where it means none we know."""
    if isinstance(node, ast.Name) and node.id in JSON_TYPES:
        return node.id, (f'type="{JSON_TYPES[node.id]}"',)
    optional = _optional(node)
    if optional is not None:
        hint, schema = _annotated(optional)
        known = schema and schema[0].startswith('type="')
        return (f"{hint} | None", (f'type=["null", {schema[0][5:]}]', *schema[1:])) if known else ("", ())
    if isinstance(node, ast.Subscript):
        kind = _last_name(node.value)
        if kind == "Literal":
            return _enum(node.slice.elts if isinstance(node.slice, ast.Tuple) else [node.slice])
        if kind in {"list", "dict"}:
            return in_double_quotes(ast.unparse(node)), (f'type="{JSON_TYPES[kind]}"', *_items(kind, node.slice))
    return "", ()


def _optional(node: ast.expr) -> ast.expr | None:
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.BitOr):
        for one, other in ((node.left, node.right), (node.right, node.left)):
            if isinstance(other, ast.Constant) and other.value is None:
                return one
    if isinstance(node, ast.Subscript) and _last_name(node.value) == "Optional":
        return node.slice
    return None


def _last_name(node: ast.expr) -> str:
    return node.id if isinstance(node, ast.Name) else node.attr if isinstance(node, ast.Attribute) else ""


def _enum(values: list[ast.expr]) -> tuple[str, tuple[str, ...]]:
    if not all(isinstance(value, ast.Constant) for value in values):
        return "", ()
    kinds = {_type_of(value) for value in values}
    codes = [in_double_quotes(ast.unparse(value)) for value in values]
    return (kinds.pop() if len(kinds) == 1 else ""), (f"enum=[{', '.join(codes)}]",)


def _items(kind: str, inner: ast.expr) -> tuple[str, ...]:
    if kind == "list" and isinstance(inner, ast.Name) and inner.id in JSON_TYPES:
        return (f'items={{"type": "{JSON_TYPES[inner.id]}"}}',)
    return ()


def _choices(comment: str, value: ast.expr) -> list[str]:
    """Return the values of ``# one of: …``, as the default writes its own; none where the default is not among them."""
    match = _ONE_OF.match(comment)
    if match is None or not isinstance(value, ast.Constant):
        return []
    words = [word.strip().strip("'\"") for word in re.split(r",| or ", match[1].rstrip(". ")) if word.strip()]
    if isinstance(value.value, str):
        return [quoted(word) for word in words] if value.value in words else []
    return words if ast.unparse(value) in words and all(re.fullmatch(r"-?\d+(\.\d+)?", w) for w in words) else []


def _comments(text: str) -> dict[int, str]:
    """Return the comment behind the code of each line."""
    found: dict[int, str] = {}
    tokens = tokenize.generate_tokens(io.StringIO(text + "\n").readline)
    for token in tokens:
        if token.type == tokenize.COMMENT and token.line[: token.start[1]].strip():
            prose = token.string.lstrip("#: ").strip()
            found[token.start[0]] = "" if _NO_PROSE.match(prose) else prose
    return found


def misfits(cells: Iterable[AuthoredCell]) -> Iterator[tuple[AuthoredCell, ast.stmt, str]]:
    """Yield the params whose default is not what their annotation says, with the reason: Airflow would refuse the Dag."""
    for cell in cells:
        for node in cell.parsed.body if cell.role is Role.PARAMS else []:
            pair = param_of(node)
            if pair is not None and isinstance(node, ast.AnnAssign):
                reason = misfit(node.annotation, pair[1])
                if reason:
                    yield cell, node, f"the default of {pair[0]!r} {reason}"


def misfit(annotation: ast.expr, value: ast.expr) -> str:
    """Return in what a value is not what an annotation says, as ``is no int``; empty where it fits, or nobody can know."""
    hint, schema = _annotated(annotation)
    kind = _type_of(value)
    is_none = isinstance(value, ast.Constant) and value.value is None
    if schema and schema[0].startswith("enum="):
        return "" if ast.literal_eval(value) in ast.literal_eval(schema[0][5:]) else f"is not in {schema[0][5:]}"
    wanted = hint.removesuffix(" | None").partition("[")[0]
    if not hint or (is_none and hint.endswith("None")) or (not kind and not is_none):
        return ""
    return "" if kind == wanted or (kind == "int" and wanted == "float") else f"is no {hint}"
