"""Addresses of training: one word from here to view, action and test."""

from django.urls import path

from fpa.training import lists, views

urlpatterns = [
    path("training/plans/", lists.PLAN_LIST, name="plan_list"),
    path("training/plans/add/", views.add_plan, name="add_plan"),
    path("training/plans/<int:pk>/", views.plan_detail, name="plan_detail"),
    path("training/plans/<int:pk>/edit/", views.edit_plan, name="edit_plan"),
    path("training/plans/<int:pk>/submit/", views.submit_plan, name="submit_plan"),
    path("training/", lists.SESSION_LIST, name="session_list"),
    path("training/add/", views.add_session, name="add_session"),
    path("training/<int:pk>/", views.session_detail, name="session_detail"),
    path("training/<int:pk>/edit/", views.edit_session, name="edit_session"),
    path("training/<int:pk>/close/", views.close_session, name="close_session"),
    path("training/<int:pk>/reopen/", views.reopen_session, name="reopen_session"),
    path("training/<int:pk>/sign-in/", views.sign_in_list, name="sign_in_list"),
    path("training/<int:pk>/participants/add/", views.add_participant, name="add_participant"),
    path("training/<int:pk>/materials/add/", views.add_material, name="add_material"),
    path("training/<int:pk>/certificates/", views.issue_certificates, name="issue_certificates"),
    path("training/<int:pk>/certificates/pdf/", views.print_certificates, name="print_certificates"),
    path("training/participants/", lists.PARTICIPANT_LIST, name="participant_list"),
    path("training/participants/<int:pk>/remove/", views.remove_participant, name="remove_participant"),
    path("training/certificates/", lists.CERTIFICATE_LIST, name="certificate_list"),
    path("training/certificates/<int:pk>/", views.certificate_detail, name="certificate_detail"),
    path("training/certificates/<int:pk>/pdf/", views.print_certificate, name="print_certificate"),
    path("training/certificates/<int:pk>/revoke/", views.revoke_certificate, name="revoke_certificate"),
    path("certificates/<uuid:code>/", views.verify_certificate, name="verify_certificate"),
]
