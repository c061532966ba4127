import ast
import re
from pathlib import Path

import pytest
from sqlalchemy import func, select

from casebackend.cases.model import Case
from channels.words.book import Words
from tests.channels.ivr.test_mapping import call
from tests.channels.town import IVR_TOKEN, Town


async def cases(town: Town) -> int:
    async with town.world.database.reading() as session:
        return await session.scalar(select(func.count()).select_from(Case)) or 0


async def test_a_complaint_is_filed_without_the_engine(town: Town) -> None:
    await town.stop("bot")
    said = await read_back(town)
    assert "13800138000" not in said
    assert await cases(town) == 0
    said = (await town.says("oA", "确认"))["passive"]
    assert "已登记" in said
    assert await cases(town) == 1
    again = (await town.says("oA", "查进度"))["passive"]
    assert "TS" in again


@pytest.mark.parametrize("words", ["撤诉撤错了", "误点撤诉了", "我误点了撤回投诉"])
async def test_a_withdrawal_that_was_a_mistake_is_not_asked_to_be_confirmed(town: Town, words: str) -> None:
    await town.stop("bot")
    await read_back(town)
    await town.says("oA", "确认")
    said = (await town.says("oA", words))["passive"]
    assert said.startswith(Words("questionnaire").say("menu").text)
    assert "撤" in (await town.says("oA", "我要撤诉"))["passive"]


async def read_back(town: Town) -> str:
    said = (await town.says("oA", "我要投诉，11月3日你们信用卡多收了我五十块年费，打客服电话一直没人管"))["passive"]
    answers = {
        "经过": "2月3日在柜台办卡，当场说免年费，结果扣了五十块年费",
        "怎样解决": "退还多收的50元并道歉",
        "哪家": "不清楚",
        "金额": "50元",
        "哪一天": "2月3日",
        "姓名": "王小明",
        "联系电话": "13800138000",
        "证件号码": "不提供",
    }
    for _ in range(12):
        if "请核对" in said:
            break
        question = next(asked for asked in answers if asked in said.rsplit("\n\n", 1)[-1])
        said = (await town.says("oA", answers[question]))["passive"]
    return str(said)


async def test_a_story_of_thousands_of_words_ends_in_a_read_back_that_can_be_confirmed(town: Town) -> None:
    await town.stop("bot")
    story = "我要投诉信用卡多收年费，" + "柜员说免年费结果还是扣了五十块没人管" * 180
    said = (await town.says("oA", story))["passive"]
    for answer in ("退还多收的50元", "不清楚", "50元", "2月3日", "王小明", "13800138000", "不提供"):
        if "请核对" in said:
            break
        said = (await town.says("oA", answer))["passive"]
    shown = "".join(await town.sent("oA"))
    assert "全文已记下，共" in shown
    assert shown.endswith("1. 确认提交\n2. 修改\n3. 取消")
    await town.says("oA", "确认提交")
    async with town.world.database.reading() as session:
        assert len((await session.scalars(select(Case.facts))).one()) > 3_000


async def test_an_open_registration_may_be_cancelled_or_given_to_a_person(town: Town) -> None:
    await town.stop("bot")
    await town.says("oA", "我要投诉你们乱收费")
    assert "已取消" in (await town.says("oA", "取消"))["passive"]
    assert "工作人员" in (await town.says("oA", "转人工"))["passive"]
    assert await cases(town) == 0


async def test_who_gives_up_and_complains_after_all_in_one_breath_goes_on(town: Town) -> None:
    await town.stop("bot")
    asked = (await town.says("oA", "我要投诉你们乱收费"))["passive"].rsplit("\n\n", 1)[-1]
    said = (await town.says("oA", "算了不投诉了还是投诉吧"))["passive"]
    assert asked in said
    assert "取消" not in said
    await town.says("oA", "取消")
    said = (await town.says("oA", "算了不投诉了还是投诉吧"))["passive"]
    assert asked in said


async def test_a_recorded_call_opens_a_draft(town: Town) -> None:
    async with town.http.post(
        town.url("channels", "/ivr/transcripts"), json=call(), headers={"Authorization": f"Bearer {IVR_TOKEN}"}
    ) as answer:
        body = await answer.json()
        assert answer.status == 202, body
        assert body["state"] == "open"


def words_in(source: Path) -> list[str]:
    """String constants that hold Chinese words, docstrings left out."""
    tree = ast.parse(source.read_text())
    documents = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    texts = [node for node in ast.walk(tree) if isinstance(node, ast.Constant) and id(node) not in documents]
    return [text.value for text in texts if isinstance(text.value, str) and re.search("[\u4e00-\u9fff]", text.value)]


@pytest.mark.parametrize("program", ["questionnaire.py", "wechat/events.py"])
def test_what_a_customer_reads_stands_in_the_words_and_not_in_the_program(program: str) -> None:
    assert words_in(Path("channels") / program) == []


def test_parts_of_sentences_are_filled() -> None:
    words = Words("questionnaire")
    assert words.phrase("day", {"year": 2026, "month": 3, "day": 2}) == "2026 年 3 月 2 日"
    assert words.phrase("urge.this", {"number": "TS1"}) == "催办 TS1"
    assert words.means("urge", words.phrase("urge.this", {"number": "TS1"}))
    assert words.means("withdraw", words.phrase("withdraw.this", {"number": "TS1"}))
