"""How complaints belong together. Standard library only."""

from enum import StrEnum


class LinkKind(StrEnum):
    RELATED = "related"
    DUPLICATE = "duplicate"
    REGULATOR = "regulator"
    SPLIT_FROM = "split_from"


BY_HAND = frozenset({LinkKind.RELATED, LinkKind.DUPLICATE, LinkKind.REGULATOR})


class Relation(StrEnum):
    """What another complaint is to this one."""

    SELF = "self"
    FIRST = "first"
    SECOND = "second"
    MERGED_INTO = "merged_into"
    MERGED_HERE = "merged_here"
    SPLIT_FROM = "split_from"
    SPLIT_OFF = "split_off"
    REGULATOR = "regulator"
    EARLIER = "earlier"
    DUPLICATE = "duplicate"
    RELATED = "related"


LABELS: dict[Relation, str] = {
    Relation.SELF: "本件",
    Relation.FIRST: "首次投诉",
    Relation.SECOND: "二次投诉",
    Relation.MERGED_INTO: "并入",
    Relation.MERGED_HERE: "已并入本件",
    Relation.SPLIT_FROM: "拆分自",
    Relation.SPLIT_OFF: "拆分出",
    Relation.REGULATOR: "监管转办",
    Relation.EARLIER: "此前的投诉",
    Relation.DUPLICATE: "重复投诉",
    Relation.RELATED: "关联投诉",
}

# A link is stored once, from the later complaint to the other one; read from the other side it has this name.
FORWARD = {
    LinkKind.RELATED: Relation.RELATED,
    LinkKind.DUPLICATE: Relation.DUPLICATE,
    LinkKind.REGULATOR: Relation.EARLIER,
    LinkKind.SPLIT_FROM: Relation.SPLIT_FROM,
}
BACKWARD = {
    LinkKind.RELATED: Relation.RELATED,
    LinkKind.DUPLICATE: Relation.DUPLICATE,
    LinkKind.REGULATOR: Relation.REGULATOR,
    LinkKind.SPLIT_FROM: Relation.SPLIT_OFF,
}
