"""An interpreter for a target: its Airflow on its Python, made once by uv and kept in the user's cache.

>>> made = make_interpreter(find_target("2.11.2"), constraints="lists/")  # doctest: +SKIP
>>> made.python  # doctest: +SKIP
PosixPath('/home/ada/.cache/mwaa-kit/targets/2.11.2-py3.12-5f0c…/bin/python')

Notes
-----
*With a constraint list* the interpreter holds what MWAA holds. *Without one* uv takes for every package what was newest on
the day that Airflow was released (``--exclude-newer``), which is near to the published list, and the same on every machine
and every day. Pinning Airflow alone would not do: an old Airflow seldom starts with the libraries of today.

The folder's name holds a digest of all that decides what is inside, so nothing is ever brought up to date in place. It is
made beside, under a lock, and renamed: whoever sees the folder sees it whole, also when two processes want it at once.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

from mwaa_kit.errors import InterpreterError
from mwaa_kit.targets.catalogue import Target
from mwaa_kit.targets.pythons import find_python, uv_settings

Say = Callable[[str], None]


@dataclass(frozen=True)
class Interpreter:
    """A Python that holds a target's Airflow.

    Parameters
    ----------
    python
        Its executable.
    made
        Whether it was made just now; else it was there.
    """

    target: Target
    python: Path
    made: bool = False


def targets_home() -> Path:
    """Return the folder of all target interpreters: in the user's cache, for each can be made again."""
    cache = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    return Path(cache).expanduser().absolute() / "mwaa-kit" / "targets"


def make_interpreter(
    target: Target,
    *,
    constraints: str = "",
    root: Path | None = None,
    extra: tuple[str, ...] = (),
    say: Say = lambda _: None,
) -> Interpreter:
    """Return the interpreter of a target; make it first where it is not there.

    Parameters
    ----------
    constraints
        The folder of Airflow's constraint lists (``constraints-3.3.1/constraints-3.12.txt``), or a URL or path with
        ``{airflow}`` and ``{python}`` in it; empty means none.
    root
        Where it is kept; by default :func:`targets_home`.
    extra
        Further requirements, such as those of a Dag.
    say
        Told what is being done, when it takes seconds.

    Raises
    ------
    InterpreterError
        If there is no such Python, no uv, no such list, or the installation fails.
    """
    found = find_python((target.python,))
    if found is None:
        raise InterpreterError(
            f"Airflow {target.airflow} on MWAA runs on Python {target.python}, and this machine has none",
            hint=f"install Python {target.python}, or name one: MWAA_KIT_PYTHON=/path/to/python{target.python}",
        )
    limits = _read_constraints(constraints, target) if constraints else ""
    wanted = sorted({*_packages(target), *extra})
    name = f"{target.airflow}-py{target.python}-{_digest(found[0], limits, *wanted)}"
    home = root or targets_home()
    home.mkdir(parents=True, exist_ok=True)
    python = home / name / "bin" / "python"
    with _lock(home / f".{name}.lock"):
        if python.exists():
            os.utime(home / name)  # of those with this Airflow, the one asked for last is used
            return Interpreter(target, python)
        say(f"making the interpreter of Airflow {target.airflow} on Python {target.python}; once, some ten seconds")
        _make(home / name, found[0], wanted, limits, target)
    return Interpreter(target, python, made=True)


def find_interpreters(root: Path | None = None) -> tuple[Path, ...]:
    """Return the folders of the interpreters that are there, sorted by name."""
    home = root or targets_home()
    return tuple(sorted(path for path in home.glob("[0-9]*-py*-*") if (path / "bin" / "python").exists()))


def _packages(target: Target) -> tuple[str, ...]:
    """Return what every such environment on MWAA has that Dag files import: Airflow, Amazon's and the standard operators."""
    packages = (f"apache-airflow=={target.airflow}", "apache-airflow-providers-amazon")
    return packages if target.major == 2 else (*packages, "apache-airflow-providers-standard")


def _make(folder: Path, python: str, wanted: list[str], limits: str, target: Target) -> None:
    """Build the environment beside its place and move it there whole."""
    aside = Path(tempfile.mkdtemp(prefix=".making-", dir=folder.parent))
    try:
        uv, environ = _find_uv(), os.environ | uv_settings(sys.executable)
        _run([uv, "venv", "--quiet", "--relocatable", "--allow-existing", "--python", python, str(aside)], environ)
        install = [uv, "pip", "install", "--quiet", "--python", str(aside / "bin" / "python")]
        if limits:
            (aside / "constraints.txt").write_text(limits)
            install += ["--constraint", str(aside / "constraints.txt")]
        else:
            install += ["--exclude-newer", target.released]
        _run([*install, *wanted], environ)
        aside.rename(folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)


def _run(command: list[str], environ: dict[str, str]) -> None:
    done = subprocess.run(command, env=environ, capture_output=True, text=True, check=False)
    if done.returncode:
        told = done.stderr.strip() or f"uv ended with exit code {done.returncode}"
        raise InterpreterError(f"the interpreter could not be made: {told}", hint="mend what uv says, then try again")


def _find_uv() -> str:
    """Return uv: the one installed beside this Python, else the one on PATH."""
    beside = Path(sysconfig.get_path("scripts")) / "uv"
    found = str(beside) if beside.exists() else shutil.which("uv")
    if found is None:
        raise InterpreterError("uv, which makes interpreters, is not installed", hint="install it: pip install uv")
    return found


def _read_constraints(where: str, target: Target) -> str:
    """Return the text of the target's constraint list."""
    plain = f"{where}/constraints-{target.airflow}/constraints-{target.python}.txt"
    place = where.format(airflow=target.airflow, python=target.python) if "{" in where else plain
    try:
        if "://" in place:
            with urlopen(place, timeout=30) as answer:
                return str(answer.read().decode())
        return Path(place).read_text(encoding="utf-8")
    except (OSError, URLError, UnicodeDecodeError) as error:
        raise InterpreterError(
            f"the constraint list of Airflow {target.airflow} cannot be read: {error}",
            path=place,
            hint="give the folder that holds constraints-VERSION/, or leave it out to do without",
        ) from error


def _digest(*parts: str) -> str:
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:12]


@contextmanager
def _lock(path: Path) -> Iterator[None]:
    """Hold the file's lock: one process makes, the others wait for it."""
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
