"""Monday 2 March 2026; the world begins at ten in the morning with nobody on duty."""

from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import update

from casebackend import editions
from casebackend.conversations.model import Conversation
from casebackend.handoffs.calling import due_by
from casebackend.notices.model import Threshold
from casebackend.notices.thresholds import EDITION
from casebackend.worker import Worker
from tests.casebackend.cases.builders import Desk
from tests.casebackend.handoffs.test_handoffs import asks_for_a_person, take
from tests.casebackend.handoffs.test_priorities import ticks, told
from tests.casebackend.workers import worker
from tests.world import World

CHOICES = ["今天上午", "今天下午", "明天上午", "明天下午", "都可以"]


async def says(world: World, words: str, *, sender: str = "customer-1") -> dict[str, Any]:
    receipt = await world.says(words, sender=sender)
    response = await world.channels.post(
        f"/api/v1/conversations/{receipt.conversation_id}/callback",
        json={"message_id": str(receipt.message_id)},
        headers={"Idempotency-Key": uuid4().hex},
    )
    found: dict[str, Any] = response.raise_for_status().json()
    return found


async def kept(world: World, conversation_id: UUID) -> tuple[datetime | None, datetime | None, datetime | None]:
    async with world.database.reading() as session:
        row = await session.get_one(Conversation, conversation_id)
        return row.wanted_from, row.wanted_until, row.callback_by


PROMISED = datetime(2026, 3, 2, 2, 30, tzinfo=UTC)
TOMORROW = (datetime(2026, 3, 3, 1, tzinfo=UTC), datetime(2026, 3, 3, 4, tzinfo=UTC))
TOMORROW_LATE = (datetime(2026, 3, 3, 5, 30, tzinfo=UTC), datetime(2026, 3, 3, 9, 30, tzinfo=UTC))


async def test_who_asks_while_nobody_is_there_is_asked_when_a_call_suits(world: World) -> None:
    _, response = await asks_for_a_person(world)
    assert response.json()["times"] == CHOICES
    assert "什么时候方便接电话" in response.json()["ask"]


async def test_the_time_is_kept_beside_the_promise_and_changed_by_saying_it_again(world: World) -> None:
    receipt, _ = await asks_for_a_person(world)
    assert await says(world, "明天上午") == {"outcome": "kept", "when": "3月3日 09:00–12:00", "times": []}
    assert await kept(world, receipt.conversation_id) == (*TOMORROW, PROMISED)
    await says(world, "改到明天下午吧")
    assert await kept(world, receipt.conversation_id) == (*TOMORROW_LATE, PROMISED)
    async with world.database.reading() as session:
        assert due_by(await session.get_one(Conversation, receipt.conversation_id)) == TOMORROW_LATE[1]


async def test_any_time_or_the_star_key_goes_back_to_what_was_promised(world: World) -> None:
    receipt, _ = await asks_for_a_person(world)
    for words in ("都可以", "*", "取消"):
        await says(world, "明天上午")
        assert await says(world, words) == {"outcome": "default", "when": "3月2日 10:30", "times": []}
        assert await kept(world, receipt.conversation_id) == (None, None, PROMISED)


async def test_a_time_at_which_nobody_calls_is_refused_with_those_that_are_offered_and_loses_nothing(
    world: World,
) -> None:
    receipt, _ = await asks_for_a_person(world)
    await says(world, "明天上午")
    assert await says(world, "周六上午") == {"outcome": "outside", "when": "", "times": CHOICES}
    assert await says(world, "等我下班") == {"outcome": "unclear", "when": "", "times": CHOICES}
    assert await kept(world, receipt.conversation_id) == (*TOMORROW, PROMISED)


async def test_how_late_a_call_may_be_moved_is_set_by_the_bank(world: World) -> None:
    await asks_for_a_person(world)
    assert (await says(world, "3月5日上午"))["outcome"] == "kept"
    async with world.database.transaction() as session:
        await session.execute(update(Threshold).where(Threshold.code == "talk.callback_days").values(value="1"))
        await editions.changed(session, EDITION)
    assert (await says(world, "3月5日上午"))["outcome"] == "outside"


async def test_what_is_no_time_and_who_does_not_wait_is_left_to_the_bot(world: World) -> None:
    assert (await says(world, "明天上午"))["outcome"] == "other"
    await asks_for_a_person(world)
    assert (await says(world, "我要投诉"))["outcome"] == "other"


