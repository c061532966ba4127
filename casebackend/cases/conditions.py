"""Every condition that cases can be asked for by. A list, a report and the links between them read this table."""

from casebackend.cases.choices import CHOICES
from casebackend.cases.concerning import (
    card,
    extended_to,
    late_by_law,
    of_customer,
    registrar,
    reopened,
    reviewed,
    supervised,
    tier,
)
from casebackend.cases.fulltext import opined, says
from casebackend.cases.hinting import BECAME, UNIT_BECAME, became, hinted, unit_became
from casebackend.cases.hints import SUGGESTED
from casebackend.cases.model import Case
from casebackend.cases.predicates import (
    NONE,
    Condition,
    Kind,
    Where,
    at_least,
    at_most,
    below,
    contains,
    counted,
    flag,
    from_day,
    one_of,
    starts,
    terms_below,
    to_day,
)
from casebackend.cases.queries import near_due, overdue, undelivered
from casebackend.cases.recoding import SAME, coded_twice, judged_as, recoded
from casebackend.cases.rules import OPEN
from casebackend.cases.words import (
    EXTENSIONS,
    RESPONSIBLE_LABELS,
    STATUS_LABELS,
    VALIDITY_LABELS,
    Satisfaction,
    ToldBy,
)
from casebackend.customers.model import Customer
from casebackend.customers.rules import Kind as Personal
from casebackend.dictionaries.rules import CATEGORY_B, CAUSE_C, CHANNEL_A
from casebackend.matters.catalogue import catalogue
from casebackend.parties.rules import TIER_LABELS

_UNITS = {
    "unit": "被投诉机构",
    "handling_unit": "承办单位",
    "receiving_unit": "受理单位",
    "responsible_unit": "责任单位",
}
_PERIODS = {
    "received": ("收到", Case.received_at),
    "filed": ("登记", Case.filed_at),
    "replied": ("答复", Case.replied_at),
    "closed": ("结案", Case.closed_at),
}
_AXES = {
    "category_b": ("业务类别", CATEGORY_B),
    "cause_c": ("投诉原因", CAUSE_C),
    "business_channel_a": ("业务办理渠道", CHANNEL_A),
}
_RECODED = {
    name + same: label + word for name, (label, _) in _AXES.items() for same, word in (("", "不一致"), (SAME, "一致"))
}
_RESPONSIBLE = {**RESPONSIBLE_LABELS, NONE: "未认定"}
_VALIDITY = {**VALIDITY_LABELS, NONE: "未认定"}
_SATISFACTION = {
    Satisfaction.SATISFIED: "满意", Satisfaction.NEUTRAL: "一般", Satisfaction.UNSATISFIED: "不满意",
    Satisfaction.NO_ANSWER: "无人接听", NONE: "无回访结果",
}  # fmt: skip
_OUTCOME = {
    "responsible": ("有责认定", _RESPONSIBLE),
    "validity": ("投诉是否成立", _VALIDITY),
    "satisfaction": ("回访结果", _SATISFACTION),
}
_TOLD_BY = {str(ToldBy.CHANNEL): "原渠道送达", **CHOICES["told_by"], NONE: "尚未告知"}
_DECLINED = {**CHOICES["decline_reason"], NONE: "未作不予办理"}
_TIERS = {**{str(each): label for each, label in TIER_LABELS.items()}, NONE: "未登记"}
_KINDS = {"first": "首次投诉", "second": "二次投诉"}
MATTERS = {code: each.label for code, each in catalogue().matters.items()}
_RIGHTS = {**catalogue().rights, NONE: "不是个人信息请求"}
_SOURCES = {code: each.label for code, each in catalogue().sources.items()}


