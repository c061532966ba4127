"""Roles, sessions and the lock on a login. Standard library only."""

from collections.abc import Collection
from datetime import datetime, timedelta
from enum import StrEnum
from ipaddress import ip_address, ip_network

SEEN_EVERY = timedelta(minutes=1)
# Who has one address of IPv6 has all of its network.
OF_ONE_HOLDER = 64
# Business minutes within which a customer who asked for a person hears from one.
ANSWER_MINUTES = 30


def bucket_of(address: str) -> str:
    """What failures of an address are counted by."""
    try:
        known = ip_address(address)
    except ValueError:
        return address[:64]
    if known.version == 4 or known.is_loopback:
        return str(known)
    return str(known.ipv4_mapped or ip_network((known, OF_ONE_HOLDER), strict=False))


class Role(StrEnum):
    INTAKE = "intake"
    HANDLER = "handler"
    FOLLOW_UP = "follow_up"
    TEAM_LEAD = "team_lead"
    REVIEWER = "reviewer"
    DEPARTMENT_HEAD = "department_head"
    AUDITOR = "auditor"
    APPROVER = "approver"
    COMPLAINT_MANAGER = "complaint_manager"
    CURATOR = "curator"
    SYSTEM_ADMIN = "system_admin"
    SECURITY_ADMIN = "security_admin"
    AUDIT_ADMIN = "audit_admin"
    EXECUTIVE = "executive"


ROLE_NAMES: dict[Role, str] = {
    Role.INTAKE: "受理人",
    Role.HANDLER: "承办人",
    Role.FOLLOW_UP: "回访员",
    Role.TEAM_LEAD: "班长",
    Role.REVIEWER: "复核人",
    Role.DEPARTMENT_HEAD: "部门负责人",
    Role.AUDITOR: "稽核",
    Role.APPROVER: "审核人",
    Role.COMPLAINT_MANAGER: "投诉管理",
    Role.CURATOR: "信息管理",
    Role.SYSTEM_ADMIN: "系统管理员",
    Role.SECURITY_ADMIN: "安全管理员",
    Role.AUDIT_ADMIN: "审计管理员",
    Role.EXECUTIVE: "总行高管",
}

# 三员: who runs the system, who grants rights, who looks at what was done. None of them sees a case.
ADMINISTRATORS = frozenset({Role.SYSTEM_ADMIN, Role.SECURITY_ADMIN, Role.AUDIT_ADMIN})
CASE_ROLES = frozenset(Role) - ADMINISTRATORS - {Role.CURATOR}


def mutually_exclusive(roles: Collection[str]) -> bool:
    """Whether one person may hold these together: an administrator is nothing else."""
    return not ADMINISTRATORS & set(roles) or len(set(roles)) == 1


class DutyState(StrEnum):
    FREE = "free"
    BUSY = "busy"
    OUT = "out"


DUTY_NAMES: dict[DutyState, str] = {DutyState.FREE: "空闲", DutyState.BUSY: "示忙", DutyState.OUT: "签出"}


class Outcome(StrEnum):
    """`tried` stands until the password has been checked, and counts as a failure: parallel guesses cannot slip by.
    `passed`: right, and more is asked before the desk opens. Only `opened` and `unlocked` forget the failures.
    `enabled`: an account that was disabled may be used again."""

    TRIED = "tried"
    FAILED = "failed"
    LOCKED = "locked"
    PASSED = "passed"
    OPENED = "opened"
    UNLOCKED = "unlocked"
    ENABLED = "enabled"


class Stage(StrEnum):
    """What a session still has to do, in this order; only a full one is a colleague at the desk."""

    CODE = "code"
    PASSWORD = "password"
    ENROL = "enrol"
    FULL = "full"


def stage_of(*, code: bool, password: bool, enrol: bool) -> Stage:
    """The first of what is still open."""
    if code:
        return Stage.CODE
    if password:
        return Stage.PASSWORD
    return Stage.ENROL if enrol else Stage.FULL


def is_alive(*, idle_until: datetime, expires_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    return ended_at is None and now < idle_until and now < expires_at
