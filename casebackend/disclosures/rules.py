"""Who sees how much of what, once it is said why. Standard library only."""

from collections.abc import Collection, Mapping
from enum import StrEnum

from casebackend.customers.rules import ORDER, Kind, Level

type Levels = Mapping[str, Mapping[str, str]]


class Reason(StrEnum):
    CONTACT = "contact"
    IDENTITY = "identity"
    INVESTIGATION = "investigation"
    REGULATOR = "regulator"
    OTHER = "other"


LABELS: dict[Reason, str] = {
    Reason.CONTACT: "联系客户",
    Reason.IDENTITY: "核对身份",
    Reason.INVESTIGATION: "核查业务",
    Reason.REGULATOR: "监管报送",
    Reason.OTHER: "其他",
}


def level_of(levels: Levels, roles: Collection[str], kind: Kind) -> Level:
    """The highest of the roles; hidden where no role names the kind."""
    named = [Level(levels[role][kind]) for role in roles if kind in levels.get(role, {})]
    return max(named, key=ORDER.index, default=Level.HIDDEN)
