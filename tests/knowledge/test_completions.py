from datetime import date

from knowledge.articles import Audience
from knowledge.completions import Completer, Means
from tests.knowledge.sample import TODAY, article

COMPLETER = Completer(
    [
        article(),
        article(
            id="rules",
            title="年费减免的条件",
            questions=("怎么免掉年费", "刷几次免年费"),
            audience=Audience.INTERNAL,
        ),
        article(id="old", title="年费旧规定", questions=(), effective_to=date(2026, 1, 31)),
    ],
    terms=("年费", "年金", "余额宝", "年终奖", "年检"),
)  # fmt: skip


def completed(typed: str, *, limit: int = 8, audience: Audience | None = None, on: date = TODAY) -> list[str]:
    return [each.text for each in COMPLETER.complete(typed, on=on, audience=audience, limit=limit)]


def test_what_begins_so_comes_before_what_only_holds_it() -> None:
    assert completed("年费") == [
        "年费",
        "年费减免的条件",
        "银行卡年费",
        "刷几次免年费",
        "怎么免掉年费",
        "卡里被扣了年费",
    ]


def test_terms_leave_room_for_entries() -> None:
    found = COMPLETER.complete("年", on=TODAY, audience=None, limit=8)
    assert [each.means for each in found].count(Means.TERM) == 3
    assert all((each.article_id is None) == (each.means is Means.TERM) for each in found)


def test_characters_need_not_stand_side_by_side() -> None:
    assert completed("免条件") == ["年费减免的条件"]
    assert completed("件条免") == []


def test_traditional_and_full_width_are_the_same_letters() -> None:
    assert completed("年費減免") == ["年费减免的条件"]
    assert completed("　年费 减免") == completed("年费 减免")


def test_only_what_is_in_force_and_for_this_reader_is_offered() -> None:
    assert "年费旧规定" not in completed("年费")
    assert "年费旧规定" in completed("年费", on=date(2026, 1, 15))
    assert completed("年费", audience=Audience.EXTERNAL) == ["年费", "银行卡年费", "卡里被扣了年费"]


def test_no_more_than_asked_for_and_nothing_for_nothing() -> None:
    assert len(completed("年", limit=2)) == 2
    for typed in ("", "   ", "\n", "[", "(.*", "\\", "\ud800", "x" * 500):
        assert completed(typed) == [], typed
