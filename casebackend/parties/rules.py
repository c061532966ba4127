"""Shapes and masks of what identifies people and things of a case. Standard library only."""

import re
import unicodedata
from enum import StrEnum


class ObjectKind(StrEnum):
    STAFF = "staff"
    CARD = "card"
    ACCOUNT = "account"
    PRODUCT = "product"
    POLICY = "policy"
    OUTLET = "outlet"


class Finding(StrEnum):
    """What core data say: `unchecked` when they could not be asked."""

    KNOWN = "known"
    UNKNOWN = "unknown"
    UNCHECKED = "unchecked"


class Sex(StrEnum):
    MALE = "male"
    FEMALE = "female"
    UNSAID = "unsaid"


class Tier(StrEnum):
    """The customer's tier, as core data or the colleague who registers says it."""

    ORDINARY = "ordinary"
    GOLD = "gold"
    PRIVATE = "private"


TIER_LABELS: dict[Tier, str] = {Tier.ORDINARY: "普通", Tier.GOLD: "贵宾", Tier.PRIVATE: "私人银行"}
OBJECT_LABELS: dict[ObjectKind, str] = {
    ObjectKind.STAFF: "员工",
    ObjectKind.CARD: "卡号",
    ObjectKind.ACCOUNT: "账户",
    ObjectKind.PRODUCT: "产品",
    ObjectKind.POLICY: "保单",
    ObjectKind.OUTLET: "网点",
}
FINDING_LABELS: dict[Finding, str] = {
    Finding.KNOWN: "已核对",
    Finding.UNKNOWN: "未查到",
    Finding.UNCHECKED: "未核对",
}
SEX_LABELS: dict[Sex, str] = {Sex.MALE: "男", Sex.FEMALE: "女", Sex.UNSAID: "未说明"}

MOBILE = re.compile(r"1[3-9]\d{9}")
LANDLINE = re.compile(r"0\d{2,3}-?\d{7,8}(-\d{1,6})?|[2-8]\d{6,7}|[48]00\d{7}")
OTHER_PAPER = re.compile(r"[A-Z]{0,4}\d{5,17}[A-Z]?|[A-Z]\d{6}\(?[0-9A]\)?")
UNIFIED = "0123456789ABCDEFGHJKLMNPQRTUWXY"
UNIFIED_SHAPE = re.compile(rf"[{UNIFIED}]{{18}}")
ID_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


def normalised(text: str) -> str:
    """Full-width digits and letters made plain, spaces out, upper case."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).upper()


def right_phone(text: str) -> bool:
    return bool(MOBILE.fullmatch(text) or LANDLINE.fullmatch(text))


def right_paper(text: str) -> bool:
    """An identity card by its check digit; any other paper by its shape alone."""
    if len(text) == 18 and text[:17].isdigit():
        return right_identity_card(text)
    return bool(OTHER_PAPER.fullmatch(text))


def right_identity_card(text: str) -> bool:
    check = sum(int(digit) * weight for digit, weight in zip(text[:17], ID_WEIGHTS, strict=True)) % 11
    return "10X98765432"[check] == text[17]


def right_unified_code(text: str) -> bool:
    """统一社会信用代码, GB 32100-2015: the last character is a check over the other seventeen."""
    if not UNIFIED_SHAPE.fullmatch(text):
        return False
    total = sum(UNIFIED.index(character) * pow(3, place, 31) for place, character in enumerate(text[:17]))
    return UNIFIED[(31 - total % 31) % 31] == text[17]


def masked(kind: ObjectKind, value: str) -> str:
    """Products and outlets identify nobody; of everything else only as much as tells two apart."""
    match kind:
        case ObjectKind.PRODUCT | ObjectKind.OUTLET:
            return value
        case ObjectKind.STAFF:
            return f"{value[:1]}**" if not value.isdigit() else f"{value[:2]}**"
        case ObjectKind.CARD | ObjectKind.ACCOUNT:
            return f"**** {value[-4:]}" if len(value) > 6 else "****"
        case ObjectKind.POLICY:
            return f"{value[:2]}****{value[-2:]}" if len(value) > 6 else "****"
