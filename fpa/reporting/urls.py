from django.urls import path

from fpa.reporting.views import collections, filling, reviewing

urlpatterns = [
    path("collections/", collections.collection_list, name="collection_list"),
    path("collections/issue/", collections.issue_collection, name="issue_collection"),
    path("collections/<int:pk>/", collections.collection_detail, name="collection_detail"),
    path("collections/<int:pk>/board/<str:code>/", collections.collection_detail, name="collection_detail"),
    path("collections/<int:pk>/units/", collections.collection_units, name="collection_units"),
    path("collections/<int:pk>/units/<str:code>/", collections.collection_units, name="collection_units"),
    path(
        "collections/<int:pk>/units/<str:code>/exempt/",
        collections.grant_lock_exception,
        name="grant_lock_exception",
    ),
    path("collections/<int:pk>/totals/", collections.collection_totals, name="collection_totals"),
    path("collections/<int:pk>/totals/<str:code>/", collections.collection_totals, name="collection_totals"),
    path("collections/<int:pk>/print/", collections.print_form, name="print_form"),
    path("collections/<int:pk>/fill/", filling.fill_submission, name="fill_submission"),
    path("collections/<int:pk>/fill/<str:key>/", filling.save_cell, name="save_cell"),
    path("collections/<int:pk>/check/", filling.check_submission, name="check_submission"),
    path("collections/<int:pk>/submit/", filling.submit_submission, name="submit_submission"),
    path("collections/<int:pk>/units/<str:code>/fill/", filling.fill_submission, name="fill_submission"),
    path("collections/<int:pk>/units/<str:code>/fill/<str:key>/", filling.save_cell, name="save_cell"),
    path("collections/<int:pk>/units/<str:code>/check/", filling.check_submission, name="check_submission"),
    path(
        "collections/<int:pk>/units/<str:code>/submit/", filling.submit_submission, name="submit_submission"
    ),
    path("collections/<int:pk>/summary/", reviewing.submit_summary, name="submit_summary"),
    path("collections/<int:pk>/submissions/", reviewing.submission_list, name="submission_list"),
    path(
        "collections/<int:pk>/submissions/approve/", reviewing.approve_submissions, name="approve_submissions"
    ),
    path("cells/<str:key>/<str:period>/<str:code>/", collections.cell_list, name="cell_list"),
    path("submissions/<int:pk>/", reviewing.review_submission, name="review_submission"),
    path("submissions/<int:pk>/approve/", reviewing.approve_submission, name="approve_submission"),
    path("submissions/<int:pk>/return/", reviewing.return_cells, name="return_cells"),
    path("submissions/<int:pk>/withdraw/", filling.withdraw_submission, name="withdraw_submission"),
    path("submissions/<int:pk>/cells/<str:key>/", reviewing.cell_history, name="cell_history"),
]
