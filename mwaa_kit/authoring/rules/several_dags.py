"""MK112 several-dags.

What it does
------------
More than one `@dag` leaves its wiring to be inferred.

Why
---
It cannot be known which task belongs to which Dag.

Example
-------
::

    @dag
    def one(): ...
    @dag
    def two(): ...

What to do
----------
Write the bodies, or put each Dag into a notebook of its own.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK112", "several-dags", Severity.ERROR, __doc__)
