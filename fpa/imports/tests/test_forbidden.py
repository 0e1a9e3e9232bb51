"""Columns that the platform must not hold: cut out before anything is staged, said, and gone from what is kept."""

import json
from io import BytesIO, StringIO

import pytest
from django.core.management import call_command

from fpa.audit.models import Event
from fpa.core.sheets import open_sheets
from fpa.core.sheets.header import Field
from fpa.core.tests.sheets_factory import make_csv, make_xls, make_xlsx
from fpa.imports import files
from fpa.imports.forbidden import is_forbidden
from fpa.imports.importer import importers, register
from fpa.imports.models import ImportInbox, ImportRow, Job, State
from fpa.imports.tests.conftest import again
from fpa.imports.tests.posts import HEADER, VILLAGE, PostsImporter
from tests.cast import COUNTY

CANARY = "放环八年"
NAMED = """
节育措施 节育方式 落实节育措施时间 避孕方法 避孕节育情况 采取何种避孕措施 孕检 孕检日期
孕环检 孕情 是否怀孕 孕周 妊娠 妊娠次数 生育史 生育情况 生育时间 生育证号 婚育状况
育龄妇女 孩次 现孩次 孩子数 一孩出生时间 二孩性别 男孩数 胎次 胎数 子女数 现有子女
末次月经 月经史 LMP 结扎 结扎时间 上环 上环日期 取环 放环 环情 环检 查环查孕
宫内节育器 IUD 皮埋 人流 人流次数 药流 流产史 引产 分娩日期 预产期 哺乳期 药具领取
三查 措施落实日期 计划生育手术 计生措施 子女总数 子女个数 子女状况 男扎 女扎 皮下埋植 产前检查 产检
妇科检查 B超结果 准生证号 超生 例假日期 小产次数 是否产妇 待产 母乳喂养 人工授精 节扎时间 子女出生日期"""
OTHER_WRITINGS = """
子女數 絕育 月經史 經期 子宮 宮內節育器 輸卵管 藥具領取 婦檢 計生措施 計劃生育手術 帶環 採取措施 落實措施 順產 剖宮產
手術時間 孕檢情況 產後 jieyu JieYuCuoShi jie_yu biyun_fangfa shengyushi haici yunjian huan-qing
contraception ContraceptiveMethod birth_control pregnancy number_of_children abortion"""
ALLOWED = """
姓名 身份证号 手机 性别 出生日期 出生年月 入会时间 会员类别 村（社区） 所属计划生育协会
计生协 计划生育协会会员证号 备注 环城街道 环保志愿者 产业 工伤 职务 政治面貌 文化程度
計劃生育協會 所屬計劃生育協會 计划生育协会 本市环卫 生产队 安全生产 邮箱 phone username shengyu_days renshenbaoxian
family_planning_association children's_club 户籍地 与户主关系 婚姻状况 民族 序号 服务时间
庭院小产业 小产权房 面临产业转型"""


@pytest.mark.parametrize("name", NAMED.split())
def test_forbidden_names_are_known_however_they_are_written(name):
    assert all(map(is_forbidden, (name, f"*{name}", f"{name}（必填）", f"情况（{name}）", " ".join(name))))


@pytest.mark.parametrize(
    "name", ["節育措施", "懷孕", "結紮", "上環", "流產", "ｉｕｄ", "孕-检", "避/孕", *OTHER_WRITINGS.split()]
)
def test_forbidden_names_are_known_in_other_writings(name):
    assert is_forbidden(name)


@pytest.mark.parametrize("name", ALLOWED.split())
def test_other_names_are_allowed(name):
    assert not is_forbidden(name)


def test_no_importer_asks_for_a_forbidden_column():
    assert importers()
    one = PostsImporter()
    one.fields = (*one.fields, Field("x", "健康", ("孕检",)))
    with pytest.raises(ValueError, match=r"must not hold: \['孕检'\]"):
        register(one)


GRIDS = {
    "one header": ([["岗位", "孕检", "村"], ["专干", CANARY, VILLAGE], ["站长", CANARY, VILLAGE]], ["孕检"]),
    "a group over two": (
        [
            ["岗位", "避孕情况", "", "村"],
            ["", "方法", "落实日期", ""],
            ["专干", CANARY, CANARY, VILLAGE],
            ["站长", CANARY, CANARY, VILLAGE],
        ],
        ["避孕情况/方法", "避孕情况/落实日期"],
    ),
    "a group beside names in the lower row": (
        [
            ["", "生育史", "", ""],
            ["岗位", "时间", "胎次", "村"],
            ["专干", CANARY, CANARY, VILLAGE],
            ["站长", CANARY, CANARY, VILLAGE],
        ],
        ["生育史/时间", "胎次"],
    ),
    "a known name in a forbidden group": (
        [
            ["岗位", "村", "节育情况", ""],
            ["", "", "村", "措施"],
            ["专干", VILLAGE, CANARY, CANARY],
            ["站长", VILLAGE, CANARY, CANARY],
        ],
        ["节育情况/村", "措施"],
    ),
    "a title is no group": (
        [
            ["育龄妇女孕检花名册", "", ""],
            ["岗位", "环情", "村"],
            ["专干", CANARY, VILLAGE],
            ["站长", CANARY, VILLAGE],
        ],
        ["环情"],
    ),
}


