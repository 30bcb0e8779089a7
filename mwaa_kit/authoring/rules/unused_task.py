"""MK117 unused-task.

What it does
------------
A task that no Dag body calls, where the bodies are written by hand.

Why
---
It is in the file and never runs.

Example
-------
::

    @task
    def load(): ...
    @dag
    def etl():
        pass

What to do
----------
Call it in the body, or begin its cell with `#| skip`.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK117", "unused-task", Severity.WARNING, __doc__)
