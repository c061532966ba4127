"""Roles, sessions and the lock on a login. Standard library only."""

from datetime import datetime, timedelta
from enum import StrEnum

IDLE = timedelta(minutes=30)
ABSOLUTE = timedelta(hours=10)
SEEN_EVERY = timedelta(minutes=1)
LOCK = timedelta(minutes=15)
TRIES_PER_ACCOUNT = 5
TRIES_PER_ADDRESS = 20


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
    ADMIN = "admin"
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
    Role.ADMIN: "系统管理员",
    Role.EXECUTIVE: "总行高管",
}

CASE_ROLES = frozenset(Role) - {Role.CURATOR, Role.ADMIN}


class DutyState(StrEnum):
    FREE = "free"
    BUSY = "busy"


class Outcome(StrEnum):
    """`tried` stands until the password has been checked, and counts as a failure: parallel guesses cannot slip by."""

    TRIED = "tried"
    FAILED = "failed"
    LOCKED = "locked"
    OPENED = "opened"


def is_alive(*, created_at: datetime, seen_at: datetime, ended_at: datetime | None, now: datetime) -> bool:
    return ended_at is None and now - seen_at < IDLE and now - created_at < ABSOLUTE


def is_locked(*, failures_of_account: int, failures_from_address: int) -> bool:
    return failures_of_account >= TRIES_PER_ACCOUNT or failures_from_address >= TRIES_PER_ADDRESS
