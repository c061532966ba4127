"""A draft grows with each message, and only as the customer means it."""

from datetime import date
from decimal import Decimal
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from casebackend.drafts import queries, service
from casebackend.drafts.errors import DraftIncomplete, NoDraft
from casebackend.drafts.model import Draft, DraftField
from casebackend.drafts.rules import DraftState, Field, FieldState
from casebackend.organisations.model import Organisation
from tests.casebackend.drafts.teller import STORY, Teller, shown
from tests.world import World


async def test_one_story_fills_five_fields_and_the_name_is_asked_next(world: World) -> None:
    told = await Teller(world).tells(STORY)
    assert told.started
    assert told.changed == [Field.FACTS, Field.DEMAND, Field.UNIT, Field.AMOUNT, Field.OCCURRED_ON]
    assert shown(told.draft) == {
        "demand": "要求退还",
        "unit": "北京朝阳支行",
        "amount": "200元",
        "occurred_on": "2026年3月1日",
    }
    assert (told.draft.next, told.draft.missing) == (Field.NAME, [Field.NAME, Field.PHONE, Field.ID_NUMBER])
    assert {field.message_id for field in told.draft.fields} == {told.draft.fields[0].message_id}


async def test_an_announcement_starts_a_draft_and_fills_nothing(world: World) -> None:
    told = await Teller(world).tells("我要投诉")
    assert (told.started, told.changed, told.draft.next) == (True, [], Field.FACTS)
    assert not told.draft.about_money


async def test_without_money_amount_and_date_are_not_asked(world: World) -> None:
    told = await Teller(world).tells("朝阳支行柜员当众骂人，要求道歉")
    assert not told.draft.about_money
    assert told.draft.missing == [Field.NAME, Field.PHONE, Field.ID_NUMBER]


async def test_a_second_kind_of_danger_is_told_of_anew_and_each_once(world: World) -> None:
    teller = Teller(world)
    told = [
        await teller.tells(text) for text in ("我的卡被盗刷了5000元", "我不想活了", "被盗刷的钱还给我", "真不想活了")
    ]
    assert [each.danger for each in told] == ["money", "life", None, None]
    assert [each.warned for each in told] == [False, False, True, True]


async def test_a_danger_told_before_the_form_is_not_told_of_again_in_it(world: World) -> None:
    await world.says("我不想活了")
    teller = Teller(world)
    await teller.tells(STORY)
    told = [await teller.tells(text) for text in ("真不想活了", "卡又被盗刷了5000元")]
    assert [(each.danger, each.warned) for each in told] == [(None, True), ("money", False)]


async def test_a_complete_draft_is_given_in_plain_and_shown_masked(world: World) -> None:
    teller = Teller(world)
    last = await teller.fills_everything()
    assert (last.draft.missing, last.draft.next) == ([], None)
    assert shown(last.draft) | {"name": "张**", "phone": "138****8000", "id_number": "不提供"} == shown(last.draft)
    async with world.database.reading() as session:
        complete = await service.complete(session, teller.conversation_id)
    assert (complete.name, complete.phone, complete.id_number) == ("张三", "13800138000", None)
    assert (complete.amount, complete.occurred_on) == (Decimal("200.00"), date(2026, 3, 1))
    assert complete.unit_id is not None
    assert "张三" not in complete.facts


async def test_an_incomplete_draft_cannot_be_filed_and_says_what_is_missing(world: World) -> None:
    teller = Teller(world)
    await teller.tells(STORY)
    async with world.database.reading() as session:
        with pytest.raises(DraftIncomplete) as refused:
            await service.complete(session, teller.conversation_id)
        with pytest.raises(NoDraft):
            await service.complete(session, uuid4())
    assert refused.value.extensions == {"missing": ["name", "phone", "id_number"]}
    assert "姓名" in refused.value.detail


