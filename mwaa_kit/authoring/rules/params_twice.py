"""MK113 params-twice.

What it does
------------
The Dag has `params` of its own, and the notebook a `#| params` cell.

Why
---
Two lists of params would contradict each other.

Example
-------
::

    #| params
    n = 6
    #| dag
    @dag(params={"n": 5})
    def d(): ...

What to do
----------
Keep one of the two.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK113", "params-twice", Severity.ERROR, __doc__)
