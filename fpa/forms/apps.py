from django.apps import AppConfig


class FormsConfig(AppConfig):
    name = "fpa.forms"
    label = "forms"
    verbose_name = "字段定义"

    def ready(self) -> None:
        """Fields may take their options from the registers' dictionaries."""
        from fpa.forms import dictionaries
        from fpa.forms.fields import use_dictionaries

        use_dictionaries(dictionaries.choices, dictionaries.labels)
