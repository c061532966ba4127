"""What a read-back shows besides the form: only what is not plain, and each line can be put right."""

import pytest

from casebackend.api.drafts import DraftView
from casebackend.drafts.lines import Line, read
from casebackend.drafts.rules import Field
from tests.casebackend.drafts.teller import Teller
from tests.world import World


def lines(draft: DraftView) -> dict[str, str]:
    return {line.label: line.value for line in draft.lines}


async def test_who_complains_alone_and_for_himself_is_read_no_line_about_it(world: World) -> None:
    assert (await Teller(world).fills_everything()).draft.lines == []


async def test_for_whom_how_many_and_what_to_bear_in_mind_stand_in_the_read_back(world: World) -> None:
    teller = Teller(world)
    await teller.fills_everything()
    told = await teller.answers("confirm", "我是替我父亲投诉的，我们一共5个人，我今年78岁了")
    assert lines(told.draft) == {"投诉人身份": "受托人", "投诉人数": "5人", "留意事项": "老年"}


async def test_each_line_is_put_right_by_a_word_and_by_a_choice(world: World) -> None:
    teller = Teller(world)
    await teller.fills_everything()
    await teller.answers("confirm", "我是替我父亲投诉的，我们一共5个人，我今年78岁了")
    told = await teller.answers("confirm", "人数改成3人")
    assert (told.edited, told.changed, lines(told.draft)["投诉人数"]) == (["投诉人数"], [], "3人")
    told = await teller.answers("correction", "改投诉人身份")
    assert (told.line, told.edited) == (Line.CAPACITY, [])
    told = await teller.answers("correction.capacity", "我是本人")
    assert (told.edited, lines(told.draft)) == (["投诉人身份"], {"投诉人数": "3人", "留意事项": "老年"})
    await teller.answers("correction.group", "只有我一个人")
    assert (await teller.answers("correction", "改留意事项")).line is Line.CARE
    told = await teller.answers("correction.care", "不用留意")
    assert (told.edited, told.draft.lines) == (["留意事项"], [])
    assert told.draft.next is None


async def test_a_line_is_put_right_while_a_plain_field_is_asked(world: World) -> None:
    teller = Teller(world)
    await teller.tells("我们一共5个人在朝阳支行买理财都亏了，要求退钱")
    told = await teller.answers("field.name", "人数改成3人")
    assert (told.edited, told.failures, lines(told.draft)) == (["投诉人数"], 0, {"投诉人数": "3人"})
    told = await teller.answers("field.phone", "身份改成受托人")
    assert lines(told.draft) == {"投诉人身份": "受托人", "投诉人数": "3人"}
    assert told.draft.next is Field.AMOUNT


async def test_what_is_no_answer_to_a_line_leaves_it_as_it_was(world: World) -> None:
    teller = Teller(world)
    await teller.fills_everything()
    await teller.answers("confirm", "我们一共5个人")
    told = await teller.answers("correction.group", "你猜猜看")
    assert (told.edited, told.understood, lines(told.draft)) == ([], False, {"投诉人数": "5人"})


@pytest.mark.parametrize(
    ("text", "asked"),
    [
        ("身份证号码改成不提供", "confirm"),
        ("人数改成3人", "field.facts"),
        ("人数改成3人", "field.demand"),
        ("排队人数是3人", "field.phone"),
        ("身份证号码是不提供", "field.id_number"),
        ("人数改成3人", None),
        ("都对，没问题", "confirm"),
        ("电话改成13800138001", "correction"),
    ],
)
def test_other_words_edit_no_line(text: str, asked: str | None) -> None:
    assert read(text, asked) is None


@pytest.mark.parametrize(
    ("text", "line", "value"),
    [
        ("身份写错了，应该是继承人", Line.CAPACITY, "heir"),
        ("我受别人委托", Line.CAPACITY, "agent"),
        ("不是替别人，是我自己", Line.CAPACITY, "self"),
        ("我代表单位", Line.CAPACITY, "organisation"),
        ("我是监护人", Line.CAPACITY, "legal_representative"),
        ("共同投诉人数应该是12", Line.GROUP, 12),
        ("人数是二十三个人", Line.GROUP, 23),
        ("只有我一个人", Line.GROUP, 1),
        ("我耳朵听不见", Line.CARE, ("听力不便",)),
        ("不用留意", Line.CARE, ()),
    ],
)
def test_a_line_is_read_as_it_is_said(text: str, line: Line, value: object) -> None:
    edit = read(text, f"correction.{line}")
    assert edit is not None
    assert (edit.line, getattr(edit, line)) == (line, value)