async def test_a_correction_changes_that_field_and_nothing_else(world: World) -> None:
    teller = Teller(world)
    before = (await teller.fills_everything()).draft
    corrected = await teller.answers("confirm", "金额改成3000")
    assert (corrected.changed, corrected.understood) == ([Field.AMOUNT], True)
    assert shown(corrected.draft) == shown(before) | {"amount": "3000元"}
    facts = [field.value for field in corrected.draft.fields if field.name is Field.FACTS]
    assert facts == [field.value for field in before.fields if field.name is Field.FACTS]


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("不是200是300", Field.AMOUNT, "300元"),
        ("电话改为13900139000", Field.PHONE, "139****9000"),
        ("姓名改成李四", Field.NAME, "李**"),
        ("网点应该是海淀支行", Field.UNIT, "北京海淀支行"),
        ("日期不对，应该是2月20号", Field.OCCURRED_ON, "2026年2月20日"),
    ],
)
async def test_corrections_are_understood_whatever_is_asked(world: World, words: str, field: Field, value: str) -> None:
    teller = Teller(world)
    await teller.fills_everything()
    corrected = await teller.answers("confirm", words)
    assert corrected.changed == [field]
    assert shown(corrected.draft)[field] == value


async def test_a_story_with_the_words_of_a_correction_is_still_a_story(world: World) -> None:
    told = await Teller(world).tells("他们私自把我的电话改成了别人的，金额改成3000，我要求恢复")
    assert Field.FACTS in told.changed


async def test_what_was_said_before_is_not_overwritten_by_chance(world: World) -> None:
    teller = Teller(world)
    await teller.tells(STORY)
    later = await teller.answers("field.name", "我当时在海淀支行取了5000块，柜员还骂了我")
    assert shown(later.draft)["amount"] == "200元"
    assert shown(later.draft)["unit"] == "北京朝阳支行"
    assert later.changed == [Field.FACTS]
    assert "柜员还骂了我" in later.draft.fields[0].value
    assert later.draft.fields[0].value.startswith("被你们朝阳支行")


async def test_misses_on_the_asked_question_are_counted_in_a_row(world: World) -> None:
    teller = Teller(world)
    await teller.tells(STORY)
    assert [(await teller.answers("field.phone", words)).failures for words in ("嗯", "啊？", "没有电话")] == [1, 2, 3]
    found = await teller.answers("field.phone", "13800138000")
    assert (found.failures, found.understood) == (0, True)
    assert (await teller.answers("field.name", "嗯")).failures == 1


async def test_absorbing_the_same_message_again_changes_and_counts_nothing(world: World) -> None:
    teller = Teller(world)
    await teller.tells(STORY)
    first = await teller.answers("field.phone", "嗯")
    again = await teller.absorbs()
    assert again == first
    replayed = await teller.tells("柜员还当众骂人，态度极其恶劣", key="same")
    assert (await teller.absorbs(key="same")) == replayed


async def test_an_ambiguous_unit_is_a_choice_that_a_number_answers(world: World) -> None:
    teller = Teller(world)
    await teller.tells("柜员当众骂人，要求道歉")
    asked = await teller.answers("field.unit", "新华路支行")
    assert asked.choices == ["北京新华路支行", "济南新华路支行"]
    assert (asked.understood, asked.failures, asked.changed) == (True, 0, [])
    await teller.is_asked("field.unit", asked.choices)
    chosen = await teller.tells("2")
    assert shown(chosen.draft)["unit"] == "济南新华路支行"


async def test_of_many_units_of_one_name_ten_are_offered_and_the_city_finds_the_others(world: World) -> None:
    async with world.database.transaction() as session:
        for unit in await session.scalars(select(Organisation)):
            unit.aliases = [*unit.aliases, "人民路支行"]
    teller = Teller(world)
    await teller.tells("柜员当众骂人，要求道歉")
    asked = await teller.answers("field.unit", "人民路支行")
    assert (len(asked.choices), asked.choices[-1]) == (11, "不清楚是哪家")
    await teller.is_asked("field.unit", asked.choices)
    fewer = await teller.tells("济南的")
    assert 1 < len(fewer.choices) < 10
    assert all("济南" in name for name in fewer.choices)
    assert fewer.failures == 0
    await teller.is_asked("field.unit", fewer.choices)
    assert shown((await teller.tells("1")).draft)["unit"] == fewer.choices[0]


