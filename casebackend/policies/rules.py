"""What a security parameter may say, and all of them together as one policy. Standard library only."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum


class Profile(StrEnum):
    DJBH = "djbh"
    ASVS = "asvs"


PROFILE, TOTP_ROLES = "password.profile", "totp.roles"
EXPORT_APPROVERS = "export.approver_roles"
# The bounds only keep a slip of the pen from locking out everybody, or nobody.
BOUNDS: dict[str, tuple[int, int]] = {
    **{
        f"{profile}.{name}": bounds
        for profile in Profile
        for name, bounds in {
            "length": (8, 64), "classes": (1, 4), "days": (0, 3650), "history": (0, 24), "guesses": (0, 14),
        }.items()
    },
    "login.tries": (3, 50),
    "login.tries_address": (3, 10_000),
    "login.lock_minutes": (1, 1440),
    "login.known_days": (0, 366),
    "account.unused_days": (0, 3650),
    "session.idle_minutes": (1, 480),
    "session.minutes": (5, 1440),
    "session.most": (0, 100),
    "token.days": (1, 3650),
    "token.grace_hours": (0, 720),
    "export.approval_rows": (0, 100_000),
    "export.free_rows_per_day": (0, 1_000_000),
    "export.at_once_rows": (0, 2_000),
    "export.most_rows": (1, 100_000),
    "export.per_day": (1, 1_000),
    "export.keep_days": (1, 90),
    "knowledge.request_days": (1, 60),
    "knowledge.near_percent": (30, 100),
    "knowledge.verify_days": (1, 366),
    "knowledge.expiring_days": (1, 366),
    "knowledge.rare_below": (2, 100),
    "knowledge.learn_percent": (50, 100),
    "knowledge.internal_confirm": (0, 1),
    "knowledge.review_cycle_days": (30, 3650),
    "knowledge.review_first_days": (1, 3650),
    "knowledge.review_spread_days": (1, 3650),
    "knowledge.review_grace_days": (0, 366),
    "knowledge.review_bot_days": (0, 3650),
}  # fmt: skip
CODES = frozenset({PROFILE, TOTP_ROLES, EXPORT_APPROVERS, *BOUNDS})


def is_valid(code: str, value: str, *, roles: Collection[str]) -> bool:
    if code == PROFILE:
        return value in set(Profile)
    if code == TOTP_ROLES:
        return set(listed(value)) <= set(roles)
    if code == EXPORT_APPROVERS:
        return bool(listed(value)) and set(listed(value)) <= set(roles)
    low, high = BOUNDS[code]
    return value.isascii() and value.isdecimal() and len(value) < 8 and low <= int(value) <= high


def listed(value: str) -> list[str]:
    return [each.strip() for each in value.split(",") if each.strip()]


@dataclass(frozen=True, slots=True)
class Policy:
    """In force on one day. `days`, `sessions`, `guesses` (a power of ten), `known` and `unused`: 0 means that nothing
    is asked."""

    profile: Profile
    length: int
    classes: int
    days: int
    history: int
    guesses: int
    tries: int
    tries_of_address: int
    lock: timedelta
    known: timedelta
    unused: timedelta
    idle: timedelta
    absolute: timedelta
    sessions: int
    totp_roles: frozenset[str]
    token_days: int
    token_grace: timedelta


def policy(values: Mapping[str, str]) -> Policy:
    profile = Profile(values[PROFILE])

    def number(code: str) -> int:
        return int(values[code])

    return Policy(
        profile=profile,
        length=number(f"{profile}.length"),
        classes=number(f"{profile}.classes"),
        days=number(f"{profile}.days"),
        history=number(f"{profile}.history"),
        guesses=number(f"{profile}.guesses"),
        tries=number("login.tries"),
        tries_of_address=number("login.tries_address"),
        lock=timedelta(minutes=number("login.lock_minutes")),
        known=timedelta(days=number("login.known_days")),
        unused=timedelta(days=number("account.unused_days")),
        idle=timedelta(minutes=number("session.idle_minutes")),
        absolute=timedelta(minutes=number("session.minutes")),
        sessions=number("session.most"),
        totp_roles=frozenset(listed(values[TOTP_ROLES])),
        token_days=number("token.days"),
        token_grace=timedelta(hours=number("token.grace_hours")),
    )
