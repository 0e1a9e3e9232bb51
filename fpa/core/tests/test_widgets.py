"""Widgets are written as Django's templates write them, whatever stands in them."""

import re

import pytest
from django import forms
from django.forms.renderers import DjangoTemplates
from django.utils.html import format_html
from hypothesis import given
from hypothesis import strategies as st

from fpa.core.widgets import _WRITERS, HOME, Renderer

GROUPS = [("", "请选择"), ("甲组", [("1", "一 & <二>"), (2, 2)]), ("3", format_html("<b>{}</b>", "三"))]
TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=8)
VALUES = st.one_of(st.none(), TEXT, st.integers(), st.booleans(), st.just(format_html("{}", "<安全>")))
ATTRS = st.dictionaries(
    st.sampled_from(["id", "class", "aria-label", "required", "maxlength"]),
    st.one_of(TEXT, st.booleans(), st.integers()),
)


class Twice(forms.MultiWidget):
    def decompress(self, value):
        return [value, value]


WIDGETS = [
    forms.TextInput(), forms.NumberInput(), forms.EmailInput(), forms.URLInput(),
    forms.PasswordInput(render_value=True), forms.HiddenInput(), forms.DateInput(), forms.TimeInput(),
    forms.DateTimeInput(), forms.FileInput(), forms.CheckboxInput(), forms.Textarea(),
    forms.Select(choices=GROUPS), forms.SelectMultiple(choices=GROUPS), forms.NullBooleanSelect(),
    forms.RadioSelect(choices=GROUPS), forms.CheckboxSelectMultiple(choices=GROUPS),
    forms.SplitDateTimeWidget(), Twice([forms.TextInput(), forms.Select(choices=GROUPS)]),
]  # fmt: skip


def written(widget, value, attrs, renderer):
    """The HTML without the breaks between its tags, which say nothing."""
    return re.sub(r">\s+<", "><", widget.render("名&<", value, attrs, renderer=renderer))


@pytest.mark.parametrize("widget", WIDGETS, ids=lambda widget: type(widget).__name__)
@given(value=VALUES, attrs=ATTRS)
def test_a_widget_is_written_as_its_template_writes_it(widget, value, attrs):
    if isinstance(widget, forms.SplitDateTimeWidget):
        value = None
    assert written(widget, value, attrs, Renderer()) == written(widget, value, attrs, DjangoTemplates())


@pytest.mark.parametrize("index", [0, 1])
@given(value=VALUES, attrs=ATTRS)
def test_an_option_alone_is_written_as_its_template_writes_it(index, value, attrs):
    for widget in (forms.RadioSelect(choices=GROUPS), forms.CheckboxSelectMultiple(choices=GROUPS)):
        option = list(widget.subwidgets("name", value, attrs))[index]
        theirs = DjangoTemplates().render(option["template_name"], {"widget": option})
        assert Renderer().render(option["template_name"], {"widget": option}).split() == theirs.split()


def test_every_widget_that_is_written_here_is_one_of_djangos():
    for template in _WRITERS:
        assert DjangoTemplates().get_template(template), template
    assert all(template.startswith(HOME) for template in _WRITERS)


def test_a_page_has_its_widgets_from_here():
    class Named(forms.Form):
        name = forms.CharField()

    assert isinstance(Named().renderer, Renderer)
    assert 'value="&lt;甲&gt;"' in str(Named(initial={"name": "<甲>"})["name"])