async def test_whoever_cannot_say_which_of_many_it_was_says_so(world: World) -> None:
    async with world.database.transaction() as session:
        for unit in await session.scalars(select(Organisation)):
            unit.aliases = [*unit.aliases, "人民路支行"]
    teller = Teller(world)
    await teller.tells("柜员当众骂人，要求道歉")
    asked = await teller.answers("field.unit", "人民路支行")
    await teller.is_asked("field.unit", asked.choices)
    settled = await teller.tells("11")
    assert {field.name: field.state for field in settled.draft.fields}[Field.UNIT] is FieldState.UNKNOWN


@pytest.mark.parametrize(
    ("asks", "words", "field", "state"),
    [
        ("field.amount", "记不清了", Field.AMOUNT, FieldState.UNKNOWN),
        ("field.occurred_on", "忘了", Field.OCCURRED_ON, FieldState.UNKNOWN),
        ("field.unit", "不知道是哪家", Field.UNIT, FieldState.UNKNOWN),
        ("field.id_number", "不方便", Field.ID_NUMBER, FieldState.REFUSED),
    ],
)
async def test_not_knowing_and_refusing_are_answers_where_they_may_be(
    world: World, asks: str, words: str, field: Field, state: FieldState
) -> None:
    teller = Teller(world)
    await teller.tells("你们乱扣钱还骂人，太过分了")
    answer = await teller.answers(asks, words)
    assert answer.changed == [field]
    assert {each.name: each.state for each in answer.draft.fields}[field] is state


async def test_a_customer_who_denies_money_is_not_asked_for_an_amount(world: World) -> None:
    teller = Teller(world)
    await teller.tells("你们的钱柜让我排队三小时")
    answer = await teller.answers("field.amount", "不涉及金额")
    assert not answer.draft.about_money
    assert Field.OCCURRED_ON not in answer.draft.missing


@pytest.mark.parametrize("field", ["field.name", "field.phone", "field.facts", "field.demand"])
async def test_what_the_law_wants_cannot_be_refused(world: World, field: str) -> None:
    teller = Teller(world)
    await teller.tells("我要投诉")
    answer = await teller.answers(field, "不想提供")
    assert (answer.changed, answer.understood, answer.failures) == ([], False, 1)


async def test_a_mistyped_identity_number_is_asked_again(world: World) -> None:
    teller = Teller(world)
    await teller.tells(STORY)
    wrong = await teller.answers("field.id_number", "110105194912310021")
    assert (wrong.changed, wrong.understood, wrong.failures) == ([], False, 1)
    right = await teller.answers("field.id_number", "11010519491231002x")
    assert shown(right.draft)["id_number"] == "1****************X"


async def test_back_takes_the_last_answer_away_and_asks_it_again(world: World) -> None:
    teller = Teller(world)
    await teller.tells(STORY)
    await teller.answers("field.name", "张三")
    back = await teller.answers("field.phone", "返回上一步")
    assert (back.changed, back.draft.next) == ([Field.NAME], Field.NAME)


async def test_another_persons_name_is_not_the_customers(world: World) -> None:
    told = await Teller(world).tells("柜员姓名是张伟，当众骂我，要求道歉")
    assert Field.NAME in told.draft.missing
    assert "张伟" not in told.draft.model_dump_json()


async def test_cancelling_nothing_is_refused(world: World) -> None:
    teller = Teller(world)
    receipt = await world.says("取消")
    teller.conversation_id, teller.message_id = receipt.conversation_id, receipt.message_id
    response = await world.act(f"/conversations/{teller.conversation_id}/draft/cancel", teller.message_id)
    assert (response.status_code, response.json()["type"]) == (404, "/problems/no-draft")


async def test_a_message_of_another_conversation_is_refused(world: World) -> None:
    mine, other = await world.says("你好", sender="a"), await world.says("你好", sender="b")
    for message in (other.message_id, uuid4()):
        response = await world.act(f"/conversations/{mine.conversation_id}/draft/absorb", message)
        assert (response.status_code, response.json()["type"]) == (404, "/problems/message-not-found")
    response = await world.act(f"/conversations/{uuid4()}/draft/absorb", mine.message_id)
    assert response.json()["type"] == "/problems/conversation-not-found"
    response = await world.actions.get(f"/api/v1/conversations/{uuid4()}/draft")
    assert response.status_code == 404


