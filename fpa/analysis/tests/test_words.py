"""What reports call units and periods."""

import pytest

from fpa.access.models import Level, Unit
from fpa.analysis.report.words import association, scope_word, words_of
from fpa.core.periods import Period


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("湖南省", "全省"),
        ("怀化市", "全市"),
        ("湘西土家族苗族自治州", "全州"),
        ("耒阳市", "全市"),
        ("长沙县", "全县"),
        ("麻阳苗族自治县", "全县"),
        ("鹤城区", "全区"),
        ("怀化市洪江管理区", "全区"),
        ("城中街道", "全街道"),
        ("黄金坳镇", "全镇"),
        ("盈口乡", "全乡"),
        ("国有林场", "全场"),
        ("新街社区", "全社区"),
        ("东方红社区居委会", "全社区"),
        ("桐木村民委员会", "全村"),
        ("石门村委会", "全村"),
        ("水口村", "全村"),
    ],
)
def test_scope_word_follows_the_end_of_the_name(name, said):
    assert scope_word(Unit(name=name, short_name=name)) == said


def test_scope_word_of_a_name_without_a_usual_end_is_the_name():
    assert scope_word(Unit(name="洞庭湖管理处", short_name="洞庭湖")) == "洞庭湖"


def test_association_signs_with_its_full_name():
    assert association(Unit(name="湖南省")) == "湖南省计划生育协会"


@pytest.mark.parametrize(
    ("level", "associations"),
    [
        (Level.PROVINCE, "各级计生协"),
        (Level.COUNTY, "各级计生协"),
        (Level.TOWNSHIP, "村（社区）计生协"),
        (Level.VILLAGE, "计生协"),
    ],
)
@pytest.mark.parametrize(("code", "label"), [("2023H2", "2023年下半年"), ("2023", "2023年")])
def test_words_of_names_the_period_and_who_works(level, associations, code, label):
    words = words_of(Unit(name="某某", short_name="某某", level=level), Period.parse(code))
    assert (words["associations"], words["period"]) == (associations, label)
