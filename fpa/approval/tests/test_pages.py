"""The pages of approval as each seat sees them."""

import pytest
from lxml import html

from fpa.access.scope import whole_province
from fpa.approval import actions
from fpa.approval.tests.conftest import SAMPLE, in_days
from fpa.audit.models import Event
from fpa.threads import actions as talk
from fpa.threads.models import Message, Thread

SEES = [
    ("village", 200),
    ("township", 200),
    ("county", 200),
    ("sibling", 404),
    ("auditor", 403),
    ("outsider", 302),
]
HTMX = {"HX-Request": "true"}


@pytest.fixture
def cell(returned):
    """The thread on a cell that the township returned."""
    return returned.threads.get(place="visit.households")


@pytest.mark.parametrize(("name", "status"), SEES)
def test_thread_detail_is_for_its_unit_and_above(client_as, cell, name, status):
    page = client_as(name).get(f"/threads/{cell.pk}/")
    assert page.status_code == status
    assert ("比上期多十倍" in page.content.decode()) is (status == 200)


@pytest.mark.parametrize(("name", "status"), SEES)
def test_case_detail_is_for_its_unit_and_above(client_as, returned, name, status):
    page = client_as(name).get(f"/cases/{returned.pk}/")
    assert page.status_code == status
    if status == 200:
        text = page.content.decode()
        assert all(word in text for word in ("上报", "退回修改", "数字有误", "慰问金额", "第 1 轮"))


def test_pages_stand_in_the_shell_of_the_seat(client_as, cell):
    assert b"css/light.css" in client_as("village").get(f"/threads/{cell.pk}/").content
    assert b"css/office.css" in client_as("township").get(f"/threads/{cell.pk}/").content


@pytest.mark.parametrize(("name", "may"), [("village", False), ("township", True), ("county", True)])
def test_thread_detail_offers_settling_to_who_may(client_as, cell, name, may):
    page = client_as(name).get(f"/threads/{cell.pk}/").content.decode()
    assert (f"/threads/{cell.pk}/settle/" in page) is may
    assert f"/threads/{cell.pk}/reply/" in page


@pytest.mark.parametrize("url", ["/threads/", "/cases/?mine=all"])
@pytest.mark.parametrize(("name", "finds"), [("village", True), ("county", True), ("sibling", False)])
def test_lists_show_the_seats_scope(client_as, returned, url, name, finds):
    page = client_as(name).get(url)
    assert page.status_code == 200
    assert ("走访慰问（2023年上半年）" in page.content.decode()) is finds


@pytest.mark.parametrize(
    ("name", "query", "count"),
    [
        ("village", "mine=waiting", 2),
        ("village", "mine=assignee&state=settled", 1),
        ("village", "mine=asked&state=settled", 1),  # as saved views and bookmarks have it from before
        ("village", "mine=opened", 0),
        ("township", "mine=opened", 3),
        ("township", "mine=waiting", 0),
        ("county", "state=open", 2),
    ],
)
def test_thread_list_filters(client_as, submit, returned, actor, unit_of, name, query, count):
    village = unit_of("village")
    other = talk.open_thread(
        subject=village, unit=village, title="另一件", body="请核对", by=actor("township")
    )
    talk.settle_thread(thread=other, by=actor("township"))
    page = client_as(name).get(f"/threads/?{query}").content.decode()
    assert f"共 {count} 条" in page


@pytest.mark.parametrize(
    ("name", "query", "count"),
    [
        ("township", "mine=turn", 1),
        ("county", "mine=turn", 0),
        ("county", "mine=all", 1),
        ("county", "", 0),
        ("township", "", 1),
        ("village", "", 1),
        ("village", "mine=sent", 1),
        ("township", "mine=sent", 0),
        ("township", "state=returned", 0),
    ],
)
def test_case_list_filters(client_as, submit, name, query, count):
    submit()
    page = client_as(name).get(f"/cases/?{query}").content.decode()
    assert f"共 {count} 条" in page


