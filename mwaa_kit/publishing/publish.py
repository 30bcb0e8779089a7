"""Put a release into the bucket: `.airflowignore`, support files, the Dag file, the manifest, in that order.

Notes
-----
Whatever is cut off at whatever request, the Dag file is the old one or the new one, and the support files it names are
all there: they go first, under new keys. The manifest goes last, so one that exists speaks the truth. Running the same
publish again ends well, because each step begins by looking whether it is done already. A write whose answer got lost
and which the client then repeats is refused by its own condition; it counts as done when the content there is ours.
"""

from __future__ import annotations

from mwaa_kit.errors import NewerCopyError
from mwaa_kit.model.release import Change, Plan, PublishedObject, Receipt, Release, ReleaseFile
from mwaa_kit.publishing.destination import ChangedMeanwhileError, Destination, StoredObject
from mwaa_kit.publishing.ignore import merge_ignore
from mwaa_kit.publishing.manifest import (
    DagFileNotes,
    Manifest,
    ManifestObject,
    format_manifest,
    manifest_key,
    manifest_prefix,
    read_notes,
    sequence_of,
    write_notes,
)
from mwaa_kit.publishing.newer import describe_newer, newer_copy_error
from mwaa_kit.publishing.progress import OnProgress, Progress, quiet
from mwaa_kit.publishing.release import ignore_key, support_folder
from mwaa_kit.publishing.state import BucketState

_IGNORE_TRIES = 5


def publish(
    release: Release,
    *,
    plan: Plan,
    state: BucketState,
    to: Destination,
    publisher: str = "",
    on_progress: OnProgress = quiet,
) -> Receipt:
    """Publish a release as planned. Interrupting it between two requests leaves the bucket whole.

    Parameters
    ----------
    state
        What the plan was made from.
    publisher
        Who publishes, for others to read when their publish is refused; noted on the Dag file and in the manifest.

    Raises
    ------
    NewerCopyError
        If the bucket holds a copy that this source's last publish did not leave there, or gets one meanwhile.
    BucketRefusedError
        If the bucket refuses a write.
    EnvironmentUnreachableError
        If the bucket stops answering. Publish again: nothing is half done.
    """
    if plan.release != release.digest:
        raise ValueError("the plan was made for another release")
    if plan.newer:
        raise newer_copy_error(plan.newer[0], to.name)
    return _Publishing(release, plan, state, to, publisher, on_progress).run()


