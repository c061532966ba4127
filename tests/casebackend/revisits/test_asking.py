"""The survey on the telephone, of a customer to whom we carry no messages."""

from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from casebackend.check import check
from casebackend.conversations.rules import Channel
from casebackend.notices.model import Notice
from casebackend.revisits.model import Revisit
from casebackend.timeline.model import TimelineEntry
from casebackend.timeline.rules import Kind
from tests.casebackend.cases.builders import Desk, case_of, filed, told, unit
from tests.casebackend.workers import worker
from tests.world import World


async def to_call(world: World, desk: Desk) -> UUID:
    """Replied by telephone; the survey is in the hands of a colleague."""
    receipt = await filed(world, channel=Channel.LETTER)
    await desk.replied(receipt.case_id, **told(world))
    await worker(world).tick()
    world.wait(seconds=world.settings.survey_delay_seconds + 20)
    await worker(world).tick()
    return receipt.case_id


async def calls(desk: Desk, case_id: UUID, outcome: str, *, login: str = "agent", **said: Any) -> httpx.Response:
    browser = await desk.browser(login)
    url = f"/api/v1/cases/{case_id}/surveys"
    return await browser.post(url, json={"outcome": outcome, **said}, headers={"Idempotency-Key": str(uuid4())})


def waits(desk: Desk, **duration: float) -> None:
    """Long enough to have to log in again."""
    desk.world.wait(**duration)
    desk.browsers.clear()


def slug(response: httpx.Response) -> tuple[int, str]:
    return response.status_code, response.json()["type"].removeprefix("/problems/")


async def told_of(world: World, case_id: UUID, kind: str) -> list[Notice]:
    async with world.database.reading() as session:
        query = select(Notice).where(Notice.case_id == case_id, Notice.kind == kind).order_by(Notice.at)
        return list(await session.scalars(query))


async def test_a_dissatisfied_customer_on_the_telephone_gets_what_one_in_the_chat_gets(world: World) -> None:
    desk = Desk(world)
    case_id = await to_call(world, desk)
    shown = (await desk.reads("agent", f"/cases/{case_id}/surveys")).json()
    assert (shown["may_record"], shown["may_ask_again"], shown["rounds"][0]["state"]) == (True, True, "by_person")
    assert slug(await calls(desk, case_id, "answered")) == (422, "survey-incomplete")
    assert slug(await calls(desk, case_id, "unreached", solved=True)) == (422, "survey-incomplete")
    happy = await calls(desk, case_id, "answered", solved=True, score=3, again=True)
    assert slug(happy) == (422, "survey-not-dissatisfied")
    assert (await calls(desk, case_id, "answered", login="supervisor", solved=True)).status_code == 403
    answer = await calls(
        desk, case_id, "answered", solved=True, score=2, words="柜员回电太慢，我电话13800138000", again=True
    )
    assert answer.status_code == 201, answer.text
    [survey] = answer.json()["rounds"]
    assert (survey["state"], survey["score"], answer.json()["may_record"]) == ("done", 2, False)
    assert "13800138000" not in str(survey["words"])
    first, second = await case_of(world, case_id), await case_of(world, UUID(survey["second_case"]))
    assert (first.status, first.satisfaction) == ("closed", "unsatisfied")
    assert (second.kind, second.parent_id, second.status) == ("second", first.id, "dispatched")
    assert str(second.handling_unit_id) == await unit(world, "稽核部")
    assert slug(await calls(desk, case_id, "answered", solved=False)) == (409, "no-survey-call")
    await worker(world).tick()
    assert len(await told_of(world, case_id, "revisit.dissatisfied")) == 1
    async with world.database.reading() as session:
        assert await check(session, now=world.time) == []


async def test_who_is_not_reached_is_called_on_as_many_days_as_the_policy_says(world: World) -> None:
    desk = Desk(world)
    case_id = await to_call(world, desk)
    early = await desk.does("agent", case_id, "close", satisfaction="no_answer")
    assert slug(early) == (409, "survey-call-again")
    for attempt in (1, 2, 3):
        answer = (await calls(desk, case_id, "unreached")).json()
        assert (answer["rounds"][0]["attempts"], answer["rounds"][0]["most"]) == (attempt, 3)
        if attempt < 3:
            waits(desk, hours=1)
            assert slug(await calls(desk, case_id, "unreached")) == (409, "survey-called-already")
            waits(desk, hours=24)
            await worker(world).tick()
            assert len(await told_of(world, case_id, "revisit.call")) == attempt
    case = await case_of(world, case_id)
    assert (case.status, case.satisfaction, answer["rounds"][0]["state_label"]) == ("closed", "no_answer", "未联系上")
    async with world.database.reading() as session:
        query = select(TimelineEntry.detail).where(TimelineEntry.case_id == case_id)
        query = query.where(TimelineEntry.kind == Kind.SURVEY_MISSED).order_by(TimelineEntry.seq)
        assert [each["attempt"] for each in await session.scalars(query)] == [1, 2, 3]


async def test_a_call_not_made_is_asked_for_again_and_a_case_closed_by_the_move_is_surveyed_no_more(
    world: World,
) -> None:
    desk = Desk(world)
    case_id = await to_call(world, desk)
    for day in (1, 2):
        waits(desk, hours=25)
        await worker(world).tick()
        assert len({each.cause.partition("#")[0] for each in await told_of(world, case_id, "revisit.call")}) == day
    await desk.sure("agent", case_id, "close", satisfaction="unsatisfied")
    await worker(world).tick()
    assert len(await told_of(world, case_id, "revisit.dissatisfied")) == 1
    async with world.database.reading() as session:
        assert (await session.scalars(select(Revisit.state))).all() == ["done"]


async def test_who_would_rather_not_say_need_not_be_called_again_and_the_page_takes_it(world: World) -> None:
    desk = Desk(world)
    case_id = await to_call(world, desk)
    agent, path = await desk.browser("agent"), f"/cases/{(await case_of(world, case_id)).number}/surveys"
    assert "登记电话回访" in (await agent.get(path)).text
    assert "登记电话回访" not in (await (await desk.browser("supervisor")).get(path)).text
    assert (await agent.post(path, data={"outcome": "answered"})).status_code == 422
    assert (await agent.post(path, data={"outcome": "declined"})).status_code == 303
    case, shown = await case_of(world, case_id), (await desk.reads("agent", f"/cases/{case_id}/surveys")).json()
    assert (case.satisfaction, shown["rounds"][0]["state"]) == ("no_answer", "no_answer")
    assert "未答复" in (await agent.get(path)).text
