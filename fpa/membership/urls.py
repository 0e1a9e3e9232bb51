"""Addresses of members: one word from here to view, template, action and test."""

from django.urls import path

from fpa.membership import views

urlpatterns = [
    path("members/", views.member_list, name="member_list"),
    path("members/find/", views.find_member, name="find_member"),
    path("members/join/", views.join_member, name="join_member"),
    path("members/<int:pk>/", views.member_detail, name="member_detail"),
    path("members/<int:pk>/rejoin/", views.rejoin_member, name="rejoin_member"),
    path("members/<int:pk>/edit/", views.edit_member, name="edit_member"),
    path("members/<int:pk>/transfer/", views.transfer_member, name="transfer_member"),
    path("members/<int:pk>/leave/", views.leave_member, name="leave_member"),
    path("members/<int:pk>/reveal/", views.reveal_member, name="reveal_member"),
]
