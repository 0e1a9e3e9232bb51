"""Addresses of figures, and of what documents state."""

from django.urls import path

from fpa.figures.lists import STATEMENT_LIST
from fpa.figures.views import figures, statements

urlpatterns = [
    path("figures/", figures.figure_list, name="figure_list"),
    path("statements/", STATEMENT_LIST, name="statement_list"),
    path("statements/state/", statements.state_figure, name="state_figure"),
    path("statements/<int:pk>/correct/", statements.correct_statement, name="correct_statement"),
    path("figures/<str:key>/", figures.figure_detail, name="figure_detail"),
    path("figures/<str:key>/records/", figures.figure_records, name="figure_records"),
]
