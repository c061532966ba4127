from hypothesis import given
from hypothesis import strategies as st

from casebackend.assist.rules import ENOUGH, asked_of_the_desk, is_taken_from, kept, questions, stories


def test_the_last_message_is_asked_first() -> None:
    assert questions(["你好", "我的信用卡年费收了两次"])[0] == "我的信用卡年费收了两次"


def test_a_short_message_takes_the_one_before_along() -> None:
    assert questions(["信用卡年费是多少钱", "白金的"])[0] == "信用卡年费是多少钱 白金的"


def test_then_everything_that_was_said_lately() -> None:
    assert questions(["信用卡年费收了两次不合理", "不方便提供给你们", "我的名字就不说了吧"])[1].startswith("信用卡年费")


def test_tokens_are_no_question() -> None:
    assert questions(["[手机#1]"]) == []
    assert questions(["[姓名#2]的年费为什么收了两次"])[0] == "的年费为什么收了两次"


@given(st.lists(st.text(max_size=3000), max_size=15))
def test_any_words_give_at_most_two_questions_of_bounded_length(words: list[str]) -> None:
    found = questions(words)
    assert len(found) <= 2
    assert all(0 < len(question) <= ENOUGH for question in found)


@given(st.text(max_size=200), st.text(max_size=200))
def test_the_share_that_was_kept_is_a_share(suggested: str, sent: str) -> None:
    assert 0 <= kept(suggested, sent) <= 1


def test_all_nothing_and_half_of_it() -> None:
    assert kept("年费以领卡合约为准", "您好，年费以领卡合约为准。") == 1
    assert kept("年费", "挂失") == 0
    assert kept("一二三四", "一二") == 0.5


def test_the_demand_is_read_together_with_the_story_it_belongs_to() -> None:
    told = stories([("你好", None), ("扣了我两次年费", None), ("把钱退给我", "field.demand"), ("到底能不能退", None)])
    assert told == ["你好", "扣了我两次年费 把钱退给我", "到底能不能退"]


def test_few_words_without_an_answer_are_asked_again_of_the_complaint() -> None:
    assert asked_of_the_desk("多久能答复") == [("多久能答复", ""), ("投诉多久能答复", "公众信息/投诉规则")]
    assert len(asked_of_the_desk("我的信用卡年费为什么收了两次还不退")) == 1
    assert asked_of_the_desk("[手机#1]") == []


def test_a_sentence_of_an_entry_is_known_again_and_a_turn_of_phrase_is_not() -> None:
    entry = "年费减免由网点主任在两百元以内自行决定，不得告知客户标准。"
    assert is_taken_from(entry, f"您好：{entry.replace('，', ' ')}")
    assert is_taken_from(entry, "年费减免由网点主任在两百元以内自行决定")
    assert is_taken_from("不得外传", "此件不得外传。")
    assert not is_taken_from(entry, "年费减免由网点核实后决定，结果会告知客户。")
    assert not is_taken_from("", "您好")
    assert not is_taken_from(entry, "您好")
