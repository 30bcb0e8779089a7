"""MK107 definition-across-tasks.

What it does
------------
A task reads a function or class that another task's cell defines.

Why
---
Values travel between tasks by XCom, and functions cannot.

Example
-------
::

    #| task: load
    def clean(x): ...
    #| task: use
    clean(1)

What to do
----------
Move the definition to a cell of its own: a cell of only definitions is shared by all tasks.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK107", "definition-across-tasks", Severity.ERROR, __doc__)