async def test_the_queue_the_talk_and_the_interface_show_it_until_somebody_takes_the_talk(world: World) -> None:
    receipt, _ = await asks_for_a_person(world)
    await says(world, "明天上午")
    lead = await Desk(world).browser("lead")
    (waiting,) = (await lead.get("/api/v1/handoffs")).json()["items"]
    assert (waiting["wanted_from"], waiting["wanted_until"]) == ("2026-03-03T01:00:00Z", "2026-03-03T04:00:00Z")
    at = f"/conversations/{receipt.conversation_id}"
    for page in ("/queue?tab=talks", at):
        assert "客户方便接电话：3月3日 09:00–12:00" in (await lead.get(page)).text
    assert (await take(lead, receipt.conversation_id)).status_code == 200
    assert await kept(world, receipt.conversation_id) == (None, None, None)
    assert "客户方便接电话" not in (await lead.get(at)).text


async def test_who_wants_to_be_called_later_waits_from_then_on(world: World) -> None:
    later, _ = await asks_for_a_person(world, sender="later")
    world.wait(minutes=5)
    _, response = await asks_for_a_person(world, sender="now")
    assert response.json()["queue_position"] == 2
    await says(world, "明天上午", sender="later")
    lead = await Desk(world).browser("lead")
    items = (await lead.get("/api/v1/handoffs")).json()["items"]
    assert items[-1]["conversation_id"] == str(later.conversation_id)
    _, again = await asks_for_a_person(world, sender="now")
    assert again.json()["queue_position"] == 1
    _, behind = await asks_for_a_person(world, sender="later")
    assert behind.json()["queue_position"] == 2


async def test_the_alarm_comes_when_the_wanted_time_is_over_and_not_at_the_promise(world: World) -> None:
    ticking: Worker = worker(world)
    await asks_for_a_person(world)
    await says(world, "明天上午")
    world.wait(hours=23)
    await ticks(world, ticking)
    assert await told(world, "talk.callback_late") == 0
    world.wait(hours=4)
    await ticks(world, ticking)
    assert await told(world, "talk.callback_late") == 1
    await says(world, "后天上午")
    await ticks(world, ticking)
    assert await told(world, "talk.callback_late") == 1
    world.wait(days=2)
    await ticks(world, ticking)
    await ticks(world, ticking)
    assert await told(world, "talk.callback_late") == 2


async def test_who_waits_for_a_colleague_on_duty_may_choose_to_be_called_instead(world: World) -> None:
    receipt, _ = await asks_for_a_person(world)
    async with world.database.transaction() as session:
        (await session.get_one(Conversation, receipt.conversation_id)).callback_by = None
    assert (await says(world, "都可以"))["outcome"] == "other"
    await says(world, "明天上午给我打电话")
    assert await kept(world, receipt.conversation_id) == (*TOMORROW, TOMORROW[1])


async def test_a_time_is_asked_of_nobody_in_danger(world: World) -> None:
    receipt = await world.says("我的卡被盗刷了")
    path = f"/api/v1/conversations/{receipt.conversation_id}/handoff"
    answer = await world.actions.post(path, json={"reason": "danger"}, headers={"Idempotency-Key": "k"})
    assert (answer.json()["ask"], answer.json()["times"]) == ("", [])


async def test_the_wish_is_seen_in_a_turn_where_nothing_else_is_asked(world: World) -> None:
    async def asked(words: str) -> str | None:
        await world.says(words)
        turn = (await world.channels.post("/api/v1/turns/claim", json={"worker": "w"})).json()
        await world.channels.post(
            f"/api/v1/turns/{turn['id']}/done",
            json={"worker": "w", "epoch": turn["epoch"], "engine": "rasa", "replies": [{"text": "好"}]},
        )
        found: str | None = turn["asked"]
        return found

    assert await asked("明天下午给我打电话") is None
    receipt = await world.says("人工")
    turn = (await world.channels.post("/api/v1/turns/claim", json={"worker": "w"})).json()
    path = f"/api/v1/conversations/{receipt.conversation_id}/handoff"
    await world.actions.post(path, json={"reason": "asked"}, headers={"Idempotency-Key": "k"})
    done = {"worker": "w", "epoch": turn["epoch"], "engine": "rasa", "replies": [{"text": "好"}]}
    await world.channels.post(f"/api/v1/turns/{turn['id']}/done", json=done)
    assert await asked("明天下午给我打电话") == "callback"
    assert await asked("查进度") is None
