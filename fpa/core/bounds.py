"""Bounds of a model's numbers: declared once, asked by every form that is made from the model."""

from decimal import Decimal

from django.core.validators import BaseValidator, MaxValueValidator, MinValueValidator

Bound = int | Decimal


def between(least: Bound, most: Bound) -> list[BaseValidator]:
    """From the least to the greatest, both included: `validators=between(2000, 2099)`."""
    return [MinValueValidator(least), MaxValueValidator(most)]


def at_least(least: Bound) -> list[BaseValidator]:
    """From the least on."""
    return [MinValueValidator(least)]
