"""The list of who took part: pasted or sent as a file, into one open session."""

from fpa.imports.columns import Choice
from fpa.imports.declared import Import, columns_from
from fpa.imports.importer import Parent, register
from fpa.training.models import Participant, Result, Session

NAMES = {"name": "学员 学员姓名 参训人员 参训人", "role": "人员身份 类别", "title": "岗位 职务职称"}
RESULT = Choice("result", "考核", "考核结果 结业", choices=Result.choices, written={"通过": Result.PASSED})
register(
    Import(
        kind="participants",
        label="参训人员",
        measure="人次",
        permission="training.edit",
        verb="participant.imported",
        model=Participant,
        columns=(*columns_from(Participant, **NAMES), RESULT),
        key=("name", "unit"),
        parent=Parent(
            Session, "session", "培训班", "training.edit", lambda s: "" if s.is_open else "这个培训班已办结。"
        ),
        defaults=("没有写身份的，登记为工作人员。",),
        list_name="participant_list",
    )
)
