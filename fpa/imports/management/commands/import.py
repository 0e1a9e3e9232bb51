"""`fpa import members FILE --unit CODE --by USER`: an import from the command line."""

import json
import logging
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from fpa.core.ids import uuid7
from fpa.core.sheets import Refused
from fpa.imports.actions import CannotImport
from fpa.imports.import_file import import_file
from fpa.imports.importer import importer_of, importers

log = logging.getLogger(__name__)

_REFUSED = 2


class Command(BaseCommand):
    help = "导入名册：fpa import members 文件 --unit 区划代码 --by 账号 [--dry-run] [--format json]"

    def add_arguments(self, parser: CommandParser | ArgumentParser) -> None:
        parser.add_argument("kind", choices=[importer.kind for importer in importers()], help="导入什么")
        parser.add_argument("file", help="表格文件：.xlsx、.xls 或 .csv")
        parser.add_argument("--unit", required=True, help="导入到哪个单位（12 位区划代码）")
        parser.add_argument("--by", required=True, help="经办人的账号")
        parser.add_argument("--into", default="", help="导入到哪个事项（编号），如一期培训班；多数导入不需要")
        parser.add_argument("--dry-run", action="store_true", help="只检查，不写入")
        parser.add_argument("--format", choices=["text", "json"], default="text")

    def handle(self, *args: Any, kind: str, file: str, unit: str, by: str, **options: Any) -> None:
        importer, as_json = importer_of(kind), options["format"] == "json"
        try:
            outcome = import_file(
                importer, Path(file), unit, by, dry_run=options["dry_run"], parent=options["into"]
            )
        except (Refused, CannotImport) as error:
            self._refuse(str(error), as_json)
        except Exception:
            number = uuid7().hex[-8:]
            log.exception("import stopped, number %s", number)
            self._refuse(f"系统处理时出错，没有写入任何数据。编号 {number}，详情见日志。", as_json)
        else:
            self.stdout.write(
                json.dumps(outcome, ensure_ascii=False) if as_json else _text(outcome, options["dry_run"])
            )

    def _refuse(self, reason: str, as_json: bool) -> None:
        self.stdout.write(
            json.dumps({"error": reason}, ensure_ascii=False) if as_json else f"没有导入：{reason}"
        )
        sys.exit(_REFUSED)


def _text(outcome: dict[str, Any], dry_run: bool) -> str:
    counts = {"新增": outcome["new"], "更新": outcome["changed"], "无变化": outcome["unchanged"]}
    said = "，".join(f"{word} {count:,}" for word, count in counts.items())
    begin = "检查完毕，没有写入" if dry_run else "导入完毕"
    lines = [f"{begin}：{said}，退回 {len(outcome['rejected']):,} 行。"]
    if outcome["dropped"]:
        lines.append(f"不予收集、没有读取的列：{'、'.join(outcome['dropped'])}。")
    lines += [f"{r['sheet']} 第 {r['row']} 行“{r['column']}”：{r['reason']}" for r in outcome["rejected"]]
    return "\n".join(lines)
