"""Values that Airflow cannot hand from one task to another: what kind it was, and what to return instead."""

from __future__ import annotations

import re

_REFUSED = re.compile(
    r"(?i)cannot serialize object of type <class '([\w.]+)'>|object of type (\w+) is not JSON serializable"
)
_INSTEAD = {
    "pandas.Series": "Return x.to_frame() or x.to_dict(): a DataFrame and a dict can travel.",
    "pandas.core.series.Series": "Return x.to_frame() or x.to_dict(): a DataFrame and a dict can travel.",
    "polars.series.series.Series": "Return x.to_list().",
    "polars.dataframe.frame.DataFrame": "Return x.to_dicts(), or write it to S3 and return its address.",
    "generator": "Return list(x).",
    "dict_keys": "Return list(x).",
    "dict_values": "Return list(x).",
    "dict_items": "Return list(x).",
    "map": "Return list(x).",
    "zip": "Return list(x).",
    "range": "Return list(x).",
}
_ELSE = "Return a list, a dict, a number or a text; write anything else to S3 and return its address."


def refused_value(error: str) -> tuple[str, str] | None:
    """Return the type of a returned value that Airflow refused to store, and what to do; None for another error.

    Parameters
    ----------
    error
        What the task ended with, as Airflow 2 or 3 words it.
    """
    refused = _REFUSED.search(error)
    if refused is None:
        return None
    kind = (refused[1] or refused[2]).removeprefix("builtins.")
    return kind, _INSTEAD.get(kind, _ELSE)


def with_article(kind: str) -> str:
    """Return a type as a sentence names one of it."""
    return f"an {kind}" if kind[:1].lower() in set("aeiou") else f"a {kind}"
