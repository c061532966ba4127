"""What a password must be, and what codes look like. Standard library only."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from casebackend.policies.rules import Policy

LONGEST = 128
SHORTEST_NAME = 3
RECOVERY_CODES = 10
STEP_SECONDS = 30
DRIFT = 1


def classes_of(plain: str) -> int:
    """Of upper case, lower case, digits and everything else, how many kinds there are."""
    upper, lower, digit = str.isupper, str.islower, str.isdecimal
    kinds = [any(map(kind, plain)) for kind in (upper, lower, digit)]
    return sum(kinds) + any(not (upper(each) or lower(each) or digit(each)) for each in plain)


def holds_a_name(plain: str, names: Iterable[str]) -> bool:
    folded = plain.casefold()
    return any(len(name) >= SHORTEST_NAME and name.casefold() in folded for name in names)


def faults(plain: str, policy: Policy, *, names: Iterable[str], guessable: bool) -> list[str]:
    """What is wrong with a new password, in sentences for whoever chose it."""
    found = []
    if len(plain) < policy.length:
        found.append(f"至少 {policy.length} 个字符")
    if len(plain) > LONGEST:
        found.append(f"最多 {LONGEST} 个字符")
    if classes_of(plain) < policy.classes:
        found.append(f"大写字母、小写字母、数字、符号中至少 {policy.classes} 类")
    if holds_a_name(plain, names):
        found.append("不得包含用户名或工号")
    if guessable:
        found.append("过于常见或容易被猜中，请换一个")
    return found


def demands(policy: Policy) -> list[str]:
    """The same beforehand, to be read beside the field."""
    found = [f"至少 {policy.length} 个字符"]
    if policy.classes > 1:
        found.append(f"大写字母、小写字母、数字、符号中至少 {policy.classes} 类")
    if policy.history:
        found.append(f"与最近 {policy.history} 次用过的不同")
    found.append("不含用户名、工号，不是常见密码")
    if policy.days:
        found.append(f"每 {policy.days} 天更换一次")
    return found


def is_expired(changed_at: datetime | None, policy: Policy, now: datetime) -> bool:
    """Only the demo's passwords have no day on which they were set."""
    return bool(policy.days and changed_at is not None and now - changed_at >= timedelta(days=policy.days))


def steps_at(now: datetime) -> list[int]:
    """The time steps of RFC 6238 whose code is taken: this one, and one on either side for a clock that is off."""
    current = int(now.timestamp()) // STEP_SECONDS
    return list(range(current - DRIFT, current + DRIFT + 1))


def is_a_code(typed: str) -> bool:
    return len(typed) == 6 and typed.isascii() and typed.isdecimal()


def plain_recovery(typed: str) -> str:
    """However it was copied from the paper."""
    return "".join(each for each in typed.lower() if each.isalnum())
