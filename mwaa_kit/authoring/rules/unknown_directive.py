"""MK203 unknown-directive.

What it does
------------
A line `#| …` is nearly one of the kit's directives.

Why
---
It would silently mean nothing.

Example
-------
::

    #| tasks: load

What to do
----------
Correct the key. Keys of Quarto and nbdev are left alone.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK203", "unknown-directive", Severity.WARNING, __doc__)
