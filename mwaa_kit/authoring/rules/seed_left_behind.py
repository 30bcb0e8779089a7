"""MK210 seed-left-behind.

What it does
------------
A cell that is not shipped seeds a generator of random numbers that tasks may use.

Why
---
Tasks run without it, so their numbers are other ones in every run.

Example
-------
::

    np.random.seed(0)
    #| task: draw
    x = np.random.rand(3)

What to do
----------
Repeat the line in each task that draws numbers, or pass a seeded generator of its own.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK210", "seed-left-behind", Severity.WARNING, __doc__)
