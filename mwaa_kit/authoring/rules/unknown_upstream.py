"""MK104 unknown-upstream.

What it does
------------
A task waits for a task, or reads a name, that no cell above makes.

Why
---
The task would fail, or never start. A name that only a deleted cell or an earlier kernel made is of this kind.

Example
-------
::

    #| task: train after=laod

What to do
----------
Correct the name, or make it in a task, a param or shared code above.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK104", "unknown-upstream", Severity.ERROR, __doc__)
