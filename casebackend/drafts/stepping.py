"""A field is asked again without forgetting what it held: taken back, called wrong, or chosen at the read-back."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.drafts import queries, rules
from casebackend.drafts.model import Draft, DraftField
from casebackend.drafts.rules import Field, FieldState
from casebackend.drafts.wishes import goes_onward


def settled(held: Mapping[Field, DraftField]) -> dict[Field, DraftField]:
    return {name: each for name, each in held.items() if each.state != FieldState.TO_CONFIRM}


def still_open(draft: Draft, held: Mapping[Field, DraftField]) -> dict[str, Any] | None:
    """The field that is asked again, as long as it has no new answer: `name`, the state it `was` in, `alone`."""
    opened: dict[str, Any] | None = (draft.last_result or {}).get("opened")
    if opened is None or opened["name"] not in held:
        return None
    return opened if held[Field(opened["name"])].state == FieldState.TO_CONFIRM else None


async def reopen(
    session: AsyncSession, draft: Draft, name: Field, *, alone: bool
) -> tuple[list[Field], dict[str, Any] | None]:
    """`alone`: only this one was to be changed, so a step back ends at the read-back."""
    held = (await queries.fields(session, draft)).get(name)
    if held is None or held.state == FieldState.TO_CONFIRM:
        return [], None
    opened = {"name": name, "was": held.state, "alone": alone}
    held.state = FieldState.TO_CONFIRM
    await session.flush()
    return [name], opened


async def close(session: AsyncSession, draft: Draft) -> dict[str, Any] | None:
    """What was asked again keeps the value that it had."""
    held = await queries.fields(session, draft)
    opened = still_open(draft, held)
    if opened is not None:
        held[Field(opened["name"])].state = opened["was"]
        await session.flush()
    return opened


async def passes(session: AsyncSession, draft: Draft, text: str) -> bool:
    """下一步, where a question was gone back to: what it held stays."""
    return goes_onward(text) and still_open(draft, await queries.fields(session, draft)) is not None


async def step_back(
    session: AsyncSession, draft: Draft, asked: str | None
) -> tuple[list[Field], dict[str, Any] | None]:
    """To the question before the one that is open; from a single change, or from what to change, to the read-back."""
    opened = await close(session, draft)
    if (opened is not None and opened["alone"]) or asked == "correction":
        return [], None
    known = settled(await queries.fields(session, draft))
    order = rules.wanted(about_money=draft.about_money, matter=draft.matter_type)
    here = asked.removeprefix("field.") if asked and asked.startswith("field.") else None
    if here is None:
        here = next((name for name in order if name not in known), None)
    earlier = order[: order.index(Field(here))] if here in order else order
    before = next((name for name in reversed(earlier) if name in known), None)
    return await reopen(session, draft, before, alone=False) if before is not None else ([], None)
