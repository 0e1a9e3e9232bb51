"""Addresses of 数据分析管理: the dashboard and the report."""

from django.urls import path

from fpa.analysis import views

urlpatterns = [
    path("dashboard/", views.dashboard, name="dashboard"),
    path("report/half-year/", views.report_half_year, name="report_half_year"),
    path("report/half-year/docx/", views.report_half_year_docx, name="report_half_year_docx"),
]
