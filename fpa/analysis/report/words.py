"""What a report calls a unit and a period: 全省, 全州, 2023年上半年."""

from fpa.access.models import ASSOCIATION, Level, Unit
from fpa.core.periods import Period

ENDINGS = ("街道", "社区", "省", "州", "市", "县", "区", "镇", "乡", "村", "场")
COMMITTEES = {"居委会": "全社区", "居民委员会": "全社区", "村委会": "全村", "村民委员会": "全村"}
ASSOCIATIONS = {Level.TOWNSHIP: "村（社区）计生协", Level.VILLAGE: "计生协"}


def scope_word(unit: Unit) -> str:
    """How a text calls the whole of a unit, by the end of its name: 全省, 全市, 全州, 全县, 全区, 全镇, 全村."""
    committee = next((word for end, word in COMMITTEES.items() if unit.name.endswith(end)), "")
    ending = next((end for end in ENDINGS if unit.name.endswith(end)), "")
    return committee or (f"全{ending}" if ending else unit.short_name)


def association(unit: Unit) -> str:
    """The association's full name at a unit, as it signs: 湖南省计划生育协会."""
    return f"{unit.association.removesuffix(ASSOCIATION)}计划生育协会"


def words_of(unit: Unit, period: Period) -> dict[str, str]:
    """The words that a text fills in beside its figures, by the name that it gives them."""
    return {
        "period": period.label,
        "scope": scope_word(unit),
        "associations": ASSOCIATIONS.get(Level(unit.level), "各级计生协"),
    }
