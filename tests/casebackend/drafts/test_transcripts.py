"""Recorded calls fill the same draft, and every value points at the turn it came from."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from httpx import Response
from sqlalchemy import func, select

from casebackend.api.drafts import DraftView
from casebackend.conversations.model import Message, Turn
from casebackend.conversations.rules import Author
from casebackend.drafts import service
from casebackend.drafts.model import CallTranscript, Draft
from casebackend.drafts.rules import Field, FieldState
from tests.casebackend.drafts.teller import shown
from tests.world import World

CALL = [
    ("agent", "您好，听诉示范银行，请问有什么可以帮您", 0.99),
    ("customer", "我要投诉朝阳支行，昨天多扣了我两百块手续费，要求退还", 0.93),
    ("agent", "请问您贵姓", 0.99),
    ("customer", "免贵姓王，王建国", 0.9),
    ("agent", "您的联系电话是多少", 0.99),
    ("customer", "幺三八零零幺三八零零零", 0.6),
    ("agent", "方便提供身份证号码吗", 0.99),
    ("customer", "不方便", 0.95),
]


async def submitted(
    world: World,
    call_id: UUID,
    *,
    turns: list[tuple[str, str, float]] | None = None,
    revision: int = 0,
    **more: Any,
) -> Response:
    body = {
        "call_id": str(call_id),
        "revision": (world.time + timedelta(minutes=revision)).isoformat(),
        "started_at": (world.time - timedelta(minutes=5)).isoformat(),
        "turns": [
            {"speaker": who, "text": text, "start_ms": place * 1_000, "end_ms": place * 1_000 + 900, "confidence": sure}
            for place, (who, text, sure) in enumerate(turns or CALL)
        ],
    }
    return await world.channels.post("/api/v1/transcripts", json=body | more)


async def draft_of(response: Response) -> DraftView:
    response.raise_for_status()
    return DraftView.model_validate_json(response.content)


async def test_a_call_fills_the_draft_and_each_value_points_at_its_turn(world: World) -> None:
    draft = await draft_of(await submitted(world, uuid4()))
    by_name = {field.name: field for field in draft.fields}
    assert shown(draft) == {
        "demand": "要求退还",
        "unit": "北京朝阳支行",
        "amount": "200元",
        "occurred_on": "2026年3月1日",
        "name": "王**",
        "phone": "138****8000",
        "id_number": "不提供",
    }
    amount, name = by_name[Field.AMOUNT], by_name[Field.NAME]
    assert (amount.turn, amount.start_ms, amount.end_ms, amount.confidence) == (1, 1_000, 1_900, 0.93)
    assert (name.turn, name.state) == (3, FieldState.FILLED)


async def test_what_was_heard_badly_is_to_be_confirmed_and_asked_again(world: World) -> None:
    draft = await draft_of(await submitted(world, uuid4()))
    states = {field.name: field.state for field in draft.fields}
    assert states[Field.PHONE] is FieldState.TO_CONFIRM
    assert (draft.missing, draft.next) == ([Field.PHONE], Field.PHONE)


async def test_the_same_call_twice_is_one_draft(world: World) -> None:
    call = uuid4()
    first = await draft_of(await submitted(world, call))
    again = await draft_of(await submitted(world, call))
    assert first == again
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Draft)) == 1
        assert await session.scalar(select(func.count()).select_from(Message)) == len(CALL)
        assert await session.scalar(select(func.count()).select_from(Turn)) == 0


async def test_a_newer_revision_supersedes_and_an_older_one_is_ignored(world: World) -> None:
    call = uuid4()
    await submitted(world, call)
    better = [*CALL[:5], ("customer", "一三九零零一三九零零零", 0.97), *CALL[6:]]
    newer = await draft_of(await submitted(world, call, turns=better, revision=2))
    assert (shown(newer)["phone"], newer.missing) == ("139****9000", [])
    older = await draft_of(await submitted(world, call, revision=1))
    assert older == newer
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Message)) == len(CALL)


async def test_the_call_is_kept_without_personal_values_and_with_its_recording(world: World) -> None:
    call = uuid4()
    recording = {"url": "https://records.example/1.wav", "sha256": "a" * 64}
    draft = await draft_of(await submitted(world, call, recording=recording))
    async with world.database.reading() as session:
        kept = await session.get_one(CallTranscript, call)
        assert (kept.recording_url, kept.recording_sha256) == (recording["url"], recording["sha256"])
        assert "王建国" not in str(kept.turns)
        assert "幺三八" not in str(kept.turns)
        authors = list(await session.scalars(select(Message.author).order_by(Message.seq)))
    assert authors[:2] == [Author.AGENT, Author.CUSTOMER]
    talk = await world.channels.get(f"/api/v1/conversations/{draft.conversation_id}")
    assert "王**" in str(talk.json())


async def test_the_number_that_called_is_only_a_guess_at_the_contact(world: World) -> None:
    draft = await draft_of(await submitted(world, uuid4(), turns=CALL[:4], caller="13700137000"))
    phone = next(field for field in draft.fields if field.name is Field.PHONE)
    assert (phone.value, phone.state) == ("137****7000", FieldState.TO_CONFIRM)


async def test_an_agents_words_are_no_complaint(world: World) -> None:
    agent_only = [("agent", "您是说朝阳支行多扣了300块吗，昨天扣的", 0.99), ("customer", "对", 0.99)]
    draft = await draft_of(await submitted(world, uuid4(), turns=agent_only))
    assert draft.fields == []


async def test_the_clock_of_a_call_begins_with_the_call(world: World) -> None:
    draft = await draft_of(await submitted(world, uuid4()))
    async with world.database.reading() as session:
        kept = await session.get_one(Draft, draft.id)
        assert kept.first_received_at == world.time - timedelta(minutes=5)


async def test_a_filed_call_is_not_filled_again(world: World) -> None:
    call = uuid4()
    first = await draft_of(await submitted(world, call))
    async with world.database.transaction() as session:
        draft = await session.get_one(Draft, first.id)
        await service.mark_filed(session, draft, uuid4())
    changed = [("customer", "我要投诉海淀支行，扣了我五百块", 0.99)]
    again = await draft_of(await submitted(world, call, turns=changed, revision=3))
    assert (again.id, shown(again)["amount"]) == (first.id, "200元")


async def test_secrets_said_on_the_phone_are_dropped(world: World) -> None:
    turns = [("customer", "我的密码是一二三四五六，登不上去被扣了钱", 0.9)]
    await submitted(world, uuid4(), turns=turns)
    async with world.database.reading() as session:
        text = await session.scalar(select(Message.text))
    assert text is not None
    assert "一二三四五六" not in text


async def test_what_is_not_a_transcript_is_refused(world: World) -> None:
    assert (await submitted(world, uuid4(), turns=[("cat", "喵", 1.0)])).status_code == 422
    assert (await submitted(world, uuid4(), colour="red")).status_code == 422
    assert (await world.actions.post("/api/v1/transcripts", json={})).status_code == 403
