"""All addresses. Each module brings its own; a feature's word is the same from here to its test."""

from importlib.util import find_spec

from django.urls import URLPattern, URLResolver, include, path

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
