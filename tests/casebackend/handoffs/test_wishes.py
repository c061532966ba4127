"""When a call suits, as customers say it on Monday evening, 2 March 2026; calls may be moved to Thursday."""

from datetime import date, datetime

import pytest

from casebackend.calendar.rules import SHANGHAI, Calendar
from casebackend.conversations.calls import names_a_call
from casebackend.handoffs.wishes import Said, Service, Window, offered, read, told

EVENING = datetime(2026, 3, 2, 20, tzinfo=SHANGHAI)


def at(now: datetime = EVENING, *, days: int = 3, holidays: tuple[date, ...] = ()) -> Service:
    return Service(Calendar(dict.fromkeys(holidays, False)), now, days)


def test_at_most_five_times_are_offered_each_within_the_service_hours() -> None:
    assert offered(at()) == ["明天上午", "明天下午", "后天上午", "后天下午", "都可以"]
    assert offered(at(days=1)) == ["明天上午", "明天下午", "都可以"]


def test_what_is_left_of_today_is_offered_and_a_session_about_to_end_is_not() -> None:
    assert offered(at(datetime(2026, 3, 2, 11, 45, tzinfo=SHANGHAI)))[:2] == ["今天下午", "明天上午"]
    assert offered(at(datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)))[0] == "今天上午"


def test_over_a_weekend_and_a_holiday_the_day_is_named_by_its_date() -> None:
    friday = datetime(2026, 3, 6, 20, tzinfo=SHANGHAI)
    assert offered(at(friday, holidays=(date(2026, 3, 9),)))[:2] == ["3月10日上午", "3月10日下午"]


@pytest.mark.parametrize(
    "now", [EVENING, datetime(2026, 3, 2, 10, tzinfo=SHANGHAI), datetime(2026, 12, 31, 20, tzinfo=SHANGHAI)]
)
def test_every_time_that_is_offered_is_understood(now: datetime) -> None:
    *parts, anything = offered(at(now))
    found = [read(each, at(now)) for each in parts]
    assert all(isinstance(each, Window) for each in found)
    assert len(set(map(str, found))) == len(parts)
    assert read(anything, at(now)) is Said.OPEN


@pytest.mark.parametrize(
    ("words", "window"),
    [
        ("明天上午", "3月3日 09:00–12:00"),
        ("明早", "3月3日 09:00–12:00"),
        ("我明天下午方便", "3月3日 13:30–17:30"),
        ("明天下午三点", "3月3日 15:00–16:00"),
        ("明天下午3点半以后", "3月3日 15:30–17:30"),
        ("明天１５：３０", "3月3日 15:30–16:30"),
        ("两点以后", "3月3日 14:00–17:30"),
        ("明天下午两点到四点", "3月3日 14:00–16:00"),
        ("后天十点以前", "3月4日 09:00–10:00"),
        ("周三上午", "3月4日 09:00–12:00"),
        ("3月4号上午", "3月4日 09:00–12:00"),
        ("4号", "3月4日 09:00–17:30"),
        ("三天后", "3月5日 09:00–17:30"),
        ("明天都可以", "3月3日 09:00–17:30"),
        ("改成后天下午打给我", "3月4日 13:30–17:30"),
        ("明天上午十点左右给我打电话吧，谢谢", "3月3日 10:00–11:00"),
        ("明天下午三点钟以后", "3月3日 15:00–17:30"),
        ("下午两三点", "3月3日 14:00–15:00"),
        ("明天2-4点", "3月3日 14:00–16:00"),
        ("明天下午2点3点都行", "3月3日 14:00–15:00"),
        ("明天上午11点到2点", "3月3日 11:00–14:00"),
        ("明天下午5点到3点", "3月3日 17:00–17:30"),
        ("后天之前", "3月3日 09:00–17:30"),
        ("周四前都行", "3月3日 09:00–17:30"),
        ("明天以后", "3月4日 09:00–17:30"),
        ("3月4号之后", "3月5日 09:00–17:30"),
        ("随时可以，明天下午吧", "3月3日 13:30–17:30"),
        ("要不明天上午吧", "3月3日 09:00–12:00"),
        ("不好意思，明天上午行不行", "3月3日 09:00–12:00"),
    ],
)
def test_a_time_is_read_as_people_say_it(words: str, window: str) -> None:
    found = read(words, at())
    assert isinstance(found, Window)
    assert told(found) == window


def test_a_time_without_a_day_is_the_next_one_and_begins_no_earlier_than_now() -> None:
    found = read("上午", at(datetime(2026, 3, 2, 10, tzinfo=SHANGHAI)))
    assert isinstance(found, Window)
    assert told(found) == "3月2日 10:00–12:00"


@pytest.mark.parametrize(
    "words",
    [
        "晚上", "明天晚上8点", "明天中午", "周六上午", "下周一", "今天下午", "2月30号", "99号", "明天99点",
        "3月9日上午", "明天之前", "周四以后",
    ],
)  # fmt: skip
def test_a_time_at_which_nobody_calls_is_none(words: str) -> None:
    assert read(words, at()) is Said.OUTSIDE


@pytest.mark.parametrize("words", ["2月30号", "99号", "明天34点"])
def test_a_day_or_an_hour_that_is_none_is_no_other_one(words: str) -> None:
    assert read(words, at(datetime(2026, 3, 2, 10, tzinfo=SHANGHAI))) is Said.OUTSIDE


def test_how_late_a_call_may_be_moved_is_a_parameter_and_a_holiday_is_no_day_of_service() -> None:
    assert isinstance(read("下周一", at(days=5)), Window)
    assert read("明天上午", at(holidays=(date(2026, 3, 3),))) is Said.OUTSIDE


@pytest.mark.parametrize("words", ["都可以", "随便", "什么时候都行", "取消", "返回上一步", "算了"])
def test_any_time_and_no_answer_leave_it_as_it_is(words: str) -> None:
    assert read(words, at()) is Said.OPEN


@pytest.mark.parametrize("words", ["等我下班", "我没空接电话", "晚点再说"])
def test_what_may_be_a_time_is_asked_again(words: str) -> None:
    assert read(words, at()) is Said.UNCLEAR


@pytest.mark.parametrize(
    "words",
    [
        "明天不方便",
        "不要明天上午",
        "上午不方便",
        "明天上午不行，下午可以",
        "除了明天都可以",
        "明天上午不要给我打电话",
        "明天上午别打",
        "随时都不行",
        "什么时候都没空",
        "任何时间都不方便",
        "都不可以",
        "后天下午之前",
        "明天前后",
    ],
)
def test_a_time_at_which_somebody_does_not_want_to_be_called_is_never_noted_as_wanted(words: str) -> None:
    assert read(words, at()) is Said.UNCLEAR


@pytest.mark.parametrize("words", ["我要投诉", "明天下午他们又要来催收我了", "查进度", "好的", "昨天", "你好"])
def test_what_is_no_answer_is_left_to_the_bot(words: str) -> None:
    assert read(words, at()) is Said.OTHER


def test_a_call_is_named_unasked_by_a_short_message_with_a_time() -> None:
    assert names_a_call("改到后天下午给我打电话")
    assert names_a_call("明天上午回电")
    assert not names_a_call("给我打电话")
    assert not names_a_call("明天下午")
    assert not names_a_call("他们昨天说明天下午会给我打电话，结果等了一整天也没有人打来，真是太让人失望了")
