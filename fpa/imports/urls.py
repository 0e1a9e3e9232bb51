"""Addresses of imports: one upload page a kind, everything else the same for all."""

from django.urls import path

from fpa.imports import views
from fpa.imports.importer import importers

urlpatterns = [
    path("imports/", views.import_list, name="import_list"),
    *(
        path(
            f"imports/{importer.kind}/",
            views.upload_file,
            {"kind": importer.kind},
            name=f"import_{importer.kind}",
        )
        for importer in importers()
    ),
    path("imports/<slug:kind>/rows/", views.paste_rows, name="paste_rows"),
    path("imports/<slug:kind>/template/", views.import_template, name="import_template"),
    path("imports/<uuid:pk>/", views.import_detail, name="import_detail"),
    path("imports/<uuid:pk>/progress/", views.import_progress, name="import_progress"),
    path("imports/<uuid:pk>/confirm/", views.confirm_import, name="confirm_import"),
    path("imports/<uuid:pk>/cancel/", views.cancel_import, name="cancel_import"),
    path("imports/<uuid:pk>/rejected/", views.rejected_rows, name="rejected_rows"),
]
