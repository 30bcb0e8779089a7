"""MK212 main-guard.

What it does
------------
A task or a shared cell asks whether `__name__` is `"__main__"`.

Why
---
In a notebook it always is; in Airflow it never is, and what stands below would silently not run.

Example
-------
::

    #| task: load
    if __name__ == "__main__":
        rows = [1]

What to do
----------
Remove the line.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK212", "main-guard", Severity.WARNING, __doc__)
