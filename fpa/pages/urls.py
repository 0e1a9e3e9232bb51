"""Addresses that every room's pages ask."""

from django.urls import path

from fpa.pages import views

urlpatterns = [path("units/search/", views.search_units, name="search_units")]
