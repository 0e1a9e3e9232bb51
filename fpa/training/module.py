"""What the rest of the house may know of training."""

from fpa.access.roles import OFFICES, REVIEWERS, WORKERS
from fpa.core.modules import Entry, Module, Permission
from fpa.training.cases import ensure_flows

MODULE = Module(
    on_setup=ensure_flows,
    permissions=(
        Permission("training.view", "看培训", WORKERS),
        Permission("training.edit", "登记培训计划、培训班和名单", REVIEWERS),
        Permission("training.export", "导出参训人员", REVIEWERS),
        Permission("training.review", "审核培训计划", OFFICES),
        Permission("certificate.view", "看培训证书", WORKERS),
        Permission("certificate.issue", "发证、作废证书", OFFICES),
    ),
    menu=(
        Entry("organization", "培训计划", "plan_list", "training.view", 40),
        Entry("organization", "培训台账", "session_list", "training.view", 41),
        Entry("organization", "培训证书", "certificate_list", "certificate.view", 42),
    ),
    verbs={
        "plan.added": "登记培训计划",
        "plan.edited": "修改培训计划",
        "plan.submitted": "报送培训计划",
        "plan.approved": "批准培训计划",
        "plan.returned": "退回培训计划",
        "plan.rejected": "不批准培训计划",
        "plan.withdrawn": "撤回培训计划",
        "plan.amended": "批准变更培训计划",
        "session.added": "登记培训班",
        "session.edited": "修改培训班",
        "session.closed": "办结培训班",
        "session.reopened": "退回未办结",
        "participant.added": "登记参训人员",
        "participant.removed": "移除参训人员",
        "participant.imported": "批量登记参训人员",
        "material.added": "上传培训材料",
        "certificate.issued": "发放培训证书",
        "certificate.revoked": "作废培训证书",
    },
    fields={"people": "名单人数", "certificates": "发证数", "numbers": "证书编号"},
    glossary={
        "场次": ("sessions", "办结的培训班数，只计在主办单位"),
        "人次": ("participants", "名单上的工作人员和志愿者，每班每人计一次"),
        "人数": ("persons", "去重后的人，参加几次都计一人"),
    },
)