@pytest.mark.parametrize("make", [make_csv, make_xlsx, make_xls])
@pytest.mark.parametrize("case", GRIDS)
def test_forbidden_columns_are_dropped_and_named(province_scope, uploaded, tmp_path, make, case):
    grid, names = GRIDS[case]
    file = make(tmp_path / "岗位.csv", grid if make is make_csv else {"岗位": grid})
    job = again(uploaded(file.read_bytes()))
    assert (job.state, job.error, job.dropped) == (State.READY, "", names)
    assert job.notes[0] == f"平台不予收集、没有读取的列：{'、'.join(names)}。"
    assert job.counts == {"new": 1, "changed": 0, "unchanged": 0, "rejected": 1}


def test_forbidden_group_is_known_by_its_merge(province_scope, uploaded, tmp_path):
    grid = [["岗位", "孕情", "", "村"], ["", "日期", "结果", ""], ["专干", 1, CANARY, VILLAGE]]
    file = make_xlsx(tmp_path / "a.xlsx", {"岗位": grid}, merges=["A1:A2", "B1:C1", "D1:D2"])
    assert again(uploaded(file.read_bytes())).dropped == ["孕情/日期", "孕情/结果"]


@pytest.mark.parametrize("make", [make_xlsx, make_xls])
@pytest.mark.parametrize("hidden", [[], ["台账"]])
def test_a_sheet_that_is_not_read_is_not_kept_with_its_forbidden_columns(
    province_scope, uploaded, tmp_path, make, hidden
):
    sheets = {
        "岗位": [HEADER, ["专干", VILLAGE], ["站长", VILLAGE]],
        "台账": [["姓名", "孕 检"], ["张三", CANARY]],
    }
    job = again(uploaded(make(tmp_path / "岗位.xlsx", sheets, hidden=hidden).read_bytes()))
    assert (job.state, job.counts["new"], job.counts["rejected"]) == (State.READY, 1, 1)
    assert job.dropped == ([] if hidden else ["工作表“台账”"])
    assert CANARY not in files.path_of(job.pk).read_text()


NOTES = [*HEADER, "备注"]


def test_what_a_remark_says_goes_no_further_than_the_file(province_scope, uploaded, caplog):
    """A column without a meaning of its own is read by no importer: it stays in the file, which goes back to who
    sent it and is deleted with the rest."""
    job = again(uploaded([NOTES, ["专干", VILLAGE, CANARY], ["站长", VILLAGE, CANARY]]))
    assert (job.state, job.dropped) == (State.READY, [])
    everywhere = [str(list(model.objects.values())) for model in (Job, ImportRow, ImportInbox, Event)]
    assert CANARY not in "".join([*everywhere, caplog.text])


@pytest.fixture
def dropped(uploaded):
    return again(uploaded([["岗位", "孕检", "村"], ["专干", CANARY, VILLAGE], ["站长", CANARY, VILLAGE]]))


def test_uploaded_file_with_forbidden_columns_is_not_kept(province_scope, dropped):
    kept = files.path_of(dropped.pk)
    assert CANARY not in kept.read_text(errors="replace")
    assert "孕检" not in kept.read_text(errors="replace").split("\n{")[0]
    assert [path.name for path in kept.parent.iterdir()] == [kept.name]
    assert kept.stat().st_mode & 0o777 == 0o600
    rows = [*ImportRow.objects.values_list("data", "reason", "changes")]
    assert CANARY not in json.dumps(rows, ensure_ascii=False)


def test_rejected_rows_come_back_without_forbidden_columns(province_scope, dropped, client_as, tmp_path):
    answer = client_as("county").get(f"/imports/{dropped.pk}/rejected/")
    (tmp_path / "back.xlsx").write_bytes(BytesIO(answer.content).getvalue())
    with open_sheets(tmp_path / "back.xlsx") as book:
        assert [row.cells for row in book.sheets[0].rows()] == [
            ["岗位", "村", "原因"],
            ["站长", VILLAGE, "没有这样的岗位"],
        ]


def test_page_says_which_columns_were_dropped(province_scope, dropped, client_as):
    page = client_as("county").get(f"/imports/{dropped.pk}/").text
    assert "这些列平台不予收集，读取前已从表中删去，没有进入系统：孕检。您上传的原文件也没有保留" in page
    assert CANARY not in page


def test_check_that_starts_again_still_knows_what_was_dropped(province_scope, uploaded, importer):
    """A worker killed after the file was replaced leaves only the file without those columns."""
    job = uploaded([["岗位", "孕检", "村"], ["专干", CANARY, VILLAGE]])
    judge, importer.judge = importer.judge, "SELECT no_such_column FROM staged"
    assert again(job).state == State.FAILED
    Job.objects.filter(pk=job.pk).update(state=State.UPLOADED)
    importer.judge = judge
    assert again(job).dropped == ["孕检"]


@pytest.mark.parametrize(("header", "names"), [("孕检", ["孕检"]), ("备注", [])])
def test_command_names_the_dropped_columns(province_scope, importer, settings, tmp_path, header, names):
    settings.UPLOAD_DIR = tmp_path / "uploads"
    file = make_csv(tmp_path / "a.csv", [[*HEADER, header], ["专干", VILLAGE, CANARY]])
    arguments = ("import", "posts", str(file), "--unit", COUNTY, "--by", "county")
    said = StringIO()
    call_command(*arguments, "--dry-run", stdout=said)
    assert ("不予收集、没有读取的列：孕检。" in said.getvalue()) == bool(names)
    said = StringIO()
    call_command(*arguments, "--format", "json", stdout=said)
    assert json.loads(said.getvalue())["dropped"] == names
