"""Complaints of the same customer that were registered by another channel: within reach after the code, not before."""

from typing import Any

import pytest
from sqlalchemy import select

from casebackend.cases.model import Case
from casebackend.conversations.rules import Channel
from casebackend.customers import service as customers
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.canaries import Canary, in_database
from tests.casebackend.cases.builders import ask, filed
from tests.casebackend.families.builders import closed
from tests.casebackend.identity.checks import ON_FILE, Carrier, Check
from tests.world import World

MADE_UP = "TS20260302999999"
ACTIONS = {
    "progress": "查一下{}",
    "urge": "催办{}",
    "withdraw": "撤诉{}",
    "supplement": "补充{}当时有录像可以证明",
    "second": "对{}的答复不服，钱还是没有退给我",
}


async def asks(world: World, check: Check, what: str, words: str) -> dict[str, Any]:
    receipt = await world.says(words, sender=check.sender)
    check.conversation = receipt.conversation_id
    said = await world.act(f"/conversations/{receipt.conversation_id}/{what}", receipt.message_id)
    assert said.status_code == 200, said.text
    answer: dict[str, Any] = said.json()
    return answer


async def history(world: World, kind: str) -> list[tuple[str | None, object]]:
    async with world.database.reading() as session:
        rows = await session.scalars(select(TimelineEntry).where(TimelineEntry.kind == kind))
        return [(row.opinion, row.detail.get("level")) for row in rows]


async def test_what_is_not_ones_own_and_what_does_not_exist_are_answered_the_same(world: World) -> None:
    number = (await filed(world, channel=Channel.WECHAT)).number
    async with world.database.transaction() as session:
        await customers.register(
            session, channel="webchat", sender="x", name="李晓芸", phone="13812345678", id_number=None, now=world.time
        )
    carrier, check = await Carrier.ready(world), Check(world)

    async def heard() -> None:
        for what, words in ACTIONS.items():
            theirs = await asks(world, check, what, words.format(number))
            assert theirs == await asks(world, check, what, words.format(MADE_UP)), what
            assert number not in str(theirs), what

    await heard()
    steps = [await check.wants("supplement", f"补充{each}") for each in (number, MADE_UP)]
    assert steps[0] == steps[1]
    await check.says("13812345678")
    assert (await check.says(await carrier.code()))["next"] == "done"
    await heard()
    assert [(await check.wants("second", f"二次投诉{each}"))["next"] for each in (number, MADE_UP)] == ["done", "done"]


async def test_more_is_added_by_another_channel_after_the_code_and_only_as_long_as_it_counts(world: World) -> None:
    receipt = await filed(world, channel=Channel.WECHAT)
    carrier, check = await Carrier.ready(world), Check(world)
    assert (await asks(world, check, "supplement", f"补充{receipt.number}"))["outcome"] == "foreign"
    done = await check.proved(carrier, "supplement", f"补充{receipt.number}")
    assert (done["next"], done["action"]) == ("done", "supplement")
    assert check.conversation is not None
    wanted = await world.act(f"/conversations/{check.conversation}/supplement", done["message_id"])
    assert (wanted.json()["outcome"], wanted.json()["case"]["number"]) == ("ask", receipt.number)
    await ask(world, check.conversation, "supplement")
    assert (await asks(world, check, "supplement", "大堂有录像，可以打13711112222问"))["outcome"] == "added"
    [(words, level)] = await history(world, "case.supplemented")
    assert (level, "大堂有录像" in str(words), "13711112222" in str(words)) == (1, True, False)
    async with world.database.reading() as session:
        case = await session.get_one(Case, receipt.case_id)
        assert "13711112222" in await customers.reveal(session, case.conversation_id, str(words))
    world.wait(minutes=30)
    await ask(world, check.conversation, "supplement")
    assert (await asks(world, check, "supplement", "还有一张回单照片"))["outcome"] == "foreign"
    assert len(await history(world, "case.supplemented")) == 1


@pytest.mark.parametrize("what", ["supplement", "urge", "second"])
async def test_a_pick_up_code_said_in_another_chat_is_not_kept_with_the_case_that_it_is_said_about(
    world: World, what: str
) -> None:
    """Of digits alone: without its name nothing tells it from a telephone number."""
    number = (await closed(world))[1] if what == "second" else (await filed(world, channel=Channel.WECHAT)).number
    carrier, check = await Carrier.ready(world), Check(world)
    await check.proved(carrier, what, f"{number}的取件码2345-6789打不开")
    answer = await asks(
        world, check, what, f"补充{number}：输入2345-6789打不开，请打13711112222，钱还是没有退，答复不服"
    )
    assert answer["outcome"] == {"supplement": "added", "urge": "urged", "second": "opened"}[what]
    async with world.database.reading() as session:
        told = [each or "" for each in await session.scalars(select(TimelineEntry.opinion))]
        told += list(await session.scalars(select(Case.facts)))
    [words] = [each for each in told if "打不开" in each]
    assert ("****-****" in words, "2345" in words, "[手机#" in words) == (True, False, True)
    names = ("2345-6789", "23456789")
    assert await in_database(world, [Canary(each, "\0none", "\0none", "\0none", "\0none") for each in names]) == []


async def test_a_second_complaint_comes_by_another_channel_after_the_code(world: World) -> None:
    case_id, number = await closed(world)
    carrier, check = await Carrier.ready(world), Check(world, "other-device")
    assert (await asks(world, check, "second", f"对{number}的答复不服"))["outcome"] == "foreign"
    done = await check.proved(carrier, "second", f"对{number}的答复不服")
    assert check.conversation is not None
    asked = await world.act(f"/conversations/{check.conversation}/second", done["message_id"])
    assert asked.json()["outcome"] == "reason"
    world.wait(minutes=30)
    await ask(world, check.conversation, "second")
    reason = "钱没有退，请打13711112222"
    assert (await asks(world, check, "second", reason))["outcome"] == "foreign"
    await check.proved(carrier, "second", f"对{number}的答复不服")
    await ask(world, check.conversation, "second")
    opened = await asks(world, check, "second", reason)
    assert opened["outcome"] == "opened"
    async with world.database.reading() as session:
        second = await session.scalar(select(Case).where(Case.parent_id == case_id))
        assert second is not None
        assert ("钱没有退" in second.facts, "13711112222" in second.facts) == (True, False)
        assert "13711112222" in await customers.reveal(session, second.conversation_id, second.facts)
    assert await history(world, "case.second_opened") == [(None, 1)]


async def test_a_lock_of_one_does_not_keep_another_from_his_complaint(world: World) -> None:
    number = (await filed(world)).number
    carrier, guesser, customer = await Carrier.ready(world), Check(world), Check(world, "second-device")
    await guesser.wants("supplement", f"补充{number}")
    await guesser.says(ON_FILE)
    await carrier.code()
    assert [(await guesser.says("000000"))["next"] for _ in range(3)] == ["wrong", "wrong", "locked"]
    assert (await guesser.wants("second", f"二次投诉{number}"))["next"] == "locked"
    assert (await customer.proved(carrier, "supplement", f"补充{number}"))["next"] == "done"
    assert (await asks(world, customer, "supplement", f"补充{number}当时有录像可以证明"))["outcome"] == "added"
    assert (await asks(world, customer, "progress", "查进度"))["cases"][0]["number"] == number
