from django.apps import AppConfig


class PagesConfig(AppConfig):
    name = "fpa.pages"
    label = "pages"
    verbose_name = "页面"
