"""Edits of a notebook that touch only what they must: freeze, promote, and automatic fixes."""
