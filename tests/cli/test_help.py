"""The command line tells what it can, quickly: no command is imported for the help of all."""

from __future__ import annotations

import subprocess
import sys

import pytest
from click.testing import CliRunner

from mwaa_kit import __version__
from mwaa_kit.cli.app import COMMANDS, app

HEAVY = ("airflow", "boto3", "botocore", "nbformat", "rich", "ruff", "jinja2", "moto", "IPython")


def _imported_by(code: str) -> set[str]:
    """Return which heavy packages a fresh interpreter has imported after running `code`."""
    ask = f"{code}\nimport sys\nprint([name for name in {HEAVY!r} if name in sys.modules])"
    done = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    return set(eval(done.stdout.splitlines()[-1]))


def test_importing_the_package_imports_nothing_heavy() -> None:
    assert _imported_by("import mwaa_kit, mwaa_kit.cli") == set()


def test_the_help_of_all_commands_imports_none_of_them() -> None:
    code = (
        "from mwaa_kit.cli.app import app\n"
        "import contextlib\n"
        "with contextlib.suppress(SystemExit): app(['--help'])\n"
        "import sys; assert not [name for name in sys.modules if name.startswith('mwaa_kit.verbs')]"
    )
    assert _imported_by(code) == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_explains_itself_and_its_options(name: str) -> None:
    told = CliRunner().invoke(app, [name, "--help"])
    assert (told.exit_code, told.output.startswith(f"Usage: mwaa-kit {name}") or "Usage:" in told.output) == (0, True)
    undocumented = [
        option.opts
        for option in app.get_command(None, name).params
        if hasattr(option, "help") and not option.help  # type: ignore[arg-type, union-attr]
    ]
    assert undocumented == []


def test_the_version_is_told() -> None:
    assert CliRunner().invoke(app, ["--version"]).output == f"mwaa-kit, version {__version__}\n"


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_there_is_a_completion_script_for_each_shell(shell: str) -> None:
    told = CliRunner().invoke(app, ["completion", shell])
    assert (told.exit_code, "_MWAA_KIT_COMPLETE" in told.output) == (0, True)
