"""Drawings of a Dag: a tree of text, SVG, Mermaid, a page of HTML, and the JSON of ``draw``. Pure: nothing is read or run."""
