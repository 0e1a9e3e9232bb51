"""Columns that the platform must not hold: pregnancies, contraception, births (design §5).

Old rosters of family planning carry them beside name and phone. They are cut out of the file before anything of it is
staged, whatever kind is imported; no importer can ask for one.
"""

import re
import unicodedata

_NOISE = re.compile(r"[\W_]+")
_HINTS = re.compile(r"[()\[\]【】〔〕<>{}]")
_TRADITIONAL = str.maketrans(
    "節懷結紮絕環產孫檢計劃協經宮內輸藥婦帶換採實順術類時間後數現",
    "节怀结扎绝环产孙检计划协经宫内输药妇带换采实顺术类时间后数现",
)
_ASSOCIATION = re.compile(r"计划生育(?!措施|手术|情况|服务)")
_FORBIDDEN = re.compile(
    "节育|避孕|绝育|不育|生育|婚育|育龄|孕|妊|娠|胎|孩|产次|产史|产期|产[前后妇褥]|产检|[待临小]产(?![业权品])|"
    "子女[个人总]?数|子女[情状]况|现有子女|子女出生|月经|例假|初潮|绝经|停经|经期|[结节]扎|[男女]扎|[上放取带戴查换]环|环[情检型孕况]|^环$|"
    "宫内|子宫|皮埋|埋植|人流|药流|流产|引产|早产|堕胎|刮宫|清宫|分娩|顺产|剖腹|剖宫|哺乳|母乳|授精|试管婴儿|输卵管|输精管|安全套|药具|"
    "三查|四查|妇检|妇科|[b彩]超|准生|超生|计生措施|计生手术|^措施|措施落实|落实措施|采取措施|"
    "^手术(?:名称|类型|时间|日期)?$|iud|lmp"
)
_LETTERS = re.compile(
    "jieyu|biyun|jueyu|shengyu(?:shi|qingkuang|ci)|huaiyun|yunjian|yunqing|huanqing|huanjian|haici|taici|renshen(?:ci|shi|qi|$)|jieza|shanghuan|quhuan|"
    "yuejing|renliu|yinchan|liuchan|zinvshu|zinushu|contracept|pregnan|birthcontrol|birthhistory|steriliz|"
    "sterilis|vasectomy|abortion|miscarriage|gravid|^parity$|childbirth|menstrua|(?:numberof|no|num)children|"
    "^children(?:count|number|num)?$"
)
"""Names in pinyin and English: of a text file that a program has written."""


def is_forbidden(header: str) -> bool:
    """Whether a column of this name may tell of a pregnancy, of contraception, or of births.

    Names are read as they are written: any width, spaces and marks between the characters, traditional characters,
    pinyin.
    The association's own name (计划生育协会) is none.
    """
    text = unicodedata.normalize("NFKC", header).casefold().translate(_TRADITIONAL)
    names = (_NOISE.sub("", name) for name in (text, *_HINTS.split(text)))
    return any(_FORBIDDEN.search(_ASSOCIATION.sub("", name)) or _LETTERS.search(name) for name in names)
