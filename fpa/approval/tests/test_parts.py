"""The parts that stand on other modules' pages: the history of a case, the panel of a thread; and the queries."""

import pytest
from django.db import connection
from django.template import engines
from django.test import RequestFactory

from fpa.access.scope import scoped
from fpa.approval import actions
from fpa.approval.models import Case
from fpa.approval.queries import decisions_of, open_cases_for, returned_cases_for, threads_of
from fpa.approval.tests.conftest import in_days
from fpa.threads import actions as talk
from fpa.threads.models import Thread
from fpa.threads.queries import threads_awaiting


def shown(source, **context):
    """A piece of template as another module's page would render it."""
    return engines["django"].from_string("{% load approval threads %}" + source).render(context)


@pytest.fixture
def panel_for(actor):
    """The panel of a thread as a member of the cast sees it on some page."""

    def render(name, thread, url="/submissions/7/?tab=1"):
        request = RequestFactory().get(url)
        request.__dict__["actor"] = actor(name)
        return shown("{% thread_panel thread %}", thread=thread, request=request)

    return render


@pytest.fixture
def history(submit, actor):
    """A case with every kind of decision: returned, sent again, approved, rejected."""
    actions.return_case(
        case=submit(), by=actor("township"), reason="数字有误", due_on=in_days(2),
        places=[{"place": "a", "label": "走访户数", "reason": "多一户"}],
    )  # fmt: skip
    case = actions.approve_case(case=submit(), by=actor("township"), note="已核实")
    return actions.reject_case(case=case, by=actor("county"), reason="重复申报")


def test_timeline_tells_who_what_and_why_in_order(history, actor):
    text = shown("{% timeline case %}", case=history)
    told = [
        "上报",
        "退回修改",
        "数字有误",
        "走访户数",
        "多一户",
        "前改好重报",
        "审核通过",
        "已核实",
        "不予通过",
        "重复申报",
    ]
    places = [text.index(word) for word in told]
    assert places == sorted(places)
    assert all(actor(name).unit_name in text for name in ("village", "township", "county"))


@pytest.mark.parametrize(
    ("verdict", "shape"),
    [
        ("上报", "clock"),
        ("退回修改", "arrow-back-up"),
        ("审核通过", "circle-check"),
        ("不予通过", "alert-triangle"),
    ],
)
def test_timeline_gives_each_verdict_a_shape(history, verdict, shape):
    text = shown("{% timeline case %}", case=history)
    assert shape in text[: text.index(verdict)].rsplit("<span", 1)[1]


def test_timeline_of_an_open_case_ends_with_whose_turn_it_is(submit):
    case = submit()
    assert case.standing in shown("{% timeline case %}", case=case)
    assert "待" not in shown("{% timeline case %}", case=Case(pk=0, state="approved"))


def test_timeline_takes_two_queries(history, django_assert_num_queries):
    with django_assert_num_queries(2):  # the decisions, and their files
        shown("{% timeline case %}", case=history)


def test_thread_panel_works_on_any_page(returned, panel_for):
    thread = returned.threads.get(place="visit.money")
    text = panel_for("village", thread)
    assert f'action="/threads/{thread.pk}/reply/"' in text
    assert 'name="next" value="/submissions/7/?tab=1"' in text
    assert "csrfmiddlewaretoken" in text
    assert f'id="thread-{thread.pk}-body"' in text
    assert "办结</button>" not in text
    assert "办结</button>" in panel_for("township", thread)


def test_thread_panel_of_a_settled_matter_has_no_form(returned, panel_for, actor):
    thread = talk.settle_thread(thread=returned.threads.all()[0], by=actor("township"), note="核对无误")
    text = panel_for("village", thread)
    assert "<form" not in text
    assert all(word in text for word in ("已办结", "核对无误", actor("township").name))


def test_thread_panel_escapes_what_was_said(returned, panel_for, actor):
    thread = returned.threads.all()[0]
    talk.reply_thread(thread=thread, body="<b>1</b>\n2", by=actor("village"))
    text = panel_for("village", thread)
    assert "&lt;b&gt;1&lt;/b&gt;<br>2" in text


@pytest.mark.parametrize(
    ("action", "error"),
    [
        (lambda thread, by: talk.reply_thread(thread=thread, body="已改", by=by), "no event"),
        (lambda thread, by: talk.settle_thread(thread=thread, by=by), "no event"),
    ],
)
def test_talk_fails_with_its_event(returned, actor, monkeypatch, action, error):
    thread = returned.threads.all()[0]

    def refuse(*_args, **_kwargs):
        raise RuntimeError(error)

    monkeypatch.setattr(talk, "record", refuse)
    with pytest.raises(RuntimeError, match=error):
        action(thread, actor("township"))
    assert Thread.objects.get(pk=thread.pk).is_open
    assert thread.messages.count() == 1


@pytest.mark.parametrize(("name", "count"), [("village", 0), ("township", 1), ("county", 0), ("auditor", 0)])
def test_open_cases_for_whose_turn_it_is(submit, actor, name, count):
    submit()
    assert open_cases_for(actor(name)).count() == count


def test_queries_tell_the_last_word(returned, actor):
    village = actor("village")
    assert {t.last_body for t in threads_awaiting(village)} == {"比上期多十倍，请核对", "数字有误"}
    for thread in threads_of(returned):
        talk.reply_thread(thread=thread, body="已改", by=village)
    assert [c.last_reason for c in returned_cases_for(village)] == ["数字有误"]
    assert [d.verdict for d in decisions_of(returned)] == ["submit", "return"]


@pytest.mark.parametrize(
    "rows",
    [open_cases_for, threads_awaiting, lambda by: Thread.objects.on("reporting.submission", "7")],
)
def test_queries_read_an_index_under_the_policy(db, actor, rows):
    by = actor("village")
    with scoped(by.path), connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        query, params = rows(by).query.sql_with_params()
        cursor.execute(f"EXPLAIN {query}", params)
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Cond" in plan
    assert "Seq Scan" not in plan, plan
