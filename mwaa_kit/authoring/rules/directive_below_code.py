"""MK204 directive-below-code.

What it does
------------
A directive stands below code, or a second one follows the first.

Why
---
Only the first line of a cell says what the cell is.

Example
-------
::

    import os
    #| task: load

What to do
----------
Move it to the first line, or split the cell.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK204", "directive-below-code", Severity.WARNING, __doc__)