def _table() -> list[Condition]:
    return [
        Condition("q", "编号或内容", Kind.TEXT, says(Case.number, Case.facts, Case.demand)),
        Condition("number", "编号", Kind.TEXT, starts(Case.number)),
        Condition("text", "事实或诉求含", Kind.TEXT, says(Case.facts, Case.demand)),
        Condition("opinion", "意见或答复含", Kind.TEXT, opined),
        Condition(
            "status", "状态", Kind.CHOICE, one_of(Case.status), many=True,
            choices={str(status): label for status, label in STATUS_LABELS.items()},
        ),
        Condition("open", "未办结", Kind.FLAG, flag(lambda _: Case.status.in_(sorted(OPEN)))),
        Condition("kind", "首次或二次", Kind.CHOICE, one_of(Case.kind), many=True, choices=_KINDS),
        Condition("matter_type", "事项类型", Kind.WORD, one_of(Case.matter_type), many=True, choices=MATTERS),
        Condition(
            "personal_right", "个人信息请求", Kind.CHOICE, one_of(Case.personal_right), many=True, choices=_RIGHTS
        ),
        Condition("source", "来源", Kind.WORD, one_of(Case.source), many=True, choices=_SOURCES),
        Condition("channel", "反应渠道", Kind.WORD, one_of(Case.channel), many=True),
        Condition("severity", "严重程度", Kind.WORD, one_of(Case.severity), many=True),
        Condition("lane", "优先通道", Kind.WORD, one_of(Case.lane), many=True),
        *_axes(),
        *_hints(),
        Condition("basic_right", "消费者基本权利", Kind.WORD, one_of(Case.basic_right), many=True),
        *_units(),
        Condition("handler", "承办人", Kind.PERSON, one_of(Case.handler_id), many=True),
        Condition("registrar", "登记人", Kind.PERSON, registrar, many=True),
        Condition("capacity", "投诉人身份", Kind.WORD, one_of(Case.capacity), many=True),
        *_periods(),
        Condition("promised_from", "办理期限自", Kind.DAY, at_least(Case.promised_on)),
        Condition("promised_to", "办理期限至", Kind.DAY, at_most(Case.promised_on)),
        Condition("occurred_from", "发生日期自", Kind.DAY, at_least(Case.occurred_on)),
        Condition("occurred_to", "发生日期至", Kind.DAY, at_most(Case.occurred_on)),
        Condition("amount_from", "涉及金额不低于", Kind.AMOUNT, at_least(Case.amount)),
        Condition("amount_to", "涉及金额不高于", Kind.AMOUNT, at_most(Case.amount)),
        *_outcome(),
        Condition(
            "decline_reason", "不予办理原因", Kind.CHOICE, one_of(Case.decline_reason), many=True, choices=_DECLINED
        ),
        Condition("reviewed", "申请过核查", Kind.FLAG, flag(lambda _: reviewed())),
        Condition("reopened", "核查后重新办理过", Kind.FLAG, flag(lambda _: reopened())),
        Condition("notice_form", "约定告知方式", Kind.WORD, one_of(Case.notice_form), many=True),
        Condition("told_by", "告知方式", Kind.CHOICE, one_of(Case.told_by), many=True, choices=_TOLD_BY),
        Condition("extended", "已延期", Kind.FLAG, flag(lambda _: Case.extension_level > 0)),
        Condition("extension", "延期", Kind.CHOICE, extended_to, many=True, choices=EXTENSIONS),
        Condition("overdue", "已超期（有时限正在超期）", Kind.FLAG, flag(lambda asked: overdue(asked.now))),
        Condition("late_by_law", "法定超期（含已停的法定时限）", Kind.FLAG, flag(lambda asked: late_by_law(asked.now))),
        Condition("near_due", "临期", Kind.FLAG, flag(lambda asked: near_due(asked.now))),
        Condition("undelivered", "处理结果未送达客户", Kind.FLAG, flag(lambda _: undelivered())),
        Condition("urged", "催办次数不少于", Kind.COUNT, at_least(Case.urge_count)),
        Condition("group", "群体投诉", Kind.FLAG, flag(lambda _: Case.group_size > 1)),
        Condition("group_from", "群体人数不少于", Kind.COUNT, at_least(Case.group_size)),
        Condition("group_to", "群体人数不多于", Kind.COUNT, at_most(Case.group_size)),
        Condition("referral_agency", "转办单位含", Kind.TEXT, contains(Case.referral_agency)),
        Condition("source_ref", "转办来文编号含", Kind.TEXT, contains(Case.source_ref)),
        Condition("referral_due_from", "转办单要求反馈自", Kind.DAY, at_least(Case.referral_due_on)),
        Condition("referral_due_to", "转办单要求反馈至", Kind.DAY, at_most(Case.referral_due_on)),
        Condition("regulator", "监管机构", Kind.WORD, one_of(Case.regulator), many=True),
        Condition("regulator_due_from", "监管期限自", Kind.DAY, at_least(Case.regulator_due_on)),
        Condition("regulator_due_to", "监管期限至", Kind.DAY, at_most(Case.regulator_due_on)),
        Condition("regulator_number", "监管编号", Kind.WORD, one_of(Case.regulator_number)),
        Condition("third_party", "涉及第三方", Kind.TEXT, contains(Case.third_party)),
        Condition("supervised", "督办中", Kind.FLAG, flag(lambda _: supervised())),
        *_persons(),
        Condition("coded_twice", "两人均已分类", Kind.FLAG, flag(lambda _: coded_twice())),
        Condition("recoded", "两人分类", Kind.CHOICE, recoded, choices=_RECODED),
        Condition("counted", "计入统计（不含作废，合并的计一件）", Kind.FLAG, flag(lambda _: counted())),
    ]  # fmt: skip


