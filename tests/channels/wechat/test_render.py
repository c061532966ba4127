from datetime import UTC, datetime
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from channels.envelope import Author, MessageView
from channels.wechat.render import CUT, GAP, LONGEST_TEXT, MOST_PAGES, menu, pages, size

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)


def message(text: str, choices: list[str] | None = None) -> MessageView:
    return MessageView(
        id=uuid4(), conversation_id=UUID(int=1), seq=1, author=Author.BOT, text=text, choices=choices or [], at=AT
    )


words = st.text(min_size=1, max_size=700)
messages = st.lists(st.builds(message, words, st.lists(st.text(min_size=1, max_size=30), max_size=6)), max_size=8)


def test_several_bubbles_are_one_text_with_a_numbered_menu() -> None:
    said = pages([message("非常抱歉。"), message("请核对登记的内容", ["确认", "修改", "取消"])])
    assert said == ["非常抱歉。\n\n请核对登记的内容\n1. 确认\n2. 修改\n3. 取消"]


@given(messages)
def test_every_page_fits_and_nothing_is_left_out_or_reordered(said: list[MessageView]) -> None:
    whole = pages(said)
    assert len(whole) <= MOST_PAGES
    assert all(0 < size(page) <= LONGEST_TEXT for page in whole)
    expected = "".join(f"{each.text}\n{menu(each.choices)}" if each.choices else each.text for each in said)
    rendered = "".join(whole).replace(GAP, "")
    if not rendered.endswith(CUT):
        assert rendered == expected.replace(GAP, "")


@given(messages)
def test_a_menu_that_fits_is_never_torn(said: list[MessageView]) -> None:
    whole = pages(said)
    for each in said:
        bubble = f"{each.text}\n{menu(each.choices)}"
        if each.choices and size(bubble) <= LONGEST_TEXT and not whole[-1].endswith(CUT):
            assert any(bubble in page for page in whole)


def test_a_long_answer_of_an_agent_is_cut_at_a_character_and_not_in_the_middle_of_one() -> None:
    whole = pages([message("汉" * 4_000)])
    assert len(whole) == MOST_PAGES
    assert whole[-1].endswith(CUT)
    assert set("".join(whole)) == {"汉", "…"}
