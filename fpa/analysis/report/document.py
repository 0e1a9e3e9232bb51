"""The report as an official document."""

from datetime import date
from os import PathLike
from typing import IO

from fpa.analysis.report.compose import Block, Piece, Report
from fpa.core.official import Heading, Paragraph, Run, write_official
from fpa.figures import display


def write_report(target: str | PathLike[str] | IO[bytes], report: Report, *, signed_on: date) -> None:
    """Write a report as docx with its table of sources. Raises CannotWriteOfficial, and OSError for a path."""
    write_official(
        target,
        title=report.title,
        blocks=[_block(block) for block in report.blocks],
        signed_by=report.signed_by,
        signed_on=signed_on,
        note=report.note,
        sources=[(s.line, s.name, s.value, s.definition, s.coverage, s.as_of) for s in report.sources],
    )


def _block(block: Block) -> Heading | Paragraph:
    if block.level:
        return Heading(block.level, block.text)
    return Paragraph([_run(piece) for piece in block.pieces])


def _run(piece: Piece) -> Run:
    if piece.reading is None:
        return Run(piece.text)
    name = piece.reading.figure.name
    return Run(piece.text, link=piece.line, note=f"{name}：{display.exact_words(piece.reading)}")