def _persons() -> list[Condition]:
    found: list[tuple[str, str, Where, Personal]] = [
        ("customer", "客户姓名", of_customer("name", Customer.name_index), Personal.NAME),
        ("phone", "客户电话", of_customer("phone", Customer.phone_index), Personal.PHONE),
        ("paper", "客户证件号码", of_customer("id_number", Customer.id_number_index), Personal.ID_NUMBER),
        ("card", "卡号或账号", card, Personal.CARD),
    ]
    asked = [Condition(name, label, Kind.TEXT, where, personal=kind) for name, label, where, kind in found]
    return [*asked, Condition("tier", "客户层级", Kind.CHOICE, tier, many=True, choices=_TIERS)]


def _outcome() -> list[Condition]:
    return [
        Condition(name, label, Kind.CHOICE, one_of(getattr(Case, name)), many=True, choices=choices)
        for name, (label, choices) in _OUTCOME.items()
    ]


def _axes() -> list[Condition]:
    found = []
    for name, (label, dictionary) in _AXES.items():
        column = getattr(Case, name)
        found += [
            Condition(name, label, Kind.TERM, one_of(column), many=True, dictionary=dictionary),
            Condition(
                f"{name}_tree", f"{label}（含下级）", Kind.TERM, terms_below(column, dictionary), True, None, dictionary
            ),
            Condition(f"judged_{name}", f"承办人判定的{label}", Kind.TERM, judged_as(name), True, None, dictionary),
        ]
    return found


def _hints() -> list[Condition]:
    found = []
    for name in SUGGESTED:
        label, dictionary = _AXES[name]
        found += [
            Condition(
                f"hinted_{name}", f"系统首选建议的{label}", Kind.TERM, one_of(hinted(name)), True, None, dictionary
            ),
            Condition(f"hint_{name}", f"{label}建议的采纳", Kind.CHOICE, one_of(became(name)), True, choices=BECAME),
        ]
    taken = one_of(unit_became())
    return [*found, Condition("hint_unit", "承办单位建议的采纳", Kind.CHOICE, taken, True, choices=UNIT_BECAME)]


def _units() -> list[Condition]:
    found = []
    for name, label in _UNITS.items():
        column = getattr(Case, f"{name}_id")
        found += [
            Condition(name, label, Kind.UNIT, one_of(column), many=True),
            Condition(f"{name}_tree", f"{label}（含下级）", Kind.UNIT, below(column), many=True),
        ]
    both = below(Case.unit_id, Case.handling_unit_id)
    return [*found, Condition("concerned_tree", "被投诉或承办机构（含下级）", Kind.UNIT, both, many=True)]


def _periods() -> list[Condition]:
    return [
        Condition(f"{name}_{end}", f"{label}日期{word}", Kind.DAY, where(column))
        for name, (label, column) in _PERIODS.items()
        for end, word, where in (("from", "自", from_day), ("to", "至", to_day))
    ]


CONDITIONS: dict[str, Condition] = {condition.name: condition for condition in _table()}
