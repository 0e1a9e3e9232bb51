"""All addresses. Each installed room brings its own; a feature's word is the same from here to its test."""

from importlib.util import find_spec

from django.apps import apps
from django.urls import URLPattern, URLResolver, include, path

from fpa.core import views

ROOMS = [config.name for config in apps.get_app_configs() if config.name.startswith("fpa.")]

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"{room}.urls")) for room in ROOMS if find_spec(f"{room}.urls")
]

urlpatterns += [path("elder-mode/", views.set_elder_mode, name="set_elder_mode")]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
