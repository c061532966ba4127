"""What was read back, what was said to it and when are kept with the case (BD-04)."""

import pytest
import yaml
from sqlalchemy import func, select

from casebackend import failpoints
from casebackend.api.client import BackendUnavailable
from casebackend.api.conversations import Reply, TurnDone
from casebackend.api.conversations import Turn as TurnView
from casebackend.cases.model import Case
from casebackend.conversations import service as conversations
from casebackend.conversations.model import Message
from casebackend.conversations.rules import Asked, Engine
from casebackend.drafts.model import Confirmation
from casebackend.drafts.reading_back import check_code, shows
from channels.callback import past_callback
from channels.questionnaire import Questionnaire
from channels.words.book import Words
from tests.actions.desk import ROOT, Desk, InProcess
from tests.casebackend.cases.builders import ask, drafted
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import staff
from tests.world import World


async def read_back(desk: Desk) -> None:
    told = "我要投诉，昨天手机银行扣了我300元手续费，要求退还，我叫王小明，电话13812345678"
    await desk.say(told, "action_intake")
    while desk.open != "confirm":
        answer = {"field.unit": "不清楚是哪家", "field.id_number": "不提供"}[str(desk.open)]
        await desk.say(answer, "action_intake")


async def confirmation(world: World, number: str) -> dict[str, str | None] | None:
    async with await staff(world, "lead") as handler:
        answer = await handler.get(f"/api/v1/cases/{number}/confirmation")
    assert answer.status_code == 200, answer.text
    assert answer.json()["number"] == number
    kept: dict[str, str | None] | None = answer.json()["confirmation"]
    return kept


def number_in(words: str) -> str:
    return words.partition("编号 ")[2][:16]


async def test_the_read_back_and_the_words_of_the_yes_are_kept_with_their_times(world: World) -> None:
    desk = Desk(world)
    await read_back(desk)
    shown, shown_at = desk.words, world.time
    world.wait(minutes=3)
    await desk.say("都对，提交吧，我是王小明", "action_file")
    kept = await confirmation(world, number_in(desk.words))
    assert kept is not None
    assert (kept["shown"] or "").splitlines() == shown.splitlines()
    assert "涉及金额：300元" in (kept["shown"] or "")
    assert kept["said"] == "都对，提交吧，我是王**"
    assert "13812345678" not in str(kept)
    assert (kept["shown_at"], kept["said_at"]) == (f"{shown_at:%Y-%m-%dT%H:%M:%SZ}", f"{world.time:%Y-%m-%dT%H:%M:%SZ}")


async def test_the_words_kept_are_those_that_showed_what_is_registered(world: World) -> None:
    desk = Desk(world)
    await read_back(desk)
    await desk.say("金额改成200元", "action_intake")
    await desk.say("等一下，我看看", "action_intake")
    assert desk.names == ["utter_take_your_time_to_confirm"]
    await desk.say("确认提交", "action_file")
    kept = await confirmation(world, number_in(desk.words))
    assert kept is not None
    assert "涉及金额：200元" in (kept["shown"] or "")
    assert kept["said"] == "确认提交"


async def test_a_very_long_story_is_shown_by_both_its_ends_and_registered_whole(world: World) -> None:
    desk = Desk(world)
    told = "我要投诉，手机银行扣了我300元手续费" + "我打了很多次电话都没有人肯管这件事" * 150
    await desk.say(told, "action_intake")
    for answer in ("要求退还300元", "不清楚是哪家", "300元", "昨天", "我叫王小明", "13812345678", "不提供"):
        if desk.open != "confirm":
            await desk.say(answer, "action_intake")
    assert desk.open == "confirm"
    assert len(desk.words) < 1_500
    await desk.say("确认提交", "action_file")
    kept = await confirmation(world, number_in(desk.words))
    assert "全文已记下，共" in str(kept and kept["shown"])
    async with world.database.reading() as session:
        assert len((await session.scalars(select(Case.facts))).one()) > 2_000


