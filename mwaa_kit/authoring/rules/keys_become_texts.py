"""MK123 keys-become-texts.

What it does
------------
A task hands on a dict that is written with keys that are no texts: numbers, tuples, ``True``, ``None``. A dict that is made
otherwise is not looked into.

Why
---
Values travel between tasks as JSON, whose keys are texts. Airflow makes ``{1: "one"}`` into ``{"1": "one"}`` without a word,
and the task that reads ``names[1]`` fails with a KeyError.

Example
-------
::

    #| task: load
    names = {1: "one", 2: "two"}

    #| task: use
    print(names[1])

What to do
----------
Write the keys as texts, or hand on ``list(names.items())`` and make the dict again in the task that reads it.

References
----------
The source of Airflow's serialisation, ``airflow.sdk.serde.serialize``: ``str(key)`` of each key.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK123", "keys-become-texts", Severity.WARNING, __doc__)
