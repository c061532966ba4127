import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.assist.edits import Edit, edits

SAID = "尊敬的客户，年费每年200元，利率3.85%，我们在15个工作日内答复，依据第十九条。"


@pytest.mark.parametrize(
    ("sent", "found"),
    [
        (SAID, []),
        (f"您好。{SAID}祝您生活愉快，编号8842。", []),
        (SAID.replace("200元", "２００ 元"), []),
        (SAID.replace("200元", "300元"), [Edit.AMOUNT]),
        (SAID.replace("200元", "二百元"), [Edit.AMOUNT]),
        (SAID.replace("3.85%", "3.65%").replace("15个", "5个"), [Edit.RATE, Edit.TIME]),
        (SAID.replace("第十九条", "第九条"), [Edit.NUMBER]),
        (SAID.replace("年费每年200元，", ""), [Edit.DROPPED, Edit.REWORDED]),
        (SAID.replace("我们在", "支行将在"), [Edit.REWORDED]),
    ],
)
def test_what_was_changed_of_a_text_is_told_by_its_kind(sent: str, found: list[Edit]) -> None:
    assert edits(SAID, sent) == found


def test_a_gap_that_was_filled_in_is_no_edit_and_a_figure_beside_it_is() -> None:
    open_text = "【请填写：客户称呼】，涉及【请填写：金额】元，我们在3日内答复。"
    assert edits(open_text, "张女士，涉及200元，我们在3日内答复。") == []
    assert edits(open_text, "张女士，涉及200元，我们在5日内答复。") == [Edit.TIME]


@given(st.text(alphabet="年费200元3%第一条日，。[]#", max_size=40), st.text(alphabet="客户1二.:／-，", max_size=10))
def test_what_goes_out_whole_with_words_around_it_was_not_edited(said: str, around: str) -> None:
    assert edits(said, f"{around}。{said}。{around}") == []
