"""MK213 local-path.

What it does
------------
A shipped cell names a path in somebody's home folder.

Why
---
A worker of Airflow has no such file.

Example
-------
::

    #| task: load
    text = open("/home/ada/data.csv").read()

What to do
----------
Read it from S3 or a database, or make the path a param.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK213", "local-path", Severity.WARNING, __doc__)
