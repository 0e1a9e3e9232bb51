"""All addresses. Each module brings its own; a feature's word is the same from here to its test."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

from fpa.core import views

MODULES = (
    "access",
    "audit",
    "jobs",
    "approval",
    "figures",
    "organization",
    "reporting",
    "analysis",
    "workspace",
    "system",
)

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include(f"fpa.{module}.urls")) for module in MODULES if find_spec(f"fpa.{module}.urls")
]

urlpatterns += [path("elder-mode/", views.set_elder_mode, name="set_elder_mode")]

handler400 = views.bad_request
handler403 = views.forbidden
handler404 = views.not_found
handler500 = views.server_error
