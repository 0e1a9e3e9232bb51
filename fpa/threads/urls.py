from django.urls import path

from fpa.threads import views

urlpatterns = [
    path("threads/", views.thread_list, name="thread_list"),
    path("threads/<int:pk>/", views.thread_detail, name="thread_detail"),
    path("threads/<int:pk>/reply/", views.reply_thread, name="reply_thread"),
    path("threads/<int:pk>/settle/", views.settle_thread, name="settle_thread"),
]
