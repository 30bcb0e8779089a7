"""MK209 not-yet.

What it does
------------
The notebook uses a directive that this version reads but does not lower yet.

Why
---
Leaving it out silently would change the Dag.

Example
-------
::

    #| notebook: train path=train.ipynb

What to do
----------
Write the operator in the Dag body.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK209", "not-yet", Severity.ERROR, __doc__)
