"""Addresses of the registers: one word from here to view, action and test."""

from django.urls import path

from fpa.registers import lists, views

urlpatterns = [
    path("dictionaries/", lists.DICTIONARY_LIST, name="dictionary_list"),
    path("dictionaries/<slug:code>/", lists.ENTRY_LIST, name="entry_list"),
    path("dictionaries/<slug:code>/add/", views.add_entry, name="add_entry"),
    path("entries/<int:pk>/edit/", views.edit_entry, name="edit_entry"),
    path("entries/<int:pk>/end/", views.end_entry, name="end_entry"),
    path("parameters/", lists.PARAMETER_LIST, name="parameter_list"),
    path("parameters/set/", views.choose_parameter, name="choose_parameter"),
    path("parameters/set/<str:key>/", views.set_parameter, name="set_parameter"),
    path("parameters/<int:pk>/edit/", views.edit_parameter, name="edit_parameter"),
    path("parameters/<int:pk>/end/", views.end_parameter, name="end_parameter"),
    path("calendar/", lists.CALENDAR_DAY_LIST, name="calendar_day_list"),
    path("calendar/add/", views.add_calendar_day, name="add_calendar_day"),
    path("calendar/<int:pk>/edit/", views.edit_calendar_day, name="edit_calendar_day"),
    path("calendar/<int:pk>/remove/", views.remove_calendar_day, name="remove_calendar_day"),
]
