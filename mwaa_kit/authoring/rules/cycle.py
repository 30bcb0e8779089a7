"""MK103 cycle.

What it does
------------
Tasks wait for each other in a circle; every cell on it is named.

Why
---
A Dag has no beginning if each task of a circle waits for another.

Example
-------
::

    #| task: a after=b
    #| task: b after=a

What to do
----------
Remove one of the edges: an `after=`, or a name that is read in one cell and written in a later one.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK103", "cycle", Severity.ERROR, __doc__)
