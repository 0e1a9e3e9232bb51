"""Tries counted by name, whether an account bears it or not, and by address, so that many names get no further."""

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from fpa.access.models import TriedAddress, UnknownName, User
from fpa.access.scope import whole_province
from fpa.access.sign_in import CannotLogIn, log_in
from fpa.access.tests.conftest import while_done, while_held
from fpa.access.tests.test_sign_in import attempt, verbs
from fpa.access.tries import forget_old_tries, held_tries
from fpa.audit.models import Event
from tests.cast import CAST, PASSWORD

HERE = "10.1.2.3"
STOPPED = "这个网络地址在 15 分钟内用太多不同的账号登录失败，已暂停登录。请 15 分钟后再试"


def from_address(name, password="wrong-password", ip=HERE):
    return attempt(name, password, Client(REMOTE_ADDR=ip))


def answers_at_once(name, times):
    """What so many tries at the same moment are told; the row of the name is held until all of them wait for it."""
    attempt(name, "wrong-password", Client(REMOTE_ADDR="10.9.9.9"))
    known = User.objects.filter(username=name)
    rows = known if known.exists() else UnknownName.objects.all()
    tries = [lambda: log_in(username=name, password="wrong-password", ip=None)] * times
    refusals = while_held(rows, *tries)
    assert all(isinstance(refusal, CannotLogIn) for refusal in refusals)
    return sorted(re.sub(r"\d\d:\d\d", "T", str(refusal)) for refusal in refusals)


def test_an_unknown_name_answers_24_tries_at_once_as_a_known_one(committed_db):
    known, unknown = answers_at_once("county", 24), answers_at_once("nobody-has-this", 24)
    assert known == unknown
    assert [n for words in known for n in re.findall(r"再错 (\d) 次", words)] == ["1", "2", "3"]
    assert sum("已锁定" in words for words in known) == 21
    assert verbs(object_name="未知账号") == verbs(object_name="演员county")


@pytest.mark.parametrize("name", ["county", "nobody-has-this"])
def test_first_tries_of_a_name_at_once_are_each_counted(committed_db, name):
    """Nothing is there yet to hold on to; the name gets its row by whoever comes first."""
    UnknownName.objects.create(index="?other")
    rows = User.objects.filter(username="county") if name == "county" else None
    deeds = [lambda: log_in(username=name, password="x", ip=None)] * 4
    answers = while_held(rows, *deeds) if rows is not None else at_once(deeds)
    assert sorted(re.findall(r"再错 (\d) 次", str(answers))) == ["1", "2", "3", "4"]


def at_once(deeds):

    return while_done(lambda: held_tries("nobody-has-this"), *deeds)


def test_an_unknown_name_costs_a_hash_as_a_known_one_does(db, monkeypatch):
    """Time tells no name apart: the slow part, the hash, is worked out once for either."""
    hashed = []
    monkeypatch.setattr(
        "django.contrib.auth.hashers.MD5PasswordHasher.encode",
        lambda self, password, salt: hashed.append(password) or f"md5${salt}$x",
    )
    counts = []
    for name in ("county", "nobody-has-this"):
        for _ in range(6):
            attempt(name, "wrong-password")
        counts.append(len(hashed))
        hashed.clear()
    assert counts == [5, 5]


def test_a_count_begins_anew_after_a_day(db):
    for name in ("county", "nobody-has-this"):
        for _ in range(3):
            attempt(name, "wrong-password")
    yesterday = timezone.now() - timedelta(hours=25)
    for model in (User, UnknownName):
        model.objects.update(failed_at=yesterday)
    for name in ("county", "nobody-has-this"):
        assert "再错 4 次" in attempt(name, "wrong-password").content.decode()


def test_sixty_names_from_one_address_are_stopped(db):
    pages = [from_address(f"name-{n}").content.decode() for n in range(60)]
    assert [STOPPED in page for page in pages] == [False] * 20 + [True] * 40
    assert from_address("county", PASSWORD).status_code == 200
    assert from_address("county", PASSWORD, ip="10.1.2.4").status_code == 302
    assert verbs().count("user.login_refused") == 41


def test_a_stopped_address_neither_counts_nor_locks_a_name(db):
    stop(HERE)
    for _ in range(6):
        from_address("county")
    assert User.objects.get(username="county").failed_logins == 0

    with whole_province():
        event = Event.objects.filter(object_name="演员county").first()
    assert (event.verb, event.reason, event.ip) == ("user.login_refused", "来源地址暂停登录", HERE)


def stop(ip):
    now = timezone.now()
    TriedAddress.objects.bulk_create(TriedAddress(ip=ip, index=f"?{n}", failed_at=now) for n in range(20))


def test_a_stopped_address_tells_no_name_apart(db):
    stop(HERE)
    assert from_address("county").content.decode().count(STOPPED) == 1
    assert from_address("nobody-has-this").content.decode().count(STOPPED) == 1


def test_a_stopped_address_is_free_again_after_a_quarter_of_an_hour(db):
    stop(HERE)
    assert from_address("county", PASSWORD).status_code == 200
    TriedAddress.objects.update(failed_at=timezone.now() - timedelta(minutes=15))
    assert from_address("county", PASSWORD).status_code == 302


def test_an_office_behind_one_address_is_not_stopped(db):
    """Seven people's good logins, each after a slip, for weeks; and strangers' names beside them up to the limit."""
    for round_ in range(4):
        for name in CAST:
            from_address(name)
            assert from_address(name, PASSWORD).status_code == 302
        for n in range(5):
            assert STOPPED not in from_address(f"slip-{round_}-{n}").content.decode()


def test_good_logins_widen_what_an_address_may_mistype(db):
    for name in CAST:
        from_address(name, PASSWORD)
    pages = [from_address(f"name-{n}").content.decode() for n in range(20 + len(CAST) + 1)]
    assert [STOPPED in page for page in pages] == [False] * (20 + len(CAST)) + [True]


@pytest.mark.parametrize(("limit", "stopped_after"), [(3, 3), (0, 9)])
def test_the_limit_of_an_address_is_a_setting_and_0_is_none(db, settings, limit, stopped_after):
    settings.LOGIN_NAMES_PER_ADDRESS = limit
    pages = [from_address(f"name-{n}").content.decode() for n in range(9)]
    assert [STOPPED in page for page in pages] == [False] * stopped_after + [True] * (9 - stopped_after)


def test_a_login_without_an_address_has_no_limit_of_its_own(db):
    for n in range(25):
        with pytest.raises(CannotLogIn, match="再错 4 次"):
            log_in(username=f"name-{n}", password="x", ip=None)
    assert not TriedAddress.objects.exists()


def test_tries_keep_nothing_of_the_name_that_was_typed(db):
    from_address("my-secret-password")
    kept = str([*UnknownName.objects.values(), *TriedAddress.objects.values()])
    assert "secret" not in kept


def test_old_tries_are_forgotten(db):
    from_address("nobody-has-this")
    from_address("county", PASSWORD)
    forget_old_tries()
    assert (UnknownName.objects.count(), TriedAddress.objects.count()) == (1, 2)
    before = timezone.now() - timedelta(hours=25)
    UnknownName.objects.update(failed_at=before)
    TriedAddress.objects.filter(entered_at=None).update(failed_at=before)
    forget_old_tries()
    assert (UnknownName.objects.count(), TriedAddress.objects.count()) == (0, 1)
    TriedAddress.objects.update(entered_at=before)
    forget_old_tries()
    assert not TriedAddress.objects.exists()
