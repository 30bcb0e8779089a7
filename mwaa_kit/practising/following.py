"""The Dag folder follows the bucket: additions, changes and deletions, as on Amazon MWAA, only sooner.

A round fetches everything that changed before it touches the Dag folder, then moves files into place one by one: what
Dag files need before the Dag files, and away in the opposite order. So the Dag that Airflow reads is always whole.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterable
from pathlib import Path, PurePosixPath
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

_LONGEST_NAME = 255  # bytes, on every file system we write to


class Follower:
    """Keeps a folder equal to the objects under one prefix of a bucket.

    Parameters
    ----------
    folder
        The Dag folder; nothing is ever written outside it.
    aside
        A folder on the same file system, where objects are written before they are moved into place.
    """

    def __init__(self, s3: S3Client, bucket: str, prefix: str, folder: Path, aside: Path) -> None:
        self._s3 = s3
        self._bucket = bucket
        self._prefix = prefix.rstrip("/") + "/"
        self._folder = folder
        self._aside = aside
        self._followed: dict[str, str] = {}

    def follow(self) -> int:
        """Do one round; return how many files were written or removed.

        Raises
        ------
        botocore.exceptions.ClientError, OSError
            If an object changed while the round went on, or a file cannot be written; the next round does it all again.
        """
        listed = self._list()
        if listed == self._followed or listed != self._list():
            return 0  # nothing is new, or somebody is still writing: a listing of several pages is no single moment
        changed = [name for name in _support_first(listed) if listed[name] != self._followed.get(name)]
        removed = [name for name in reversed(_support_first(self._followed)) if name not in listed]
        fetched = [(name, self._fetch(name, listed[name])) for name in changed]
        for name, written in fetched:
            self._put(name, written)
            self._followed[name] = listed[name]
        for name in removed:
            self._remove(name)
            del self._followed[name]
        return len(changed) + len(removed)

    def _list(self) -> dict[str, str]:
        """Return the ETag of each object that may be a file, by its name relative to the Dag folder."""
        pages = self._s3.get_paginator("list_objects_v2").paginate(Bucket=self._bucket, Prefix=self._prefix)
        objects = {o["Key"].removeprefix(self._prefix): o["ETag"] for page in pages for o in page.get("Contents", [])}
        names = {name for name in objects if is_file_name(name)}
        folders = {str(parent) for name in names for parent in PurePosixPath(name).parents}
        return {name: objects[name] for name in names - folders}  # a name cannot be both a file and a folder

    def _fetch(self, name: str, etag: str) -> Path:
        """Write one object aside, if it still is the one that was listed."""
        answer = self._s3.get_object(Bucket=self._bucket, Key=self._prefix + name, IfMatch=etag)
        descriptor, path = tempfile.mkstemp(dir=self._aside)
        with os.fdopen(descriptor, "wb") as file:
            shutil.copyfileobj(answer["Body"], file)
        return Path(path)

    def _put(self, name: str, written: Path) -> None:
        target = self._folder / name
        if target.is_dir():  # left behind by a folder of that name: nothing followed is in it
            shutil.rmtree(target)
        for parent in reversed(target.relative_to(self._folder).parents):
            if (self._folder / parent).is_file():
                (self._folder / parent).unlink()
        target.parent.mkdir(parents=True, exist_ok=True)
        written.replace(target)

    def _remove(self, name: str) -> None:
        """Remove one file, and the folders in which nothing is left but what Python or a task made of it."""
        target = self._folder / name
        if target.is_file():
            target.unlink()
        others = {str(parent) for other in self._followed if other != name for parent in PurePosixPath(other).parents}
        for parent in PurePosixPath(name).parents:
            if str(parent) not in others and str(parent) != ".":
                shutil.rmtree(self._folder / parent, ignore_errors=True)


def is_file_name(name: str) -> bool:
    """Tell whether a key, relative to the Dag folder, may become a file in it: keys are any text, and may be hostile."""
    parts = name.split("/")
    return "\0" not in name and all(
        part not in ("", ".", "..") and len(os.fsencode(part)) <= _LONGEST_NAME for part in parts
    )


def _support_first(names: Iterable[str]) -> list[str]:
    """Sort names so that what others need comes first: ``.airflowignore``, then what lies deeper, Dag files last."""

    def need(name: str) -> tuple[bool, int, bool, str]:
        return not name.endswith(".airflowignore"), -name.count("/"), name.endswith(".py"), name

    return sorted(names, key=need)
