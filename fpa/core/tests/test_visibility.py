"""Paths of units: ranges and common ancestors."""

import pytest

from fpa.core.visibility import common_path, upper_bound


@pytest.mark.parametrize(
    ("one", "other", "above"),
    [
        ("/12/02/001/", "/12/02/003/", "/12/02/"),
        ("/12/02/", "/12/02/003/", "/12/02/"),
        ("/12/02/", "/12/02/", "/12/02/"),
        ("/12/", "/13/", "/"),
        ("/", "/13/", "/"),
    ],
)
def test_common_path_is_the_nearest_unit_above_both(one, other, above):
    assert common_path(one, other) == common_path(other, one) == above


@pytest.mark.parametrize(
    ("path", "inside"), [("/12/02/", True), ("/12/02/001/", True), ("/12/03/", False), ("/12/", False)]
)
def test_upper_bound_ends_the_range_of_a_subtree(path, inside):
    assert ("/12/02/" <= path < upper_bound("/12/02/")) is inside
