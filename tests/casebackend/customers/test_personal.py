"""Personal data stops at the inbox: tokens instead of values, and secrets nowhere at all."""

from pathlib import Path

import pytest
import yaml
from hypothesis import given
from hypothesis import strategies as st

from casebackend.customers.numbers import luhn, right_id
from casebackend.customers.personal import DROPPED, tokenise
from casebackend.customers.rules import TOKEN, Kind, mask
from tests.cpu import measured

# What a customer writes, the question that was open, and what is left of it.
SENTENCES = [
    (None, "我叫张三，电话13800138000", "我叫[姓名#1]，电话[手机#1]"),
    (None, "138 0013 8000", "[手机#1]"),
    (None, "138-0013-8000 打这个", "[手机#1] 打这个"),
    (None, "１３８００１３８０００", "[手机#1]"),
    (None, "一三八零零一三八零零零", "[手机#1]"),
    (None, "幺三八零零幺三八零零零", "[手机#1]"),
    (None, "+86 13800138000", "+86 [手机#1]"),
    (None, "8613800138000", "[手机#1]"),
    (None, "手机13800138000，13800138000", "手机[手机#1]，[手机#1]"),
    (None, "13800138000和13900139000", "[手机#1]和[手机#2]"),
    (None, "2026-11-03 13800138000 3000元", "2026-11-03 [手机#1] 3000元"),
    (None, "扣了200,13800138000", "扣了200,[手机#1]"),
    (None, "座机010-62345678", "座机[手机#1]"),
    (None, "0531 88881234", "[手机#1]"),
    (None, "家里电话88881234", "家里电话[手机#1]"),
    (None, "身份证11010519491231002X", "身份证[证件#1]"),
    (None, "身份证11010519491231002x的", "身份证[证件#1]的"),
    (None, "110105 19491231 002X", "[证件#1]"),
    (None, "护照E12345678", "护照[证件#1]"),
    (None, "我的護照號碼是E12345678，電話是62345678", "我的護照號碼是[证件#1]，電話是[手机#1]"),
    (None, "身份證：110105491231002，這是舊證", "身份證：[证件#1]，這是舊證"),
    (None, "證件號碼為 G1234567", "證件號碼為 [证件#1]"),
    (None, "台胞證號碼12345678，座機號碼６２３４５６７８", "台胞證號碼[证件#1]，座機號碼[手机#1]"),
    (None, "車牌滬A12345，手機號碼13812345678", "車牌[车牌#1]，手機號碼[手机#1]"),
    (None, "我的電話費是62345678元嗎", "我的電話費是62345678元嗎"),
    (None, "卡号6222 0212 3456 7890 123", "卡号[卡号#1]"),
    (None, "4111111111111111被盗刷", "[卡号#1]被盗刷"),
    (None, "邮箱zhang.san@example.com.cn。", "邮箱[邮箱#1]。"),
    (None, "车牌鲁A12345停在门口", "车牌[车牌#1]停在门口"),
    (None, "我的车是京A·D12345", "我的车是[车牌#1]"),
    (None, "我是李明，上次来过", "我是[姓名#1]，上次来过"),
    (None, "本人王小丽要投诉", "本人[姓名#1]要投诉"),
    (None, "姓名：欧阳修远 电话13800138000", "姓名：[姓名#1] 电话[手机#1]"),
    (None, "我叫张三要投诉", "我叫[姓名#1]要投诉"),
    (None, "我姓王", "我姓[姓名#1]"),
    (None, "我是王女士", "我是[姓名#1]"),
    (None, "姓名改成李四", "姓名改成[姓名#1]"),
    (None, "不是张三，我叫李四", "不是张三，我叫[姓名#1]"),
    (None, "我是来投诉的", "我是来投诉的"),
    (None, "我是金卡客户", "我是金卡客户"),
    (None, "我是常客", "我是常客"),
    (None, "我是高级会员，年费不该收", "我是高级会员，年费不该收"),
    (None, "11月3号扣了200块，11点的时候", "11月3号扣了200块，11点的时候"),
    (None, "2026年11月3日转账5000.00元", "2026年11月3日转账5000.00元"),
    (None, "打了95588三次没人接", "打了95588三次没人接"),
    (None, "400-820-8788没人接", "400-820-8788没人接"),
    (None, "订单20261103", "订单20261103"),
    (None, "密码是abc123", f"密码是{DROPPED}"),
    (None, "我的密码：888888，帮我看看", f"我的密码：{DROPPED}，帮我看看"),
    (None, "密码888888", f"密码{DROPPED}"),
    (None, "验证码是 123456", f"验证码是 {DROPPED}"),
    (None, "验证码１２３４５６", f"验证码{DROPPED}"),
    (None, "123456是我的验证码", f"{DROPPED}是我的验证码"),
    (None, "cvv 123", f"cvv {DROPPED}"),
    (None, "安全码是321", f"安全码是{DROPPED}"),
    (None, "卡背面后三位456", f"卡背面后三位{DROPPED}"),
    (None, "%B4111111111111111^ZHANG/SAN^2512101000?", DROPPED),
    (None, ";4111111111111111=25121010000?", DROPPED),
    (None, "密码输错了3次被锁", "密码输错了3次被锁"),
    (None, "密码2026年就改过", "密码2026年就改过"),
    (None, "验证码一直收不到", "验证码一直收不到"),
    (None, "我的密碼是837261", f"我的密碼是{DROPPED}"),
    (None, "驗證碼是662190", f"驗證碼是{DROPPED}"),
    (None, "手機驗證碼 662190", f"手機驗證碼 {DROPPED}"),
    (None, "安全碼123", f"安全碼{DROPPED}"),
    (None, "密码我发你了 837261", f"密码我发你了 {DROPPED}"),
    (None, "密碼我發你了 837261", f"密碼我發你了 {DROPPED}"),
    (None, "验证码发你：662190", f"验证码发你：{DROPPED}"),
    (None, "我的支付密码就是我生日880123", f"我的支付密码就是我生日{DROPPED}"),
    (None, "背面三位数 123", f"背面三位数 {DROPPED}"),
    (None, "pin is 8372", f"pin is {DROPPED}"),
    (None, "pin is blocked", "pin is blocked"),
    (None, "我忘了密码，扣了200块", "我忘了密码，扣了200块"),
    (None, "我忘了密碼，扣了200塊", "我忘了密碼，扣了200塊"),
    (None, "密码锁了，12月5日去的", "密码锁了，12月5日去的"),
    (None, "验证码收不到，打了95588", "验证码收不到，打了95588"),
    (None, "验证码发你们了，95588打来的", "验证码发你们了，95588打来的"),
    (None, "密码告诉你们了，2026-12-05去的", "密码告诉你们了，2026-12-05去的"),
    (None, "密码给你们了，TS20260402000068", "密码给你们了，TS20260402000068"),
    (None, "验证码我给你们了，3000.50元没退", "验证码我给你们了，3000.50元没退"),
    (None, "我要[手机#1]", "我要［手机#1］"),
    ("field.name", "张三", "[姓名#1]"),
    ("field.name", "代表人 孟祥林", "代表人 [姓名#1]"),
    ("field.name", "my name is 方天宇", "my name is [姓名#1]"),
    ("field.name", "吾姓沈，沈阿大", "吾姓沈，[姓名#1]"),
    ("field.name", "skip", "skip"),
    ("field.name", "我叫李小明吧", "我叫[姓名#1]吧"),
    ("field.name", "姓王，王建国", "姓王，[姓名#1]"),
    ("field.name", "免贵姓赵", "免贵姓[姓名#1]"),
    ("field.name", "阿依古丽", "[姓名#1]"),
    ("field.name", "买买提·艾力", "[姓名#1]"),
    ("field.name", "John Smith", "[姓名#1]"),
    ("field.name", "张三 13800138000", "[姓名#1] [手机#1]"),
    ("field.name", "我叫张三，钱什么时候退", "我叫[姓名#1]，钱什么时候退"),
    ("field.name", "人工", "人工"),
    ("field.name", "取消", "取消"),
    ("field.name", "为什么要问名字？", "为什么要问名字？"),
    ("field.name", "尽快处理", "尽快处理"),
    ("field.name", "不想说", "不想说"),
    ("field.name", "匿名", "匿名"),
    ("field.phone", "88881234", "[手机#1]"),
    ("field.phone", "打我手机", "打我手机"),
    ("field.id_number", "E12345678", "[证件#1]"),
    ("field.id_number", "370102850101123", "[证件#1]"),
]


