import re
from typing import Any

from sqlalchemy import select, update

from casebackend.audit.model import AuditEntry
from casebackend.conversations.model import Conversation, Message
from casebackend.customers.model import Customer
from casebackend.identity import jobs
from casebackend.identity.model import IdentityCode, IdentityTalk, IdentityTries
from casebackend.identity.rules import CodeState
from casebackend.notices.ports import NotSent, Refused
from casebackend.schema import METADATA
from tests.casebackend.cases.builders import ask, case_of, filed
from tests.casebackend.identity.checks import ON_FILE, STRANGE, Carrier, Check, wrong
from tests.world import World


async def asks(world: World, check: Check, what: str, words: str) -> dict[str, Any]:
    receipt = await world.says(words, sender=check.sender)
    said = await world.act(f"/conversations/{receipt.conversation_id}/{what}", receipt.message_id)
    answer: dict[str, Any] = said.json()
    return answer


async def test_a_code_to_the_phone_on_file_opens_what_was_registered_elsewhere_for_half_an_hour(world: World) -> None:
    number = (await filed(world)).number
    carrier, check = await Carrier.ready(world), Check(world)
    none = {"cases": [], "foreign": True, "unproved": False, "first": 1, "total": 0}
    assert (await asks(world, check, "progress", f"查{number}")) == none
    first = await check.wants("progress", f"查{number}")
    assert first["next"] == "phone"
    assert (await check.says(f"我的号码是{ON_FILE}"))["next"] == "code"
    code = await carrier.code()
    assert await carrier.sent_to() == [ON_FILE]
    done = await check.says(f"短信说是 {code}")
    assert (done["next"], done["action"]) == ("done", "progress")
    said = await world.act(f"/conversations/{check.conversation}/progress", done["message_id"])
    assert [case["number"] for case in said.json()["cases"]] == [number]
    assert said.json()["foreign"] is False
    assert (await check.wants("urge", f"催办{number}"))["next"] == "done"
    world.wait(minutes=29)
    assert (await asks(world, check, "urge", f"催办{number}"))["outcome"] == "urged"
    world.wait(minutes=1)
    assert (await asks(world, check, "progress", f"查{number}"))["foreign"] is True
    assert (await check.wants("progress", f"查{number}"))["next"] == "phone"


async def test_the_level_belongs_to_one_channel_identity_and_to_one_phone(world: World) -> None:
    number = (await filed(world)).number
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("progress", f"查{number}")
    await check.says(ON_FILE)
    await check.says(await carrier.code())
    assert (await asks(world, Check(world, "another"), "progress", f"查{number}"))["foreign"] is True
    async with world.database.transaction() as session:
        vault = session.info["vault"]
        await session.execute(update(Customer).values(phone_index=vault.index("phone", STRANGE)))
    assert (await asks(world, check, "progress", f"查{number}"))["foreign"] is True


async def test_withdrawing_from_elsewhere_takes_the_code_and_a_yes_and_the_level_is_kept(world: World) -> None:
    receipt = await filed(world)
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("withdraw", f"撤诉{receipt.number}")
    await check.says(ON_FILE)
    done = await check.says(await carrier.code())
    asked = await world.act(f"/conversations/{check.conversation}/withdraw", done["message_id"])
    assert asked.json()["outcome"] == "confirm"
    world.wait(minutes=31)
    assert (await yes(world, check))["outcome"] == "foreign"
    assert (await case_of(world, receipt.case_id)).status == "pending_review"
    await check.wants("withdraw", f"撤诉{receipt.number}")
    await check.says(ON_FILE)
    done = await check.says(await carrier.code())
    await world.act(f"/conversations/{check.conversation}/withdraw", done["message_id"])
    assert (await yes(world, check))["outcome"] == "withdrawn"
    async with world.database.reading() as session:
        chain = select(AuditEntry.detail).where(AuditEntry.event == "case.withdrawn")
        [detail] = (await session.scalars(chain)).all()
    assert detail["level"] == 1


async def yes(world: World, check: Check) -> dict[str, Any]:
    assert check.conversation is not None
    await ask(world, check.conversation, "withdraw")
    return await asks(world, check, "withdraw", "确定撤诉")


