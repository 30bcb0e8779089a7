"""The kit tests its own shape: public names, documentation, and what may never be committed."""

from __future__ import annotations

import ast
import subprocess
from pathlib import Path

import pytest

import mwaa_kit

ROOT = Path(__file__).resolve().parent.parent
MODULES = sorted((ROOT / "mwaa_kit").rglob("*.py"))


def _tracked() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name.decode() for name in listed.split(b"\0") if name and (ROOT / name.decode()).is_file()]


def test_the_public_names_are_these_and_each_can_be_imported() -> None:
    names = {name: getattr(mwaa_kit, name) for name in mwaa_kit.__all__}
    assert sorted(names) == [
        "DagModule", "DagRun", "DagSpec", "Finding", "History", "MwaaKitError", "Plan", "Publication", "Report", "__version__",
        "card", "check", "compile", "dataflow", "draw", "export_dag", "fix", "follow", "freeze",
        "import_dag", "load_ipython_extension", "plan", "practice", "promote", "propose", "prune",
        "publish", "run", "runs",
    ]  # fmt: skip


def test_an_unknown_name_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="deploy"):
        mwaa_kit.deploy


def test_the_versions_of_package_and_project_agree() -> None:
    assert f'version = "{mwaa_kit.__version__}"' in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("path", MODULES, ids=lambda path: str(path.relative_to(ROOT)))
def test_every_module_and_every_public_function_and_class_says_what_it_is(path: Path) -> None:
    tree = ast.parse(path.read_text())
    silent = [] if ast.get_docstring(tree) else ["the module"]
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and not node.name.startswith("_"):
            members = [item for item in node.body if isinstance(item, ast.FunctionDef)]
            named = [(f"{node.name}.{item.name}", item) for item in members]
            silent += [] if ast.get_docstring(node) else [node.name]
        elif node is tree:
            named = [(item.name, item) for item in tree.body if isinstance(item, ast.FunctionDef)]
        else:
            continue
        for name, item in named:
            private = item.name.startswith("_") or item.name.startswith("on_")
            inherited = item.name in {
                "send",
                "writelines",
                "flush",
                "isatty",
                "fileno",
                "write",
                "writable",
                "emit",
                "list_commands",
                "get_command",
                "format_commands",
            }
            overloaded = any(ast.unparse(mark) == "overload" for mark in item.decorator_list)
            if not (private or inherited or overloaded or ast.get_docstring(item)):
                silent.append(name)
    assert silent == []


def test_no_tracked_file_names_a_package_registry_or_locks_an_address() -> None:
    hosts = [
        b"pypi." + b"org",
        b"pythonhosted." + b"org",
        b"registry." + b"npmjs",
        b"registry." + b"yarnpkg",
        b'"resolved": ' + b'"http',
    ]
    guilty = [(path.relative_to(ROOT), host) for path in _tracked() for host in hosts if host in path.read_bytes()]
    assert guilty == []


def test_no_constraint_list_of_airflow_is_committed() -> None:
    assert [path for path in _tracked() if path.name.startswith("constraints-") or path.name == "uv.lock"] == []


def test_every_rule_code_is_used_once() -> None:
    from mwaa_kit.authoring import rules as authoring_rules
    from mwaa_kit.validation.check import RULES

    codes = [rule.code for rule in (*authoring_rules.RULES, *RULES)]
    assert sorted(codes) == sorted(set(codes))
