"""From a `DagModule` to a bucket: plan, then one atomic publish, then the removal of what it superseded.

Notes
-----
A publish is atomic because only one object is ever replaced: the Dag file. What it needs lies in a folder named for its
content, which is there before the Dag file names it, and stays until the new Dag is live. Every write is conditional on
what was read before it, so of two publishers at the same time one wins and the other is told.
"""
