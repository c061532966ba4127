"""Who has to stay away from a case (回避). Standard library only."""

from collections.abc import Collection
from enum import StrEnum
from uuid import UUID


class Why(StrEnum):
    COMPLAINED_OF = "complained_of"
    REPORTS_TO = "reports_to"
    HEADS_OUTLET = "heads_outlet"
    DECLARED = "declared"


LABELS: dict[Why, str] = {
    Why.COMPLAINED_OF: "本人被投诉",
    Why.REPORTS_TO: "被投诉人是其上级",
    Why.HEADS_OUTLET: "本人是被投诉网点的负责人",
    Why.DECLARED: "已申请回避",
}


def why(
    user: UUID,
    *,
    declared: Collection[UUID],
    waived: Collection[UUID],
    complained_of: Collection[UUID],
    superiors: Collection[UUID],
    heads_outlet: bool,
) -> Why | None:
    """A waiver lifts what a rule says; whoever declares a conflict after it stays away all the same."""
    if user in declared:
        return Why.DECLARED
    if user in waived:
        return None
    if user in complained_of:
        return Why.COMPLAINED_OF
    if set(superiors) & set(complained_of):
        return Why.REPORTS_TO
    return Why.HEADS_OUTLET if heads_outlet else None
