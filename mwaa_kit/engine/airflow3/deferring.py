"""Deferrals of Airflow 3: from a trigger's description to the arguments of the next method."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from typing import Any

from mwaa_kit.engine.airflow3.versions import pack_kwargs, unpack_kwargs, with_event
from mwaa_kit.engine.protocol import Deferral
from mwaa_kit.engine.triggers import FAIL, explain, hasten, wait_for_event


def fire(deferral: Deferral, cancelled: Callable[[], bool], *, skip_delays: bool = False) -> Deferral:
    """Run the trigger until its first event.

    Parameters
    ----------
    skip_delays
        A moment that a trigger waits for has come.

    Notes
    -----

    A trigger that fails, or whose time is over, resumes the task as well, so that the task fails by itself, with its
    callbacks and retries; Airflow's triggerer does the same.
    """
    try:
        payload = wait_for_event(lambda: _build(deferral, skip_delays), deferral.timeout_seconds, cancelled)
    except BaseException as error:
        return replace(deferral, next_method=FAIL, next_kwargs=pack_kwargs(explain(error)))
    return replace(deferral, next_kwargs=with_event(deferral.next_kwargs, payload))


def _build(deferral: Deferral, skip_delays: bool) -> Any:
    module, _, name = deferral.classpath.rpartition(".")
    trigger = getattr(import_module(module), name)(**unpack_kwargs(deferral.trigger_kwargs))
    return hasten(trigger) if skip_delays else trigger
