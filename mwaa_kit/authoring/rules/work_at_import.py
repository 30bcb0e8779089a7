"""MK119 work-at-import.

What it does
------------
Module-level code fetches, reads or starts something.

Why
---
Airflow reads the file every few seconds, in the scheduler's machinery: it would be done each time.

Example
-------
::

    #| shared
    table = pd.read_csv("s3://bucket/big.csv")

What to do
----------
Move it into a task.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK119", "work-at-import", Severity.WARNING, __doc__)
