"""Addresses of 组织建设管理: one word from here to view, template, action and test."""

from django.urls import path

from fpa.organization.views import staff, units

urlpatterns = [
    path("units/", units.unit_tree, name="unit_tree"),
    path("units/<slug:code>/", units.unit_detail, name="unit_detail"),
    path("units/<slug:code>/children/", units.unit_children, name="unit_children"),
    path("units/<slug:code>/rename/", units.rename_unit, name="rename_unit"),
    path("units/<slug:code>/move/", units.move_unit, name="move_unit"),
    path("units/<slug:code>/standing/", units.set_standing, name="set_standing"),
    path("staff/", staff.staff_list, name="staff_list"),
    path("staff/appoint/", staff.appoint_staff, name="appoint_staff"),
    path("staff/<int:pk>/", staff.staff_detail, name="staff_detail"),
    path("staff/<int:pk>/end/", staff.end_staff, name="end_staff"),
]