@pytest.mark.parametrize(("asked", "written", "kept"), SENTENCES, ids=[each[1][:20] for each in SENTENCES])
def test_what_a_customer_writes_is_kept_without_personal_values(asked: str | None, written: str, kept: str) -> None:
    assert tokenise(written, asked).text == kept


MESSAGES = yaml.safe_load(Path(__file__).with_name("secret_messages.yml").read_text("utf-8"))


WITH_SECRET = [*MESSAGES["with_secret"], *MESSAGES["found_secret"], *MESSAGES["found_unseen_secret"]]
WITHOUT_SECRET = [*MESSAGES["without_secret"], *MESSAGES["found_kept"], *MESSAGES["found_unseen_kept"]]


@pytest.mark.parametrize("message", WITH_SECRET, ids=[each["text"] for each in WITH_SECRET])
def test_a_secret_in_whatever_words_it_comes_is_taken_out(message: dict[str, str]) -> None:
    found = tokenise(message["text"])
    assert found.secret_dropped
    assert message["secret"] not in found.text + found.plain


@pytest.mark.parametrize("message", WITHOUT_SECRET, ids=[each["text"] for each in WITHOUT_SECRET])
def test_sums_numbers_and_days_beside_the_word_password_stay(message: dict[str, str]) -> None:
    found = tokenise(message["text"])
    assert not found.secret_dropped
    assert message["kept"] in found.text


