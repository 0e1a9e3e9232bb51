"""The figures that no record can yield: stated by a document (design §6)."""

from fpa.figures.catalogue import Figure, Kind, register

STATED = {
    "visit.provincial_leader_years": "截至期末，省领导春节走访慰问计生困难群众的连续年数，以省计生协文件为准。",
    "visit.county_secretary_years": "截至期末，县（市）委书记春节走访慰问的连续年数，以当地文件为准；范围见登记。",
    "system.modules": "信息系统按功能划分的模块数，以建设方案为准。",
    "target.instructor_village_share": "计划配备 2 名家庭健康指导员的村（社区）占全部村（社区）的比例，是目标。",
    "task.annual_count": "年度工作要点部署的重点任务项数，以当年工作要点为准。",
}

register(*(Figure(key=key, kind=Kind.STATED, definition=definition) for key, definition in STATED.items()))
