"""The standard forms are published: their items' figures are known as a province at work knows them."""

import pytest


@pytest.fixture(autouse=True)
def published_forms(forms_database, db):
    """Every test of a dashboard or report stands in a province with its forms."""
