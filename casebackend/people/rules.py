"""Which rights add up to what, and who may say so. Standard library only."""

import re
import secrets
from collections.abc import Collection, Iterable
from enum import StrEnum

from casebackend.staff.rules import ADMINISTRATORS, ROLE_NAMES, Role

LOGIN = re.compile(r"[a-z][a-z0-9._-]{1,63}")
DECIDER = Role.SECURITY_ADMIN
LETTERS = ("abcdefghjkmnpqrstuvwxyz", "ABCDEFGHJKLMNPQRSTUVWXYZ", "23456789", "!#%+-=?@")


class GroupKind(StrEnum):
    POST = "post"
    GROUP = "group"


GROUP_KINDS: dict[GroupKind, str] = {GroupKind.POST: "岗位", GroupKind.GROUP: "权限组"}


class RequestState(StrEnum):
    ASKED = "asked"
    APPROVED = "approved"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"


STATE_NAMES: dict[RequestState, str] = {
    RequestState.ASKED: "待审批",
    RequestState.APPROVED: "已批准",
    RequestState.REFUSED: "已拒绝",
    RequestState.WITHDRAWN: "已撤回",
}


def effective(granted: Iterable[str], of_groups: Iterable[Collection[str]]) -> list[str]:
    """What a person may do in all, in the order in which roles are listed everywhere."""
    held = set(granted).union(*of_groups)
    return [role.value for role in Role if role in held]


def clashes(roles: Collection[str]) -> list[str]:
    """The names of what may not be in one hand: an administrator is that and nothing else."""
    held = set(roles)
    if not ADMINISTRATORS & held or len(held) == 1:
        return []
    return [name for role, name in ROLE_NAMES.items() if role in held]


def initial_password(length: int = 16) -> str:
    """Random, of all classes of characters, without those that look alike."""
    pool = "".join(LETTERS)
    letters = [secrets.choice(each) for each in LETTERS]
    letters += [secrets.choice(pool) for _ in range(length - len(letters))]
    secrets.SystemRandom().shuffle(letters)
    return "".join(letters)
