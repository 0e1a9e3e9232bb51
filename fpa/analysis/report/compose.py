"""Filling the report's text with readings. Page and docx are both made from what this yields, so they can't differ."""

import re
from collections.abc import Iterable
from dataclasses import dataclass

from django.utils import timezone

from fpa.access.models import Level, Unit
from fpa.analysis.report.half_year import OPENING, PARTS, Paragraph, Sentence, every_sentence
from fpa.analysis.report.words import association, words_of
from fpa.core.chinese import time_cn
from fpa.core.periods import Period
from fpa.core.refusals import Refusal
from fpa.figures import display
from fpa.figures.queries import Reading, read

PLACE = re.compile(r"\{([a-z0-9_.]+)\}")
NUMERALS = "一二三四五六七八九十"
PERIODS = ("half", "year")
DASH = "—"
PENDING_MEANING = "产生该数的业务尚未接入平台。"
NOTE = (
    "本报告的数字均由“网上计生协”平台按记录汇总，口径、覆盖面和截至时间见数据来源表；"
    "标〔待接入〕的，产生该数的业务尚未接入平台；标〔暂无上报〕的，本期还没有单位上报并通过审核；"
    "标〔未登记〕的，文件写明的数还没有登记"
)


class CannotReport(Refusal):
    """The report can't be written for this period; the message says why, in Chinese."""


@dataclass(frozen=True)
class Piece:
    """A stretch of text; one that is a figure has its reading and its 序号 in the table of sources."""

    text: str
    reading: Reading | None = None
    line: str = ""

    @property
    def url(self) -> str:
        """Where the figure opens; nowhere for plain words."""
        return display.address_of(self.reading) if self.reading else ""


@dataclass(frozen=True)
class Source:
    """A line of the table of sources, in words."""

    line: str
    name: str
    value: str
    definition: str
    coverage: str
    as_of: str
    url: str


@dataclass(frozen=True)
class Block:
    """A heading of level 1 or 2, or (level 0) a paragraph."""

    level: int
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The block as one reads it."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True)
class Report:
    """The report of a unit for a period; `readings` are its figures, in the order in which they are first named."""

    unit: Unit
    period: Period
    title: str
    blocks: tuple[Block, ...]
    readings: tuple[Reading, ...]
    signed_by: str
    note: str = NOTE

    @property
    def sources(self) -> list[Source]:
        """The table of sources: each figure with its exact value, 口径, coverage and as-of."""
        return [_source(line, reading) for line, reading in enumerate(self.readings, 1)]


def _source(line: int, reading: Reading) -> Source:
    return Source(
        line=str(line),
        name=reading.figure.name,
        value=display.exact_words(reading),
        definition=reading.figure.definition or PENDING_MEANING,
        coverage=str(reading.coverage) if reading.coverage else DASH,
        as_of=DASH if reading.value is None else time_cn(reading.as_of),
        url=display.address_of(reading),
    )


def compose(unit: Unit, period: Period) -> Report:
    """Write the half-year (or full year's) report of a unit in the transaction's scope; all figures in one read.

    Raises CannotReport for a quarter, a month, and a time that has not begun.
    """
    if period.start > timezone.localdate():
        raise CannotReport(f"{period.label}还没有开始，没有可以报告的工作，请改选已经开始的报告期。")
    if period.kind not in PERIODS:
        raise CannotReport(f"半年报告按半年或全年编写，不能按“{period.label}”编写，请写成 2023H1 或 2023。")
    keys = _keys([s for s in every_sentence() if _fits(s, unit, period)])
    readings = tuple(read(keys, unit, period).values())
    writer = _Writer(unit, period, readings)
    title = f"{unit.association}{period.label}工作情况"
    return Report(unit, period, title, tuple(writer.blocks()), readings, association(unit))


def _fits(sentence: Sentence, unit: Unit, period: Period) -> bool:
    in_time = sentence.month is None or sentence.month in [month.number for month in period.months()]
    return in_time and Level(unit.level) in sentence.levels


def _keys(sentences: Iterable[Sentence]) -> list[str]:
    """The figures of sentences, each once, in the order of the text. A figure's key has a dot, a word's name none."""
    names = [name for sentence in sentences for name in PLACE.findall(sentence.text)]
    return [name for name in dict.fromkeys(names) if "." in name]


class _Writer:
    """Numbers the headings and fills the sentences of one report."""

    def __init__(self, unit: Unit, period: Period, readings: Iterable[Reading]) -> None:
        self._unit, self._period = unit, period
        self._pieces = {name: Piece(word) for name, word in words_of(unit, period).items()}
        for line, reading in enumerate(readings, 1):
            self._pieces[reading.figure.key] = Piece(display.words(reading), reading, str(line))

    def blocks(self) -> list[Block]:
        """The whole text in order."""
        blocks = self._paragraphs([OPENING])
        for numeral, part in zip(NUMERALS, PARTS, strict=False):
            blocks.append(Block(1, (Piece(f"{numeral}、{part.heading}"),)))
            blocks += self._paragraphs(part.paragraphs)
            bodies = [(topic.heading, self._paragraphs(topic.paragraphs)) for topic in part.topics]
            for number, (heading, body) in zip(NUMERALS, [b for b in bodies if b[1]], strict=False):
                blocks += [Block(2, (Piece(f"（{number}）{heading}"),)), *body]
        return blocks

    def _paragraphs(self, paragraphs: Iterable[Paragraph]) -> list[Block]:
        """The paragraphs that have a sentence to say here and now."""
        fitting = [[s for s in p if _fits(s, self._unit, self._period)] for p in paragraphs]
        return [
            Block(0, tuple(piece for s in sentences for piece in self._fill(s)))
            for sentences in fitting
            if sentences
        ]

    def _fill(self, sentence: Sentence) -> list[Piece]:
        """The sentence's words and figures; splitting by PLACE gives text and names in turn."""
        parts = PLACE.split(sentence.text)
        pieces = [self._pieces[p] if i % 2 else Piece(p) for i, p in enumerate(parts)]
        return [piece for piece in pieces if piece.text]
