from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import Field, ValidationError

from casebackend.api.cases import MoveCase
from casebackend.api.conversations import Command, Inbound
from casebackend.api.values import CONTROL, without_controls
from casebackend.conversations.rules import Channel


def refused(**fields: Any) -> list[str]:
    with pytest.raises(ValidationError) as found:
        MoveCase.model_validate({"move": "accept", **fields})
    return [error["type"] for error in found.value.errors()]


def test_what_no_database_holds_is_refused_by_its_place() -> None:
    assert refused(opinion="同意\0") == ["control_character"]
    assert refused(version=2**31) == ["too_large"]
    assert refused(told_at="2026-03-02T10:00:00") == ["timezone_missing"]
    assert refused(told_at="9999-12-31T23:59:59-12:00") == ["year_out_of_range"]
    assert refused(occurred_on="0001-01-01") == ["year_out_of_range"]


def test_lists_and_maps_are_looked_into() -> None:
    class Both(Command):
        names: list[str] = Field(default_factory=list)
        codes: dict[str, str] = Field(default_factory=dict)

    for fields in ({"names": ["a", "b\x01"]}, {"codes": {"a\x00": "1"}}, {"codes": {"a": "1\x7f"}}):
        with pytest.raises(ValidationError):
            Both.model_validate(fields)


def test_what_people_write_is_text() -> None:
    words = "第一行\r\n第二行\t完\x0b\x0c😀"
    assert MoveCase.model_validate({"move": "accept", "opinion": words}).opinion == words


@given(words=st.text(max_size=50))
def test_a_customers_words_are_never_refused_for_a_character(words: str) -> None:
    sent = {"channel": Channel.WECHAT, "sender": "a", "external_id": "b", "received_at": datetime.now(UTC)}
    read = Inbound.model_validate(sent | {"text": words, "media": [{"kind": "voice", "reference": "r", "note": words}]})
    assert read.text == without_controls(words)
    assert read.media[0].note == read.text
    assert not CONTROL.search(read.text)
