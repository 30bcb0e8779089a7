"""MK207 unknowable-names.

What it does
------------
A cell hides which names it makes: a star import, `exec`, `eval`, `globals()`.

Why
---
Wiring is inferred from names; what cannot be seen cannot be wired.

Example
-------
::

    exec(open('setup.py').read())

What to do
----------
Write the names out.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK207", "unknowable-names", Severity.WARNING, __doc__)
