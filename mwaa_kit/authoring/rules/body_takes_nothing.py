"""MK122 body-takes-nothing.

What it does
------------
A Dag body that you wrote hands on the value of a task that is made of an ordinary cell, and the cell makes several names, or
none: which of them is the value is not known.

Why
---
Such a task returns the names that others read. A written body reads none by its name, so the task would return None, and the
task below it would get None.

Example
-------
::

    #| task: load
    rows = [1, 2, 3]
    count = len(rows)

::

    @dag
    def etl():
        total(load())

What to do
----------
Take one of them: ``total(load()["rows"])``, or ``total(rows=load())``, which takes the name of the
parameter. Or write the cell as a ``@task`` function with a ``return``.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK122", "body-takes-nothing", Severity.ERROR, __doc__)
