"""Importing 200,000 members end to end, against a bare COPY of the same rows into the same indexed tables."""

import csv
import io
import random
import time
from datetime import date, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.scratch import owner_connection, result, scratch_database
from fpa.access.models import Appointment, Level, Post, Unit, User
from fpa.access.scope import whole_province
from fpa.core.identity import make_id
from fpa.figures.freshness import refresh
from fpa.imports.import_file import import_file
from fpa.imports.importer import importer_of

MEMBERS = 200_000
LIMIT = 3.5
REFRESH_LIMIT = 6.0
PROVINCE = "430000000000"
TABLES = ("people_person", "membership_member")
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕"
GIVEN = "伟芳娜秀英敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂华红玉梅建国志文海燕云飞鹏宇浩晨"


def run() -> list[dict[str, Any]]:
    """Both measured in one run on a scratch database: the ratio, and what it is made of."""
    with scratch_database(), TemporaryDirectory() as folder:
        _office()
        refresh()
        whole = _import(_roster(Path(folder) / "members.csv"))
        started = time.perf_counter()
        refresh()
        fresh = time.perf_counter() - started
        bare = _bare_copy()
    words = f"import of {MEMBERS:,} members ÷ bare COPY ({whole:.1f} s ÷ {bare:.1f} s)"
    after = f"figures fresh after it, all units and cuts ÷ the same COPY ({fresh:.1f} s)"
    return [
        result(words, whole / bare, LIMIT, "×"),
        result(after, fresh / bare, REFRESH_LIMIT, "×"),
    ]


def _office() -> None:
    """Someone at the province who may import."""
    with whole_province():
        unit = Unit.objects.get(code=PROVINCE)
        user = User.objects.create(username="bench", name="测量")
        post = Post.objects.create(unit=unit, title="办公室", role="office")
        Appointment.objects.create(unit=unit, post=post, user=user, valid_from=date(2020, 1, 1))


def _roster(path: Path) -> Path:
    """A CSV of invented members, spread over all villages."""
    chance = random.Random(1)
    villages = list(Unit.objects.filter(level=Level.VILLAGE).values_list("code", flat=True))
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["姓名", "公民身份号码", "性别", "手机号", "入会日期", "单位代码"])
        writer.writerows(_member(n, villages[n % len(villages)], chance) for n in range(MEMBERS))
    return path


def _member(n: int, village: str, chance: random.Random) -> list[str]:
    birth = date(1950, 1, 1) + timedelta(days=n // 900 * 80 + n % 80)
    serial = n % 900 + n // 900 % 100
    name = chance.choice(SURNAMES) + chance.choice(GIVEN) + chance.choice(GIVEN)
    joined = date(2015, 1, 1) + timedelta(days=n % 3000)
    sex = "男" if serial % 2 else "女"
    return [
        name,
        make_id(f"43{n // 90000:02d}02", birth, serial),
        sex,
        f"13{n:09d}",
        joined.isoformat(),
        village,
    ]


def _import(file: Path) -> float:
    """Seconds from the file to the committed members; the figures follow within the refresh (measured beside it)."""
    started = time.perf_counter()
    outcome = import_file(importer_of("members"), file, PROVINCE, "bench", dry_run=False)
    seconds = time.perf_counter() - started
    if outcome["new"] != MEMBERS:
        raise RuntimeError(f"{outcome['new']} of {MEMBERS} imported; {outcome['rejected'][:3]}")
    return seconds


def _bare_copy() -> float:
    """Seconds for COPY of the same rows into the same tables, emptied; as the owner, without row-level security."""
    with owner_connection() as owner:
        for table in TABLES:
            owner.execute(f"ALTER TABLE {table} NO FORCE ROW LEVEL SECURITY")
        rows = {table: _copied_out(owner, table) for table in TABLES}
        owner.execute(f"TRUNCATE {', '.join(TABLES)} CASCADE")
        started = time.perf_counter()
        for table, data in rows.items():
            with owner.cursor().copy(f"COPY {table} FROM STDIN (FORMAT binary)") as copy:
                copy.write(data)
        return time.perf_counter() - started


def _copied_out(owner: Any, table: str) -> bytes:
    data = io.BytesIO()
    with owner.cursor().copy(f"COPY {table} TO STDOUT (FORMAT binary)") as copy:
        for piece in copy:
            data.write(piece)
    return data.getvalue()
