from hypothesis import given
from hypothesis import strategies as st

from casebackend.curation.diffs import LONGEST, Mark, Piece, changed, diff

TEXTS = st.text(alphabet="年费按季收取。，\n新旧", max_size=40)


@given(TEXTS, TEXTS)
def test_both_texts_can_be_read_out_of_a_comparison(old: str, new: str) -> None:
    pieces = diff(old, new)
    assert "".join(piece.text for piece in pieces if piece.mark is not Mark.NEW) == old
    assert "".join(piece.text for piece in pieces if piece.mark is not Mark.GONE) == new


def test_a_change_is_marked_where_it_is() -> None:
    assert diff("七个工作日内领取", "五个工作日内领取") == [
        Piece(Mark.GONE, "七"), Piece(Mark.NEW, "五"), Piece(Mark.SAME, "个工作日内领取"),
    ]  # fmt: skip
    days = changed({"生效日": "2026-01-01"}, {"生效日": "2026-03-01"}, whole={"生效日"})
    assert days == [("生效日", [Piece(Mark.GONE, "2026-01-01"), Piece(Mark.NEW, "2026-03-01")])]
    assert [name for name, _ in changed({"标题": "补卡"}, {"标题": "补卡", "条款": "第九条"})] == ["条款"]


def test_a_long_text_is_compared_by_sentences() -> None:
    old = "".join(f"第{number}句。" for number in range(LONGEST))
    pieces = diff(old, old.replace("第7句。", "第七句。"))
    assert [piece.text for piece in pieces if piece.mark is not Mark.SAME] == ["第7句。", "第七句。"]
