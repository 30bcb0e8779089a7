"""Calls that change an object in place: what is known of the types data scientists use.

References
----------
Python library reference (list, dict, set, deque, heapq, bisect, random); API references of pandas, numpy, matplotlib
and scikit-learn.
"""

from __future__ import annotations

_PYTHON = {
    *("append", "extend", "insert", "remove", "pop", "clear", "sort", "reverse"),
    *("update", "setdefault", "popitem", "add", "discard", "__setitem__", "__delitem__", "__setattr__"),
    *("difference_update", "intersection_update", "symmetric_difference_update", "move_to_end", "subtract"),
    *("appendleft", "extendleft", "popleft", "rotate", "put", "put_nowait", "write", "writelines", "truncate"),
}
_ARRAYS = {"fill", "resize", "partition", "setflags", "setfield", "itemset", "byteswap_inplace"}
_ESTIMATORS = {"fit", "partial_fit", "fit_transform", "fit_predict", "set_params", "load_state_dict", "add_module"}
_FIGURES = {
    *("add_subplot", "add_axes", "add_artist", "add_patch", "add_collection", "add_line", "tight_layout", "suptitle"),
    *("supxlabel", "supylabel", "subplots_adjust", "set_title", "set_xlabel", "set_ylabel", "set_xlim", "set_ylim"),
    *("set_xticks", "set_yticks", "set_xticklabels", "set_yticklabels", "set_xscale", "set_yscale", "set_aspect"),
    *("set_size_inches", "set_facecolor", "set_visible", "tick_params", "axhline", "axvline", "axhspan", "axvspan"),
    *("annotate", "fill_between", "imshow", "pcolormesh", "contour", "contourf", "legend", "grid", "invert_yaxis"),
    *("invert_xaxis", "margins", "errorbar", "scatter_", "bar_label", "set_axis_off", "set_axis_on", "set_prop_cycle"),
}
MUTATING_METHODS = frozenset(_PYTHON | _ARRAYS | _ESTIMATORS | _FIGURES)

AXES_METHODS = frozenset(
    {"plot", "scatter", "bar", "barh", "hist", "boxplot", "violinplot", "pie", "step", "stem", "text"}
)
"""Change an Axes, but are pure on a DataFrame: told apart by the receiver's name."""

FIRST_ARGUMENT = frozenset(
    {
        *("shuffle", "heappush", "heappop", "heapify", "heapreplace", "heappushpop", "insort", "insort_left"),
        *("insort_right", "setattr", "delattr", "next", "put", "copyto", "fill_diagonal", "place", "putmask"),
    }
)
"""Functions that change their first argument, by the last part of their name."""

ONLY_OF_MODULES = frozenset({"put", "place"})
"""Those among them that mean something else as methods: ``queue.put(x)`` leaves ``x`` as it is."""

USUAL_MODULES = frozenset({"np", "numpy", "pd", "pandas", "plt", "sns", "os", "sys", "json", "random", "math", "torch"})
"""What people call the modules they import, where the import itself is not in the notebook."""

_MODULE_FREE = frozenset({"next", "setattr", "delattr"})


def method_mutates(receiver: str, method: str, *, inplace: bool) -> bool:
    """Whether ``receiver.method(…)`` changes the receiver."""
    if inplace or method in MUTATING_METHODS:
        return True
    axes = receiver.startswith(("ax", "fig")) or receiver.endswith(("_ax", "_axes"))
    return method in AXES_METHODS and axes


def function_mutates_first(name: str, *, attribute: bool) -> bool:
    """Whether ``name(x)``, or ``module.name(x)``, changes ``x``."""
    return name in FIRST_ARGUMENT and (attribute != (name in _MODULE_FREE) or not attribute)
