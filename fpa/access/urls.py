"""Addresses of one's own login."""

from django.urls import path

from fpa.access import views

urlpatterns = [
    path("login/", views.login, name="login"),
    path("login/again/", views.login_again, name="login_again"),
    path("logout/", views.logout, name="logout"),
    path("seat/", views.choose_seat, name="choose_seat"),
    path("seat/switch/", views.switch_seat, name="switch_seat"),
    path("password/", views.change_password, name="change_password"),
]
