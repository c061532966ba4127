"""One message read into the fields of the draft."""

from datetime import datetime
from typing import Any

from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.conversations.model import Message
from casebackend.customers import service as customers
from casebackend.customers.numbers import looks_like_id, right_id
from casebackend.drafts import misses, opinions, queries, rules, several, spellings, stepping
from casebackend.drafts.extraction import Reader
from casebackend.drafts.model import Draft
from casebackend.drafts.rules import Field, FieldState
from casebackend.drafts.service import Source, take
from casebackend.drafts.values import Meant, Understood, unit_value
from casebackend.drafts.wishes import Wish
from casebackend.organisations.queries import all_names


async def read(
    session: AsyncSession, draft: Draft, message: Message, asked: str | None, now: datetime, *, meant: Meant | None
) -> dict[str, Any]:
    reader = Reader(await all_names(session), now)
    candidates = await _candidates(session, draft, reader)
    held = await queries.fields(session, draft)
    opened = stepping.still_open(draft, held)
    understood = reader.read(message.text, asked, held, meant=meant)
    values: dict[Field, str] = {name: each.value for name, each in held.items()}
    told: dict[Field, str] = {name: value for name, value in values.items() if name in {Field.FACTS, Field.DEMAND}}
    spellings.read(understood, message.text, asked, told)
    several.read(reader, understood, message.text, asked, values)
    turned = opinions.read(draft, understood, message.text, asked, meant=meant, stirred=message.stirred)
    _chosen(reader, understood, asked, candidates, message.text)
    await leave_out_wrong_papers(session, draft, understood, asked)
    if understood.back:
        changed, opened = await stepping.step_back(session, draft, asked)
    else:
        taken = understood.corrected or understood.wrong is None
        changed = await take(session, draft, understood, Source(message.id), asked) if taken else []
        if opened is not None and opened["name"] in changed:
            opened = None
        if understood.wrong is not None:
            asked_again, opened = await stepping.reopen(session, draft, understood.wrong, alone=True)
            changed += asked_again
    done: dict[str, Any] = {"wish": Wish.EDIT} if understood.unclear else {}
    return done | {
        "changed": changed,
        "understood": understood.answered or bool(changed),
        "failures": misses.count(draft, asked, understood, changed, meant),
        "choices": await _choices(session, draft, understood, candidates),
        "opened": opened,
        "turned": turned,
        "edited": _no_longer_shown(draft, changed),
    }


def _no_longer_shown(draft: Draft, changed: list[Field]) -> list[str]:
    """What was put right by leaving it out: its line is gone from the read-back."""
    wanted = rules.wanted(about_money=draft.about_money, matter=draft.matter_type)
    return [rules.LABELS[name] for name in changed if name not in wanted]


async def _candidates(session: AsyncSession, draft: Draft, reader: Reader) -> list[str]:
    """Units of one name, of which the customer has not said which."""
    held = stepping.settled(await queries.fields(session, draft))
    if Field.UNIT in held:
        return []
    last = draft.last_result or {}
    offered = list(last.get("choices", [])) if last.get("wish") is None else []
    story = held.get(Field.FACTS)
    named = reader.places.candidates(story.value) if story is not None else []
    return offered or [unit.name for unit in named]


def _chosen(reader: Reader, understood: Understood, asked: str | None, candidates: list[str], text: str) -> None:
    if asked != "field.unit" or not candidates or understood.answered:
        return
    unit = reader.places.one_of(candidates, text)
    if unit is not None:
        understood.values[Field.UNIT], understood.units, understood.answered = unit_value(unit), [], True
    elif 1 < len(left := reader.places.left_of(candidates, text)) < len(candidates):
        understood.units, understood.answered = left, True


async def _choices(session: AsyncSession, draft: Draft, understood: Understood, candidates: list[str]) -> list[str]:
    """Offered as long as the unit is the question."""
    held = stepping.settled(await queries.fields(session, draft))
    if Field.UNIT in held or next(iter(queries.missing(draft, held)), None) is not Field.UNIT:
        return []
    return [unit.name for unit in understood.units] or candidates


async def leave_out_wrong_papers(
    session: AsyncSession, draft: Draft, understood: Understood, asked: str | None
) -> None:
    """An identity number whose check digit is wrong was mistyped, and is asked again."""
    for values in (understood.values, understood.corrected):
        given = values.get(Field.ID_NUMBER)
        if given is None or given.state != FieldState.FILLED:
            continue
        number = await customers.reveal(session, draft.conversation_id, given.value)
        if looks_like_id(number) and not right_id(number):
            del values[Field.ID_NUMBER]
            understood.answered = understood.answered and asked != "field.id_number"
