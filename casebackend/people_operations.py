"""Operations about the organisation, its people and their shifts, and about what is read and revealed."""

from casebackend.api import audit, certificates, contacts, disclosures, forms, inventory, organisations, people, shifts
from casebackend.inventory.catalogue import inventory as data_items
from casebackend.operation import BY, MOMENT, Operation
from casebackend.parameters import CURSOR, DAY, PAGE, UUID, choice
from casebackend.people.rules import RequestState
from casebackend.staff.rules import Role

ITEMS = data_items()
PEOPLE: dict[str, Operation] = {
    "contacts.of_case_contacts": Operation(
        "客户的全部往来", None, contacts.CustomerHistory, query=PAGE | {"cases": CURSOR}
    ),
    "contacts.of_conversation": Operation(
        "客户的全部往来，从会话查看", None, contacts.CustomerHistory, query=PAGE | {"cases": CURSOR}
    ),
    "audit.listing": Operation(
        "审计记录：按期间、操作人、角色、地址、事件、对象",
        None,
        audit.AuditPage,
        query={"from": DAY, "to": DAY} | dict.fromkeys(("actor", "event", "object", "address", "role"), BY) | PAGE,
    ),
    "forms.of_case_forms": Operation("一件投诉的打印记录", None, forms.PrintPage, query=PAGE),
    "forms.registration": Operation(
        "打印投诉登记表（PDF）：遮蔽版，或写明原因的完整版",
        forms.PrintForm,
        media=("application/pdf",),
        refuses=frozenset({429}),
    ),
    "forms.closing": Operation(
        "打印投诉办结表（PDF）：办结后才有",
        forms.PrintForm,
        media=("application/pdf",),
        refuses=frozenset({429}),
    ),
    "disclosures.reveal": Operation(
        "显示完整客户资料：须写明原因，仅在本次应答中给出",
        disclosures.Reveal,
        disclosures.Revealed,
        refuses=frozenset({429}),
    ),
    "data_items.listing": Operation(
        "数据目录：数据库的每个字段是否个人信息、敏感级别、来源和所属系统",
        None,
        inventory.DataItemPage,
        query={
            "table": BY,
            "personal": choice(("yes", "no")),
            "sensitive": choice(("yes", "no")),
            "level": choice(ITEMS.levels),
            "source": choice(ITEMS.sources),
            "system": choice(ITEMS.systems),
        }
        | PAGE,
    ),
    "certificates.listing": Operation("一个账号绑定的客户端证书", None, certificates.CertificatePage, query=PAGE),
    "certificates.bind": Operation(
        "为账号绑定客户端证书，此后登录须出示",
        certificates.BindCertificate,
        certificates.CertificateView,
        status=201,
        refuses=frozenset({409}),
    ),
    "certificates.unbind": Operation("解除客户端证书的绑定", certificates.UnbindCertificate, status=204),
    "organisations.listing": Operation(
        "机构", None, organisations.UnitPage, query={"q": {"type": "string", "maxLength": 100}} | PAGE
    ),
    "organisations.create": Operation(
        "新设机构", organisations.CreateUnit, organisations.UnitView, status=201, located=True, refuses=frozenset({404})
    ),
    "organisations.unit": Operation("一个机构", None, organisations.UnitView),
    "organisations.history_of": Operation("一个机构的沿革", None, organisations.UnitHistory, query=PAGE),
    "organisations.change": Operation(
        "机构更名、调整隶属、撤并、撤销（按生效日）", organisations.ChangeUnit, organisations.UnitView
    ),
    "organisations.cancel": Operation("撤销尚未生效的机构变更", None, organisations.UnitView),
    "imports.check": Operation(
        "试运行机构或人员文件，只看差异", people.CheckFile, people.ImportView, status=201, located=True
    ),
    "imports.run": Operation("一次导入的差异报告", None, people.ImportView),
    "imports.apply": Operation("按校验值确认导入", people.ApplyImport, people.ImportView, status=201, located=True),
    "shifts.listing": Operation(
        "值班表", None, shifts.ShiftPage, query={"from": MOMENT, "to": MOMENT, "unit": UUID} | PAGE
    ),
    "shifts.plan": Operation("排班", shifts.PlanShift, shifts.ShiftView, status=201),
    "shifts.cancel": Operation("取消班次", shifts.CancelShift, shifts.ShiftView),
    "handovers.handovers": Operation("交接登记", None, shifts.HandoverPage, query={"unit": UUID} | PAGE),
    "handovers.give": Operation(
        "交班，附未办结清单", shifts.GiveHandover, shifts.HandoverView, status=201, located=True
    ),
    "handovers.handover": Operation("一份交接", None, shifts.HandoverView),
    "handovers.take": Operation("接班确认或提出疑问", shifts.TakeHandover, shifts.HandoverView),
    "duty_states.duty_states": Operation("在岗状态", None, shifts.StatePage, query=PAGE),
    "duty_states.say": Operation("本人签入、签出、示忙、示闲", shifts.SetState, shifts.StateView, status=201),
    "duty_states.force": Operation("负责人变更他人状态", shifts.SetState, shifts.StateView, status=201),
    "duty_states.state_events": Operation("状态变更记录", None, shifts.StateEventPage, query=PAGE),
    "people.listing": Operation(
        "用户",
        None,
        people.UserPage,
        query={
            "q": {"type": "string", "maxLength": 100},
            "unit": UUID,
            "role": choice(Role),
            "active": choice(("yes", "no")),
        }
        | PAGE,
    ),
    "people.create": Operation(
        "新建用户（无密码、无权限）",
        people.CreateUser,
        people.UserView,
        status=201,
        located=True,
        refuses=frozenset({404}),
    ),
    "people.user": Operation("一个用户", None, people.UserView),
    "people.change": Operation("修改用户资料", people.ChangeUser, people.UserView),
    "people.disable": Operation("停用用户，会话立即结束", people.ActOnUser, people.UserView),
    "people.enable": Operation("启用用户", None, people.UserView),
    "people.reset_password": Operation("生成一次性初始密码", None, people.InitialPassword),
    "people.work": Operation("用户名下未办结的工作", None, people.OpenWork, query=PAGE),
    "people.leave": Operation("办理离岗：移交工作、停用账号", people.Leave, people.Left),
    "people.ask": Operation(
        "申请授权，由安全管理员审批", people.AskRights, people.RightsRequestView, status=201, located=True
    ),
    "rights.requests": Operation(
        "授权申请", None, people.RightsRequestPage, query={"state": choice(RequestState)} | PAGE
    ),
    "rights.one_request": Operation("一项授权申请", None, people.RightsRequestView),
    "rights.decide": Operation("审批或撤回授权申请", people.DecideRights, people.RightsRequestView),
    "rights.groups": Operation("岗位和权限组", None, people.GroupPage, query=PAGE),
    "rights.group": Operation("一个岗位或权限组及其功能", None, people.GroupDetail),
    "rights.functions": Operation("可以按岗位、权限组授予或收回的功能", None, people.FunctionPage, query=PAGE),
    "rights.ask_group": Operation(
        "申请新增或修改岗位、权限组", people.AskGroup, people.RightsRequestView, status=201, located=True
    ),
}
