"""Remove what earlier releases left behind, once the new Dag is live.

Notes
-----
A separate act, because until then an environment may still serve the old Dag file, which names the old support folder.
The bucket is versioned, so what is removed can be brought back.
"""

from __future__ import annotations

from mwaa_kit.model.release import Change, Plan, Receipt
from mwaa_kit.publishing.destination import Destination
from mwaa_kit.publishing.progress import OnProgress, Progress, quiet


def remove_superseded(
    plan: Plan, *, receipt: Receipt, to: Destination, on_progress: OnProgress = quiet
) -> tuple[str, ...]:
    """Remove what earlier releases left and the published one does not name; call it once the new Dag is live.

    Returns
    -------
    tuple of str
        The keys that were removed. Empty when somebody has published since: what is superseded is then theirs to say.
    """
    superseded = [item for item in plan.objects if item.change is Change.REMOVED]
    published = next(item for item in receipt.objects if item.key == receipt.dag_key)
    current = to.head(receipt.dag_key) if superseded else None
    if current is None or current.version_id != published.version_id:
        return ()
    for done, item in enumerate(superseded, start=1):
        to.delete(item.key)
        on_progress(Progress(done, len(superseded), item.key, item.size_bytes))
    return tuple(item.key for item in superseded)
