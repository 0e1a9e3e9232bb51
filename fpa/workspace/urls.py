from django.urls import path

from fpa.workspace import views

urlpatterns = [
    path("", views.home, name="home"),
    path("go/", views.go_to, name="go_to"),
]
