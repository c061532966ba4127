from hypothesis import given

from casebackend.candidates.masking import masked
from casebackend.candidates.redaction import Known, redacted
from tests.casebackend.candidates.test_redaction import UNITS, told


def before(text: str) -> str | None:
    done = redacted({"facts": text}, Known({}, UNITS))
    return masked(text, done.texts["facts"], done.report()["places"].get("facts", ()))


def test_the_shape_of_what_was_replaced_is_left_and_what_it_was_is_not() -> None:
    text = "2026年3月1日在朝阳支行被扣12345.67元，住文三路138号"
    assert before(text) == "＊＊＊＊年＊月＊日在＊＊支行被扣＊＊＊＊＊.＊＊元，住＊＊路＊＊＊号"


def test_a_text_that_was_changed_since_is_not_shown() -> None:
    text = "3月1日被扣5元"
    done = redacted({"facts": text}, Known())
    places = done.report()["places"]["facts"]
    assert masked(text, done.texts["facts"], places) is not None
    assert masked(f"客户张某称{text}", done.texts["facts"], places) is None
    assert masked(f"{text}，张某", done.texts["facts"], places) is None
    assert masked("", done.texts["facts"], places) is None


@given(told())
def test_it_is_as_long_as_the_text_and_holds_nobody(story: tuple[str, dict[str, object], list[str]]) -> None:
    text, known, canaries = story
    done = redacted({"facts": text}, Known(known, UNITS))  # type: ignore[arg-type]
    shown = masked(text, done.texts["facts"], done.report()["places"]["facts"])
    assert shown is not None
    assert len(shown) == len(text)
    assert [value for value in canaries if value in shown] == []
