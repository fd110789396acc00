"""The name that is suggested for a table profile can be kept: another kind of table may have a file of that name."""

from __future__ import annotations

from bioviz.datasets.tables.columns import ColumnMapping
from bioviz.datasets.tables.profiles import TableProfile, free_name, keep_profile


def test_a_suggested_name_is_free(own_cache):
    assert free_name("annotations") == "annotations"
    for column, expected in (("a", "annotations"), ("b", "annotations 2"), ("c", "annotations 3")):
        name = free_name("annotations")
        assert name == expected
        mapping = ColumnMapping(path=f"{column}1", label=f"{column}2")
        keep_profile(TableProfile(name, (f"{column}1", f"{column}2"), mapping))
    long = "x" * 60
    keep_profile(TableProfile(long, ("y1", "y2"), ColumnMapping(path="y1", label="y2")))
    assert free_name(long) == "x" * 56 + " 2"
