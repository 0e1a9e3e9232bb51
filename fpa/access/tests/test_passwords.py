"""Which new passwords are refused, what is said of them, and that those of before stay good."""

import string

import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.test import Client
from hypothesis import given, settings
from hypothesis import strategies as st

from fpa.access import actions
from fpa.access.guesses import estimate
from fpa.access.models import User
from fpa.access.passwords import ENOUGH, PUBLISHED
from fpa.access.seats import actor_for
from fpa.access.tests.test_sign_in import attempt
from fpa.demo import accounts
from tests.cast import PASSWORD, cast_unit

GOOD = [
    "zhi-you-wo-zhidao",
    "Lvdou3tang.Yusan",
    "k7#mQ2vz!x",
    "竹篮打水月亮伞下雨邮票",
    "correct horse staple 7",
    "gjxvwtqnpe",
    "4f9a-b27c-e81d",
]
WAY_OUT = "请用三四个互不相干的词（可以用拼音），中间夹几个数字或符号。"


def faults_of(password, name="county"):
    """The codes of what is wrong with a password."""
    try:
        validate_password(password, User.objects.get(username=name) if name else None)
    except ValidationError as weak:
        return [fault.code for fault in weak.error_list]
    return []


@pytest.mark.parametrize("password", GOOD)
def test_good_password_is_taken(db, password):
    assert faults_of(password) == []


@pytest.mark.parametrize(
    "password",
    [
        "password123",
        "Password1234!",
        "P@ssw0rd2026",
        "ｐａｓｓｗｏｒｄ１２３",
        "aaaaaaaaaaaa",
        "          a",
        "          ",
        "abcabcabcabcabc",
        "aaaabbbbcccc",
        "1q2w3e4r5t6y",
        "qwertyuiop",
        "poiuytrewq1",
        "asdfghjkl123",
        "1qaz2wsx3edc",
        "1qaz!QAZ2wsx",
        "abcdefghijk",
        "zyxwvutsrq1",
        "a1234567890",
        "1234567890a",
        "Aa123456789",
        "a123456789b",
        "woaini1314520",
        "woaizhongguo1",
        "wodemima2026",
        "zhangwei1985",
        "zhangwei19850312",
        "13812345678a",
        "a13987654321",
        "hn13987654321",
        "Hunan@2026",
        "admin888888",
        "qq123456789@qq.com",
        "a5201314520",
        "147258369a",
        "!@#$%^&*()",
        "jishengxie-2026",
        "Jishengxie2026!",
        "jsx20260101",
        "计划生育协会2026",
        "湖南省计划生育协会湖南",
        "hnsjhsyxh2026",
    ],
)
def test_common_password_is_refused(db, password):
    assert faults_of(password, None) == ["password_guessable"]


def own_words():
    county = cast_unit("county")
    return [
        "county2026!!",
        "演员county-1",
        f"{county.name}2026!!!",
        f"{county.short_name}计生协20261",
        f"{county.code}ab",
        f"x{county.code[:6]}2026",
        f"{county.initials.split()[0]}jsx2026",
        "hechengqu2026",
        "HeCheng-12345",
        "huaihuashi@1",
        "yanyuan2026!",
    ]


def test_own_name_and_unit_are_refused(db):
    taken = [password for password in own_words() if faults_of(password) != ["password_guessable"]]
    assert taken == []


def test_own_name_in_pinyin_is_refused_however_it_is_put(db):
    User.objects.filter(username="county").update(name="单雄信")
    for password in ("shanxiongxin1", "xiongxinshan88", "Sxx@20260101", "shan.xiongxin", "xiongxin1985!"):
        assert faults_of(password) == ["password_guessable"], password
    assert faults_of("xiongxin1985!", None) == []


@pytest.mark.parametrize(
    ("password", "said"),
    [
        ("password345!", "常见的密码或词语、连续或重复的字符"),
        ("aaaaaaaaaaaa", "连续或重复的字符"),
        ("county2026!!", "您的姓名或账号、年份、日期或电话号码"),
        ("jishengxie-2026", "您的单位或本系统的名称、代码、年份、日期或电话号码"),
    ],
)
def test_refusal_names_what_is_easy_and_says_how_to_do_better(client_as, password, said):
    answers = {"current": PASSWORD, "password": password, "repeated": password}
    page = client_as("county").post("/password/", answers).content.decode()
    assert f"新密码容易被猜到，里面主要是{said}。{WAY_OUT}" in page


def test_page_says_beforehand_what_a_good_password_is(client_as):
    assert WAY_OUT in client_as("county").get("/password/").content.decode()


def test_demo_password_is_refused_everywhere_but_in_the_demo_load(province_scope):
    assert accounts.PASSWORD in PUBLISHED
    user, admin = User.objects.get(username="county"), actor_for("administrator")
    for written in (accounts.PASSWORD, accounts.PASSWORD.upper()):
        assert faults_of(written) == ["password_guessable"]
        with pytest.raises(actions.CannotSetPassword, match="公开"):
            actions.change_password(user=user, password=written, by=actor_for("county"))
        with pytest.raises(actions.CannotSetPassword, match="公开"):
            actions.reset_password(user=user, password=written, by=admin, reason="忘记")
    user.refresh_from_db()
    assert user.check_password(PASSWORD)


@pytest.mark.parametrize("password", ["aaaaaaaaaaaa", "password123", accounts.PASSWORD])
def test_passwords_of_before_stay_good(db, password):
    user = User.objects.get(username="county")
    user.set_password(password)
    user.save()
    assert attempt("county", password, Client()).status_code == 302


@settings(max_examples=300, deadline=None, derandomize=True, database=None)
@given(st.text(string.printable + "计生协王", min_size=1, max_size=128))
def test_no_word_makes_a_password_harder_to_guess(password):
    """To know more of someone never raises what a password is worth, and no password takes long to weigh."""
    plain, known = estimate(password), estimate(password, {"own": [password[:5], "jsx"]})
    assert 0 < known.points <= plain.points


def test_temporary_passwords_are_hard_to_guess():
    weak = [p for p in (actions.temporary_password() for _ in range(200)) if estimate(p).points < ENOUGH]
    assert weak == []


def test_the_longest_password_is_weighed_at_once(db, django_assert_max_num_queries):
    with django_assert_max_num_queries(12):
        assert faults_of("长" * 64 + "ab" * 32) == ["password_guessable"]