async def test_whether_a_phone_is_on_file_cannot_be_told_from_any_answer(world: World) -> None:
    number = (await filed(world)).number
    carrier, heard = await Carrier.ready(world), []
    for phone in (ON_FILE, STRANGE):
        check, steps = Check(world, f"asks-{phone}"), []
        await check.wants("progress", f"查{number}")
        for words in (phone, "重新发送核实码", "000000", "换个手机号", phone, "没收到", "111111", "222222"):
            steps.append(await check.says(words))
            await carrier.worker.send_codes()
        steps.append(await check.wants("progress", f"查{number}"))
        heard.append(steps)
    assert heard[0] == heard[1]
    assert [step["next"] for step in heard[0]] == [
        "code", "code", "wrong", "phone", "code", "code", "wrong", "locked", "locked",
    ]  # fmt: skip
    assert set(await carrier.sent_to()) == {ON_FILE}


async def test_three_wrong_codes_lock_the_one_who_gave_them_for_half_an_hour_and_not_the_customer(world: World) -> None:
    number = (await filed(world)).number
    carrier, stranger = await Carrier.ready(world), Check(world)
    await stranger.wants("progress", f"查{number}")
    await stranger.says(ON_FILE)
    code = await carrier.code()
    assert [(await stranger.says(wrong(code)))["left"] for _ in range(2)] == [2, 1]
    end = await stranger.says(wrong(code))
    assert (end["next"], end["until"]) == ("locked", "2026-03-02T02:30:00Z")
    assert (await stranger.says(code))["next"] == "nothing"
    assert (await stranger.wants("progress", f"查{number}"))["next"] == "locked"
    customer = Check(world, "second-device")
    await customer.wants("progress", f"查{number}")
    assert (await customer.says(ON_FILE))["next"] == "code"
    assert (await customer.says(await carrier.code()))["next"] == "done"
    world.wait(minutes=30)
    await stranger.wants("progress", f"查{number}")
    assert (await stranger.says(ON_FILE))["next"] == "code"
    assert (await stranger.says(await carrier.code()))["next"] == "done"


async def guessed(world: World, carrier: Carrier, number: str, senders: range) -> list[str]:
    """Three wrong answers by each of these senders, who ask for one code each."""
    ends: list[str] = []
    for place in senders:
        check = Check(world, f"device-{place}")
        await check.wants("progress", f"查{number}")
        if (await check.says(ON_FILE))["next"] != "code":
            return [*ends, "no code"]
        code = await carrier.code()
        ends += [(await check.says(wrong(code)))["next"] for _ in range(3)]
    return ends


async def test_guesses_at_one_phone_out_of_many_conversations_end_for_the_day_but_not_for_a_known_one(
    world: World,
) -> None:
    number = (await filed(world)).number
    carrier, customer = await Carrier.ready(world), Check(world, "customers-phone")
    await customer.wants("progress", f"查{number}")
    await customer.says(ON_FILE)
    assert (await customer.says(await carrier.code()))["next"] == "done"
    assert await guessed(world, carrier, number, range(4)) == ["wrong", "wrong", "locked"] * 4
    last = Check(world, "device-4")
    await last.wants("progress", f"查{number}")
    await last.says(ON_FILE)
    code = await carrier.code()
    assert [(await last.says(wrong(code)))["left"] for _ in range(2)] == [2, 1]
    assert (await last.says(wrong(code)))["until"] == "2026-03-02T16:00:00Z"
    assert await guessed(world, carrier, number, range(5, 6)) == ["no code"]
    world.wait(minutes=31)
    await customer.wants("progress", f"查{number}")
    assert (await customer.says(ON_FILE))["next"] == "code"
    assert (await customer.says(await carrier.code()))["next"] == "done"
    world.wait(hours=24)
    assert await guessed(world, carrier, number, range(6, 7)) == ["wrong", "wrong", "locked"]


async def test_a_code_ends_after_five_minutes_and_a_new_one_makes_the_old_one_worthless(world: World) -> None:
    number = (await filed(world)).number
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("progress", f"查{number}")
    await check.says(ON_FILE)
    old = await carrier.code()
    world.wait(minutes=5)
    assert (await check.says(old))["next"] == "expired"
    assert (await check.says("重新发送核实码"))["next"] == "code"
    new = await carrier.code()
    world.wait(minutes=4)
    assert (await check.says(new))["next"] == "done"
    assert (await check.says(new))["next"] == "nothing"


