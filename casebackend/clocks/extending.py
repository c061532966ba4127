"""What the limits say of an extension: how often and how far by profile, and who may approve it. Standard library
only."""

from collections.abc import Collection
from decimal import Decimal

MOST = "extension.most"
# The profiles of workflow/chain.yml. A row `<code>.<profile>` narrows the row of the code for cases of that profile.
PROFILES = ("four_step", "two_level")
# What an extension comes after: it is longer than that.
AFTER = {"l2": "l1", "l3": "l2", "matter.petition_extended": "matter.petition"}
BY_PROFILE = (MOST, *AFTER)
WHOLE, TIMES = frozenset({"calendar_days", "times"}), "times"
# Sixty days are given by the institution above or by an executive of the head office: no bank may change that.
APPROVERS_OF: dict[str, frozenset[str]] = {
    "l2": frozenset({"unit_head", "superior_head", "department_head", "approver", "complaint_manager", "executive"}),
    "l3": frozenset({"superior_head", "executive"}),
    "matter.petition_extended": frozenset({"unit_head", "superior_head", "executive"}),
}


def of_profile(code: str) -> tuple[str, str] | None:
    """The code and the profile that a row of a profile speaks of."""
    base, _, profile = code.rpartition(".")
    return (base, profile) if base in BY_PROFILE and profile in PROFILES else None


def wrong_amount(amount: Decimal, unit: str) -> str | None:
    if unit in WHOLE and amount != amount.to_integral_value():
        return "日数和次数须为整数"
    return "期限须大于0" if amount == 0 and unit != TIMES else None


def wrong_for_profile(amount: Decimal, most: Decimal, before: Decimal | None) -> str | None:
    """`before`: the limit that the extension comes after."""
    if amount > most:
        return f"时限方案只能比各方案通用的规定更严，不能超过{most.normalize():f}"
    if before is not None and amount <= before:
        return f"延长后的期限须长于延长前的{before.normalize():f}日"
    return None


def wrong_approvers(code: str, named: Collection[str]) -> str | None:
    if code not in APPROVERS_OF:
        return "只有延期的时限可以设定审批人，并对各时限方案通用"
    return None if set(named) <= APPROVERS_OF[code] else "这一级延期不能由所选的人员审批"
