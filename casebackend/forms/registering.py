"""投诉登记表: who complained, what of, and where it went."""

from casebackend.attachments.rules import LABELS as FILES
from casebackend.attachments.rules import Kind as FileKind
from casebackend.cases.choices import CHANNELS
from casebackend.cases.rules import Status
from casebackend.cases.words import STATUS_LABELS
from casebackend.customers.rules import Kind
from casebackend.forms.content import Block, Content, Field, Grid, Signatures, Table, Text
from casebackend.forms.matter import Matter, day, moment
from casebackend.forms.rules import Form
from casebackend.matters.catalogue import catalogue
from casebackend.parties.model import BusinessObject
from casebackend.parties.rules import (
    FINDING_LABELS,
    OBJECT_LABELS,
    SEX_LABELS,
    TIER_LABELS,
    Finding,
    ObjectKind,
    Sex,
    Tier,
)
from casebackend.timeline.rules import Kind as Entry

CARDS = frozenset({ObjectKind.CARD, ObjectKind.ACCOUNT})
SIGNED = ("登记人", "复核人", "投诉人确认（需要时）")


def registration(matter: Matter) -> Content:
    blocks: list[Block] = [_complainant(matter), *_others(matter), _received(matter), _classified(matter)]
    blocks += [Text("四、事情经过", matter.sight.text(matter.case.facts))]
    blocks += [Text("五、诉求", matter.sight.text(matter.case.demand))]
    blocks += [*_objects(matter), *_documents(matter), *files(matter), Signatures(SIGNED)]
    return Content(Form.REGISTRATION, matter.case.number, tuple(blocks))


def _complainant(matter: Matter) -> Grid:
    who = matter.complainant
    sex = SEX_LABELS[Sex(who.sex)] if who and who.sex else ""
    tier = TIER_LABELS[Tier(who.tier)] if who and who.tier else ""
    size = f"{matter.case.group_size}人" if matter.case.group_size > 1 else "单人"
    fields = [
        Field("姓名", matter.of_complainant("name", Kind.NAME)),
        Field("性别", sex),
        Field("联系电话", matter.of_complainant("phone", Kind.PHONE)),
        Field("来电号码", matter.sight.value(who, "caller", Kind.PHONE)),
        Field("证件号码", matter.of_complainant("id_number", Kind.ID_NUMBER)),
        Field("客户类别", tier),
        Field("投诉人身份", catalogue().capacities[matter.case.capacity].label),
        Field("投诉人数", size),
    ]
    if who and who.unified_code:
        fields.append(Field("统一社会信用代码", who.unified_code, wide=True))
    return Grid("一、投诉人", tuple(fields))


def _others(matter: Matter) -> list[Block]:
    rows = tuple(
        (
            catalogue().people[each.role],
            matter.sight.value(each, "name", Kind.NAME),
            matter.sight.value(each, "phone", Kind.PHONE),
            matter.sight.value(each, "id_number", Kind.ID_NUMBER),
            matter.sight.text(each.relation),
        )
        for each in matter.people
        if each is not matter.complainant
    )
    columns = (("身份", 2.0), ("姓名", 2.0), ("联系电话", 2.4), ("证件号码", 3.2), ("关系", 2.0))
    return [Table("其他相关人员", columns, rows)] if rows else []


def _received(matter: Matter) -> Grid:
    case, text = matter.case, matter.sight.text
    fields = [
        Field("事项", catalogue().matters[case.matter_type].label),
        Field("投诉性质", f"二次投诉（首次 {matter.first_number}）" if matter.first_number else "首次投诉"),
        Field("投诉来源", catalogue().sources[case.source].label),
        Field("投诉方式", CHANNELS.get(case.channel, case.channel)),
        Field("收到时间", moment(case.received_at)),
        Field("登记时间", moment(case.filed_at)),
        Field("登记人", next((each.actor_name for each in matter.steps if each.kind == Entry.FILED), "")),
        Field("承诺答复日期", day(case.promised_on)),
        Field("受理单位", matter.unit(case.receiving_unit_id)),
        Field("被投诉机构", matter.unit(case.unit_id)),
        Field("责任单位", matter.unit(case.responsible_unit_id)),
        Field("处理单位", matter.unit(case.handling_unit_id)),
        Field("投诉等级", case.severity),
        Field("打印时状态", status_of(matter)),
    ]
    named = (
        ("请求的权利", catalogue().rights[case.personal_right] if case.personal_right else ""),
        ("转办单位", text(case.referral_agency)),
        ("来文或出处", text(case.source_ref)),
        ("转办单要求反馈", day(case.referral_due_on)),
        ("监管机构", catalogue().regulators[case.regulator].label if case.regulator else ""),
        ("监管编号", case.regulator_number or ""),
        ("监管期限", day(case.regulator_due_on)),
        ("合作机构", text(case.third_party)),
    )
    fields += [Field(label, value) for label, value in named if value]
    return Grid("二、受理", tuple(fields))


def status_of(matter: Matter) -> str:
    return STATUS_LABELS[Status(matter.case.status)]


def classes(matter: Matter) -> list[Field]:
    case = matter.case
    return [
        Field("业务办理渠道", case.business_channel_a),
        Field("业务类别", case.category_b),
        Field("投诉原因", case.cause_c),
        Field("基本权利", case.basic_right),
        Field("涉及金额", f"{case.amount:,.2f} 元" if case.amount is not None else ""),
        Field("发生日期", day(case.occurred_on)),
    ]


def _classified(matter: Matter) -> Grid:
    return Grid("三、分类", tuple(classes(matter)))


def _objects(matter: Matter) -> list[Block]:
    rows = tuple(
        (OBJECT_LABELS[ObjectKind(each.kind)], _object(matter, each), FINDING_LABELS[Finding(each.finding)])
        for each in matter.objects
    )
    return [Table("业务对象和被投诉人员", (("类别", 2), ("内容", 5), ("核对", 2)), rows)] if rows else []


def _object(matter: Matter, each: BusinessObject) -> str:
    """Of anything but a card no more than everywhere else: a number of a policy is not what a form is signed for."""
    return matter.sight.value(each, "value", Kind.CARD) if each.kind in CARDS else each.value_masked


def _documents(matter: Matter) -> list[Block]:
    rows = tuple(
        (
            catalogue().documents[each.kind],
            "已核对原件" if each.original_seen else "复印件",
            each.received_by_name,
            moment(each.received_at),
        )
        for each in matter.documents
    )
    return [Table("证明材料", (("材料", 4), ("核对", 2), ("接收人", 2), ("时间", 3)), rows)] if rows else []


def files(matter: Matter) -> list[Block]:
    rows = tuple(
        (matter.sight.text(each.name), FILES[FileKind(each.kind)], moment(each.added_at), each.sha256)
        for each in matter.files
    )
    columns = (("附件", 4.0), ("类别", 2.0), ("时间", 2.6), ("校验值 SHA-256", 5.6))
    return [Table("附件", columns, rows)] if rows else []
