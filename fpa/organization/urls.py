"""Addresses of 组织建设管理: one word from here to view, template, action and test."""

from django.urls import path

from fpa.organization.views import members, staff, units

urlpatterns = [
    path("units/", units.unit_tree, name="unit_tree"),
    path("units/search/", units.search_units, name="search_units"),
    path("units/<slug:code>/", units.unit_detail, name="unit_detail"),
    path("units/<slug:code>/children/", units.unit_children, name="unit_children"),
    path("units/<slug:code>/rename/", units.rename_unit, name="rename_unit"),
    path("units/<slug:code>/move/", units.move_unit, name="move_unit"),
    path("units/<slug:code>/standing/", units.set_standing, name="set_standing"),
    path("members/", members.member_list, name="member_list"),
    path("members/find/", members.find_member, name="find_member"),
    path("members/join/", members.join_member, name="join_member"),
    path("members/<int:pk>/", members.member_detail, name="member_detail"),
    path("members/<int:pk>/rejoin/", members.rejoin_member, name="rejoin_member"),
    path("members/<int:pk>/edit/", members.edit_member, name="edit_member"),
    path("members/<int:pk>/transfer/", members.transfer_member, name="transfer_member"),
    path("members/<int:pk>/leave/", members.leave_member, name="leave_member"),
    path("members/<int:pk>/reveal/", members.reveal_member, name="reveal_member"),
    path("staff/", staff.staff_list, name="staff_list"),
    path("staff/appoint/", staff.appoint_staff, name="appoint_staff"),
    path("staff/<int:pk>/", staff.staff_detail, name="staff_detail"),
    path("staff/<int:pk>/end/", staff.end_staff, name="end_staff"),
]
