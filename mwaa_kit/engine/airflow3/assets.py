"""Answers about assets: all are active, and their events are those of the session's runs."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mwaa_kit.engine.airflow3.answers import Answers
from mwaa_kit.engine.airflow3.describing import construct
from mwaa_kit.engine.world import AssetEvent


class AssetAnswers(Answers):
    """Answers what a task asks about assets, and notes those it updated."""

    def on_SucceedTask(self, msg: Any) -> Any:
        if msg.task_outlets or msg.outlet_events:
            self.services.add_asset_events(self.request.key, list(self._events(msg)))
        return self.ok()

    def _events(self, msg: Any) -> Iterator[AssetEvent]:
        """Yield the events of a task that succeeded, as ``register_asset_changes_in_db`` writes them.

        One for each outlet, or as many as the task gave extras for; then one for each asset that it updated by an alias
        among its outlets.
        """
        given = [event for event in msg.outlet_events or () if "source_alias_name" not in event]
        outlets = list(msg.task_outlets or ())
        for outlet in outlets:
            asset = self._resolve(outlet)
            if asset is None:
                continue
            mine = [event for event in given if event["dest_asset_key"] == {"name": asset.name, "uri": asset.uri}]
            for event in mine or [{}]:
                extra, partition = event.get("extra") or {}, event.get("partition_key")
                yield self._event(asset.name, asset.uri, extra, group=asset.group, partition_key=partition)
        yield from self._alias_events(msg, {outlet.name for outlet in outlets if outlet.type == "AssetAlias"})

    def _alias_events(self, msg: Any, aliases: set[str]) -> Iterator[AssetEvent]:
        """Yield one event for each asset and extra, with all the aliases through which it came."""
        merged: dict[tuple[str, str, str], tuple[dict[str, Any], set[str]]] = {}
        for event in msg.outlet_events or ():
            alias = event.get("source_alias_name")
            if alias in aliases:
                key = event["dest_asset_key"]
                place = (key["name"], key["uri"], repr(sorted((event["extra"] or {}).items())))
                merged.setdefault(place, (event["extra"] or {}, set()))[1].add(alias)
        for (name, uri, _), (extra, through) in merged.items():
            yield self._event(name, uri, extra, aliases=tuple(sorted(through)))

    def _event(self, name: str, uri: str, extra: dict[str, Any], **more: Any) -> AssetEvent:
        from datetime import UTC, datetime

        return AssetEvent(0, name, uri, datetime.now(UTC), extra, **more)

    def _resolve(self, outlet: Any) -> Any:
        """Return the asset that an outlet names; None for an alias, and for a reference to none that is known."""
        if outlet.type == "Asset":
            from airflow.sdk import Asset

            known = self._find("uri", outlet.uri)
            return known if known is not None else Asset(name=outlet.name, uri=outlet.uri)
        if outlet.type == "AssetNameRef":
            return self._find("name", outlet.name)
        return self._find("uri", outlet.uri) if outlet.type == "AssetUriRef" else None

    def _find(self, field: str, wanted: str) -> Any:
        """Return an asset that a loaded Dag waits for, or that one of its tasks reads or writes."""
        for dag in self.loaded:
            for asset in _assets(dag):
                if getattr(asset, field) == wanted:
                    return asset
        return None

    def on_ValidateInletsAndOutlets(self, msg: Any) -> Any:
        return self.comms.InactiveAssetsResult(inactive_assets=[])

    def on_GetAssetByName(self, msg: Any) -> Any:
        return self._asset("name", msg.name)

    def on_GetAssetByUri(self, msg: Any) -> Any:
        return self._asset("uri", msg.uri)

    def _asset(self, field: str, wanted: str) -> Any:
        if (asset := self._find(field, wanted)) is not None:
            return self.comms.AssetResult(name=asset.name, uri=asset.uri, group=asset.group)
        for event in self.services.list_asset_events():
            if getattr(event, field) == wanted:  # made by an alias
                return self.comms.AssetResult(name=event.name, uri=event.uri, group=event.group)
        return self.error("ASSET_NOT_FOUND", f"no asset with {field} {wanted!r} in the Dags that are loaded")

    def on_GetAssetsByAlias(self, msg: Any) -> Any:
        found = {
            (event.name, event.uri): self.comms.AssetResult(name=event.name, uri=event.uri, group=event.group)
            for event in self.services.list_asset_events()
            if msg.alias_name in event.aliases
        }
        return self.comms.AssetsByAliasResult(assets=list(found.values()))

    def on_GetAssetEventByAsset(self, msg: Any) -> Any:
        return self._answer_events(
            msg,
            [
                event
                for event in self.services.list_asset_events()
                if msg.name in (None, event.name) and msg.uri in (None, event.uri)
            ],
        )

    def on_GetAssetEventByAssetAlias(self, msg: Any) -> Any:
        events = self.services.list_asset_events()
        return self._answer_events(msg, [event for event in events if msg.alias_name in event.aliases])

    def _answer_events(self, msg: Any, events: list[AssetEvent]) -> Any:
        """Answer with the events within the time a message asks for, in its order, up to its limit."""
        after, before = getattr(msg, "after", None), getattr(msg, "before", None)
        chosen = [one for one in events if (not after or one.at >= after) and (not before or one.at <= before)]
        if not getattr(msg, "ascending", True):
            chosen.reverse()
        limit = getattr(msg, "limit", None)
        return self.comms.AssetEventsResult(asset_events=[_respond(one) for one in chosen[: limit or None]])


def _respond(event: AssetEvent) -> Any:
    """Describe an event as the API server does."""
    from airflow.sdk.api.datamodels import _generated as datamodels

    return construct(
        datamodels.AssetEventResponse,
        id=event.number,
        timestamp=event.at,
        extra=dict(event.extra),
        asset=datamodels.AssetResponse(name=event.name, uri=event.uri, group=event.group, extra={}),
        created_dagruns=[],
        source_task_id=event.task_id,
        source_dag_id=event.dag_id,
        source_run_id=event.run_id,
        source_map_index=event.map_index,
        partition_key=event.partition_key,
    )


def _assets(dag: Any) -> Iterator[Any]:
    """Yield the assets that a Dag defines, leaving out mere references by name or URI."""
    from airflow.sdk import Asset

    if hasattr(dag.schedule, "iter_assets"):
        yield from (asset for _, asset in dag.schedule.iter_assets())
    elif isinstance(dag.schedule, list | tuple):
        yield from (asset for asset in dag.schedule if isinstance(asset, Asset))
    for task in dag.task_dict.values():
        yield from (asset for asset in (*task.inlets, *task.outlets) if isinstance(asset, Asset))