class _Publishing:
    """One publish, step by step."""

    def __init__(
        self,
        release: Release,
        plan: Plan,
        state: BucketState,
        to: Destination,
        publisher: str,
        on_progress: OnProgress,
    ) -> None:
        self._release = release
        self._plan = plan
        self._state = state
        self._to = to
        self._publisher = publisher[:200]
        self._on_progress = on_progress
        self._uploaded: list[str] = []
        self._manifest_key = _manifest_key(release, state)
        self._held = {seen.stored.key: seen.stored.version_id for seen in state.objects}

    def run(self) -> Receipt:
        ignore = self._merge_ignore()
        self._send_support()
        dag = self._switch_dag()
        self._send_support()
        files = (*(self._published(file) for file in self._release.files), ignore)
        receipt = Receipt(
            environment=self._plan.environment,
            release=self._release.digest,
            dag_ids=self._release.dag_ids,
            dag_key=self._release.dag_file.key,
            published_at=dag.last_modified,
            uploaded=len(self._uploaded),
            objects=tuple(sorted(files, key=lambda item: item.key)),
        )
        self._record(receipt)
        return receipt

    def _merge_ignore(self) -> PublishedObject:
        """Add missing lines to ``.airflowignore``; when somebody else edits it at the same time, add them to theirs."""
        key = ignore_key(self._release)
        there = self._state.ignore.stored if self._state.ignore else None
        content = self._state.ignore_content
        for _ in range(_IGNORE_TRIES):
            merged = merge_ignore(content, self._release.ignore)
            if there and merged == content:
                return self._published(ReleaseFile(key, merged), there.version_id)
            try:
                version = self._to.put(key, merged, replacing=there)
            except ChangedMeanwhileError:
                found = self._to.get(key)
                there, content = (found.stored, found.content) if found else (None, None)
                continue
            self._count(key, merged)
            return self._published(ReleaseFile(key, merged), version)
        raise NewerCopyError(
            f"{self._to.name}/{key} changes again and again while it is being read", hint="publish again in a moment"
        )

    def _send_support(self) -> None:
        """Put every support file that is not there.

        Done once before the Dag file names them, and once more after: whoever published in between may have removed
        a folder that was superseded then and is needed again now.
        """
        if not self._release.support:
            return
        there = set(self._to.list(support_folder(self._release)))
        for file in self._release.support:
            if not (file.key in there and file.key in self._held):
                self._held[file.key] = self._put_new(file)

    def _put_new(self, file: ReleaseFile) -> str:
        """Put a file under its content-addressed key; the same content there already is as good."""
        try:
            version = self._to.put(file.key, file.content, replacing=None)
        except ChangedMeanwhileError:
            return self._accept_same(file).version_id
        self._count(file.key, file.content)
        return version

    def _switch_dag(self) -> StoredObject:
        """Replace the Dag file that the plan saw, and no other; return what is there then."""
        file = self._release.dag_file
        seen = self._state.at(file.key)
        if seen and seen.sha256 == file.sha256:
            stored = self._to.head(file.key)
            if stored is None or stored.version_id != seen.stored.version_id:
                stored = self._accept_same(file)
        else:
            stored = self._replace_dag(seen.stored if seen else None)
        self._held[file.key] = stored.version_id
        return stored

    def _replace_dag(self, seen: StoredObject | None) -> StoredObject:
        """Put the Dag file, together with the notes by which a later publish knows it as ours."""
        file = self._release.dag_file
        notes = DagFileNotes(self._manifest_key, file.sha256, self._publisher)
        try:
            version = self._to.put(file.key, file.content, replacing=seen, metadata=write_notes(notes))
        except ChangedMeanwhileError:
            return self._accept_same(file)
        self._count(file.key, file.content)
        stored = self._to.head(file.key, version)
        if stored is None:
            raise self._lost(file.key)
        return stored

    def _accept_same(self, file: ReleaseFile) -> StoredObject:
        """Return what came to be there meanwhile, if it is the same content."""
        found = self._to.get(file.key)
        if found is None:
            raise self._lost(file.key)
        if found.content != file.content:
            raise newer_copy_error(describe_newer(found.stored, "is newer than the copy the plan saw"), self._to.name)
        return found.stored

    def _lost(self, key: str) -> NewerCopyError:
        return NewerCopyError(f"{self._to.name}/{key} was removed by somebody else meanwhile", hint="publish again")

    def _record(self, receipt: Receipt) -> None:
        """Add the manifest, unless the last one already says all this."""
        objects = tuple(
            ManifestObject(file.key, file.size_bytes, file.sha256, self._held[file.key])
            for file in sorted(self._release.files, key=lambda file: file.key)
        )
        last = self._state.last
        if last and last.release == receipt.release and last.objects == objects:
            return
        manifest = Manifest(
            source=self._release.source,
            sequence=sequence_of(self._manifest_key, manifest_prefix(self._release)),
            release=receipt.release,
            environment=receipt.environment,
            dag_ids=receipt.dag_ids,
            dag_key=receipt.dag_key,
            published_at=receipt.published_at,
            publisher=self._publisher,
            previous=self._state.last_key,
            objects=objects,
            superseded=tuple(stored.key for stored in self._state.superseded),
        )
        self._put_manifest(manifest)

    def _put_manifest(self, manifest: Manifest) -> None:
        """Put the manifest; one of the same release under its key says the same."""
        try:
            self._to.put(self._manifest_key, format_manifest(manifest), replacing=None)
        except ChangedMeanwhileError:
            return

    def _published(self, file: ReleaseFile, version_id: str = "") -> PublishedObject:
        change = next(item.change for item in self._plan.objects if item.key == file.key)
        return PublishedObject(file.key, change, file.size_bytes, file.sha256, version_id or self._held[file.key])

    def _count(self, key: str, content: bytes) -> None:
        """Tell of one more object written."""
        self._uploaded.append(key)
        planned = sum(item.change in (Change.NEW, Change.CHANGED) for item in self._plan.objects)
        done = len(self._uploaded)
        self._on_progress(Progress(done, max(planned, done), key, len(content)))


def _manifest_key(release: Release, state: BucketState) -> str:
    """Name the manifest to be: the one that an interrupted publish of this release left open, or the next."""
    prefix = manifest_prefix(release)
    seen = state.at(release.dag_file.key)
    note = read_notes(seen.stored).manifest if seen else ""
    open_sequence = sequence_of(note, prefix)
    if open_sequence and note == manifest_key(release, open_sequence) and note not in state.manifests:
        return note
    newest = max((sequence_of(key, prefix) for key in state.manifests), default=0)
    return manifest_key(release, max(newest, open_sequence) + 1)
