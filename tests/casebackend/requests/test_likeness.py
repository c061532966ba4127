from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from casebackend.attachments.model import Attachment
from casebackend.audit.model import AuditEntry
from casebackend.cases.enclosing_jobs import on_kept
from casebackend.conversations.rules import Channel
from casebackend.drafts.model import Draft, DraftField
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.cases.builders import Desk, ask, case_of, drafted, filed
from tests.casebackend.cases.test_own import says
from tests.casebackend.families.builders import closes, holds
from tests.casebackend.identity.checks import Carrier, Check
from tests.casebackend.requests.test_supplements import added
from tests.world import World

pytestmark = pytest.mark.usefixtures("known_senders")
CARD = "6222021234567890128"
FIRST = f"我要投诉，3月1日朝阳支行柜台多扣了我卡{CARD}年费200元，要求退回"
OTHER_WORDS = "我要投诉海淀支行，昨天保安不让我进门还推人，说我尾号0128的卡不是他们开的，要求道歉"


async def looks(world: World, sender: str = "customer-1") -> tuple[UUID, list[str]]:
    """A complaint told as always; the numbers of those it is like."""
    conversation, message = await drafted(world, sender=sender)
    answer = await world.act(f"/conversations/{conversation}/likeness", message)
    assert answer.status_code == 200, answer.text
    await ask(world, conversation, "duplicate")
    return conversation, [case["number"] for case in answer.json()["cases"]]


async def chooses(world: World, words: str, *, sender: str = "customer-1", key: str | None = None) -> dict[str, Any]:
    return await says(world, "likeness/choice", words, sender=sender)


async def chosen(world: World, conversation: UUID) -> list[str | None]:
    query = select(Draft.likeness_choice).where(Draft.conversation_id == conversation, Draft.case_id.is_(None))
    async with world.database.reading() as session:
        return list(await session.scalars(query))


async def test_the_same_complaint_within_ninety_days_is_shown_to_whom_it_belongs_and_to_nobody_else(
    world: World,
) -> None:
    receipt = await filed(world)
    assert (await looks(world, "somebody-else"))[1] == []
    world.wait(days=89)
    conversation, numbers = await looks(world)
    assert numbers == [receipt.number]
    assert (await chooses(world, "嗯"))["outcome"] == "unclear"
    assert (await chooses(world, "补充 TS20260302999999"))["outcome"] == "unclear"
    assert await chosen(world, conversation) == [None]
    assert (await chooses(world, "仍要新建"))["outcome"] == "new"
    assert await chosen(world, conversation) == ["new"]
    async with world.database.reading() as session:
        details = list(
            await session.scalars(select(AuditEntry.detail).where(AuditEntry.event == "case.likeness_decided"))
        )
    assert [detail["choice"] for detail in details] == ["new"]
    assert (await chooses(world, "仍要新建"))["outcome"] == "none"
    assert await holds(world) == []


async def test_another_story_about_the_same_branch_is_another_complaint(world: World) -> None:
    first = await filed(world)
    other = "我要投诉北京朝阳支行的保安今天早上骂人还推了我母亲一把，要求当面赔礼"
    conversation, message = await drafted(world, story=other)
    answer = await world.act(f"/conversations/{conversation}/likeness", message)
    assert answer.json()["cases"] == []
    async with world.database.reading() as session:
        told = select(DraftField.value).where(DraftField.name == "unit", DraftField.draft_id == Draft.id)
        unit = await session.scalar(told.where(Draft.conversation_id == conversation, Draft.state == "open"))
    assert UUID(str(unit)) == (await case_of(world, first.case_id)).unit_id


async def test_after_ninety_days_it_is_a_new_one(world: World) -> None:
    await filed(world)
    world.wait(days=91)
    assert (await looks(world))[1] == []


async def test_added_to_the_earlier_one_the_draft_is_over(world: World) -> None:
    receipt = await filed(world)
    world.wait(days=1)
    conversation, _ = await looks(world)
    message = await world.says(f"补充 {receipt.number}")
    path = f"/conversations/{conversation}/likeness/choice"
    first = await world.act(path, message.message_id, key="rasa")
    assert first.json()["outcome"] == "supplement"
    assert (await world.act(path, message.message_id, key="questionnaire")).json() == first.json()
    [words] = await added(world, receipt.case_id)
    assert "年费" in words
    assert "13800138000" not in words
    assert await chosen(world, conversation) == ["supplement"]
    assert (await world.act(f"/conversations/{conversation}/draft/file", message.message_id)).status_code == 409
    await ask(world, conversation, None)
    assert (await says(world, "draft/absorb", "我要投诉"))["started"] is True
    assert await holds(world) == []


