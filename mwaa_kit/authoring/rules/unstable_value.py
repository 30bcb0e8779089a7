"""MK118 unstable-value.

What it does
------------
Module-level code asks for the time, a random number or a new id.

Why
---
Airflow reads the file again and again, and each time the value is another: the Dag seems to change all the time.

Example
-------
::

    #| shared
    STARTED = datetime.now()

What to do
----------
Write a fixed value, or ask for it inside a task.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK118", "unstable-value", Severity.WARNING, __doc__)
