"""How Chinese offices write figures, money, dates and names, and how what they typed is read back.

No Django and no business words here. What goes out is never rounded in silence; what comes in is either
understood exactly or refused with a reason in Chinese that names the rule and the way out.
"""

import re
from collections.abc import Sequence
from datetime import date, datetime
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from functools import cache
from zoneinfo import ZoneInfo

Number = int | float | Decimal

BEIJING = ZoneInfo("Asia/Shanghai")
CENT = Decimal("0.01")
WAN, YI = 10_000, 100_000_000
RMB_LIMIT = 10**16

_DIGITS = "零壹贰叁肆伍陆柒捌玖"
_PLACES = ((1000, "仟"), (100, "佰"), (10, "拾"), (1, ""))

# Full-width ASCII, the ideographic space, and the full-width signs that stand outside that block.
_HALF_WIDTH = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)} | {0x3000: 0x20, 0xFFE5: 0xA5}
_INVISIBLE = re.compile("[\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_SPACES = re.compile(r"[\s\u2800\u3164]+")

_NOT_KNOWN = re.compile(r"[-—–―－/\\\s]*")
_PLAIN_NUMBER = re.compile(r"([+-]?(?:\d{1,3}(?:[, ]\d{3})+|\d+)(?:\.\d+)?) ?([万亿]?)")
_MAX_DIGITS = 18
# Why a cell is not a number, and the way out; the first pattern found in it decides.
_REFUSALS = (
    (r"^[+-]?[\d.]+[eE][+-]?\d+$", "是科学计数法，原来的数字可能已经丢失，请把单元格设为数值后重新填写。"),
    (r"[%‰]$", "带有百分号，本栏要填数字，请去掉百分号并核对数值。"),
    (r"[余多约近]|左右|以上|以下", "不是准确的数字，请去掉“余、多、约”等字，填写准确数字。"),
    (r"^[零〇一二三四五六七八九十百千两万亿]+$", "是汉字数字，请改写成阿拉伯数字，如 300。"),
    (r"^[+-]?[\d,. ]*\d[\d,. ]*[万亿]?$", "的分隔符位置不对，千位分隔写成 1,234，小数写成 1.5。"),
    (r"^[+-]?\d[\d,. ]*[万亿]?\D+$", "带有单位或文字，请只填数字，单位以表头为准。"),
    (r"", "不是数字，请填写 1234 或 1.2万 这样的数字；没有数据就留空。"),
)

# Readings in place names of Hunan and in given names that differ from the dictionary's. Longest match wins.
_READINGS = {
    "长": "c",
    "乐": "l",
    "圩": "x",  # xū, a market, as all over southern Hunan; the dykes of the lakes are written 垸
    "漯": "t",  # tà, as in 桐木漯瑶族乡
    "峒": "d",
    "曾": "z",
    "仇": "q",
    "覃": "q",  # Qín, as the name is read in western Hunan
    "查": "z",
    "翟": "z",
    "阚": "k",
    "晟": "s",
    "单家": "sj",
    "解家": "xj",
    "里堡": "lp",
    "大埔": "db",
    "朝阳": "cy",
    "重华": "ch",
    "重湖": "ch",
    "重阳": "cy",
    "七重": "qc",
    "九重": "jc",
    "音乐": "yy",
    "成长": "cz",
    "家长": "jz",
}
_READINGS_PATTERN = re.compile("|".join(sorted(_READINGS, key=len, reverse=True)))

# Surnames whose reading differs from that of the same characters elsewhere. Two characters win over one.
_SURNAMES = {"单于": "cy", "长孙": "zs"} | dict(
    zip("单解区乐种折繁召重秘句隗佴郇祭", "sxoycspscbgwnxz", strict=True)
)


def exact(value: Number) -> Decimal:
    """The number as written: a float counts as its shortest decimal form (0.1 is 0.1).

    Raises ValueError for what is not a finite number.
    """
    written = value if isinstance(value, Decimal) else Decimal(str(value))
    if not written.is_finite():
        raise ValueError(f"{value} 不是有限的数，请改为具体数字。")
    return written


def _trimmed(value: Decimal) -> str:
    """Plain digits without trailing zeros or an exponent: 2.50 → 2.5, 8E+2 → 800."""
    text = f"{value:f}"
    return text.rstrip("0").rstrip(".") if "." in text else text


def number(value: Number) -> str:
    """A figure with thousands separators, decimals kept as they are: 6073700 → 6,073,700."""
    return f"{exact(value):,f}"


def wan(value: Number, unit: str = "") -> str:
    """A figure as offices say it: 6073700 → 607.37万, 8000000 → 800万, 1998 → 1998; from 1亿 on in 亿.

    What 万 (亿) with two decimals cannot say exactly is cut towards zero and gets 余: 26134 → 2.61万余. So
    the words are always true (“at least”), never rounded. `unit` comes last: 2.61万余人.
    """
    whole = exact(value)
    size = abs(whole)
    if size < WAN:
        return f"{_trimmed(whole)}{unit}"
    base, word = (YI, "亿") if size >= YI else (WAN, "万")
    shown = (size / base).quantize(CENT, rounding=ROUND_DOWN)
    more = "" if shown * base == size else "余"
    return f"{'-' if whole < 0 else ''}{_trimmed(shown)}{word}{more}{unit}"


def percent(share: Number, places: int = 2) -> str:
    """A share of 1 as a percentage, half up, at most `places` decimals: 0.9672 → 96.72%, 0.7 → 70%.

    A part never reads as the whole or as nothing: 0.99999 → 99.99%, 0.00001 → 0.01%.
    """
    value = exact(share) * 100
    step = Decimal(1).scaleb(-places)
    shown = value.quantize(step, rounding=ROUND_HALF_UP)
    if shown == 100 and value < 100:
        shown -= step
    if shown == 0 and value != 0:
        shown = step.copy_sign(value)
    return f"{_trimmed(shown)}%"


def _capitals(n: int) -> str:
    """The capital numerals of a whole number of 元, without 元; an empty string for 0.

    One 零 stands for any run of zeros inside; none for zeros at the end of a group (支付结算办法, 附一).
    """
    for base, word in ((YI, "亿"), (WAN, "万")):
        if n >= base:
            high, low = divmod(n, base)
            return _capitals(high) + word + _gap(high, low, base // 10) + _capitals(low)
    for base, word in _PLACES:
        if n >= base:
            high, low = divmod(n, base)
            return _DIGITS[high] + word + _gap(high, low, base // 10) + _capitals(low)
    return ""


def _gap(high: int, low: int, next_place: int) -> str:
    """零 where the place below, or the whole group of four above, is empty but something follows."""
    return "零" if low and (low < next_place or high % WAN == 0) else ""


def rmb(amount: Number) -> str:
    """An amount in 元 in capitals: 1409.5 → 人民币壹仟肆佰零玖元伍角 (支付结算办法, 附一).

    整 stands only where the amount ends at 元; 零 only where the rule demands it.

    Raises ValueError for more than two decimals (an amount is never rounded here) and from 1亿亿 on.
    """
    value = exact(amount)
    if abs(value) >= RMB_LIMIT:
        raise ValueError(f"金额 {_trimmed(value)} 过大，大写金额最多到千万亿位，请核对。")
    if value != value.quantize(CENT):
        raise ValueError(f"金额 {_trimmed(value)} 的小数超过两位，请精确到分后再转换为大写。")
    yuan, rest = divmod(int(abs(value) * 100), 100)
    return f"人民币{'负' if value < 0 else ''}{_rmb_words(yuan, *divmod(rest, 10))}"


def _rmb_words(yuan: int, jiao: int, fen: int) -> str:
    if not (yuan or jiao or fen):
        return "零元整"
    words = f"{_capitals(yuan)}元" if yuan else ""
    if not (jiao or fen):
        return f"{words}整"
    if jiao:
        words += f"{_DIGITS[jiao]}角"
    elif yuan:
        words += "零"
    return words + (f"{_DIGITS[fen]}分" if fen else "")


def _local(day: date) -> date:
    """An aware moment as Beijing has it; everything else as it is."""
    return day.astimezone(BEIJING) if isinstance(day, datetime) and day.tzinfo else day


def date_cn(day: date) -> str:
    """2026年11月24日. An aware datetime gives its day in Beijing."""
    day = _local(day)
    return f"{day.year}年{day.month}月{day.day}日"


def time_cn(moment: datetime) -> str:
    """2026年11月24日 09:05, in Beijing time where the datetime is aware."""
    return f"{date_cn(moment)} {_local(moment):%H:%M}"


def spoken_list(items: Sequence[str]) -> str:
    """Items as a sentence lists them: A; A和B; A、B和C."""
    if len(items) < 2:
        return "".join(items)
    return f"{'、'.join(items[:-1])}和{items[-1]}"


def half_width(text: str) -> str:
    """Full-width digits, letters, signs and spaces as half-width ones: Ａ１（） → A1(). 、。「」 stay."""
    return text.translate(_HALF_WIDTH)


def clean(text: str) -> str:
    """Text without invisible characters; any run of spaces or line breaks is one space, none at the ends."""
    return _SPACES.sub(" ", _INVISIBLE.sub("", text)).strip()


def initials(name: str, *, person: bool = False) -> str:
    """Lower-case pinyin initials of a unit's or a person's name, for search: 怀化市 → hhs, 长沙县 → csx.

    Letters and digits stay, all else goes. With `person` the surname has its own reading: 单小明 → sxm.
    """
    text = half_width(clean(name))
    surname = next((s for s in (text[:2], text[:1]) if s in _SURNAMES), "") if person else ""
    letters = _SURNAMES.get(surname, "") + "".join(_readings(text[len(surname) :]))
    return "".join(letter for letter in letters.lower() if letter.isascii() and letter.isalnum())


def _readings(text: str) -> list[str]:
    """One letter for each character; what is not Chinese stands for itself.

    Where no part of the text is a phrase each character reads alone, in a tenth of the time: most names are so.
    """
    phrases = _phrases()
    alone = not any(text[i:j] in phrases for i in range(len(text)) for j in range(i + 2, len(text) + 1))
    letters = list("".join(map(_letter, text) if alone else _first_letters(text)))
    for match in _READINGS_PATTERN.finditer(text):
        letters[match.start() : match.end()] = _READINGS[match.group()]
    return letters


@cache
def _letter(character: str) -> str:
    return "".join(_first_letters(character))


def _first_letters(text: str) -> list[str]:
    from pypinyin import Style, lazy_pinyin  # its dictionaries take 0.4 s to load, which few commands need

    return lazy_pinyin(text, style=Style.FIRST_LETTER)


@cache
def _phrases() -> dict[str, list[list[str]]]:
    from pypinyin.constants import PHRASES_DICT

    return PHRASES_DICT


def pinyin(text: str) -> list[str]:
    """The reading of each character in the dictionary, without tones: 张三 → zhang, san."""
    from pypinyin import lazy_pinyin

    return lazy_pinyin(text)


def parse_number(text: object) -> Decimal | None:
    """The number in a typed or pasted cell; None where the cell is blank or holds only dashes or a slash.

    Understands 1,234, full-width digits, spaces as separators, 1.2万, 0.5亿, and numbers as Excel gives them.
    Raises ValueError with the reason and the way out, in Chinese, for anything else: nothing is guessed.
    """
    if text is None:
        return None
    if isinstance(text, int | float | Decimal) and not isinstance(text, bool):
        return _plain(exact(text))
    cell = clean(str(text))
    typed = half_width(cell).replace("\u2212", "-")
    if _NOT_KNOWN.fullmatch(typed):
        return None
    match = _PLAIN_NUMBER.fullmatch(typed)
    if not match:
        raise ValueError(f"“{cell}”{_why_not_a_number(typed)}")
    digits, word = match.groups()
    if sum(c.isdigit() for c in digits) > _MAX_DIGITS:
        raise ValueError(f"“{cell}”超过{_MAX_DIGITS}位数字，请核对是否填错了栏。")
    scale = {"": 1, "万": WAN, "亿": YI}[word]
    return _plain(Decimal(re.sub("[, ]", "", digits)) * scale)


def _plain(value: Decimal) -> Decimal:
    """The same number without trailing zeros or an exponent, and no minus before 0."""
    return Decimal(_trimmed(value)) if value else Decimal(0)


def _why_not_a_number(typed: str) -> str:
    """The reason and the way out for text that is not a number, most specific first."""
    return next(reason for pattern, reason in _REFUSALS if re.search(pattern, typed))
