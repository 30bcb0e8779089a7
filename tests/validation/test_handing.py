"""What a task returned that cannot travel is named, with what can, in the words of Airflow 2 and 3."""

from __future__ import annotations

import pytest

from mwaa_kit.model.handing import refused_value


@pytest.mark.parametrize("kind", ["Series", "generator"])
def test_the_error_of_the_installed_airflow_is_understood(kind: str) -> None:
    import pandas
    from airflow.sdk.serde import serialize

    value = {"Series": pandas.Series([1]), "generator": (x for x in [1])}[kind]
    with pytest.raises(TypeError) as caught:
        serialize(value)
    found = refused_value(f"TypeError: {caught.value}")
    assert found is not None
    assert (found[0].rpartition(".")[2], "x.to_frame()" in found[1]) == (kind, kind == "Series")


def test_the_words_of_airflow_2_are_understood_and_another_error_is_none() -> None:
    assert refused_value("TypeError: Object of type generator is not JSON serializable") == (
        "generator",
        "Return list(x).",
    )
    assert refused_value("TypeError: Object of type Lock is not JSON serializable") == (
        "Lock",
        "Return a list, a dict, a number or a text; write anything else to S3 and return its address.",
    )
    assert refused_value("ValueError: no such column") is None