async def test_absorbing_needs_a_key(world: World) -> None:
    receipt = await world.says(STORY)
    path = f"/api/v1/conversations/{receipt.conversation_id}/draft/absorb"
    response = await world.actions.post(path, json={"message_id": str(receipt.message_id)})
    assert (response.status_code, response.json()["type"]) == (400, "/problems/idempotency-key-missing")


async def test_a_filed_draft_is_closed_and_the_next_story_starts_another(world: World) -> None:
    teller = Teller(world)
    await teller.fills_everything()
    async with world.database.transaction() as session:
        draft = await service.open_draft(session, teller.conversation_id)
        assert draft is not None
        await service.mark_filed(session, draft, uuid4())
    assert await teller.draft() is None
    assert (await teller.tells("我要投诉")).started
    async with world.database.reading() as session:
        states = list(await session.scalars(select(Draft.state).order_by(Draft.state)))
    assert states == [DraftState.FILED, DraftState.OPEN]


async def test_nothing_personal_stands_in_the_draft_in_plain_text(world: World) -> None:
    await Teller(world).fills_everything()
    async with world.database.reading() as session:
        for field in await session.scalars(select(DraftField)):
            assert "张三" not in field.value + field.display
            assert "13800138000" not in field.value + field.display
        assert await session.scalar(select(func.count()).select_from(Draft)) == 1


@pytest.mark.parametrize("words", ["下一步", "跳过", "不变", "不用改"])
async def test_past_a_question_that_was_gone_back_to_it_keeps_its_answer(world: World, words: str) -> None:
    teller = Teller(world)
    await teller.tells(STORY)
    before = await teller.answers("field.name", "我叫张三")
    assert (await teller.answers("field.phone", "返回上一步")).draft.next is Field.NAME
    onward = await teller.answers("field.name", words)
    assert (onward.draft.next, onward.failures, shown(onward.draft)) == (Field.PHONE, 0, shown(before.draft))


async def test_onward_answers_no_question_that_was_not_answered_yet(world: World) -> None:
    teller = Teller(world)
    await teller.tells(STORY)
    onward = await teller.answers("field.name", "下一步")
    assert (onward.draft.next, onward.failures) == (Field.NAME, 1)


async def test_a_draft_that_nobody_continues_for_a_day_is_to_be_called_back(world: World) -> None:
    teller = Teller(world)
    await teller.tells(STORY)

    async def to_call_back() -> bool:
        async with world.database.reading() as session:
            return queries.to_call_back((await session.scalars(select(Draft))).one(), world.time)

    for hours, wanted in ((0, False), (23.9, False), (0.2, True)):
        world.wait(hours=hours)
        assert await to_call_back() is wanted
    await teller.tells("张三")
    assert await to_call_back() is False


@pytest.mark.parametrize(("sent", "kind"), [("[图片]", "image"), ("[语音]", "voice"), ("[图片][图片]", "image")])
async def test_a_picture_or_an_unread_voice_answers_no_question_and_is_no_miss(
    world: World, sent: str, kind: str
) -> None:
    teller = Teller(world)
    await teller.tells("朝阳支行柜员当众骂人")
    told = await teller.answers("field.demand", sent)
    assert (told.media, told.changed, told.failures, told.draft.next) == (kind, [], 0, Field.DEMAND)


async def test_a_voice_that_was_turned_into_words_is_read(world: World) -> None:
    teller = Teller(world)
    await teller.tells("朝阳支行柜员当众骂人")
    told = await teller.answers("field.demand", "[图片]要求道歉")
    assert (told.media, told.changed) == (None, [Field.DEMAND])


@pytest.mark.parametrize("asked", ["confirm", "correction", "field.id_number", "field.name"])
async def test_a_danger_told_beside_the_form_changes_nothing_that_was_told_and_is_kept(
    world: World, asked: str
) -> None:
    teller = Teller(world)
    before = shown((await teller.fills_everything()).draft)
    told = await teller.answers(asked, "我的卡刚才又被盗刷了3000元")
    assert told.danger == "money"
    assert shown(told.draft) == before
    facts = next(each.value for each in told.draft.fields if each.name is Field.FACTS)
    assert facts.endswith("我的卡刚才又被盗刷了3000元")
    again = await teller.answers("confirm", "金额改成3000")
    assert shown(again.draft) == before | {"amount": "3000元"}
