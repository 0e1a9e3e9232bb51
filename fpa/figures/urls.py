"""Addresses of figures."""

from django.urls import path

from fpa.figures import views

urlpatterns = [
    path("figures/", views.figure_list, name="figure_list"),
    path("figures/<str:key>/", views.figure_detail, name="figure_detail"),
    path("figures/<str:key>/records/", views.figure_records, name="figure_records"),
]
