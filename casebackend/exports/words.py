"""The conditions of an export in words: for whoever approves it, for the file itself, and for the audit."""

from collections.abc import Mapping, Sequence
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.predicates import NONE, Kind
from casebackend.customers.personal import DROPPED, tokenise
from casebackend.customers.rules import mask
from casebackend.organisations.queries import tree
from casebackend.staff.model import User

type Pairs = Sequence[tuple[str, str]]

# Whoever looks by one of these looks for a person: the audit names the condition, not what was looked for.
PERSONAL = frozenset(
    {"q", "text", "third_party", "referral_agency", "source_ref"}
    | {name for name, condition in CONDITIONS.items() if condition.personal}
)
OWN_WORDS: Mapping[str, str] = {
    "queue": "列表",
    "from": "收到日期自",
    "to": "收到日期至",
    "by": "分组",
    "month": "月份",
    "outlet": "受理机构",
    "state": "督办状态",
}


def without_persons(text: str) -> str:
    """Phones, papers, cards and names as masked as in a list."""
    found = tokenise(text)
    masked = found.text
    for each in found.values:
        masked = masked.replace(each.token, mask(each.kind, each.value))
    return masked.replace(DROPPED, "***")


def for_audit(pairs: Pairs) -> list[str]:
    return [f"{name}=***" if name in PERSONAL else f"{name}={value}" for name, value in pairs]


async def for_people(session: AsyncSession, pairs: Pairs, extra: Mapping[str, Mapping[str, str]]) -> list[str]:
    """`extra`: labels of the values of what is no condition of a case."""
    units = (await tree(session)).units
    persons = await _persons(session, pairs)
    said = []
    for name, value in pairs:
        condition = CONDITIONS.get(name)
        if name == "outlet":
            shown = units[UUID(value)].short_name if UUID(value) in units else "（已不存在的机构）"
            said.append(f"{OWN_WORDS[name]}：{shown}")
            continue
        if condition is None:
            said.append(f"{OWN_WORDS.get(name, name)}：{extra.get(name, {}).get(value, value)}")
            continue
        match condition.kind:
            case _ if value == NONE and not (condition.choices or {}).get(value):
                shown = "（空）"
            case Kind.UNIT:
                shown = units[UUID(value)].short_name if UUID(value) in units else "（已不存在的机构）"
            case Kind.PERSON:
                shown = persons.get(UUID(value), "（已不存在的人员）")
            case Kind.FLAG:
                shown = "是" if value == "1" else "否"
            case _ if condition.personal:
                shown = mask(condition.personal, value)
            case Kind.TEXT:
                shown = without_persons(value)
            case _:
                shown = (condition.choices or extra.get(name, {})).get(value, value)
        said.append(f"{condition.label}：{shown}")
    return said


async def _persons(session: AsyncSession, pairs: Pairs) -> dict[UUID, str]:
    wanted = {
        UUID(value) for name, value in pairs if name in CONDITIONS and CONDITIONS[name].kind is Kind.PERSON
        and value != NONE
    }  # fmt: skip
    if not wanted:
        return {}
    rows = await session.execute(select(User.id, User.display_name).where(User.id.in_(wanted)))
    return {identity: name for identity, name in rows}