def test_case_list_opens_on_what_waits_and_does_only_that_in_batches(client_as, submit):
    case = submit()
    page = client_as("township").get("/cases/").content.decode()
    tabs = html.fromstring(page).xpath('//nav[@class="tabs"]/a')
    told = [" ".join(tab.text_content().split()) for tab in tabs]
    assert told == ["待我审核 1", "本单位的事项", "下级逾期未办 0", "全部"]
    assert [tab.get("aria-current") for tab in tabs] == ["page", None, None, None]
    assert f'href="/cases/{case.pk}/decide/"' in page
    assert "批量通过" in page
    assert "批量通过" not in client_as("township").get("/cases/?mine=all").content.decode()
    village = html.fromstring(client_as("village").get("/cases/").content)
    assert [tab.text.strip() for tab in village.xpath('//nav[@class="tabs"]/a')] == ["本单位的事项", "全部"]
    file = client_as("township").get("/cases/?mine=turn&export=csv").content.decode()
    assert "办理期限" in file
    assert "去办理" not in file


@pytest.mark.parametrize("url", ["/threads/", "/cases/"])
def test_lists_export_leaves_an_event(client_as, returned, url):
    response = client_as("county").get(f"{url}?export=xlsx")
    assert "spreadsheet" in response["Content-Type"]
    assert Event.objects.filter(verb="list.exported").count() == 1


def test_reply_thread_without_javascript_comes_back(client_as, cell):
    client = client_as("village")
    response = client.post(
        f"/threads/{cell.pk}/reply/", {"body": "已改为 12 户", "next": "/threads/?state=open"}
    )
    assert (response.status_code, response["Location"]) == (302, "/threads/?state=open")
    assert Message.objects.filter(thread=cell).latest("id").body == "已改为 12 户"


def test_reply_thread_goes_nowhere_else(client_as, cell):
    response = client_as("village").post(
        f"/threads/{cell.pk}/reply/", {"body": "已改", "next": "https://evil.example/"}
    )
    assert response["Location"] == f"/threads/{cell.pk}/"


def test_reply_thread_by_htmx_gives_the_panel(client_as, cell):
    page = client_as("village").post(f"/threads/{cell.pk}/reply/", {"body": "已改"}, headers=HTMX)
    text = page.content.decode()
    assert text.lstrip().startswith("<section")
    assert "已改" in text


@pytest.mark.parametrize("headers", [{}, HTMX])
def test_reply_thread_refusals_stand_in_the_form(client_as, cell, actor, headers):
    empty = client_as("village").post(f"/threads/{cell.pk}/reply/", {"body": " "}, headers=headers)
    assert "请写明答复的内容" in empty.content.decode()
    talk.settle_thread(thread=cell, by=actor("township"))
    late = client_as("village").post(f"/threads/{cell.pk}/reply/", {"body": "再说"}, headers=headers)
    assert "已经办结，不能再答复" in late.content.decode()


@pytest.mark.parametrize("headers", [{}, HTMX])
@pytest.mark.parametrize(
    ("name", "state"), [("township", "settled"), ("province", "settled"), ("village", "open")]
)
def test_settle_thread_page(client_as, cell, name, state, headers):
    response = client_as(name).post(f"/threads/{cell.pk}/settle/", headers=headers, follow=True)
    assert Thread.objects.get(pk=cell.pk).state == state
    assert ("只有发起单位" in response.content.decode()) is (state == "open")


@pytest.mark.parametrize("verb", ["reply", "settle"])
@pytest.mark.parametrize(("name", "status"), [("sibling", 404), ("auditor", 403), ("outsider", 302)])
def test_writing_in_a_foreign_thread_is_refused(client_as, cell, verb, name, status):
    response = client_as(name).post(f"/threads/{cell.pk}/{verb}/", {"body": "越权"})
    assert response.status_code == status
    with whole_province():
        assert cell.messages.count() == 1


@pytest.mark.parametrize("url", ["/threads/", "/cases/"])
def test_lists_query_count_does_not_grow(client_as, flow, actor, unit_of, url, django_assert_max_num_queries):
    client = client_as("county")
    client.get(url)
    counts = []
    for n in range(2):
        for subject in unit_of("township").children.all()[n : 1 + 4 * n]:
            case = actions.submit_case(
                kind=SAMPLE, flow=flow, subject=subject, title="表", unit=subject, by=actor("county")
            )
            actions.return_case(
                case=case, by=actor("township"), reason="改", due_on=in_days(1), places=[{"place": "a"}]
            )
        with django_assert_max_num_queries(40) as seen:
            client.get(url)
        counts.append(len(seen))
    assert counts[0] == counts[1]
