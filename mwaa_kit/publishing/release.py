"""Make a `Release` of a `DagModule`: decide which bytes go under which key."""

from __future__ import annotations

import re

from mwaa_kit.errors import UncompiledNotebookError, WrongUsageError
from mwaa_kit.model.module import DagModule
from mwaa_kit.model.release import Release, ReleaseFile
from mwaa_kit.publishing import ignore

_LONGEST_KEY_BYTES = 1024
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")


def build_release(module: DagModule, *, dag_s3_path: str) -> Release:
    """Gather the files that go to the bucket for one module.

    Parameters
    ----------
    dag_s3_path
        The environment's Dag folder within the bucket, with or without a trailing ``/``; empty for the whole bucket.

    Raises
    ------
    UncompiledNotebookError
        If the module has no source.
    WrongUsageError
        If a name would lead out of the Dag folder, or cannot be a key.

    References
    ----------
    Amazon S3 User Guide, "Naming Amazon S3 objects": at most 1,024 bytes of UTF-8.
    """
    if not module.source:
        raise UncompiledNotebookError(
            "there is no Dag file to publish",
            path=module.path,
            hint="mend what `mwaa-kit check` shows, then publish again",
        )
    folder = ""
    if dag_s3_path.strip("/"):
        folder = _check_path(dag_s3_path.removesuffix("/"), "the Dag folder", module.path)
    dag_key = _join(folder, _check_file_name(module), path=module.path)
    return Release(
        source=module.file_name.removesuffix(".py"),
        dag_ids=module.dag_ids,
        dag_file=ReleaseFile(dag_key, module.source.encode()),
        support=_support_files(module, folder),
        ignore=ignore.PATTERNS,
    )


def dag_folder(release: Release) -> str:
    """Return the Dag folder's prefix, ending in ``/``; empty when the Dag folder is the bucket itself."""
    return release.dag_file.key.removesuffix(f"{release.source}.py")


def ignore_key(release: Release) -> str:
    """Return the key of the Dag folder's ``.airflowignore``."""
    return f"{dag_folder(release)}{ignore.FILE_NAME}"


def support_root(release: Release) -> str:
    """Return the prefix under which every support folder of this Dag folder lies; nothing else is ever deleted."""
    return f"{dag_folder(release)}{ignore.SUPPORT_ROOT}/"


def support_folder(release: Release) -> str:
    """Return the prefix of the release's own support files, ending in ``/``; empty when it has none."""
    root = support_root(release)
    names = (file.key.removeprefix(root).split("/") for file in release.support)
    return next((f"{root}{name[0]}/{name[1]}/" for name in names), "")


def _support_files(module: DagModule, dag_folder: str) -> tuple[ReleaseFile, ...]:
    """Put each support file under its key, in the order of the keys."""
    if not module.support:
        return ()
    folder = _check_support_folder(module)
    files: dict[str, ReleaseFile] = {}
    for file in module.support:
        name = _check_path(file.name, "support file", module.path)
        key = _join(dag_folder, folder, name, path=module.path)
        if key in files:
            raise _unfit("support file", name, "is there twice", module.path)
        files[key] = ReleaseFile(key, file.content)
    return tuple(files[key] for key in sorted(files))


def _check_file_name(module: DagModule) -> str:
    """Return the Dag file's name if it is one, and a Python file's."""
    name = _check_path(module.file_name, "the Dag file's name", module.path)
    stem = name.removesuffix(".py")
    if "/" in name or stem == name or not stem.strip("."):
        raise _unfit("the Dag file's name", name, "is not the name of a .py file", module.path)
    return name


def _check_support_folder(module: DagModule) -> str:
    """Return the support folder if it lies where ``.airflowignore`` hides it and is the source's own."""
    folder = _check_path(module.support_folder, "support folder", module.path)
    if not re.fullmatch(rf"{ignore.SUPPORT_ROOT}/[^/]+/[^/]+", folder):
        raise _unfit("support folder", folder, f"is not of the form {ignore.SUPPORT_ROOT}/SOURCE/DIGEST", module.path)
    return folder


def _check_path(name: str, what: str, path: str) -> str:
    """Return a relative path that stays where it is put."""
    if _CONTROL.search(name):
        raise _unfit(what, name, "has characters that cannot be printed", path)
    if "\\" in name or re.match(r"[A-Za-z]:", name):
        raise _unfit(what, name, "is written as on Windows; write '/' between folders", path)
    if not name or name.startswith("/"):
        raise _unfit(what, name, "is not relative", path)
    if any(part in ("", ".", "..") for part in name.split("/")):
        raise _unfit(what, name, "has an empty, '.' or '..' part", path)
    return name


def _join(*parts: str, path: str) -> str:
    """Return the key, if S3 can hold it."""
    key = "/".join(part for part in parts if part)
    if len(key.encode()) > _LONGEST_KEY_BYTES:
        raise _unfit("key", f"{key[:60]}…", f"is longer than the {_LONGEST_KEY_BYTES} bytes that S3 allows", path)
    return key


def _unfit(what: str, name: str, why: str, path: str) -> WrongUsageError:
    return WrongUsageError(
        f"{what} {name!r} {why}", path=path, hint="rename it; every published file stays inside the Dag folder"
    )
