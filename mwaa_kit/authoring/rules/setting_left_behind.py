"""MK211 setting-left-behind.

What it does
------------
A cell that is not shipped changes a setting of a module, or the environment.

Why
---
Tasks run without that setting.

Example
-------
::

    pd.set_option("display.max_rows", 50)

What to do
----------
Begin the cell with `#| shared`, or repeat the line in the tasks that need it.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK211", "setting-left-behind", Severity.INFO, __doc__)
