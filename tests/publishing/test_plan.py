"""The plan against its plain definition: two dicts of contents, before and after."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from mwaa_kit.model.release import Change, Plan, PlannedObject, Release
from mwaa_kit.publishing.ignore import PATTERNS, merge_ignore
from mwaa_kit.publishing.plan import plan_release
from mwaa_kit.publishing.publish import publish
from mwaa_kit.publishing.removal import remove_superseded
from mwaa_kit.publishing.state import read_state

DAG = "dags/churn.py"
IGNORE = "dags/.airflowignore"
OTHERS = {"dags/other.py": b"other", "dags/_mwaa_kit/churn/0/theirs.py": b"theirs", "dags/_mwaa_kit/other/1/x": b"x"}

TEXTS = st.sampled_from(["one", "two", "three"])
HELPERS = st.dictionaries(st.sampled_from(["a.py", "b/c.sql"]), st.sampled_from([b"", b"1", b"22"]), max_size=2)
CONTENTS = st.sampled_from([b"", b"edited", b"x\n", merge_ignore(None, PATTERNS)])
STEPS = st.one_of(
    st.tuples(st.just("publish"), TEXTS, HELPERS),
    st.tuples(st.just("publish and remove"), TEXTS, HELPERS),
    st.tuples(st.just("edit"), st.integers(0, 9), CONTENTS),
    st.tuples(st.just("touch"), st.integers(0, 9), st.none()),
    st.tuples(st.just("delete"), st.integers(0, 9), st.none()),
)


def contents(bucket: Any) -> dict[str, bytes]:
    """What is in the bucket but for manifests."""
    return {key: content for key, content in bucket.current().items() if not key.startswith(".mwaa-kit/")}


def after(release: Release, before: dict[str, bytes]) -> dict[str, bytes]:
    """What a release wants to be there."""
    files = {file.key: file.content for file in release.files}
    return {**files, IGNORE: merge_ignore(before.get(IGNORE), PATTERNS)}


def objects_by_definition(
    before: dict[str, bytes], wanted: dict[str, bytes], earlier: set[str]
) -> tuple[PlannedObject, ...]:
    """Compare every key's bytes, the slow and plain way."""
    planned = {}
    for key, content in wanted.items():
        change = Change.NEW if key not in before else Change.UNCHANGED if before[key] == content else Change.CHANGED
        planned[key] = PlannedObject(key, change, len(content))
    for key in earlier & before.keys() - wanted.keys():
        planned[key] = PlannedObject(key, Change.REMOVED, len(before[key]))
    return tuple(planned[key] for key in sorted(planned))


def in_the_way_by_definition(before: dict[str, bytes], release: Release, last: bytes | None) -> set[str]:
    """Support with other bytes, and a Dag file that is neither ours now nor what we put there last."""
    wrong = {file.key for file in release.support if before.get(file.key, file.content) != file.content}
    dag = before.get(DAG)
    return wrong | ({DAG} if dag not in (None, release.dag_file.content, last) else set())


@settings(deadline=None, max_examples=300)
@given(steps=st.lists(STEPS, max_size=8), text=TEXTS, helpers=HELPERS)
def test_plan_and_publish_do_what_two_dicts_say(memory_world: Any, steps: list[Any], text: str, helpers: Any) -> None:
    memory, release_of = memory_world
    bucket = memory(OTHERS)
    earlier: set[str] = set()
    last: bytes | None = None
    for kind, what, how in [*steps, ("publish and remove", text, helpers)]:
        if kind.startswith("publish"):
            release = release_of(what, how)
            if compare_one_publish(bucket, release, earlier, last, remove="remove" in kind):
                earlier |= {file.key for file in release.support}
                last = release.dag_file.content
        else:
            disturb(bucket, kind, what, how)


def disturb(bucket: Any, kind: str, number: int, content: bytes | None) -> None:
    """Do what another user of the bucket may do to a key of ours."""
    keys = sorted({DAG, IGNORE, *(key for key in contents(bucket) if key not in OTHERS)})
    key = keys[number % len(keys)]
    there = bucket.get(key)
    if kind == "edit":
        bucket.edit(key, content)
    elif kind == "touch" and there:
        bucket.edit(key, there.content)
    elif kind == "delete" and there:
        bucket.delete(key)


def compare_one_publish(bucket: Any, release: Release, earlier: set[str], last: bytes | None, *, remove: bool) -> bool:
    """Plan, publish if nothing stands in the way, and compare each with its definition."""
    before = contents(bucket)
    wanted = after(release, before)
    state = read_state(release, bucket)
    plan = plan_release(release, state, environment="e")
    objects = objects_by_definition(before, wanted, earlier)
    assert (plan.objects, {copy.key for copy in plan.newer}) == (
        objects,
        in_the_way_by_definition(before, release, last),
    )
    if plan.newer:
        return False
    bucket.written.clear()
    receipt = publish(release, plan=plan, state=state, to=bucket)
    sent = {item.key for item in objects if item.change in (Change.NEW, Change.CHANGED)}
    assert {key for key in bucket.written if key in wanted} == sent
    assert (receipt.uploaded, contents(bucket)) == (len(sent), {**before, **wanted})
    removed = {item.key for item in objects if item.change is Change.REMOVED}
    if remove:
        assert set(remove_superseded(plan, receipt=receipt, to=bucket)) == removed
        assert contents(bucket) == {key: c for key, c in {**before, **wanted}.items() if key not in removed}
    return True


def test_graph_and_behaviour_are_passed_through(memory_world: Any) -> None:
    memory, release_of = memory_world
    release = release_of("one", {})
    plan = plan_release(
        release,
        read_state(release, memory()),
        environment="practice",
        graph={"churn": {"tasks": 4}},
        behaviour={"paused_after_publish": True},
    )
    assert plan == Plan(
        environment="practice",
        release=release.digest,
        objects=(
            PlannedObject(IGNORE, Change.NEW, 42),
            PlannedObject(DAG, Change.NEW, release.dag_file.size_bytes),
        ),
        graph={"churn": {"tasks": 4}},
        behaviour={"paused_after_publish": True},
    )


def test_two_environments_in_one_bucket_do_not_remove_each_others_files(memory_world: Any) -> None:
    memory, release_of = memory_world
    bucket = memory()
    publish_as = {"dev": release_of("one"), "prod": at_folder(release_of("two"), "prod")}
    for name, release in publish_as.items():
        state = read_state(release, bucket)
        publish(release, plan=plan_release(release, state, environment=name), state=state, to=bucket)
    plan = plan_release(publish_as["prod"], read_state(publish_as["prod"], bucket), environment="prod")
    assert (plan.changes_nothing, plan.newer) == (True, ())


def at_folder(release: Release, folder: str) -> Release:
    """Move a release into another Dag folder."""

    def moved(file: Any) -> Any:
        return replace(file, key=f"{folder}/{file.key.removeprefix('dags/')}")

    return replace(release, dag_file=moved(release.dag_file), support=tuple(map(moved, release.support)))
