"""Which links of one level to turn round, so that all of them can run from left to right."""

from __future__ import annotations

from collections.abc import Sequence

Node = tuple[str, str]


def against_the_flow(children: Sequence[Node], pairs: Sequence[tuple[Node, Node]]) -> set[tuple[Node, Node]]:
    """Return the pairs to turn round so that nothing goes in a circle: those that lead back on a walk from the starts."""
    outs: dict[Node, list[Node]] = {child: [] for child in children}
    entered = {head for _, head in pairs}
    for tail, head in pairs:
        outs[tail].append(head)
    turned: set[tuple[Node, Node]] = set()
    open_now: set[Node] = set()
    done: set[Node] = set()
    for start in sorted(children, key=lambda child: child in entered):
        if start in done:
            continue
        walk = [(start, iter(outs[start]))]
        open_now.add(start)
        while walk:
            node, heads = walk[-1]
            for head in heads:
                if head in open_now:
                    turned.add((node, head))
                elif head not in done:
                    open_now.add(head)
                    walk.append((head, iter(outs[head])))
                    break
            else:
                walk.pop()
                open_now.discard(node)
                done.add(node)
    return turned