LONG = "我要投诉，手机银行扣了我300元手续费" + "我打了很多次电话" * 90 + "经理说买理材没事" + "都没有人肯管这件事" * 90


async def read_back_of_a_long_story(desk: Desk) -> None:
    await desk.say(LONG, "action_intake")
    answers = {
        "field.demand": "要求退还300元",
        "field.unit": "不清楚是哪家",
        "field.amount": "300元",
        "field.occurred_on": "昨天",
        "field.name": "我叫王小明",
        "field.phone": "13812345678",
        "field.id_number": "不提供",
    }
    while desk.open != "confirm":
        await desk.say(answers[str(desk.open)], "action_intake")


async def test_the_check_code_of_a_long_story_is_that_of_what_is_registered(world: World) -> None:
    desk = Desk(world)
    await read_back_of_a_long_story(desk)
    before = desk.words
    await desk.say("理材改成理财", "action_intake", purpose="correct")
    assert "理财" not in desk.words
    assert len(desk.words.splitlines()[-2]) == len(before.splitlines()[-2])
    assert before not in desk.words
    await desk.say("确认提交", "action_file")
    kept = await confirmation(world, number_in(desk.words))
    async with world.database.reading() as session:
        facts = (await session.scalars(select(Case.facts))).one()
    assert "理财" in facts
    assert f"核对码 {check_code(facts)}" in str(kept and kept["shown"])
    assert f"核对码 {check_code(facts)}" not in before


@pytest.mark.parametrize("change", ["理材改成理财", "电话改成13899995678", "金额改成400元"])
async def test_a_yes_written_before_the_newest_read_back_came_registers_nothing(world: World, change: str) -> None:
    desk = Desk(world)
    await read_back_of_a_long_story(desk)
    await world.says(change)
    await world.says("确认提交")
    await desk.answer("action_intake", purpose="correct")
    assert desk.names[-1] == "utter_summary_money"
    assert await desk.answer("action_file", purpose="affirm") == ["utter_not_filed_yet"]
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Case)) == 0
    await desk.say("确认提交", "action_file")
    assert "utter_filed_unit_open" in desk.names
    kept = await confirmation(world, number_in(desk.words))
    assert kept is not None
    assert kept["shown"]


async def registered(world: World) -> list[Case]:
    async with world.database.reading() as session:
        return list(await session.scalars(select(Case)))


async def colleague_writes(world: World, name: str, value: str) -> None:
    async with world.database.reading() as session:
        conversation = (await session.scalars(select(Message.conversation_id))).first()
    async with await staff(world, "agent") as agent:
        changed = await agent.post(f"/drafts/{conversation}/fields", data={"name": name, "value": value})
    assert changed.status_code < 400, changed.text


async def lost_on_the_way(desk: Desk, words: str) -> None:
    """It is read into the draft, and its answer is only that this step did not work."""
    await desk.world.says(words)
    claimed = await desk.world.channels.post("/api/v1/turns/claim", json={"worker": "desk"})
    turn = TurnView.model_validate_json(claimed.content)
    await desk.run(turn, "action_intake", "correct")
    sorry = Reply(text="这一步没有办成，请再说一次。", asks=Asked.CONFIRM)
    answer = TurnDone(worker="desk", epoch=turn.epoch, engine=Engine.QUESTIONNAIRE, replies=[sorry])
    await desk.world.channels.post(f"/api/v1/turns/{turn.id}/done", content=answer.model_dump_json())


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("amount", "90000元", "涉及金额：90000元"),
        ("amount", "30元", "涉及金额：30元"),
        ("demand", "退还", "您的诉求：退还"),
        ("facts", "扣了我300元手续费", "事情经过：扣了我300元手续费"),
    ],
)
async def test_what_a_colleague_changed_after_the_read_back_is_read_back_before_it_is_registered(
    world: World, name: str, value: str, shown: str
) -> None:
    desk = Desk(world)
    await read_back(desk)
    await colleague_writes(world, name, value)
    assert await desk.say("确认提交", "action_file", purpose="affirm") == ["utter_summary_money"]
    assert shown in desk.words.splitlines()
    assert await registered(world) == []
    await desk.say("确认提交", "action_file", purpose="affirm")
    assert len(await registered(world)) == 1
    kept = await confirmation(world, number_in(desk.words))
    assert kept is not None
    assert shown in (kept["shown"] or "").splitlines()


