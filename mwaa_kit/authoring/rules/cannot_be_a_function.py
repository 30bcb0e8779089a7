"""MK208 cannot-be-a-function.

What it does
------------
A task cell has code that means something else inside a function.

Why
---
A task cell becomes the body of a function: `global`, top-level `await` and star imports do not survive that.

Example
-------
::

    #| task: load
    async_rows = await fetch()

What to do
----------
Use the way the finding names.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK208", "cannot-be-a-function", Severity.ERROR, __doc__)
