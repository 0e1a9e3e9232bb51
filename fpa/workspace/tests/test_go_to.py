"""The one search box: what it finds, for whom."""

from datetime import date

import pytest

from fpa.membership.models import Member
from fpa.people.models import Person, Sex

HTMX = {"HX-Request": "true"}


@pytest.fixture
def member(province_scope, unit_of):
    """A member of the village."""
    village = unit_of("village")
    person = Person.objects.create(
        unit=village, name="张晓梅", initials="zxm", sex=Sex.FEMALE, birth_date=date(1985, 3, 1),
        id_cipher=b"c", id_index=b"i",
    )  # fmt: skip
    return Member.objects.create(unit=village, person=person, joined_on=date(2020, 1, 1))


def found(client, wanted, **more):
    response = client.post("/go/", {"q": wanted}, **more)
    assert response.status_code == 200
    return response.content.decode()


@pytest.mark.parametrize(
    ("name", "wanted", "url"),
    [
        ("province", "hhs", "/units/431200000000/"),
        ("province", "怀化", "/units/431200000000/"),
        ("province", "431200000000", "/units/431200000000/"),
        ("province", "４３１２００００００００", "/units/431200000000/"),
        ("county", "hy", "/members/"),
        ("county", " 会员 ", "/members/"),
        ("village", "tlyth", "/threads/"),
    ],
)
def test_go_to_finds_units_and_pages(client_as, name, wanted, url):
    text = found(client_as(name), wanted, headers=HTMX)
    assert f'href="{url}"' in text


@pytest.mark.parametrize("wanted", ["zxm", "zx", "ZXM", "张晓", "张"])
def test_go_to_finds_members_masked(client_as, member, wanted):
    text = found(client_as("county"), wanted, headers=HTMX)
    assert f'href="/members/{member.pk}/"' in text
    assert "张*" in text
    assert "张晓梅" not in text


@pytest.mark.parametrize(
    ("name", "wanted"),
    [
        ("sibling", "zxm"),
        ("auditor", "zxm"),
        ("administrator", "张晓梅"),
        ("county", "z"),
        ("county", "晓梅"),
        ("county", "%"),
    ],
)
def test_go_to_shows_no_member_to_who_may_not_or_by_too_little(client_as, member, name, wanted):
    assert "/members/" not in found(client_as(name), wanted, headers=HTMX).replace('"/members/"', "").replace(
        "/members/find/", ""
    )


def test_go_to_leaves_out_who_has_left(client_as, member):
    member.left_on, member.left_reason = date(2024, 1, 1), "request"
    member.save()
    assert f"/members/{member.pk}/" not in found(client_as("county"), "zxm")


@pytest.mark.parametrize(
    ("name", "wanted"), [("sibling", "鹤城区"), ("village", "hhs"), ("county", "长沙市")]
)
def test_go_to_finds_no_unit_outside(client_as, name, wanted):
    assert "/units/4" not in found(client_as(name), wanted, headers=HTMX)


@pytest.mark.parametrize("name", ["auditor", "village"])
def test_go_to_offers_only_pages_of_the_role(client_as, name):
    text = found(client_as(name), "账号", headers=HTMX)
    assert "账号与岗位" not in text


def test_go_to_says_what_can_be_typed(client_as):
    text = found(client_as("county"), "查无此项", headers=HTMX)
    assert "没有找到“查无此项”" in text
    assert "/members/find/" in text


def test_go_to_is_a_page_without_javascript(client_as):
    text = found(client_as("county"), "鹤城")
    assert text.startswith("<!doctype html>")
    assert 'value="鹤城"' in text
    assert "/units/431202000000/" in text


def test_go_to_empty_finds_nothing(client_as):
    assert "href=" not in found(client_as("county"), " ", headers=HTMX)


def test_go_to_escapes(client_as):
    assert "<script>" not in found(client_as("county"), "<script>", headers=HTMX)


def test_go_to_query_count_does_not_grow(client_as, member, unit_of, django_assert_max_num_queries):
    client, counts = client_as("county"), []
    for n in range(2):
        for extra in range(n * 5):
            person = Person.objects.create(
                unit=unit_of("village"), name="张晓", initials="zxm", sex=Sex.MALE,
                birth_date=date(1990, 1, 1), id_cipher=b"c", id_index=f"x{extra}".encode(),
            )  # fmt: skip
            Member.objects.create(unit=unit_of("village"), person=person, joined_on=date(2020, 1, 1))
        with django_assert_max_num_queries(25) as queries:
            found(client, "zxm", headers=HTMX)
        counts.append(len(queries))
    assert counts[0] == counts[1]