@pytest.mark.parametrize(
    ("change", "shown"),
    [("金额改成90000元", "涉及金额：90000元"), ("电话改成13899995678", "联系电话：138****5678")],
)
async def test_a_change_whose_read_back_was_lost_is_read_back_before_it_is_registered(
    world: World, change: str, shown: str
) -> None:
    desk = Desk(world)
    await read_back(desk)
    await lost_on_the_way(desk, change)
    assert await desk.say("确认提交", "action_file", purpose="affirm") == ["utter_summary_money"]
    assert shown in desk.words.splitlines()
    assert await registered(world) == []
    await desk.say("确认提交", "action_file", purpose="affirm")
    kept = await confirmation(world, number_in(desk.words))
    assert kept is not None
    assert shown in (kept["shown"] or "").splitlines()


async def test_for_whom_it_is_must_have_been_read_back_too(world: World) -> None:
    desk = Desk(world)
    await read_back(desk)
    await desk.say("我是替我妈来投诉的，我是她的代理人", "action_intake")
    assert "受托人" in desk.words.splitlines()[-2]
    await lost_on_the_way(desk, "以什么身份改成本人")
    assert await desk.say("确认提交", "action_file", purpose="affirm") == ["utter_summary_money"]
    assert "受托人" not in desk.words
    assert await registered(world) == []


async def test_while_the_engine_is_down_what_was_not_read_back_is_read_back_too(world: World) -> None:
    desk = Desk(world)
    await read_back(desk)
    await colleague_writes(world, "amount", "90000元")
    await world.says("确认提交")
    claimed = await world.channels.post("/api/v1/turns/claim", json={"worker": "desk"})
    turn = past_callback(TurnView.model_validate_json(claimed.content))
    (reply,) = await Questionnaire(InProcess(world), Words("questionnaire")).reply(turn)
    assert "涉及金额：90000元" in reply.text.splitlines()
    assert reply.asks is Asked.CONFIRM
    assert await registered(world) == []


async def test_a_yes_answered_again_after_a_restart_gives_its_case_again(world: World) -> None:
    desk = Desk(world)
    await read_back(desk)
    await world.says("确认提交")
    claimed = await world.channels.post("/api/v1/turns/claim", json={"worker": "desk"})
    turn = TurnView.model_validate_json(claimed.content)
    await desk.run(turn, "action_file", "affirm")
    (case,) = await registered(world)
    world.wait(minutes=5)
    after = Desk(world)
    await after.answer("action_file", purpose="affirm")
    assert number_in(after.words) == case.number
    assert [each.number for each in await registered(world)] == [case.number]
    kept = await confirmation(world, str(case.number))
    assert "涉及金额：300元" in str(kept and kept["shown"])


async def test_a_yes_that_failed_before_its_case_was_made_is_one_after_the_restart(world: World) -> None:
    desk = Desk(world)
    await read_back(desk)
    await world.says("确认提交")
    claimed = await world.channels.post("/api/v1/turns/claim", json={"worker": "desk"})
    turn = TurnView.model_validate_json(claimed.content)
    failpoints.arm("case.before_commit", "raise")
    try:
        with pytest.raises(BackendUnavailable):
            await desk.run(turn, "action_file", "affirm")
    finally:
        failpoints.disarm()
    world.wait(minutes=5)
    after = Desk(world)
    await after.answer("action_file", purpose="affirm")
    assert [each.number for each in await registered(world)] == [number_in(after.words)]


