import contextlib
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.wechat.events import CameIn, Ignored, NotUnderstood, Said, message_key, understand

AT = datetime(2026, 3, 2, 2, tzinfo=UTC)
MENU = {"PERSON": "转人工"}
BASE = {"ToUserName": "gh_bank", "FromUserName": "oA", "CreateTime": "1772416800"}
parts = st.text(max_size=40)
events = st.fixed_dictionaries(
    {"FromUserName": parts, "CreateTime": parts, "Event": parts, "EventKey": st.text(max_size=200)}
).map(lambda event: event | {"MsgType": "event"})


@given(events, events)
def test_distinct_events_have_distinct_keys_and_a_resend_has_the_same(
    one: dict[str, str], other: dict[str, str]
) -> None:
    assert message_key(one) == message_key(dict(one))
    assert (message_key(one) == message_key(other)) == (one == other)
    assert len(message_key(one)) <= 160


def test_an_ordinary_event_key_reads_as_agreed() -> None:
    event = BASE | {"MsgType": "event", "Event": "CLICK", "EventKey": "PERSON"}
    assert message_key(event) == "evt:oA:1772416800:CLICK:PERSON"


@given(st.integers(0, 2**64 - 1), events)
def test_a_message_never_has_the_key_of_an_event(number: int, event: dict[str, str]) -> None:
    assert message_key(BASE | {"MsgType": "text", "MsgId": str(number)}) != message_key(event)


@pytest.mark.parametrize(
    ("fields", "text", "kinds"),
    [
        ({"MsgType": "text", "Content": "你们多收钱"}, "你们多收钱", []),
        ({"MsgType": "image", "MediaId": "m", "PicUrl": "http://x/1"}, "", ["image"]),
        ({"MsgType": "voice", "MediaId": "m", "Recognition": "多收了我五十块"}, "多收了我五十块", ["voice"]),
        ({"MsgType": "voice", "MediaId": "m"}, "", ["voice"]),
        ({"MsgType": "shortvideo", "MediaId": "m"}, "", ["video"]),
        ({"MsgType": "location", "Location_X": "36.6", "Location_Y": "117.0", "Label": "城东"},
            "", ["location"]),
        ({"MsgType": "link", "Title": "公告", "Url": "http://x/2"}, "", ["link"]),
        ({"MsgType": "miniprogrampage"}, "[miniprogrampage]", []),
    ],
)  # fmt: skip
def test_every_kind_of_message_is_taken(fields: dict[str, str], text: str, kinds: list[str]) -> None:
    said = understand(BASE | {"MsgId": "7"} | fields, MENU, received_at=AT)
    assert isinstance(said, Said)
    assert (said.message.text, [media.kind for media in said.message.media]) == (text, kinds)
    assert (said.message.sender, said.message.external_id) == ("oA", "msg:oA:7")


@pytest.mark.parametrize(
    ("event", "key", "outcome"),
    [
        ("subscribe", "", CameIn),
        ("subscribe", "qrscene_branch-7", CameIn),
        ("SCAN", "branch-7", CameIn),
        ("unsubscribe", "", Ignored),
        ("CLICK", "PERSON", Said),
        ("CLICK", "UNKNOWN", Ignored),
        ("TEMPLATESENDJOBFINISH", "", Ignored),
    ],
)
def test_events_are_greeted_heard_or_ignored(event: str, key: str, outcome: type) -> None:
    fields = BASE | {"MsgType": "event", "Event": event, "EventKey": key}
    assert isinstance(understand(fields, MENU, received_at=AT), outcome)


@pytest.mark.parametrize("fields", [{}, {"FromUserName": "o" * 200}, {"FromUserName": "oA", "MsgType": "text"}])
def test_what_lacks_the_essentials_is_refused(fields: dict[str, str]) -> None:
    with pytest.raises(NotUnderstood):
        understand(fields, MENU, received_at=AT)


@given(
    st.dictionaries(st.sampled_from(["MsgType", "Event", "EventKey", "MsgId", "Content", "Label", "Url"]), st.text())
)
def test_no_fields_make_it_crash(fields: dict[str, str]) -> None:
    with contextlib.suppress(NotUnderstood):
        understand(BASE | fields, MENU, received_at=AT)


def test_two_followers_with_the_same_message_id_are_both_heard() -> None:
    text = {"MsgType": "text", "MsgId": "1", "Content": "你好"}
    assert message_key(BASE | text) != message_key(BASE | text | {"FromUserName": "oB"})
