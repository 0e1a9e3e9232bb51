"""The widgets of forms, written out as Django's own templates write them, at a tenth of their cost.

A list has a dozen inputs and a form some thirty; through the template engine they were a fifth of a page. What is not
written here goes to its template, as a room's own widgets do.
"""

from collections.abc import Callable, Mapping
from typing import Any

from django.forms.renderers import DjangoTemplates
from django.http import HttpRequest
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString, mark_safe

HOME = "django/forms/widgets/"
INPUTS = ("input", "text", "number", "email", "url", "search", "tel", "password", "hidden", "date", "datetime", "time",
          "checkbox", "file")  # fmt: skip
_Widget = Mapping[str, Any]


class Renderer(DjangoTemplates):
    """Django's renderer of forms (`FORM_RENDERER`), quick for the usual widgets."""

    def render(
        self, template_name: str, context: dict[str, Any], request: HttpRequest | None = None
    ) -> SafeString:
        """The HTML of a widget, or of whatever else the forms ask for by template."""
        write = _WRITERS.get(template_name)
        if write is None:
            return mark_safe(super().render(template_name, context, request))
        return mark_safe(write(context["widget"]).strip())


def _attributes(widget: _Widget) -> str:
    return "".join(
        f" {name}" if value is True else f' {name}="{_escaped(value)}"'
        for name, value in widget["attrs"].items()
        if value is not False
    )


def _escaped(value: Any) -> str:
    return conditional_escape(value if isinstance(value, SafeString) else str(value))


def _input(widget: _Widget) -> str:
    value = "" if widget["value"] is None else f' value="{_escaped(widget["value"])}"'
    return f'<input type="{widget["type"]}" name="{_escaped(widget["name"])}"{value}{_attributes(widget)}>'


def _textarea(widget: _Widget) -> str:
    value = _escaped(widget["value"]) if widget["value"] else ""
    return f'<textarea name="{_escaped(widget["name"])}"{_attributes(widget)}>\n{value}</textarea>'


def _select(widget: _Widget) -> str:
    groups = []
    for name, options, _ in widget["optgroups"]:
        inside = "".join(f"\n  {_written(option)}" for option in options)
        groups.append(f'\n  <optgroup label="{_escaped(name)}">{inside}\n  </optgroup>' if name else inside)
    return f'<select name="{_escaped(widget["name"])}"{_attributes(widget)}>{"".join(groups)}\n</select>'


def _option(widget: _Widget) -> str:
    return f'<option value="{_escaped(widget["value"])}"{_attributes(widget)}>{_escaped(widget["label"])}</option>'


def _labelled_input(widget: _Widget) -> str:
    if not widget.get("wrap_label"):
        return _input(widget)
    of = f' for="{_escaped(widget["attrs"]["id"])}"' if widget["attrs"].get("id") else ""
    return f"<label{of}>{_input(widget)} {_escaped(widget['label'])}</label>"


def _parts(widget: _Widget) -> str:
    return "".join(_written(part) for part in widget["subwidgets"])


def _written(widget: _Widget) -> str:
    """A widget inside another: an option, an end of a range."""
    write = _WRITERS.get(widget["template_name"])
    return write(widget) if write else Renderer().render(widget["template_name"], {"widget": widget})


_WRITERS: dict[str, Callable[[_Widget], str]] = {
    **{f"{HOME}{kind}.html": _input for kind in INPUTS},
    f"{HOME}textarea.html": _textarea,
    f"{HOME}select.html": _select,
    f"{HOME}select_option.html": _option,
    f"{HOME}radio_option.html": _labelled_input,
    f"{HOME}checkbox_option.html": _labelled_input,
    f"{HOME}multiwidget.html": _parts,
}