def read_backs() -> list[tuple[str, str]]:
    written = (ROOT / "bot" / "domain" / "responses").glob("*.yml")
    known = {name: each for path in written for name, each in yaml.safe_load(path.read_text())["responses"].items()}
    return [
        (name, variant["text"])
        for name, variants in known.items()
        for variant in variants
        if "{facts}" in variant["text"] and variant.get("metadata", {}).get("asks") == "confirm"
    ]


VALUES = {
    "facts": "第一行，日期：昨天\n第二行",
    "demand": "退还300元",
    "unit": "北京朝阳支行",
    "amount": "300元",
    "occurred_on": "2026年3月1日",
    "name": "王**",
    "phone": "138****5678",
    "id_number": "不提供",
}


@pytest.mark.parametrize(("name", "written"), read_backs())
def test_every_read_back_that_is_written_is_recognised_as_one_of_what_it_shows(name: str, written: str) -> None:
    fields = [field for field in VALUES if f"{{{field}}}" in written]
    more = ["代理人"] if "{more}" in written else []
    text = written.format_map(VALUES | {"more": "".join(f"\n投诉人身份：{each}" for each in more)})
    values = [*(VALUES[field] for field in fields), *more]
    assert shows(text, values)
    assert not shows(text, values[:-1])
    assert not shows(text, values[1:])
    for place in range(len(values)):
        assert not shows(text, [*values[:place], values[place][1:], *values[place + 1 :]])
        assert not shows(text, [*values[:place], values[place][:-1], *values[place + 1 :]])
        assert not shows(text, [*values[:place], *values[place + 1 :]])


async def test_a_yes_that_came_twice_registers_once(world: World) -> None:
    desk = Desk(world)
    await read_back_of_a_long_story(desk)
    await world.says("确认提交")
    await world.says("确认提交")
    await desk.answer("action_file", purpose="affirm")
    await desk.answer("action_file", purpose="affirm")
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Case)) == 1


async def test_filed_again_it_is_kept_once_and_nothing_of_it_changes(world: World) -> None:
    conversation, message = await drafted(world)
    await ask(world, conversation, None)
    path = f"/conversations/{conversation}/draft/file"
    await world.act(path, message)
    later = (await world.says("确认提交")).message_id
    await world.act(path, later)
    async with world.database.reading() as session:
        assert await session.scalar(select(func.count()).select_from(Confirmation)) == 1
        kept = (await session.scalars(select(Confirmation))).one()
        assert (kept.said_message_id, kept.shown_text) == (message, None)


async def test_the_words_outlast_what_becomes_of_the_conversation(world: World) -> None:
    desk = Desk(world)
    await read_back(desk)
    await desk.say("确认提交", "action_file")
    number = number_in(desk.words)
    before = await confirmation(world, number)
    async with world.database.transaction() as session:
        for message in await session.scalars(select(Message)):
            await conversations.hold(session, message.conversation_id)
            message.text = "改过"
    assert await confirmation(world, number) == before


async def test_the_case_page_shows_what_the_customer_confirmed(world: World) -> None:
    desk = Desk(world)
    await read_back(desk)
    await desk.say("确认提交", "action_file")
    number = number_in(desk.words)
    async with await staff(world, "lead") as handler:
        page = await handler.get(f"/cases/{number}")
        part = (await handler.get(f"/cases/{number}/confirmation")).text
    assert "客户确认" in page.text
    assert "涉及金额：300元" in part
    assert "确认提交" in part
    assert "13812345678" not in part


async def test_a_case_that_a_colleague_registered_has_none(world: World) -> None:
    number = (await Counter(world).registers("outlet")).json()["number"]
    assert await confirmation(world, number) is None
    async with await staff(world, "lead") as reader:
        assert "没有客户确认记录" in (await reader.get(f"/cases/{number}/confirmation")).text
