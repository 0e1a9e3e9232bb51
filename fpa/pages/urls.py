"""Addresses that every room's pages ask."""

from django.urls import path

from fpa.pages import views

urlpatterns = [
    path("units/search/", views.search_units, name="search_units"),
    path("exports/", views.export_list, name="export_list"),
    path("exports/new/", views.request_export, name="request_export"),
    path("exports/<uuid:pk>/", views.export_detail, name="export_detail"),
    path("exports/<uuid:pk>/progress/", views.export_progress, name="export_progress"),
    path("exports/<uuid:pk>/file/", views.export_file, name="export_file"),
    path("views/new/", views.save_view, name="save_view"),
    path("views/<int:pk>/", views.rename_view, name="rename_view"),
    path("views/<int:pk>/delete/", views.delete_view, name="delete_view"),
]
