"""MK214 secret-in-source.

What it does
------------
A cell that would be published holds a key, a token or a password.

Why
---
Everybody who can read the bucket or the Airflow pages could read it.

Example
-------
::

    #| shared
    URL = "postgresql://ada:…@db/sales"

What to do
----------
Put it into an Airflow connection or variable, and make a new one.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK214", "secret-in-source", Severity.ERROR, __doc__)
