"""Interrupts that come at an awkward moment: real signals, aimed at the steps between what a task prints and who sees it."""

from __future__ import annotations

import contextlib
import os
import signal
from datetime import UTC, datetime
from typing import Any

import pytest

from mwaa_kit.engine.streams import current_output, routed, tell_outside
from mwaa_kit.magics.pushing import PanelPush
from mwaa_kit.model.run import DagRun, LogLine

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def test_an_interrupt_while_a_line_is_pushed_takes_effect_after_it_and_loses_no_line() -> None:
    sent: list[dict[str, Any]] = []
    interrupts = [signal.SIGINT]

    def send(data: dict[str, Any]) -> None:
        if interrupts:
            os.kill(os.getpid(), interrupts.pop())
        sent.append(data)

    panel = PanelPush(send, lambda: None)
    line = LogLine(NOW, "load", -1, 1, "info", "a line")
    run = DagRun("churn", "one", "failed", cancelled=True)
    with pytest.raises(KeyboardInterrupt):
        panel(line)
    panel.finish(run)

    assert sent == [{"events": [line.to_dict()]}, {"events": [run.to_dict()]}]


def test_an_interrupt_at_any_step_leaves_a_task_its_output() -> None:
    lines: list[str] = []

    def interrupt(number: int, frame: object) -> None:
        raise KeyboardInterrupt

    before = signal.signal(signal.SIGALRM, interrupt)
    try:
        for step in range(300):
            with routed(lambda level, line: lines.append(line)):
                own = current_output()
                with contextlib.suppress(KeyboardInterrupt):
                    signal.setitimer(signal.ITIMER_REAL, 0.0002 + step * 1e-6)
                    while True:
                        tell_outside(lambda event: None, None)
                assert current_output() is own
                print(step)
    finally:
        signal.signal(signal.SIGALRM, before)

    assert lines == [str(step) for step in range(300)]