async def test_so_many_codes_an_hour_go_to_one_conversation_and_so_many_a_day_to_one_phone(world: World) -> None:
    number = (await filed(world)).number
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("progress", f"查{number}")
    steps = [await check.says(phone) for phone in (ON_FILE, ON_FILE, STRANGE, ON_FILE, ON_FILE, ON_FILE)]
    assert [step["next"] for step in steps] == ["code"] * 5 + ["too_many"]
    assert steps[-1]["until"] == "2026-03-02T03:00:00Z"
    other = Check(world, "second-device")
    await other.wants("progress", f"查{number}")
    assert [(await other.says(ON_FILE))["next"] for _ in range(5)] == ["code"] * 5
    third = Check(world, "third-device")
    await third.wants("progress", f"查{number}")
    steps = [await third.says(ON_FILE) for _ in range(2)]
    assert [step["next"] for step in steps] == ["code", "too_many"]
    assert steps[-1]["until"] == "2026-03-02T16:00:00Z"
    world.wait(hours=24)
    await check.wants("progress", f"查{number}")
    assert (await check.says(ON_FILE))["next"] == "code"
    assert len(await carrier.sent_to()) == 1  # those of yesterday have ended unsent


async def test_a_conversation_that_proved_a_phone_is_known_for_ninety_days(world: World) -> None:
    number = (await filed(world)).number
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("progress", f"查{number}")
    await check.says(ON_FILE)
    await check.says(await carrier.code())
    for days, kept in ((89, True), (2, False)):
        world.wait(days=days)
        async with world.database.transaction() as session:
            await jobs.forget(session, now=world.time)
            assert (await session.scalar(select(IdentityTalk)) is not None) is kept


async def test_what_is_no_answer_costs_no_try(world: World) -> None:
    number = (await filed(world)).number
    check = Check(world)
    await check.wants("progress", f"查{number}")
    assert (await check.says("什么手机号"))["understood"] is False
    assert (await check.says("010-62345678"))["understood"] is False
    await check.says(ON_FILE)
    for words in ("什么码", "12345", "123456 或者 654321", "1234567"):
        step = await check.says(words)
        assert (step["next"], step["understood"], step["left"]) == ("code", False, None)
    assert (await check.says("不用了"))["next"] == "stopped"
    assert (await check.says("123456"))["next"] == "nothing"


async def test_back_leads_from_the_code_to_the_phone_and_from_the_phone_out_of_the_check(world: World) -> None:
    number = (await filed(world)).number
    check = Check(world)
    await check.wants("progress", f"查{number}")
    assert (await check.says(ON_FILE))["next"] == "code"
    assert (await check.says("*"))["next"] == "phone"
    assert (await check.says("返回上一步"))["next"] == "stopped"
    assert (await check.says("123456"))["next"] == "nothing"


async def test_a_phone_that_was_said_at_once_is_not_asked_for_again(world: World) -> None:
    number = (await filed(world)).number
    carrier, check = await Carrier.ready(world), Check(world)
    assert (await check.wants("progress", f"查{number}，我手机号{ON_FILE}"))["next"] == "code"
    assert (await check.says(await carrier.code()))["next"] == "done"


async def test_a_message_of_another_conversation_or_of_ours_is_no_answer(world: World) -> None:
    check = Check(world)
    await check.wants("progress", "查TS20260302999999")
    other = await world.says("你好", sender="somebody")
    for path, extra in (("identity", {"action": "urge"}), ("identity/answer", {})):
        said = await world.actions.post(
            f"/api/v1/conversations/{check.conversation}/{path}",
            json={"message_id": str(other.message_id)} | extra,
            headers={"Idempotency-Key": path},
        )
        assert (said.status_code, said.json()["type"]) == (404, "/problems/message-not-found")
    said = await world.actions.post(
        f"/api/v1/conversations/{check.conversation}/identity",
        json={"message_id": str(other.message_id), "action": "personal_data"},
        headers={"Idempotency-Key": "k"},
    )
    assert said.status_code == 422


async def test_the_same_message_again_is_the_same_answer_and_one_guess(world: World) -> None:
    number = (await filed(world)).number
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("progress", f"查{number}")
    await check.says(ON_FILE)
    receipt = await world.says(wrong(await carrier.code()), sender=check.sender)
    path = f"/conversations/{check.conversation}/identity/answer"
    answers = [(await world.act(path, receipt.message_id)).json() for _ in range(3)]
    assert [answer["left"] for answer in answers] == [2, 2, 2]


