import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from channels.webchat.frames import Hello, Say, Sync, read

CID = "0123456789abcdef"


@pytest.mark.parametrize(
    ("frame", "read_as"),
    [
        ({"type": "hello", "after": 0}, Hello(type="hello", after=0)),
        ({"type": "sync", "after": 12}, Sync(type="sync", after=12)),
        ({"type": "say", "cid": CID, "text": "你好"}, Say(type="say", cid=CID, text="你好")),
        ({"type": "say", "cid": "short", "text": "你好"}, None),
        ({"type": "say", "cid": CID, "text": "你好", "sender": "somebody else"}, None),
        ({"type": "hello", "after": -1}, None),
        ({"type": "hello"}, None),
        ([], None),
    ],
)
def test_only_the_documented_frames_are_read(frame: object, read_as: object) -> None:
    assert read(json.dumps(frame)) == read_as


@given(st.one_of(st.text(), st.binary()))
def test_no_bytes_make_it_crash(raw: str | bytes) -> None:
    assert read(raw) is None
    assert read("[" * 50_000) is None
