"""A figure in a sentence: its words, the exact number on hover, and a link to what stands behind it."""

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from fpa.access.models import Unit
from fpa.core.periods import Period
from fpa.figures import display
from fpa.figures.figure import Figure
from fpa.figures.queries import Reading, Value, read

register = template.Library()


@register.simple_tag
def figure(key: str | Reading, unit: Unit | None = None, period: Period | None = None) -> SafeString:
    """`{% figure "member.total" unit period %}`, or `{% figure reading %}` for one that the view has read already.

    A page with many figures reads them at once and passes readings: each key alone costs its own queries.
    """
    reading = key if isinstance(key, Reading) else _read(key, unit, period)
    return format_html(
        '<a class="figure" href="{}" title="{}">{}</a>',
        display.address_of(reading),
        f"{reading.figure.name}：{display.exact_words(reading)}",
        display.brief(reading),
    )


@register.filter
def value_of(value: Value | None, figure: Figure) -> str:
    """`{{ value|value_of:figure }}`: the number as it stands in a column, a share as a percentage."""
    return display.value_words(value, figure)


register.filter("stated_words", display.stated_words)
register.filter("part_words", display.part_words)
register.filter("why_none", display.why_none)


def _read(key: str, unit: Unit | None, period: Period | None) -> Reading:
    if unit is None or period is None:
        raise template.TemplateSyntaxError(f"figure {key}: a key needs a unit and a period beside it")
    return read([key], unit, period)[key]
