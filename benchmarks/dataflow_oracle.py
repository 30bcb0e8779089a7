"""Compare the dataflow with what is seen at run time, for as many random notebooks as you like.

    python benchmarks/dataflow_oracle.py [COUNT] [FIRST_SEED] [--touching]

Straight notebooks must have the very edges; with branches none may be missing. What differs is printed. ``--touching``
adds classes with dunder methods, and generators.
"""

from __future__ import annotations

import contextlib
import io
import random
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests"))
from support_notebooks import ALL_TEMPLATES, ALL_TOUCHING, STRAIGHT_TEMPLATES, STRAIGHT_TOUCHING, write_notebook
from support_oracle import Edge, WatchedKernel, found_edges

WAYS = 8


def differs(seed: int, *, touching: bool = False) -> tuple[list[str], set[Edge], set[Edge]]:
    """Return a notebook, the edges that are missing, and those that are too many where there are no branches."""
    dice, straight = random.Random(seed), seed % 2 == 0
    plain, all_kinds = (STRAIGHT_TOUCHING, ALL_TOUCHING) if touching else (STRAIGHT_TEMPLATES, ALL_TEMPLATES)
    templates = plain if straight else all_kinds
    sources = write_notebook(dice.choice, templates, dice.randint(2, 7), dice.randint(1, 3))
    ways = [()] if straight else [tuple(dice.random() < 0.5 for _ in range(40)) for _ in range(WAYS)]
    kernels = [WatchedKernel(way) for way in ways]
    with contextlib.redirect_stdout(io.StringIO()):  # what the notebooks print
        seen = set[Edge]().union(*(kernel.run(sources) for kernel in kernels))
    found = found_edges(sources)
    if straight and kernels[0].raised:
        return sources, set(), set()
    return sources, seen - found, found - seen if straight else set()


def main(count: int, first: int, *, touching: bool) -> int:
    """Print each notebook that differs, and how many did."""
    begun, wrong = time.process_time(), 0
    for seed in range(first, first + count):
        sources, missing, extra = differs(seed, touching=touching)
        if missing or extra:
            wrong += 1
            print(f"--- seed {seed}: missing {sorted(missing)}, too many {sorted(extra)}", *sources, sep="\n# ---\n")
    print(f"{count} notebooks, {wrong} differ, {time.process_time() - begun:.0f} s of CPU")
    return int(wrong > 0)


if __name__ == "__main__":
    numbers = [int(word) for word in sys.argv[1:] if word != "--touching"]
    sys.exit(main(*(numbers + [10_000, 0][len(numbers) :]), touching="--touching" in sys.argv))
