"""The contract, ``openapi.json``: which routes there are, and what each takes and answers.

Notes
-----
OpenAPI 3.1 schemas are JSON Schema, so the libraries that Jupyter itself validates notebooks and events with do it here
too: the fast one says whether a value fits (1 ms for 200 cells, where the other needs 20), the other one why not. Query
and path parameters are text: those that stand for numbers say so by a pattern.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from functools import cache
from importlib import resources
from typing import Any

from fastjsonschema import JsonSchemaValueException
from fastjsonschema import compile as compile_schema
from jsonschema import Draft202012Validator
from jsonschema.exceptions import ValidationError, best_match

from mwaa_kit.errors import WrongUsageError

METHODS = ("get", "post", "delete")


@cache
def contract() -> dict[str, Any]:
    """Return the whole document."""
    text = resources.files("mwaa_kit.server").joinpath("openapi.json").read_text(encoding="utf-8")
    return dict(json.loads(text))


def wire_version() -> int:
    """Return the version of the contract, which front and back end must share."""
    return int(contract()["info"]["version"])


@cache
def operations() -> Mapping[tuple[str, str], dict[str, Any]]:
    """Return each operation by (method, path), the path as the document has it: ``/runs/{id}``."""
    paths = contract()["paths"]
    return {(method, path): paths[path][method] for path in paths for method in METHODS if method in paths[path]}


def need(schema: str, value: Any) -> None:
    """Hold a value against one of the document's schemas, by its name.

    Raises
    ------
    WrongUsageError
        If it does not fit; the message names the place, and quotes nothing of a long value.
    """
    try:
        _compiled(schema)(value)
    except JsonSchemaValueException:
        problem = best_match(_validator(schema).iter_errors(value))
        if problem is not None:
            raise _refusal(problem) from None


def need_request(method: str, path: str, texts: Mapping[str, str], body: Any) -> None:
    """Hold a request's parameters and body against an operation.

    Raises
    ------
    WrongUsageError
        If something is missing, unknown, or of the wrong form.
    """
    operation = operations()[method, path]
    known = {parameter["name"]: parameter for parameter in operation.get("parameters", ())}
    for name in texts.keys() - known.keys():
        raise WrongUsageError(f"there is no parameter {name[:50]!r}", hint=f"known are: {', '.join(known) or 'none'}")
    for name, parameter in known.items():
        if name in texts:
            problem = best_match(Draft202012Validator(parameter["schema"]).iter_errors(texts[name]))
            if problem is not None:
                raise WrongUsageError(f"{name}: {_words(problem)}")
        elif parameter["required"]:
            raise WrongUsageError(f"the parameter {name!r} is missing")
    if "requestBody" in operation:
        need(schema_of(operation["requestBody"]), body)


def schema_of(message: Mapping[str, Any]) -> str:
    """Return the name of the schema that a request body or a response refers to."""
    reference: str = message["content"]["application/json"]["schema"]["$ref"]
    return reference.rpartition("/")[2]


@cache
def _compiled(schema: str) -> Callable[[Any], Any]:
    return compile_schema(_document(schema), use_default=False)  # type: ignore[no-any-return]


@cache
def _validator(schema: str) -> Draft202012Validator:
    return Draft202012Validator(_document(schema))


def _document(schema: str) -> dict[str, Any]:
    return {"$ref": f"#/components/schemas/{schema}", "components": contract()["components"]}


def _refusal(problem: ValidationError) -> WrongUsageError:
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in problem.absolute_path)
    return WrongUsageError(f"{place.lstrip('.') or 'the request'}: {_words(problem)}", hint="see openapi.json")


def _words(problem: ValidationError) -> str:
    """Say what is wrong, without the value itself where it is long or of a kind that may be private."""
    rule = problem.validator_value
    match problem.validator:
        case "required":
            missing = [name for name in rule if name not in problem.instance]
            return f"{missing[0]!r} is missing"
        case "additionalProperties":
            known = problem.schema.get("properties", {}) if isinstance(problem.schema, dict) else {}
            unknown = sorted(name for name in problem.instance if name not in known)
            return f"{', '.join(map(repr, unknown))[:100]} is not known here"
        case "type":
            return f"it is not of type {rule if isinstance(rule, str) else ' or '.join(rule)}"
        case "pattern":
            return f"it is not of the form {rule}"
        case "enum" | "const":
            return f"it is not one of {rule}"
        case "maxLength" | "maxItems" | "maxProperties":
            return f"it is larger than {rule} allows"
    return f"it does not fit ({problem.validator})"