@pytest.mark.parametrize("text", MESSAGES["alike"])
def test_what_only_looks_like_a_secret_stays(text: str) -> None:
    assert not tokenise(text).secret_dropped


def test_the_table_is_messy_enough() -> None:
    assert len(SENTENCES) >= 60


@pytest.mark.parametrize(
    ("kind", "value", "shown"),
    [
        (Kind.PHONE, "13800138000", "138****8000"),
        (Kind.PHONE, "01062345678", "0106234****"),
        (Kind.ID_NUMBER, "11010519491231002X", "1****************X"),
        (Kind.CARD, "6222021234567890123", "**** 0123"),
        (Kind.NAME, "张三", "张**"),
        (Kind.EMAIL, "zhang@example.com", "z***@example.com"),
        (Kind.PLATE, "鲁A12345", "鲁A***45"),
    ],
)
def test_masks_show_only_what_is_needed_to_recognise_a_value(kind: Kind, value: str, shown: str) -> None:
    assert mask(kind, value) == shown


def test_a_known_value_keeps_its_token_and_new_ones_are_counted_on() -> None:
    first = tokenise("我叫张三，电话13800138000")
    known = {(value.kind, value.value): value.token for value in first.values}
    again = tokenise("张三的电话是13800138000，不是13900139000", known=known)
    assert again.text == "[姓名#1]的电话是[手机#1]，不是[手机#2]"
    assert [value.token for value in again.values] == ["[手机#2]"]


def test_a_secret_is_reported_and_stands_nowhere() -> None:
    found = tokenise("密码是abc123，卡号6222021234567890123，验证码 654321")
    assert found.secret_dropped
    assert "abc123" not in found.plain + found.text + str(found.values)
    assert "654321" not in found.plain + found.text + str(found.values)


def test_a_checksum_tells_an_identity_card_and_luhn_a_bank_card() -> None:
    assert right_id("11010519491231002X")
    assert not right_id("110105194912310021")
    assert luhn("4111111111111111")
    assert not luhn("4111111111111112")


mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)
separators = st.sampled_from(["", " ", "-", "　", " - "[:2]])
chatter = st.text(st.sampled_from("我的钱被扣了，。 要退abc\n（）"), max_size=30)


@given(mobiles, separators, chatter, chatter, st.booleans())
def test_no_digits_of_a_phone_survive(mobile: str, separator: str, before: str, after: str, wide: bool) -> None:
    written = separator.join((mobile[:3], mobile[3:7], mobile[7:]))
    if wide:
        written = written.translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    found = tokenise(f"{before}{written}{after}")
    assert [value.value for value in found.values if value.kind is Kind.PHONE] == [mobile]
    assert not any(character.isdigit() for character in TOKEN.sub("", found.text))


anything = st.text(
    st.sampled_from("我叫张三李四是姓名电话密码验证码：1380013800062220212 -年月日元[]#手机人工？，。/abc@.comX"),
    max_size=80,
)


@given(anything, st.sampled_from([None, "field.name", "field.phone", "field.id_number"]))
def test_tokenising_twice_is_tokenising_once(written: str, asked: str | None) -> None:
    once = tokenise(written, asked)
    known = {(value.kind, value.value): value.token for value in once.values}
    twice = tokenise(once.text, None, known)
    assert not [value for value in twice.values if value.kind is not Kind.NAME and len(value.value) > 9]
    if asked is None:
        assert twice.text == once.text


@given(anything)
def test_every_value_can_be_put_back(written: str) -> None:
    found = tokenise(written)
    values = {value.token: value.value for value in found.values}
    assert set(TOKEN.findall(found.text)) == {TOKEN.findall(name)[0] for name in values}


