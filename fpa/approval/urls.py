from django.urls import path

from fpa.approval import views, views_deciding, views_flows, views_opinions, views_past

urlpatterns = [
    path("cases/", views.case_list, name="case_list"),
    path("cases/<int:pk>/", views.case_detail, name="case_detail"),
    path("cases/<int:pk>/decide/", views_deciding.decide_case, name="decide_case"),
    path("cases/decide/", views_deciding.decide_cases, name="decide_cases"),
    path("cases/<int:pk>/outside/", views_deciding.record_outside_result, name="record_outside_result"),
    path("cases/<int:pk>/objection/", views_deciding.record_objection, name="record_objection"),
    path("cases/<int:pk>/experts/", views_deciding.name_experts, name="name_experts"),
    path("cases/<int:pk>/delegate/", views_deciding.delegate_task, name="delegate_task"),
    path("cases/<int:pk>/recuse/", views_deciding.recuse_case, name="recuse_case"),
    path("cases/<int:pk>/withdraw/", views_past.withdraw_case, name="withdraw_case"),
    path("cases/<int:pk>/amend/<slug:kind>/", views_past.amend_case, name="amend_case"),
    path("cases/past/<slug:kind>/<int:pk>/", views_past.record_past_case, name="record_past_case"),
    path("flows/", views_flows.flow_list, name="flow_list"),
    path("flows/<int:pk>/", views_flows.flow_detail, name="flow_detail"),
    path("flows/choose/", views_flows.choose_flow, name="choose_flow"),
    path("flows/publish/<str:code>/", views_flows.publish_flow, name="publish_flow"),
    path("opinions/", views_opinions.opinion_list, name="opinion_list"),
    path("opinions/<int:pk>/", views_opinions.give_opinion, name="give_opinion"),
    path(
        "opinions/<int:pk>/files/<int:position>/",
        views_opinions.download_dossier_file,
        name="download_dossier_file",
    ),
    path("opinions/<int:pk>/recuse/", views_opinions.recuse_expert, name="recuse_expert"),
]
