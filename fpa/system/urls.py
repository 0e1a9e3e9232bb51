"""Addresses of 系统管理."""

from django.urls import path

from fpa.system.views import events, posts, users

urlpatterns = [
    path("users/", users.user_list, name="user_list"),
    path("users/<int:pk>/", users.user_detail, name="user_detail"),
    path("users/<int:pk>/reset-password/", users.reset_password, name="reset_password"),
    path("users/<int:pk>/lock/", users.lock_user, name="lock_user"),
    path("users/<int:pk>/unlock/", users.unlock_user, name="unlock_user"),
    path("posts/", posts.post_list, name="post_list"),
    path("posts/create/", posts.create_post, name="create_post"),
    path("posts/<int:pk>/", posts.post_detail, name="post_detail"),
    path("posts/<int:pk>/create-user/", users.create_user, name="create_user"),
    path("posts/<int:pk>/appoint/", posts.appoint, name="appoint"),
    path("appointments/<int:pk>/end/", posts.end_appointment, name="end_appointment"),
    path("events/", events.event_list, name="event_list"),
    path("events/seal/", events.seal_status, name="seal_status"),
    path("events/<uuid:pk>/", events.event_detail, name="event_detail"),
]
