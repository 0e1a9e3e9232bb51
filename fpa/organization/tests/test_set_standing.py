"""What an association has reached: 入序, 参公, “三定”, and by which document."""

from datetime import date

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection

from conftest import _owner_of
from fpa.access.scope import scoped
from fpa.audit.models import Event
from fpa.figures.models import Stale
from fpa.files.actions import CannotKeepDocument, NewDocument
from fpa.files.models import Document
from fpa.files.tests.samples import PDF
from fpa.organization.actions.units import CannotSetStanding, set_standing
from fpa.organization.models import Standing, StandingKind
from tests.cast import cast_unit

DAY = date(2021, 7, 1)
DOCUMENT = NewDocument("怀编〔2021〕5号", "怀化市编委", date(2021, 6, 1))
ANSWERS = {"kind": "three_fix", "since": "2021年7月1日", "document": "怀编[2021] 5号"}
NEW = {"issuer": "怀化市编委", "issued_on": "2021年6月1日"}


def set_it(unit, by, kind=StandingKind.LISTED, since=DAY, document=DOCUMENT):
    with scoped(by.path):
        return set_standing(unit=unit, kind=kind, since=since, document=document, by=by)


def test_set_standing_is_kept_with_its_document(province_scope, actor, unit_of):
    standing = set_it(unit_of("county"), actor("city"))
    assert (standing.unit, standing.since, standing.document) == (unit_of("county"), DAY, "怀编〔2021〕5号")
    assert (standing.basis.unit, standing.basis.issuer) == (unit_of("county"), "怀化市编委")
    assert Event.objects.get(verb="standing.set").path == unit_of("county").path
    assert Stale.objects.filter(figure="org.county.listed", path=unit_of("county").path).exists()


def test_set_standing_allows_each_kind_once_on_one_document(province_scope, actor, unit_of):
    for kind in StandingKind:
        set_it(unit_of("county"), actor("city"), kind)
    with pytest.raises(CannotSetStanding, match="已登记入序（2021年7月1日起）"):
        set_it(unit_of("county"), actor("city"))
    assert (Standing.objects.count(), Document.objects.count()) == (len(StandingKind), 1)


def test_set_standing_without_a_known_document(province_scope, actor, unit_of):
    standing = set_it(unit_of("county"), actor("city"), document=None)
    assert (standing.document, standing.basis) == ("", None)


@pytest.mark.parametrize(
    ("who", "since", "words"), [("sibling", DAY, "本单位及下级"), ("city", date(2999, 1, 1), "不能晚于今天")]
)
def test_set_standing_refuses(province_scope, actor, unit_of, who, since, words):
    with pytest.raises(CannotSetStanding, match=words):
        set_it(unit_of("county"), actor(who), since=since)
    assert not Document.objects.exists()


def test_set_standing_refuses_a_document_of_tomorrow(province_scope, actor, unit_of):
    with pytest.raises(CannotKeepDocument, match="成文日期不能晚于今天"):
        set_it(unit_of("county"), actor("city"), document=NewDocument("文", "机关", date(2999, 1, 1)))


def test_set_standing_page_keeps_a_new_document_with_its_file(
    client_as, unit_of, province_scope, settings, tmp_path
):
    settings.FILES_DIR = tmp_path
    url = f"/units/{unit_of('county').code}/standing/"
    file = SimpleUploadedFile("批复.pdf", PDF)
    page = client_as("city").post(url, ANSWERS | NEW | {"upload": file}, follow=True).content.decode()
    document = Document.objects.get()
    assert f'<a href="/documents/{document.pk}/">怀编〔2021〕5号</a>' in page
    assert document.attachment.name == "批复.pdf"
    assert Event.objects.get(verb="standing.set").changes["file"] == "批复.pdf"
    assert client_as("sibling").get(url).status_code == 404
    assert "怀编〔2021〕5号" in client_as("auditor").get(f"/units/{unit_of('county').code}/").content.decode()


def test_set_standing_page_chooses_a_document_on_record(client_as, unit_of, actor, province_scope):
    set_it(unit_of("county"), actor("city"))
    url = f"/units/{unit_of('county').code}/standing/"
    page = client_as("city").post(url, ANSWERS | {"document": "怀编〔2021〕5号 怀化市编委"}, follow=True)
    assert "已登记鹤城区计生协出台“三定”方案" in page.content.decode()
    assert len({standing.basis_id for standing in Standing.objects.all()}) == 1


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "“怀编〔2021〕5号”还没有登记过，请填写发文机关"),
        ({"issuer": "怀化市编委"}, "请填写成文日期"),
        (NEW | {"issued_on": "昨天"}, "看不懂日期"),
        (NEW | {"issued_on": "2099-01-01"}, "不能晚于今天"),
        (NEW | {"document": "长" * 61}, "文号最多 60 个字"),
        (NEW | {"document": " "}, "请填写文号"),
        (NEW | {"upload": SimpleUploadedFile("批复.exe", b"MZ")}, "不能上传"),
    ],
)
def test_set_standing_page_says_what_is_missing(client_as, unit_of, province_scope, changes, words):
    url = f"/units/{unit_of('county').code}/standing/"
    page = client_as("city").post(url, ANSWERS | changes).content.decode()
    assert words in page
    assert not Standing.objects.exists()


def test_set_standing_page_takes_another_issuer_as_another_document(
    client_as, unit_of, actor, province_scope
):
    set_it(unit_of("county"), actor("city"))
    url = f"/units/{unit_of('county').code}/standing/"
    client_as("city").post(url, ANSWERS | NEW | {"issuer": "鹤城区编委"})
    assert set(Document.objects.values_list("issuer", flat=True)) == {"怀化市编委", "鹤城区编委"}


def test_set_standing_page_asks_which_of_two_documents(client_as, unit_of, actor, province_scope):
    for issuer, kind in (("怀化市编委", "listed"), ("鹤城区编委", "civil_service")):
        set_it(unit_of("county"), actor("city"), kind, document=NewDocument("怀编〔2021〕5号", issuer, DAY))
    url = f"/units/{unit_of('county').code}/standing/"
    page = client_as("city").post(url, ANSWERS).content.decode()
    assert "这个文号有几个机关的文件：“怀编〔2021〕5号 怀化市编委”、“怀编〔2021〕5号 鹤城区编委”" in page


# Numbers that were kept as text


def migrate(name, to):
    with _owner_of(name):
        call_command("migrate", "organization", to, verbosity=0)


OLD = """
    INSERT INTO organization_standing (unit_id, path, kind, since, document)
    SELECT id, path, old.kind, '2020-01-01', number FROM access_unit, (
        VALUES ('listed', '怀编〔2020〕1号'), ('three_fix', '怀编〔2020〕1号'), ('civil_service', '')
    ) old (kind, number)
    WHERE level = 2
"""


def test_standing_numbers_become_documents_of_the_same_unit(committed_db):
    city = cast_unit("city").path
    migrate(committed_db, "0004")
    with scoped("/"), connection.cursor() as cursor:
        cursor.execute(OLD)
    migrate(committed_db, "0005")
    with scoped(city):
        document = Document.objects.get()
        assert (document.number, document.issuer, document.path) == (
            "怀编〔2020〕1号",
            "",
            city,
        )
        bases = dict(Standing.objects.values_list("kind", "basis_id"))
    assert bases == {"listed": document.pk, "three_fix": document.pk, "civil_service": None}
    migrate(committed_db, "0004")
    with scoped("/"):
        assert not Document.objects.exists()
