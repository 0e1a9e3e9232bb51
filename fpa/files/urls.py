"""Addresses of files: one word from here to view, template, action and test."""

from django.urls import path

from fpa.files import views
from fpa.files.lists import DOCUMENT_LIST

urlpatterns = [
    path("documents/", DOCUMENT_LIST, name="document_list"),
    path("documents/search/", views.search_documents, name="search_documents"),
    path("documents/add/", views.add_document, name="add_document"),
    path("documents/<int:pk>/", views.document_detail, name="document_detail"),
    path("documents/<int:pk>/edit/", views.edit_document, name="edit_document"),
    path("attachments/<uuid:pk>/", views.download_attachment, name="download_attachment"),
]
