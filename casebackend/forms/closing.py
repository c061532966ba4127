"""投诉办结表: what was found, decided and told, and by whom."""

from datetime import datetime

from casebackend.calendar.rules import local_date
from casebackend.cases.choices import CHANNELS, CHOICES
from casebackend.cases.rules import Move
from casebackend.cases.words import MOVE_LABELS, ToldBy, extension_of
from casebackend.customers.rules import Kind
from casebackend.forms.content import Block, Content, Field, Grid, Signatures, Table, Text
from casebackend.forms.matter import Matter, day, moment
from casebackend.forms.registering import classes, files, status_of
from casebackend.forms.rules import Form
from casebackend.matters.catalogue import catalogue
from casebackend.timeline.model import TimelineEntry

BY_CHANNEL = {ToldBy.CHANNEL: "原渠道答复"}
SIGNED = ("经办人", "部门负责人", "审批人")


def closing(matter: Matter) -> Content:
    case, text = matter.case, matter.sight.text
    blocks: list[Block] = [_outline(matter)]
    blocks += [Text("二、事情经过", text(case.facts)), Text("三、诉求", text(case.demand))]
    blocks += [_steps(matter), _judged(matter)]
    told = (
        ("调查结果", case.findings),
        ("认定依据", case.judgement_basis),
        ("处理方案", case.proposal),
        ("答复内容", case.reply_text),
        ("监管办结信息", case.closing_info),
        ("超期原因", case.overdue_reason),
        ("无录音原因", case.no_recording_reason),
    )
    blocks += [Text(heading, text(said)) for heading, said in told if said]
    blocks += [_told(matter), *files(matter), Signatures(SIGNED)]
    return Content(Form.CLOSING, case.number, tuple(blocks))


def _outline(matter: Matter) -> Grid:
    case = matter.case
    fields = [
        Field("投诉人", matter.of_complainant("name", Kind.NAME)),
        Field("联系电话", matter.of_complainant("phone", Kind.PHONE)),
        Field("事项", catalogue().matters[case.matter_type].label),
        Field("投诉方式", CHANNELS.get(case.channel, case.channel)),
        Field("投诉性质", f"二次投诉（首次 {matter.first_number}）" if matter.first_number else "首次投诉"),
        Field("投诉等级", case.severity),
        Field("被投诉机构", matter.unit(case.unit_id)),
        Field("处理单位", matter.unit(case.handling_unit_id)),
        *classes(matter),
    ]
    if case.regulator_number:
        fields += [Field("监管编号", case.regulator_number), Field("监管期限", day(case.regulator_due_on))]
    return Grid("一、投诉概况", tuple(fields))


def _steps(matter: Matter) -> Table:
    """Who moved it when; opinions stay where they can be asked for, in the record of the case."""
    rows = tuple(
        (moment(each.at), MOVE_LABELS[Move(each.move)], each.actor_name, _of(matter, each))
        for each in matter.steps
        if each.move
    )
    return Table("四、办理过程", (("时间", 3), ("环节", 3), ("经办", 2.4), ("单位", 3.6)), rows)


def _of(matter: Matter, entry: TimelineEntry) -> str:
    return matter.unit(entry.organisation_id)


def _judged(matter: Matter) -> Grid:
    case = matter.case
    fields = [
        Field("投诉是否成立", _choice("validity", case.validity)),
        Field("责任认定", _choice("responsible", case.responsible)),
        Field("责任单位", matter.unit(case.responsible_unit_id)),
        Field("承办人", matter.person(case.handler_id)),
        Field("认定人", _signed(matter.person(case.judged_by), case.judged_at)),
        Field("部门负责人签署", _signed(matter.person(case.signed_by), case.signed_at)),
        Field("认定复核人", matter.person(case.judgement_reviewed_by)),
    ]
    if case.decline_reason:
        fields.append(Field("不予办理原因", _choice("decline_reason", case.decline_reason)))
    return Grid("五、认定和处理", tuple(fields))


def _signed(name: str, at: datetime | None) -> str:
    return f"{name}　{moment(at)}" if name else ""


def _told(matter: Matter) -> Grid:
    case = matter.case
    told_by = BY_CHANNEL.get(ToldBy(case.told_by)) if case.told_by else None
    days = (local_date(case.closed_at) - local_date(case.received_at)).days if case.closed_at else None
    fields = [
        Field("收到时间", moment(case.received_at)),
        Field("承诺答复日期", day(case.promised_on)),
        Field("答复时间", moment(case.replied_at)),
        Field("告知方式", told_by or _choice("told_by", case.told_by)),
        Field("告知时间", moment(case.told_at)),
        Field("回访结果", _choice("satisfaction", case.satisfaction)),
        Field("告知凭证", matter.sight.text(case.told_proof), wide=True),
        Field("办结时间", moment(case.closed_at)),
        Field("办结结果", status_of(matter)),
        Field("办理历时", f"{days}个自然日" if days is not None else ""),
        Field("退回重办", f"{case.rework_count}次"),
        Field("客户催办", f"{case.urge_count}次"),
        Field("延期", extension_of(case.matter_type, case.extension_level) or "无"),
    ]
    return Grid("六、答复和办结", tuple(fields))


def _choice(field: str, value: str | None) -> str:
    return CHOICES[field].get(value, value) if value else ""
