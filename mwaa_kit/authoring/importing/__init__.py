"""Other files open as notebooks: Dag files and back, py:percent files, and notebooks and pipelines without a directive."""
