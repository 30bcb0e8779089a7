"""The notebook as a Dag file in cells: reading it, following its names, and lowering it to a Dag module."""
