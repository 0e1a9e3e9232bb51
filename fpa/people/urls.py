"""Addresses of requests for records: one word from here to view, action and test."""

from django.urls import path

from fpa.people import views

urlpatterns = [
    path("record-requests/", views.received_request_list, name="received_request_list"),
    path("record-requests/sent/", views.sent_request_list, name="sent_request_list"),
    path("record-requests/<int:pk>/", views.received_request_detail, name="received_request_detail"),
    path("record-requests/<int:pk>/agree/", views.agree_request, name="agree_request"),
    path("record-requests/<int:pk>/refuse/", views.refuse_request, name="refuse_request"),
]
