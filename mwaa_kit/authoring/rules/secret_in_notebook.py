"""MK215 secret-in-notebook.

What it does
------------
A cell that is not shipped, or a saved output, holds a key, a token or a password.

Why
---
It is not published, but it lies in the file, and in every copy of it.

Example
-------
::

    print(os.environ)

What to do
----------
Remove it or clear the output, and make a new one.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK215", "secret-in-notebook", Severity.WARNING, __doc__)
