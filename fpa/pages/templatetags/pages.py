"""Template tags of forms that edit a record."""

from django import forms, template
from django.utils.html import format_html
from django.utils.safestring import SafeString

from fpa.pages.newer import SEEN, seen_values

register = template.Library()


@register.simple_tag
def seen(form: forms.BaseForm) -> SafeString:
    """What an editing form was opened with, so that a newer save by somebody else is noticed."""
    return format_html('<input type="hidden" name="{}" value="{}">', SEEN, seen_values(form))
