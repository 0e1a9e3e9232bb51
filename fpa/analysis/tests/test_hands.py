"""Who needs a hand: in which collection, who is behind, and that it follows the reports."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone
from lxml import html

from fpa.access.models import Unit
from fpa.analysis.dashboard import HANDS, needs_a_hand
from fpa.core.periods import Period
from fpa.reporting.models import Collection, Form, State, Submission
from tests.cast import cast_unit

H1 = Period.parse("2023H1")
VISITS = "visit.households"


@pytest.fixture
def ask(standard_forms):
    """Issue a collection: `ask("visit", "2023H1", level=5)`; its days count from today."""

    def act(form: str, period: str, level: int = 5, opens: int = -30, by: str = "province") -> Collection:
        first = timezone.localdate() + timedelta(days=opens)
        return Collection.objects.create(
            form=Form.objects.get(code=form), unit=cast_unit(by), title=f"{form}{period}", period=period,
            fill_level=level, opens_on=first, due_on=first + timedelta(days=10),
            locks_on=first + timedelta(days=40),
        )  # fmt: skip

    return act


def below(name: str) -> list[Unit]:
    return list(Unit.objects.current().filter(parent=cast_unit(name)))


def hands(name: str, key: str = VISITS, period: Period = H1) -> Any:
    return needs_a_hand(cast_unit(name), period, key, below(name))


def submit(collection: Collection, unit: Unit, state: State) -> None:
    Submission.objects.create(
        collection=collection, unit=unit, state=state, first_submitted_at=timezone.now()
    )


@pytest.mark.parametrize(
    ("state", "missing"),
    [(State.SUBMITTED, 0), (State.APPROVED, 0), (State.RETURNED, 1), (State.DRAFT, 1)],
)
def test_a_village_is_behind_until_its_report_is_in(ask, state, missing):
    collection = ask("visit", "2023H1")
    villages = below("township")
    for village in villages[1:]:
        submit(collection, village, State.APPROVED)
    submit(collection, villages[0], state)
    found = hands("township")
    assert (found.whole.expected, found.whole.missing) == (len(villages), missing)
    assert [unit for unit, _ in found.behind] == villages[:missing]


@pytest.mark.parametrize(("opens", "there"), [(-30, True), (0, True), (1, False), (90, False)])
def test_what_is_not_open_yet_is_asked_of_nobody(ask, opens, there):
    ask("visit", "2023H1", opens=opens)
    assert (hands("county") is not None) is there


@pytest.mark.parametrize(
    ("period", "collected", "there"),
    [
        ("2023H1", "2023H1", True),
        ("2023", "2023H1", True),
        ("2023H1", "2023-05", True),
        ("2023Q2", "2023H1", False),
        ("2023H2", "2023H1", False),
        ("2023-05", "2023-05", True),
    ],
)
def test_a_collection_belongs_to_the_periods_that_hold_its_own(ask, period, collected, there):
    ask("visit", collected)
    assert (hands("county", period=Period.parse(period)) is not None) is there


def test_the_collection_of_the_figure_goes_before_a_later_one(ask):
    own, later = ask("visit", "2023H1", opens=-90), ask("campaign529", "2023-05", opens=-20)
    assert hands("county", VISITS).collection == own
    assert hands("county", "campaign529.served").collection == later
    assert hands("county", "member.total").collection == later


@pytest.mark.parametrize(("name", "there"), [("county", True), ("township", True), ("village", False)])
def test_a_collection_filled_by_townships_asks_nothing_of_villages(ask, name, there):
    ask("visit", "2023H1", level=4)
    found = hands(name)
    assert (found is not None) is there
    assert not found or all(unit.level <= 4 for unit, _ in found.behind)


def test_the_worst_stand_first_and_the_rest_is_counted(ask):
    collection = ask("visit", "2023H1")
    done = Unit.objects.filter(parent__parent=cast_unit("county"))
    for village in done:
        submit(collection, village, State.APPROVED)
    found = hands("city")
    missing = [progress.missing for _, progress in found.behind]
    assert len(found.behind) == HANDS
    assert missing == sorted(missing, reverse=True)
    assert cast_unit("county") not in [unit for unit, _ in found.behind]
    assert found.others == len(below("city")) - 1 - HANDS


def test_nobody_behind_is_said_in_words(ask, client_as):
    collection = ask("visit", "2023H1")
    for village in below("township"):
        submit(collection, village, State.SUBMITTED)
    page = client_as("township").get("/dashboard/?period=2023H1").content.decode()
    assert "都报齐了" in page
    assert 'class="hands"' not in page


def test_a_village_that_has_not_reported_reads_it_of_itself(ask, client_as):
    ask("visit", "2023H1")
    assert "本单位还没有报" in client_as("village").get("/dashboard/?period=2023H1").content.decode()


def test_each_name_leads_to_its_own_board(ask, client_as):
    collection = ask("visit", "2023H1")
    page = html.fromstring(client_as("county").get("/dashboard/?period=2023H1").content)
    links = page.xpath('//ul[@class="hands"]/li/a')
    codes = {unit.name: unit.code for unit in below("county")}
    assert [a.get("href") for a in links] == [
        f"/collections/{collection.pk}/board/{codes[a.text]}/" for a in links
    ]
    assert client_as("county").get(links[0].get("href")).status_code == 200


def test_a_siblings_own_collection_is_not_told(ask, client_as):
    ask("visit", "2023H1", by="sibling")
    page = client_as("county").get("/dashboard/?period=2023H1").content.decode()
    assert "需要帮一把的单位" not in page
