"""The columns by which rosters say where a row belongs, with the names that offices give them."""

from fpa.core.sheets.header import Field


def _field(key: str, label: str, aliases: str, *, split: bool = False) -> Field:
    return Field(key, label, tuple(aliases.split()), split=split)


UNIT_FIELDS = (
    _field(
        "unit_code",
        "单位代码",
        "区划代码 行政区划代码 统计用区划代码 村代码 村级代码 社区代码 村社区代码 机构代码 组织代码 单位编码 地区代码 "
        "行政区划编码 区划编码 村（社区）代码 村居代码 12位区划代码",
    ),
    _field("city", "市州", "市 市（州） 地市 所属市州 所在市州"),
    _field("county", "县市区", "县 区 区县 县区 县（市、区） 县（区） 区（县） 所属县市区 所在县市区"),
    _field(
        "township",
        "乡镇（街道）",
        "乡镇 街道 乡 镇 乡镇街道 镇街 街镇 乡（镇） 镇（街） 镇（街道） 所属乡镇 所在乡镇 乡镇名称 乡镇街道名称 "
        "所属乡镇街道 所在乡镇街道 所属街道 街道乡镇 街道（乡镇） 乡镇办",
        split=True,
    ),
    _field(
        "unit",
        "所属单位",
        "单位 单位名称 所在单位 所属组织 所属协会 所属计生协 计生协 计生协名称 组织名称 所属机构 "
        "所属计生协会 基层计生协 协会名称 所在计生协 所在协会 入会单位",
    ),
    _field(
        "village",
        "村（社区）",
        "村 社区 村社区 村居 村（居） 行政村 行政村名 村名 村名称 社区名称 村委会 居委会 村（居）委会 "
        "村居委会 所属村 所在村 所属社区 所在社区 所属村社区 所在村社区 村（社区）名称 村社区名称 "
        "所属村居 所在村居 村居名称 所属村（居） 村级单位 "
        "村（居）名称 村别 所在村（社区）名称 所属行政村 村（居）委会名称 村/社区名称 社区（村） 社区村",
        split=True,
    ),
)
UNIT_KEYS = ("city", "county", "township", "unit", "village")
"""From the higher level to the lower."""
