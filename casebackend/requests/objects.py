"""Cards, accounts, products and policies that a text names, as far as they tell two complaints apart. Pure."""

import re
import unicodedata
from dataclasses import dataclass

from casebackend.customers.numbers import numbers, shadow
from casebackend.customers.rules import Kind
from casebackend.customers.spelling import simplified
from casebackend.parties.rules import ObjectKind

NUMBERED = frozenset({ObjectKind.CARD, ObjectKind.ACCOUNT})
TAIL = 4
SHORTEST_NAME = 3
_TAIL = re.compile(r"(?:尾号|后四位|末四位)[是为：:\s]{0,3}(\d{4})(?!\d)")
_ACCOUNT = re.compile(r"(?:账|帐)(?:号|户)(?:号码?)?[是为：:\s]{0,3}(\d{8,32})(?!\d)")
_POLICY = re.compile(r"保单(?:号码?|编号)?[是为：:\s]{0,3}((?=[A-Za-z]{0,6}\d)[A-Za-z0-9]{8,24})(?![A-Za-z0-9])")
_TITLE = re.compile(r"《([^《》\n]{2,40})》")
_QUOTED = re.compile(
    r"[“「\"]([^“”「」\"\n]{2,30}?(?:理财|基金|信托|保险|年金|存单|计划|[\d一二三四五六七八九十]+[号期]))(?:产品)?[”」\"]"
)
# Papers and laws stand between the same signs as the names of products.
_PAPER = re.compile(r"(?:法|条例|办法|规定|通知|合同|协议|说明书?|须知|告知书|章程|声明|报告|意见)$")


@dataclass(frozen=True, slots=True)
class Thing:
    """`value` of a card or an account may be its last four digits."""

    kind: ObjectKind
    value: str


def named(text: str) -> frozenset[Thing]:
    """Of a text with its personal values in clear."""
    plain = simplified(unicodedata.normalize("NFKC", text))
    digits = shadow(plain)
    found = {Thing(ObjectKind.CARD, each.value) for each in numbers(digits) if each.kind is Kind.CARD}
    found |= {Thing(ObjectKind.CARD, each) for each in _TAIL.findall(digits)}
    found |= {Thing(ObjectKind.ACCOUNT, each) for each in _ACCOUNT.findall(digits)}
    found |= {Thing(ObjectKind.POLICY, each.upper()) for each in _POLICY.findall(digits)}
    names = [*_TITLE.findall(plain), *_QUOTED.findall(plain)]
    return frozenset(found | {Thing(ObjectKind.PRODUCT, each.strip()) for each in names if not _PAPER.search(each)})


def same(one: Thing, other: Thing) -> bool:
    if {one.kind, other.kind} <= NUMBERED:
        short, long = sorted((one.value, other.value), key=len)
        return short == long or (len(short) == TAIL and long.endswith(short))
    return one == other


def told_in(thing: Thing, text: str) -> bool:
    """Whether a text speaks of a product by its name, quoted or not."""
    plain = simplified(unicodedata.normalize("NFKC", text))
    return thing.kind is ObjectKind.PRODUCT and len(thing.value) >= SHORTEST_NAME and thing.value in plain


def shared(one: frozenset[Thing], other: frozenset[Thing]) -> bool:
    return any(same(mine, theirs) for mine in one for theirs in other)
