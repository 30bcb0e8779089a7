"""MK115 other-notebook.

What it does
------------
A cell names another notebook, by `#| include:` or `#| notebook:`, that cannot be read, or that does not give what is
asked of it.

Why
---
Without it the Dag would lack cells, or a task would have nothing to run or to return.

Example
-------
::

    #| notebook: train path=trian.ipynb returns=auc

What to do
----------
Correct the path, which is seen from the notebook's own folder, or the names after `returns=`.
"""

from mwaa_kit.authoring.rules.rule import Rule
from mwaa_kit.model.finding import Severity

RULE = Rule("MK115", "other-notebook", Severity.ERROR, __doc__)
