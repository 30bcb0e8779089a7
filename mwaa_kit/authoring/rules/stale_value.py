"""MK111 stale-value.

What it does
------------
A task changes an object in place that another task still holds as it was, or that it is given itself under a second name.

Why
---
In the notebook both cells share one object; tasks each have their own copy, so one would not see the change.

Example
-------
::

    #| task: b
    c = a
    #| task: d
    a.append(1)
    #| task: e
    print(c)

What to do
----------
Read the changed name, or copy the object before it is changed.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK111", "stale-value", Severity.WARNING, __doc__)
