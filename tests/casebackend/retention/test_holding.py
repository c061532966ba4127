"""A conversation can be held by law, whether or not a case came of it; while it is, nothing of it ends."""

from typing import Any
from uuid import UUID, uuid4

import httpx
from sqlalchemy import select

from casebackend.attachments import jobs as files
from casebackend.attachments.holds import is_held
from casebackend.attachments.model import Attachment
from casebackend.audit.model import AuditEntry
from casebackend.conversations.model import Conversation
from casebackend.customers import service as customers
from casebackend.retention import jobs
from casebackend.retention.model import TalkHold
from casebackend.retention.redacting import GONE
from tests.casebackend.attachments import samples
from tests.casebackend.cases.builders import Desk, case_of, filed
from tests.casebackend.retention.test_service import FORM, archived, ended
from tests.casebackend.retention.test_talks import night, words
from tests.casebackend.staff.logins import staff
from tests.world import World

PHONE = "13911112222"


async def holds(
    world: World, conversation: UUID, reason: str = "诉讼保全", login: str = "supervisor"
) -> httpx.Response:
    async with await staff(world, login) as client:
        at, key = f"/api/v1/conversations/{conversation}/holds", {"Idempotency-Key": uuid4().hex}
        return await client.post(at, json={"reason": reason}, headers=key)


async def lifts(world: World, hold: str, login: str = "supervisor") -> httpx.Response:
    async with await staff(world, login) as client:
        return await client.post(f"/api/v1/talk-holds/{hold}/lift", json={"reason": "诉讼已结束"})


async def test_what_was_said_under_a_hold_stays_until_it_is_lifted(world: World) -> None:
    held = (await world.says("独角鲸网点几点开门", sender="somebody")).conversation_id
    other = (await world.says("周末开门吗", sender="other")).conversation_id
    made = await holds(world, held, f"律师函，来电{PHONE}")
    assert (made.status_code, PHONE in made.text, made.json()["lifted_at"]) == (201, False, None)
    again = await holds(world, held)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/talk-hold-stands")
    world.wait(days=370)
    assert await night(world) == 1
    assert (set(await words(world, other)), GONE in await words(world, held)) == ({GONE}, False)
    assert (await lifts(world, made.json()["id"])).json()["lifted_by_name"]
    twice = await lifts(world, made.json()["id"])
    assert (twice.status_code, twice.json()["type"]) == (404, "/problems/hold-not-found")
    assert await night(world) == 1
    assert set(await words(world, held)) == {GONE}
    async with world.database.reading() as session:
        [row] = await session.scalars(select(TalkHold))
        assert (row.reason, row.lift_reason) == (GONE, GONE)
    late = await holds(world, held)
    assert (late.status_code, late.json()["type"]) == (409, "/problems/talk-gone")


async def test_files_of_a_held_conversation_stay_also_those_that_come_later(world: World) -> None:
    conversation = (await world.says("看图", sender="somebody")).conversation_id

    async def sends(content: bytes) -> None:
        headers = {"X-Channel": "webchat", "X-Sender": "somebody", "Content-Type": "application/octet-stream"}
        key = {"Idempotency-Key": uuid4().hex}
        assert (await world.channels.post("/api/v1/inbox/media", content=content, headers=headers | key)).is_success

    async def marks() -> list[bool]:
        async with world.database.reading() as session:
            return list(await session.scalars(select(Attachment.legal_hold).order_by(Attachment.added_at)))

    await sends(samples.TEXT)
    made = await holds(world, conversation)
    await sends(samples.TEXT + b" more")
    assert await marks() == [True, True]
    world.wait(days=4 * 365)
    async with world.database.transaction() as session:
        await jobs.end_talks(session, now=world.time)
        assert await files.purge(session, now=world.time) == 0
    await lifts(world, made.json()["id"])
    assert await marks() == [False, False]
    async with world.database.transaction() as session:
        assert await files.purge(session, now=world.time) == 2


async def test_a_hold_on_the_conversation_keeps_the_complaint_that_came_of_it(world: World) -> None:
    receipt = await filed(world)
    conversation = (await case_of(world, receipt.case_id)).conversation_id
    made = await holds(world, conversation)
    await ended(world, receipt.number)
    await archived(world)
    world.wait(days=12 * 365)
    async with await staff(world, "supervisor") as supervisor:
        page = (await supervisor.get("/retention")).text
        assert ("到期可删除：0 件" in page, "法律保留的会话" in page) == (True, True)
    await lifts(world, made.json()["id"])
    async with await staff(world, "supervisor") as supervisor:
        assert "到期可删除：1 件" in (await supervisor.get("/retention")).text


async def test_lifting_one_of_two_holds_frees_no_file(world: World) -> None:
    receipt = await filed(world)
    conversation = (await case_of(world, receipt.case_id)).conversation_id
    made = await holds(world, conversation)
    desk = Desk(world)
    browser = await desk.browser("supervisor")
    await browser.post(f"/cases/{receipt.number}/holds", data={"reason": "诉讼保全"}, headers=FORM)
    async with world.database.transaction() as session:
        assert await is_held(session, receipt.case_id, conversation)
    await lifts(world, made.json()["id"])
    async with world.database.transaction() as session:
        assert await is_held(session, receipt.case_id, conversation)
        assert not await is_held(session, None, conversation)


async def test_only_those_who_keep_the_archive_hold_a_conversation_and_each_step_is_audited(world: World) -> None:
    conversation = (await world.says("你好", sender="somebody")).conversation_id
    for login in ("agent", "lead", "executive"):
        assert (await holds(world, conversation, login=login)).status_code == 403
    assert (await holds(world, uuid4())).status_code == 404
    assert (await holds(world, conversation, "短")).status_code == 422
    async with await staff(world, "supervisor") as supervisor:
        at = f"/conversations/{conversation}"
        assert f'href="{at}/holds"' in (await supervisor.get(at)).text
        set_here = await supervisor.post(f"{at}/holds", data={"reason": f"监管调阅 {PHONE}"}, headers=FORM)
        assert set_here.status_code == 204
        page = (await supervisor.get(f"{at}/holds")).text
        assert ("监管调阅" in page, PHONE in page, "138****" in page or "139****" in page) == (True, False, True)
        hold = page.split("/lift")[0].rsplit("/", 1)[-1]
        lifted = await supervisor.post(f"/talk-holds/{hold}/lift", data={"reason": "已调阅完"}, headers=FORM)
        assert lifted.status_code == 204
        listed: dict[str, Any] = (await supervisor.get(f"/api/v1{at}/holds")).json()
        assert [bool(each["lifted_at"]) for each in listed["items"]] == [True]
    async with world.database.reading() as session:
        query = select(AuditEntry).where(AuditEntry.event.in_(("retention.talk_held", "retention.talk_released")))
        lines = (await session.scalars(query.order_by(AuditEntry.seq))).all()
    assert [each.object for each in lines] == [f"conversation:{conversation}"] * 2
    assert all(PHONE not in str(each.detail) for each in lines)


async def test_a_hold_keeps_what_the_same_customer_said_elsewhere(world: World) -> None:
    first, second = [
        (await world.says("再问一句", sender=sender)).conversation_id for sender in ("one-phone", "two-phones")
    ]
    async with world.database.transaction() as session:
        known = await customers.register(
            session, channel="webchat", sender="one-phone", name="张三丰", phone=PHONE, id_number=None, now=world.time
        )
        for each in (first, second):
            (await session.get_one(Conversation, each)).customer_id = known.id
    assert (await holds(world, first)).status_code == 201
    world.wait(days=370)
    assert await night(world) == 0
    assert GONE not in await words(world, second)
