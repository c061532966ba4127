from pathlib import Path

import pytest
import yaml
from sqlalchemy import select

from casebackend.conversations.danger import Danger, danger_in
from casebackend.conversations.large import wants_large
from casebackend.conversations.model import Conversation
from casebackend.conversations.rules import key_pressed
from casebackend.handoffs import queries as handoffs
from casebackend.schema import METADATA
from tests.world import World


@pytest.mark.parametrize(
    "text",
    [
        "我的卡被盗刷了", "银行卡丢了", "手机丢了怕银行卡被用", "有人让我转账", "自称公安的让我把钱转到安全账户",
        "我被骗了三万", "卡里的钱被人转走了", "半夜消费短信不是我本人操作的", "我要挂失",
        "我的卡被盜刷了", "我被騙了三萬", "銀行卡丟了", "骗走我两万", "卡里八千被刷走了", "有人冒用我的身份办了卡",
        "我遇到骗子了", "你们就是一群骗子，我的三万被骗走了", "接到银行的诈骗电话",
        "你们银行一个骗子打电话问我卡号",
    ],
)  # fmt: skip
def test_money_in_danger_is_seen(text: str) -> None:
    assert danger_in(text) is Danger.MONEY


@pytest.mark.parametrize(
    "text",
    [
        "我不想活了", "再不解决我就跳楼", "我拿刀去你们网点", "有人威胁我", "我要自殺", "我要跳樓", "殺了你們",
        "燒了你們銀行", "輕生", "我想死", "活着没意思", "没有活路了", "想不开",
    ],
)  # fmt: skip
def test_a_life_in_danger_is_seen(text: str) -> None:
    assert danger_in(text) is Danger.LIFE


@pytest.mark.parametrize(
    "text",
    [
        "你们支行昨天无缘无故扣了我200块年费", "柜员态度恶劣骂人", "补卡挂失收费太高", "取款机吞卡了",
        "理财经理误导我买理财亏了五万", "要求道歉", "ATM少吐了500元", "转账一直失败",
        "你们就是一群骗子，垃圾银行", "你们这是诈骗！", "你們就是一群騙子", "骗子银行", "你们不就是骗子吗",
        "楼市跳楼价",
    ],
)  # fmt: skip
def test_an_ordinary_complaint_is_no_danger(text: str) -> None:
    assert danger_in(text) is None


def test_large_type_is_asked_for_or_told_by_the_way() -> None:
    assert all(wants_large(text) for text in ("字大一点", "我年纪大了", "字太小了看不清", "我今年78岁了，看不懂"))
    assert wants_large("字太大了") is False
    assert wants_large("扣了我78元") is None


def test_zero_is_a_person_and_the_star_is_back() -> None:
    assert (key_pressed("0"), key_pressed(" ＊ "), key_pressed("0元")) == ("转人工", "返回上一步", None)


async def test_the_safety_step_is_said_once_with_the_next_answer_and_goes_before_all_others_in_the_queue(
    world: World,
) -> None:
    await world.says("转人工", sender="first")
    async with world.database.transaction() as session:
        earlier = (await session.scalars(select(Conversation))).one()
        earlier.owner, earlier.queued_at, earlier.handoff_reason = "queued", world.time, "asked"
    world.wait(minutes=5)
    receipt = await world.says("我的卡被盗刷了", sender="second")
    await world.says("被盗刷了五千", sender="second")
    view = (await world.channels.get(f"/api/v1/conversations/{receipt.conversation_id}")).json()
    assert sum("锁卡或挂失" in message["text"] for message in view["messages"]) == 1
    async with world.database.reading() as session:
        hurried = await session.get_one(Conversation, receipt.conversation_id)
        waiting = await session.get_one(Conversation, earlier.id)
        assert hurried.handoff_reason == "danger"
        assert [await handoffs.position(session, each) for each in (hurried, waiting)] == [1, 2]


async def test_a_second_kind_of_danger_is_heard_and_each_is_said_once(world: World) -> None:
    receipt = await world.says("我的卡被盗刷了五千")
    path = f"/api/v1/conversations/{receipt.conversation_id}"

    async def said() -> tuple[int, int]:
        texts = [message["text"] for message in (await world.channels.get(path)).json()["messages"]]
        return sum("锁卡或挂失" in text for text in texts), sum("12356" in text for text in texts)

    assert await said() == (1, 0)
    world.wait(minutes=5)
    await world.says("钱全没了，我不想活了")
    assert await said() == (1, 1)
    for again in ("我真的不想活了", "卡还在被盗刷"):
        world.wait(minutes=1)
        await world.says(again)
    assert await said() == (1, 1)


async def test_who_says_that_he_is_old_gets_large_type_from_then_on(world: World) -> None:
    receipt = await world.says("我年纪大了，字大一点")
    path = f"/api/v1/conversations/{receipt.conversation_id}"
    assert (await world.channels.get(path)).json()["large"] is True
    await world.says("我要投诉")
    assert (await world.channels.get(path)).json()["large"] is True
    await world.says("字太大了")
    assert (await world.channels.get(path)).json()["large"] is False


async def test_a_password_and_a_code_are_refused_and_stand_nowhere(world: World) -> None:
    receipt = await world.says("我的密码是837261，验证码是552918，卡被冻结了")
    assert receipt.secret_dropped
    async with world.database.reading() as session:
        connection = await session.connection()
        held = []
        for table in METADATA.sorted_tables:
            held += [str(tuple(row)) for row in await connection.execute(table.select())]
    assert not [row for row in held if "837261" in row or "552918" in row]
    view = (await world.channels.get(f"/api/v1/conversations/{receipt.conversation_id}")).json()
    assert any("没有保存" in message["text"] for message in view["messages"])


WORDS = yaml.safe_load(Path(__file__).with_name("danger_words.yml").read_text("utf-8"))


@pytest.mark.parametrize("text", WORDS["life"])
def test_a_life_in_danger_is_heard_in_the_words_of_customers(text: str) -> None:
    assert danger_in(text) is Danger.LIFE


@pytest.mark.parametrize("text", WORDS["money"])
def test_money_in_danger_is_heard_in_the_words_of_customers(text: str) -> None:
    assert danger_in(text) is Danger.MONEY


@pytest.mark.parametrize("text", WORDS["harmless"])
def test_what_only_sounds_like_a_danger_calls_nobody(text: str) -> None:
    assert danger_in(text) is None