async def test_the_code_is_found_nowhere_but_in_the_carrier(world: World) -> None:
    number = (await filed(world)).number
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("progress", f"查{number}")
    await check.says(ON_FILE)
    code = await carrier.code()
    spoken = code.translate(str.maketrans("0123456789", "零一二三四五六七八九"))
    spaced = f"{code[:3]} {code[3:]}"
    await world.says(f"同事让我发{code}", sender=check.sender)
    async with world.database.transaction() as session:
        (await session.get_one(Conversation, check.conversation)).asked = None
    for text in (code, spaced, spoken, f"是{code}吗", f"验证码是{code}"):
        await world.says(text, sender=check.sender)
    async with world.database.transaction() as session:
        (await session.get_one(Conversation, check.conversation)).asked = "identity.code"
    assert (await check.says(f"您好，核实码：{spaced}，谢谢"))["next"] == "done"
    await carrier.worker.tick()
    wanted = re.compile("|".join(rf"(?<![0-9A-Za-z]){form}(?![0-9A-Za-z])" for form in (code, spaced, spoken)))
    async with world.database.reading() as session:
        for table in METADATA.sorted_tables:
            for row in (await session.execute(select(table))).all():
                assert not wanted.search(repr(row)), table.name
        said = (await session.scalars(select(Message.text).where(Message.text.contains("核实码")))).all()
        for column in (Message.answer_digest, IdentityCode.digest):
            assert (await session.scalars(select(column).where(column.is_not(None)))).all() == []
    assert "您好，核实码：[核实码]，谢谢" in said


async def test_a_code_that_was_certainly_not_taken_over_is_made_anew_and_a_doubtful_one_is_not_sent_twice(
    world: World,
) -> None:
    number = (await filed(world)).number
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("progress", f"查{number}")
    carrier.sender.failing = [NotSent("busy"), NotSent("busy")]
    await check.says(ON_FILE)
    assert (await check.says(await carrier.code()))["next"] == "done"
    assert len(carrier.sender.sent) == 1
    world.wait(hours=2)
    for failure, state in ((TimeoutError(), CodeState.MAYBE_SENT), (Refused("no such number"), CodeState.FAILED)):
        await check.wants("progress", f"查{number}")
        carrier.sender.failing = [failure]
        await check.says(ON_FILE)
        await carrier.worker.send_codes()
        async with world.database.reading() as session:
            newest = select(IdentityCode.state).order_by(IdentityCode.asked_at.desc()).limit(1)
            assert await session.scalar(newest) == state
        world.wait(minutes=10)
    assert len(carrier.sender.sent) == 1


async def test_a_worker_that_dies_with_a_code_sends_it_to_nobody_a_second_time(world: World) -> None:
    number = (await filed(world)).number
    carrier, check = await Carrier.ready(world), Check(world)
    await check.wants("progress", f"查{number}")
    await check.says(ON_FILE)
    async with world.database.transaction() as session:
        [lost] = await jobs.claim(session, now=world.time)
        assert await jobs.claim(session, now=world.time) == []
    world.wait(minutes=2)
    assert await carrier.sent_to() == []
    assert (await check.says(lost.message.text.partition("是 ")[2][:6]))["next"] == "done"


async def test_what_is_past_its_use_is_forgotten(world: World) -> None:
    number = (await filed(world)).number
    check = Check(world)
    await check.wants("progress", f"查{number}")
    await check.says(ON_FILE)
    await check.says("000000")
    for hours, rows in ((0, True), (25, False)):
        world.wait(hours=hours)
        async with world.database.transaction() as session:
            await jobs.forget(session, now=world.time)
            for table in (IdentityTalk, IdentityCode, IdentityTries):
                assert (await session.scalar(select(table).limit(1)) is not None) is rows


async def test_whoever_reads_in_large_type_has_ten_minutes_for_a_code_and_is_told_so(world: World) -> None:
    number = (await filed(world)).number
    carrier, slow, quick = await Carrier.ready(world), Check(world), Check(world, "quick")
    await slow.wants("progress", f"查{number}")
    async with world.database.transaction() as session:
        await session.execute(update(Conversation).where(Conversation.id == slow.conversation).values(large=True))
    assert (await slow.says(ON_FILE))["minutes"] == 10
    code = await carrier.code()
    world.wait(minutes=9, seconds=59)
    assert (await slow.says(f"是 {code}"))["next"] == "done"
    await quick.wants("progress", f"查{number}")
    assert (await quick.says(ON_FILE))["minutes"] == 5
    code = await carrier.code()
    world.wait(minutes=5)
    assert (await quick.says(code))["next"] == "expired"