async def test_urged_instead_once_a_day(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    await looks(world)
    assert (await chooses(world, "催办"))["outcome"] == "urge"
    await looks(world)
    assert (await chooses(world, "催办"))["outcome"] == "too_soon"
    assert (await case_of(world, receipt.case_id)).urge_count == 1


async def picture(world: World, conversation: UUID, message: UUID | None = None) -> UUID:
    """A photo of this conversation that no case has yet."""
    async with world.database.transaction() as session:
        file = Attachment(
            conversation_id=conversation, message_id=message, origin="customer", name="小票.jpg", version=1,
            content_type="image/jpeg", size=1, sha256="0" * 64, stored_as=uuid4().hex, added_at=world.time,
            added_by_name="客户",
        )  # fmt: skip
        session.add(file)
        await session.flush()
        return file.id


async def where(world: World, file: UUID) -> UUID | None:
    async with world.database.reading() as session:
        return (await session.get_one(Attachment, file)).case_id


@pytest.mark.parametrize("choice", ["补充", "催办"])
async def test_photos_sent_while_telling_go_with_the_words_to_the_earlier_complaint(world: World, choice: str) -> None:
    receipt = await filed(world)
    world.wait(minutes=1)
    await filed(world)
    before = await picture(world, (await case_of(world, receipt.case_id)).conversation_id)
    world.wait(days=1)
    conversation, _ = await looks(world)
    photo = await picture(world, conversation)
    sent = await world.says("[图片]")
    tied = await picture(world, conversation, sent.message_id)
    await ask(world, conversation, "duplicate")
    world.wait(minutes=1)
    assert (await chooses(world, f"{choice} {receipt.number}"))["outcome"] in {"supplement", "urge"}
    assert [await where(world, each) for each in (photo, tied)] == [receipt.case_id] * 2
    assert await where(world, before) is None
    world.wait(minutes=1)
    late = await picture(world, conversation, sent.message_id)
    async with world.database.transaction() as session:
        await on_kept(session, {"attachment_id": str(late)}, world.time)
    assert await where(world, late) == receipt.case_id


async def test_what_is_told_while_urging_too_soon_is_kept_once(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).investigating(receipt.case_id)
    await looks(world)
    await chooses(world, "催办")
    assert await added(world, receipt.case_id) == []
    conversation, _ = await looks(world)
    photo = await picture(world, conversation)
    async with world.database.transaction() as session:
        told = select(DraftField).where(DraftField.name == "facts", DraftField.draft_id == Draft.id)
        held = (await session.scalars(told.where(Draft.conversation_id == conversation, Draft.state == "open"))).one()
        held.value = held.value + "，昨天又扣了一次"
    assert (await chooses(world, "催办"))["outcome"] == "too_soon"
    [words] = await added(world, receipt.case_id)
    assert "昨天又扣了一次" in words
    assert await where(world, photo) == receipt.case_id
    assert (await case_of(world, receipt.case_id)).urge_count == 1
    again = await says(world, "urge", "催一下，我的工资卡昨天又被扣了一笔钱")
    assert again["outcome"] == "too_soon"
    assert "工资卡" in (await added(world, receipt.case_id))[-1]
    message = await world.says("催一下，我的工资卡昨天又被扣了一笔钱")
    for key in ("rasa", "questionnaire"):
        await world.act(f"/conversations/{message.conversation_id}/urge", message.message_id, key=key)
    assert len(await added(world, receipt.case_id)) == 2


async def test_a_closed_one_takes_nothing_and_several_are_told_apart(world: World) -> None:
    first, second = await filed(world), await filed(world)
    assert sorted((await looks(world))[1]) == sorted([first.number, second.number])
    assert (await chooses(world, "补充"))["outcome"] == "choose"
    await Desk(world).replied(first.case_id)
    await closes(world, first.case_id)
    answer = await chooses(world, f"补充 {first.number}")
    assert (answer["outcome"], answer["case"]["number"]) == ("closed", first.number)
    assert (await chooses(world, f"补充 {second.number}"))["outcome"] == "supplement"


async def files(world: World, story: str, *, sender: str = "customer-1", channel: Channel | None = None) -> str:
    conversation, message = await drafted(world, sender=sender, channel=channel, story=story)
    await ask(world, conversation, None)
    answer = await world.act(f"/conversations/{conversation}/draft/file", message)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["number"])


