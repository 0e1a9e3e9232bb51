"""The committed data files: the tree of units and the map agree with their sources and with each other."""

import csv
import gzip
import json
import re
import runpy
import subprocess
import sys
from collections import Counter
from itertools import pairwise
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
UNITS_FILE = ROOT / "fpa/access/data/units.csv.gz"
MAP_FILE = ROOT / "static/map/hunan.json"


@pytest.fixture(scope="module")
def units():
    with gzip.open(UNITS_FILE, "rt", encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


@pytest.fixture(scope="module")
def by_name(units):
    return {unit["name"]: unit for unit in units if unit["level"] != "village"}


@pytest.fixture(scope="module")
def features():
    return json.loads(MAP_FILE.read_text(encoding="utf-8"))["features"]


def test_units_have_the_published_counts(units):
    assert Counter((unit["level"], unit["kind"]) for unit in units) == {
        ("province", "administrative"): 1,
        ("city", "administrative"): 14,
        ("county", "administrative"): 122,
        ("county", "functional_zone"): 12,
        ("township", "administrative"): 2008,
        ("village", "residents_committee"): 5805,
        ("village", "village_committee"): 23594,
        ("village", "other_village"): 135,
    }


def test_unit_codes_are_unique_in_order_and_of_12_digits(units):
    codes = [unit["code"] for unit in units]
    assert len(set(codes)) == len(codes)
    assert codes == sorted(codes)
    assert all(re.fullmatch(r"43\d{10}", code) for code in codes)


def test_every_parent_exists_stands_before_and_is_one_level_up(units):
    above = {"city": "province", "county": "city", "township": "county", "village": "township"}
    level_of = {}
    for unit in units:
        assert level_of.get(unit["parent"]) == above.get(unit["level"]), unit
        level_of[unit["code"]] = unit["level"]


def test_a_code_begins_with_its_parents_digits(units):
    digits = {"city": 2, "county": 4, "township": 6, "village": 9}
    for unit in units[1:]:
        held = digits[unit["level"]]
        assert unit["parent"] == unit["code"][:held].ljust(12, "0")


def test_functional_zones_are_the_twelve(units):
    zones = [unit["short_name"] for unit in units if unit["kind"] == "functional_zone"]
    assert zones == [
        "湘潭高新区",
        "昭山示范区",
        "九华示范区",
        "松木经开区",
        "衡阳高新区",
        "屈原管理区",
        "西洞庭管理区",
        "大通湖管理区",
        "益阳高新区",
        "永州经开区",
        "回龙圩管理区",
        "洪江管理区",
    ]


@pytest.mark.parametrize(
    ("name", "short", "initials"),
    [
        ("湖南省", "湖南", "hns"),
        ("怀化市", "怀化", "hhs"),
        ("长沙市", "长沙", "css"),
        ("长沙县", "长沙县", "csx"),
        ("湘西土家族苗族自治州", "湘西州", "xxtjzmzzzz xxz"),
        ("芷江侗族自治县", "芷江", "zjdzzzx"),
        ("攸县", "攸县", "yx"),
        ("桂东县", "桂东", "gdx"),
        ("津市市", "津市", "jss"),
        ("岳阳楼区", "岳阳楼", "yylq"),
        ("怀化市洪江管理区", "洪江管理区", "hhshjglq hjglq"),
        ("中村瑶族乡", "中村乡", "zcyzx zcx"),
        ("炎陵县大院农场", "大院农场", "ylxdync dync"),
        ("攸县工业园", "攸县工业园", "yxgyy"),
    ],
)
def test_short_name_and_initials_of_a_unit(by_name, name, short, initials):
    assert (by_name[name]["short_name"], by_name[name]["initials"]) == (short, initials)


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("松江村委会", "松江村"),
        ("黄双溪村村委会", "黄双溪村"),
        ("赤溪村村民委员会", "赤溪村"),
        ("文艺新村社区居委会", "文艺新村社区"),
        ("上街社区村委会", "上街社区"),
        ("三眼桥居民委员会", "三眼桥居委会"),
        ("八方社区委员会", "八方社区"),
        ("韶山市清溪镇花园村村民委员会会", "花园村"),
        ("衡州监狱虚拟生活区", "衡州监狱虚拟生活区"),
    ],
)
def test_short_name_of_a_village(units, name, short):
    assert {unit["short_name"] for unit in units if unit["name"] == name} == {short}


def test_short_names_tell_cities_counties_and_siblings_apart(units):
    counted = Counter(
        ("" if unit["level"] in ("city", "county") else unit["parent"], unit["short_name"]) for unit in units
    )
    assert [key for key, count in counted.items() if count > 1] == []
    assert min(len(unit["short_name"]) for unit in units) == 2


def test_initials_are_letters_and_begin_with_the_full_name(units):
    for unit in units:
        full, *short = unit["initials"].split(" ")
        assert re.fullmatch("[a-z]+", full), unit
        assert len(full) == len(re.sub("[（）]", "", unit["name"])), unit
        assert all(re.fullmatch("[a-z]+", part) and not full.startswith(part) for part in short), unit


def test_map_has_exactly_the_cities_and_counties_of_the_tree(units, features):
    expected = [
        (unit["code"][:6], unit["name"], level, unit["parent"][:6])
        for level in ("city", "county")
        for unit in units
        if unit["level"] == level and unit["kind"] == "administrative"
    ]
    found = [
        tuple(feature["properties"][key] for key in ("code", "name", "level", "parent"))
        for feature in features
    ]
    assert found == expected
    assert len(found) == 14 + 122


def test_map_is_small_and_rounded():
    text = MAP_FILE.read_text(encoding="utf-8")
    assert MAP_FILE.stat().st_size <= 200 * 1024
    assert re.search(r"\d\.\d{5,}", text) is None


def area(ring):
    """Twice the signed area: positive where the ring runs counter-clockwise."""
    return sum(x1 * y2 - x2 * y1 for (x1, y1), (x2, y2) in pairwise(ring))


def test_map_rings_are_closed_wound_for_holes_and_inside_hunan(features):
    for feature in features:
        shapes = feature["geometry"]["coordinates"]
        for outer, *holes in [shapes] if feature["geometry"]["type"] == "Polygon" else shapes:
            assert area(outer) > 0, feature["properties"]
            assert all(area(hole) < 0 for hole in holes), feature["properties"]
            assert all(ring[0] == ring[-1] and len(ring) >= 4 for ring in (outer, *holes))
            assert all(108.7 < x < 114.3 and 24.6 < y < 30.2 for x, y in outer)


@pytest.mark.parametrize("script", ["extract_units.py", "extract_map.py"])
def test_committed_file_equals_a_fresh_extraction(script):
    done = subprocess.run(
        [sys.executable, ROOT / "scripts" / script, "--check"], capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", ["data.csv.gz", "data.json"])
def test_check_exits_1_where_the_file_differs_or_is_missing(name, tmp_path, monkeypatch, capsys):
    write_or_check = runpy.run_path(str(ROOT / "scripts/generated.py"))["write_or_check"]
    path = tmp_path / name

    def run(text, *arguments):
        monkeypatch.setattr(sys, "argv", ["extract", *arguments])
        return write_or_check(path, lambda: text, "about")

    assert run("甲\n", "--check") == 1
    assert run("甲\n") == 0
    first = path.read_bytes()
    assert run("甲\n", "--check") == 0
    assert run("乙\n", "--check") == 1
    assert path.read_bytes() == first
    assert "differs" in capsys.readouterr().out
    assert run("甲\n") == 0
    assert path.read_bytes() == first
