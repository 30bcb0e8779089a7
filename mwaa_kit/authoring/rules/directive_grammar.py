"""MK205 directive-grammar.

What it does
------------
The name or an option of a directive cannot be understood.

Why
---
What it was meant to say would be lost.

Example
-------
::

    #| task: load retries = 2

What to do
----------
Write `key=value` without spaces; quote text that has spaces.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK205", "directive-grammar", Severity.ERROR, __doc__)
