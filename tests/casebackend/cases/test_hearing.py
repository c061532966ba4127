"""F68: a conversation is for good. A branch reads in it what is of its own cases, and is told that there is more."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from casebackend.api.drafts import CaseReceipt
from casebackend.cases import hearing
from casebackend.cases.model import Case
from casebackend.cases.words import numbers_in
from casebackend.conversations.model import Message
from tests.casebackend.cases.builders import Desk, filed, unit
from tests.casebackend.staff.logins import hired
from tests.world import World

MORE = "条消息属于您权限范围外的投诉，未在此显示"
FIRST, SECOND, LIVE = "先说朝阳的暗号甲", "再说历下的暗号乙", "人工在吗暗号丙"


async def two_branches(world: World, desk: Desk) -> tuple[CaseReceipt, CaseReceipt]:
    """One customer: first of 朝阳支行, later of 济南历下支行; after each something more was said."""
    first = await filed(world, sender="both")
    await world.says(FIRST, sender="both")
    world.time += timedelta(days=1)
    second = await filed(world, sender="both")
    supervisor = await desk.browser("supervisor")
    moved = {"unit_id": await unit(world, "济南历下支行"), "reason": "实为历下支行"}
    headers = {"Idempotency-Key": uuid4().hex, "If-Match": "*"}
    answer = await supervisor.post(f"/api/v1/cases/{second.number}/units", json=moved, headers=headers)
    assert answer.status_code < 300, answer.text
    await world.says(SECOND, sender="both")
    return first, second


async def talk_of(world: World, case_id: UUID) -> UUID:
    async with world.database.reading() as session:
        return (await session.get_one(Case, case_id)).conversation_id


async def test_each_branch_reads_in_the_conversation_what_is_of_its_own_complaint(world: World) -> None:
    desk = Desk(world)
    first, second = await two_branches(world, desk)
    talk = await talk_of(world, first.case_id)
    branch = await desk.browser("outlet")
    pages = (f"/cases/{first.number}", f"/conversations/{talk}", f"/console/conversations/{talk}/messages?after=0")
    for place in pages:
        page = (await branch.get(place)).text
        assert FIRST in page
        assert SECOND not in page
        assert second.number not in page
    assert MORE in (await branch.get(pages[0])).text
    office = await desk.browser("supervisor")
    whole = (await office.get(f"/cases/{first.number}")).text
    assert (FIRST in whole, SECOND in whole, MORE in whole) == (True, True, False)


async def test_a_poll_reads_no_words_that_were_shown_before_and_leaves_out_the_same(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(world)
    first, _ = await two_branches(world, desk)
    talk = await talk_of(world, first.case_id)
    branch = await desk.browser("outlet")
    async with world.database.reading() as session:
        everything = {seq: text for seq, text in await session.execute(select(Message.seq, Message.text))}
    at = next(seq for seq, text in everything.items() if text == SECOND)
    read: list[str] = []

    def noted(text: str, *pattern: Any) -> list[str]:
        read.append(text)
        return numbers_in(text, *pattern)

    monkeypatch.setattr(hearing, "numbers_in", noted)
    assert SECOND not in (await branch.get(f"/console/conversations/{talk}/messages?after={at - 1}")).text
    assert SECOND in read
    assert FIRST not in read
    assert len(read) < len(everything)
    latest = f"暗号丁 {first.number}"
    await world.says(latest, sender="both")
    read.clear()
    page = (await branch.get(f"/console/conversations/{talk}/messages?after={max(everything)}")).text
    assert (latest in page, SECOND in page) == (True, False)
    assert FIRST not in read


async def test_judgements_of_what_is_left_out_are_left_out_too(world: World) -> None:
    desk = Desk(world)
    first, _ = await two_branches(world, desk)
    talk = await talk_of(world, first.case_id)
    await hired(world, roles=["team_lead"], organisation_id=UUID(await unit(world, "北京朝阳支行")))
    for path in (f"/handoffs/{talk}/judgements", "/judgements"):
        whole = (await desk.reads("supervisor", path)).json()["items"]
        part = (await desk.reads("chen", path)).json()["items"]
        assert 0 < len(part) < len(whole), path


async def test_a_message_of_another_complaint_is_no_evidence_of_this_one(world: World) -> None:
    desk = Desk(world)
    first, _ = await two_branches(world, desk)
    async with world.database.reading() as session:
        rows = await session.execute(select(Message.text, Message.id).where(Message.text.in_((FIRST, SECOND))))
        ids = {text: str(id) for text, id in rows}
    branch = await desk.browser("outlet")
    offered = (await branch.get(f"/cases/{first.number}/evidence")).text
    assert (ids[FIRST] in offered, ids[SECOND] in offered) == (True, False)
    for text, status in ((SECOND, 422), (FIRST, 201)):
        body = {"kind": "message", "title": "聊天", "source": "客户", "message_id": ids[text]}
        headers = {"Idempotency-Key": uuid4().hex, "If-Match": "*"}
        answer = await branch.post(f"/api/v1/cases/{first.number}/evidence", json=body, headers=headers)
        assert answer.status_code == status, answer.text


async def test_who_takes_the_live_talk_reads_it_and_no_longer_once_it_is_given_back(world: World) -> None:
    desk = Desk(world)
    first, second = await two_branches(world, desk)
    talk = await talk_of(world, first.case_id)
    await hired(world, roles=["intake"], organisation_id=UUID(await unit(world, "北京朝阳支行")))
    branch, path = await desk.browser("chen"), f"/api/v1/handoffs/{talk}"
    about = f"{LIVE} {second.number}"
    await world.says(about, sender="both")
    assert LIVE not in (await branch.get(f"/conversations/{talk}")).text
    assert LIVE not in (await branch.get("/queue?tab=talks")).text
    taken = (await branch.post(f"{path}/take")).json()["messages"]
    assert [each["text"] for each in taken if each["author"] == "customer"][-1] == about
    page = (await branch.get(f"/conversations/{talk}")).text
    assert (FIRST in page, LIVE in page, SECOND in page) == (True, True, False)
    given = (await branch.post(f"{path}/return")).json()["messages"]
    assert about not in [each["text"] for each in given]
    assert LIVE not in (await branch.get(f"/conversations/{talk}")).text


async def test_who_waits_for_a_person_is_read_by_whoever_may_take_the_talk(world: World) -> None:
    desk = Desk(world)
    first, _ = await two_branches(world, desk)
    talk = await talk_of(world, first.case_id)
    await hired(world, roles=["intake"], organisation_id=UUID(await unit(world, "北京朝阳支行")))
    await world.says(LIVE, sender="both")
    body, headers = {"reason": "asked"}, {"Idempotency-Key": uuid4().hex}
    await world.actions.post(f"/api/v1/conversations/{talk}/handoff", json=body, headers=headers)
    page = (await (await desk.browser("chen")).get(f"/conversations/{talk}")).text
    assert (LIVE in page, SECOND in page) == (True, False)
    at = UUID(await unit(world, "北京朝阳支行"))
    await hired(world, "li", staff_no="8101", roles=["handler"], organisation_id=at)
    assert LIVE not in (await (await desk.browser("li")).get(f"/conversations/{talk}")).text


async def test_the_brief_and_the_suggestions_are_not_drawn_from_what_is_left_out(world: World) -> None:
    desk = Desk(world)
    first, second = await two_branches(world, desk)
    talk = await talk_of(world, first.case_id)
    branch = await desk.browser("outlet")
    await world.says(f"转账转错账户了怎么办 {second.number}", sender="both")
    brief = (await branch.get(f"/api/v1/conversations/{talk}/brief")).text
    assert first.number in brief
    assert second.number not in brief
    async with world.database.reading() as session:
        newest = await session.scalar(select(Message.id).order_by(Message.seq.desc()).limit(1))
    offered = (await branch.get(f"/api/v1/conversations/{talk}/suggestions")).json()
    assert offered["message_id"] != str(newest)
