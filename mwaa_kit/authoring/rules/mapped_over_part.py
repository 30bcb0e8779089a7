"""MK121 mapped-over-part.

What it does
------------
A task is mapped (``.expand(x=xs)``) over one of several names that another task hands on.

Why
---
A task that hands on several names returns them together, each under a key of its own. Airflow maps over all that a task
returns, never over one key of it: the file would not load.

Example
-------
::

    #| task: numbers
    xs = [1, 2, 3]
    factor = 10

::

    doubled = double.partial(times=factor).expand(x=xs)

What to do
----------
Make the list in a task of its own: split the cell, and begin the new one with ``#| task: …``.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK121", "mapped-over-part", Severity.ERROR, __doc__)