ATTACKS = {
    "ones": "1" * 65_536,
    "spaced": "1 " * 32_768,
    "letters": "a" * 65_536,
    "at": "a@" * 32_768,
    "secret": "密码" * 32_768,
    "a word between": "密码我就是生日" * 9_000,
    "words between": "验证码" + "我就是" * 20_000,
    "names": "我叫" * 32_768,
    "tokens": "[手机#1]" * 9_000,
    "groups": "138 " * 16_384,
    "plates": "鲁A1" * 20_000,
    "track": "%B" + "1" * 65_000,
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_time_is_linear_in_the_text(attack: str) -> None:
    with measured() as took:
        tokenise(attack)
    whole = took[0]
    with measured() as took:
        tokenise(attack[: len(attack) // 4])
    quarter = took[0]
    assert whole < max(quarter * 8, 0.25)


@pytest.mark.parametrize("written", ["确认提交", "昨天", "ok", "金额", "朝阳支行", "费用", "等会再说"])
def test_what_is_no_name_is_not_taken_for_one(written: str) -> None:
    assert "姓名" not in tokenise(written, "field.name").text


@pytest.mark.parametrize(
    ("written", "asked"),
    [
        ("歐陽震", "field.name"),
        ("娜日苏", "field.name"),
        ("买买提·阿不都", "field.name"),
        ("李四先生", "field.name"),
        ("刘阳", "correction"),
        ("名字写错了，是黎明", "field.id_number"),
        ("要求退还 周大勇 13812345678", "field.facts"),
    ],
)
def test_a_name_is_found_where_it_stands(written: str, asked: str) -> None:
    assert "[姓名#1]" in tokenise(written, asked).text


def test_a_label_is_no_name() -> None:
    assert tokenise("机构", "correction").text == "机构"


HELD = {(Kind.NAME, "达小明"): "[姓名#1]"}


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("我姓笪不姓达", "笪小明"), ("我不姓达，我姓笪", "笪小明"), ("姓打错了，是姓笪", "笪小明"),
        ("我叫逄小雨不是庞小雨", "逄小雨"), ("不是达小明，是笪小明", "笪小明"), ("叫桥大川，不叫乔大山", "桥大川"),
        ("我的名字是褚小天不是楚小天", "褚小天"), ("名字写错了，应该是桥大川", "桥大川"),
        ("我姓欧阳不姓欧", "欧阳小明"),
        ("我姓笪", "笪小明"), ("不对，我姓笪", "笪小明"), ("我姓笪，写错了", "笪小明"), ("我姓欧阳", "欧阳小明"),
    ],
)  # fmt: skip
def test_a_name_beside_a_wrong_one_is_found_whatever_its_surname(written: str, right: str) -> None:
    assert right in {value.value for value in tokenise(written, "confirm", HELD).values}


@pytest.mark.parametrize(
    "written",
    [
        "是朝阳支行不是海淀支行",
        "我叫保安不是叫警察",
        "不是昨天是前天",
        "不是3000是5000",
        "名字写错了，应该是公司的名字",
        "我姓什么你们不知道吗",
        "我姓名写错了",
        "他姓笪",
        "柜员说我姓笪",
    ],
)
def test_what_is_put_right_and_is_no_name_is_not_taken_for_one(written: str) -> None:
    assert tokenise(written, "confirm", HELD).text == written


def test_a_surname_that_was_right_is_the_same_name_and_one_said_first_has_no_given_name() -> None:
    assert tokenise("我姓达", "confirm", HELD).text == "我姓[姓名#1]"
    assert tokenise("我姓笪", "confirm", {}).text == "我姓笪"


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("打错了，是周建国", "打错了，是[姓名#2]"),
        ("写错了，应该是周建国", "写错了，应该是[姓名#2]"),
        ("打错了，是周三", "打错了，是周三"),
        ("打错了，是海淀支行", "打错了，是海淀支行"),
        ("打错了，是李大勇", "打错了，是李大勇"),
        ("打错了，是周建国叫我来的", "打错了，是周建国叫我来的"),
    ],
)
def test_a_name_mistyped_a_moment_ago_is_put_right_by_one_almost_the_same(written: str, left: str) -> None:
    assert tokenise(written, "field.phone", {(Kind.NAME, "周建果"): "[姓名#1]"}).text == left


@pytest.mark.parametrize(
    ("written", "left"),
    [
        ("叫我老周就行，周建果", "叫我老周就行，[姓名#1]"),
        ("就叫我小李吧，全名李大勇", "就叫我小李吧，全名[姓名#1]"),
        ("叫我老周就行，谢谢", "叫我老周就行，谢谢"),
        ("叫我老谢就行，谢谢", "叫我老谢就行，谢谢"),
        ("叫我老周就行，明天打", "叫我老周就行，明天打"),
    ],
)
def test_what_to_call_somebody_is_not_the_name_that_follows(written: str, left: str) -> None:
    assert tokenise(written, "field.name").text == left
