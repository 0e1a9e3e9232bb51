"""The standard forms are published: their items' figures are known as a province at work knows them."""

import pytest

from fpa.access.scope import whole_province
from fpa.reporting.standard_forms import ensure_forms
from tests.cast import cast_unit


@pytest.fixture(autouse=True)
def standard_forms(db):
    with whole_province():
        ensure_forms(cast_unit("province"))