async def test_the_same_card_is_enough_whatever_the_words_and_the_unit(world: World) -> None:
    number = await files(world, FIRST)
    conversation, message = await drafted(world, story=OTHER_WORDS)
    answer = await world.act(f"/conversations/{conversation}/likeness", message)
    assert [case["number"] for case in answer.json()["cases"]] == [number]


async def test_the_choice_stands_on_the_new_complaint_too_and_on_its_page(world: World) -> None:
    first = (await filed(world)).number
    conversation, _ = await looks(world)
    await chooses(world, "仍要新建")
    yes = await world.says("确认提交")
    await ask(world, conversation, None)
    second = (await world.act(f"/conversations/{conversation}/draft/file", yes.message_id)).json()["number"]
    entries = (await world.tester.get(f"/api/v1/cases/{second}/timeline")).json()["entries"]
    [entry] = [each for each in entries if each["kind"] == "case.likeness_decided"]
    assert (entry["detail"], first in entry["opinion"]) == ({"choice": "new", "earlier": [first]}, True)
    page = (await (await Desk(world).browser("lead")).get(f"/cases/{second}")).text
    assert "客户选择如何处理相似投诉：仍要新建" in page
    assert f"已向客户提示此前相似的投诉：{first}" in page


async def test_what_was_registered_by_another_channel_is_shown_to_whom_the_code_has_proved_and_to_nobody_else(
    world: World,
) -> None:
    number = (await filed(world, channel=Channel.WECHAT)).number
    world.spoken_by = Channel.WEBCHAT
    assert (await looks(world, "stranger"))[1] == []
    carrier, check = await Carrier.ready(world), Check(world, "same-person")
    assert (await check.proved(carrier, "progress", "查进度，别的渠道登记的"))["next"] == "done"
    await ask(world, check.conversation, None)  # type: ignore[arg-type]
    assert (await looks(world, "same-person"))[1] == [number]
    assert (await chooses(world, f"补充 {number}", sender="same-person"))["outcome"] == "supplement"


@pytest.mark.parametrize("choice", ["补充", "催办"])
async def test_a_pick_up_code_in_what_was_told_anew_is_not_kept_with_the_earlier_one(world: World, choice: str) -> None:
    number = await files(world, FIRST, channel=Channel.WECHAT)
    world.spoken_by = Channel.WEBCHAT
    carrier, check = await Carrier.ready(world), Check(world, "same-person")
    await check.proved(carrier, "progress", "取件码2345-6789查不了进度，别的渠道登记的")
    await ask(world, check.conversation, None)  # type: ignore[arg-type]
    story = f"{FIRST}，网页输入2345-6789打不开"
    conversation, message = await drafted(world, sender="same-person", story=story)
    shown = await world.act(f"/conversations/{conversation}/likeness", message)
    assert [case["number"] for case in shown.json()["cases"]] == [number]
    await ask(world, conversation, "duplicate")
    outcome = (await chooses(world, f"{choice} {number}", sender="same-person"))["outcome"]
    assert outcome == {"补充": "supplement", "催办": "urge"}[choice]
    async with world.database.reading() as session:
        told = [each for each in await session.scalars(select(TimelineEntry.opinion)) if each and "打不开" in each]
    assert [("****-****" in each, "2345" in each) for each in told] == [(True, False)]


async def test_to_a_browser_alone_only_number_and_day_are_told_and_joining_takes_the_code(world: World) -> None:
    world.spoken_by = Channel.WEBCHAT
    number = (await filed(world)).number
    conversation, message = await drafted(world)
    [shown] = (await world.act(f"/conversations/{conversation}/likeness", message)).json()["cases"]
    assert (shown["number"], shown["stage"], shown["next_step"], shown["unit"]) == (number, "", "", None)
    await ask(world, conversation, "duplicate")
    carrier, check = await Carrier.ready(world), Check(world)
    wants = await world.says(f"催办 {number}")
    path = f"/conversations/{conversation}/likeness/choice"
    assert (await world.act(path, wants.message_id)).json()["outcome"] == "unproved"
    assert await chosen(world, conversation) == [None]
    check.sender, check.conversation = "customer-1", conversation
    await check.begins(wants.message_id, "join", here=True)
    assert (await check.says(await carrier.code()))["action"] == "join"
    assert (await world.act(path, wants.message_id)).json()["outcome"] == "urge"
