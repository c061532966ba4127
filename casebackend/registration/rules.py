"""What is still missing in a registration. Standard library only."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """`reset`: thrown away by its author; it is not listed any more and holds nothing."""

    SAVED = "saved"
    SUBMITTED = "submitted"
    RESET = "reset"


FIELD_LABELS: dict[str, str] = {
    "name": "投诉人姓名", "phone": "联系电话", "facts": "事情经过", "demand": "诉求", "unit": "被投诉机构",
    "objects": "业务对象", "referral_agency": "转办单位", "source_ref": "来文编号", "source_url": "网页地址",
    "regulator_number": "监管编号", "regulator_due_on": "监管期限", "regulator": "监管机构",
    "unified_code": "统一社会信用代码", "personal_right": "请求的权利",
}  # fmt: skip


# What a correction may change, as its history calls it.
CORRECTED_LABELS: dict[str, str] = {
    "complainant_name": "投诉人姓名", "complainant_phone": "联系电话", "complainant_paper": "证件号码",
    "unified_code": "统一社会信用代码", "amount": "涉及金额", "received_at": "收到时间", "profile": "内部时限方案",
    "source": "来源", "channel": "反应渠道", "regulator": "监管机构", "regulator_number": "监管编号",
    "regulator_due_on": "监管期限", "referral_agency": "转办单位", "source_ref": "来文编号或网页地址",
    "referral_due_on": "转办单要求反馈日期", "personal_right": "请求的权利",
}  # fmt: skip


def filled(content: Mapping[str, Any], person: Mapping[str, Any]) -> set[str]:
    """Which of the mandatory fields stand there; blanks do not count."""

    def stands(value: object) -> bool:
        return bool(value.strip() if isinstance(value, str) else value)

    found = {name for name in FIELD_LABELS if stands(content.get(name))}
    found |= {name for name in ("name", "phone", "unified_code") if stands(person.get(name))}
    if stands(content.get("unit_id")):
        found.add("unit")
    return found
