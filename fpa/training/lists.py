"""The lists of training; a certificate's and a session's rows are found by `?session=`."""

from operator import attrgetter

from django.db.models import Count

from fpa.core.lists import Column
from fpa.pages.declared_lists import List
from fpa.pages.filters import filters_of
from fpa.pages.told import columns_of
from fpa.training import views
from fpa.training.models import Certificate, Participant, Plan, Session
from fpa.training.queries import CERTIFICATES, PARTICIPANTS, PLANS, SESSIONS

PLAN_LIST = List(
    key="plan_list",
    view="training.view",
    title="培训计划",
    rows=lambda: PLANS,
    columns=columns_of(Plan, "title unit year sessions participants state unit__code"),
    filters=filters_of(Plan, "year unit state"),
    adds=views.add_plan,
    empty="还没有培训计划。",
)
SESSION_LIST = List(
    key="session_list",
    view="training.view",
    title="培训台账",
    rows=lambda: SESSIONS.annotate(people=Count("attendance")),
    columns=(
        *columns_of(Session, "title unit level kind task starts_on ends_on"),
        Column("people", "名单人数", attrgetter("people"), kind="number", unit="人"),
        *columns_of(Session, "state"),
        *columns_of(Session, "organizer partners place hours cost unit__code", default=False),
    ),
    filters=filters_of(Session, "unit level kind", ended="ends_on"),
    adds=views.add_session,
    empty="还没有培训班。",
)
PARTICIPANT_LIST = List(
    key="participant_list",
    view="training.view",
    export="training.export",
    title="参训人员",
    rows=lambda: PARTICIPANTS,
    columns=columns_of(Participant, "name unit role title session result unit__code"),
    filters=filters_of(Participant, "name unit role session"),
    row_pages=[views.remove_participant],
    empty="名单还是空的。请打开培训班，粘贴或导入名单。",
)
CERTIFICATE_LIST = List(
    key="certificate_list",
    view="certificate.view",
    title="培训证书",
    rows=lambda: CERTIFICATES,
    columns=columns_of(Certificate, "number participant__name unit participant__session issued_on state"),
    filters=filters_of(Certificate, "number unit", session="participant__session"),
    empty="还没有发过证书。培训办结以后，在培训班的页面发证。",
)
