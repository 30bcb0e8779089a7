"""MK205 directive-grammar.

What it does
------------
The name or an option of a directive cannot be understood, or Airflow has no argument of the option's name, or the
option stands on a line of its own.

Why
---
What it was meant to say would be lost, or Airflow would refuse the Dag file.

Example
-------
::

    #| task: load retries = 2

What to do
----------
Write `key=value` without spaces, in the directive's own line; quote text that has spaces. The key is an argument of
the operator, as Airflow spells it; after `#| dag` one of the Dag; after `#| notebook` also a param of that notebook.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK205", "directive-grammar", Severity.ERROR, __doc__)
