"""How forms are drawn: Django's own widgets by its Jinja templates, ours by Django's engine.

A select of thirty options is some hundred includes for Django's engine, half the time of a whole list; Jinja compiles
them. Both sets of templates come with Django and say the same.
"""

from typing import Any

from django.forms.renderers import BaseRenderer, DjangoTemplates, Jinja2

BUILT_IN = "django/forms/"


class FormRenderer(BaseRenderer):
    """The settings' FORM_RENDERER."""

    def __init__(self) -> None:
        self.built_in, self.own = Jinja2(), DjangoTemplates()

    def get_template(self, template_name: str) -> Any:
        """The template of a widget, by the engine that it is written for."""
        renderer = self.built_in if template_name.startswith(BUILT_IN) else self.own
        return renderer.get_template(template_name)
