import base64
import hashlib
import json
from typing import Any
from uuid import UUID

import pytest

from casebackend.api.drafts import Transcript
from channels.ivr import vcon
from channels.ivr.faults import Malformed
from channels.ivr.mapping import transcript
from channels.ivr.routes import SCHEMA

SCHEMA_OF_TURNS = json.loads(SCHEMA.read_text())
TURNS = [
    {"speaker": "ivr", "start_ms": 0, "end_ms": 2000, "text": "投诉请按一"},
    {"speaker": "customer", "start_ms": 2100, "end_ms": 6000, "text": "你们多收了我五十块", "confidence": 0.62},
]
SECRET = "13800001234"


def call(**changes: Any) -> dict[str, Any]:
    return {
        "vcon": "0.4.0",
        "uuid": "018e3f72-c3a8-8b8e-b468-6ebf2e2e2e2e",
        "created_at": "2026-03-02T10:00:00+08:00",
        "parties": [{"tel": "tel:+8613800001234", "role": "customer"}, {"name": "工号 8001", "role": "agent"}],
        "dialog": [
            {"type": "recording", "start": "2026-03-02T10:00:00+08:00", "duration": 61.5, "parties": [0, 1],
             "url": "https://records.bank.test/1.wav"}
        ],
        "analysis": [{"type": "transcript", "dialog": 0, "encoding": "json", "body": {"turns": TURNS}}],
    } | changes  # fmt: skip


def texts(**changes: Any) -> dict[str, Any]:
    return call(
        analysis=[],
        dialog=[
            {"type": "text", "start": "2026-03-02T10:00:05+08:00", "duration": 2, "parties": [1, 0], "body": "您好"},
            {"type": "text", "start": "2026-03-02T10:00:00.500+08:00", "originator": 0, "body": "喂"},
        ],
        **changes,
    )


def mapped(content: dict[str, Any]) -> Transcript:
    return transcript(vcon.read(json.dumps(content).encode()), SCHEMA_OF_TURNS)


def test_a_transcript_analysis_becomes_our_turns() -> None:
    result = mapped(call(updated_at="2026-03-02T11:00:00+08:00"))
    assert result.call_id == UUID("018e3f72-c3a8-8b8e-b468-6ebf2e2e2e2e")
    assert result.revision.isoformat() == "2026-03-02T11:00:00+08:00"
    assert result.caller == "+8613800001234"
    assert [(turn.speaker, turn.start_ms, turn.confidence) for turn in result.turns] == [
        ("ivr", 0, None),
        ("customer", 2100, 0.62),
    ]
    assert result.recording is not None
    assert result.recording.sha256 is None


def test_text_dialogs_become_turns_in_the_order_of_time() -> None:
    result = mapped(texts())
    assert [(turn.speaker, turn.text, turn.start_ms, turn.end_ms) for turn in result.turns] == [
        ("customer", "喂", 0, 0),
        ("agent", "您好", 4500, 6500),
    ]
    assert result.revision == vcon.read(json.dumps(texts()).encode()).created_at


def test_the_body_may_be_a_string_or_base64url() -> None:
    whole = json.dumps({"turns": TURNS})
    encoded = base64.urlsafe_b64encode(whole.encode()).decode().rstrip("=")
    for body, encoding in ((whole, "json"), (encoded, "base64url")):
        assert len(mapped(call(analysis=[{"type": "transcript", "body": body, "encoding": encoding}])).turns) == 2


def test_the_hash_of_a_recording_is_kept_when_it_is_sha256() -> None:
    digest = hashlib.sha256(b"wav").digest()
    value = base64.urlsafe_b64encode(digest).decode().rstrip("=")
    dialog = call()["dialog"][0] | {"content_hash": ["sha512-AAAA", f"sha256-{value}"]}
    recording = mapped(call(dialog=[dialog])).recording
    assert recording is not None
    assert recording.sha256 == digest.hex()


def test_who_is_who_may_follow_from_the_organisation() -> None:
    parties = [{"tel": "+8613800001234"}, {"tel": "4000000000", "org": "客服中心"}]
    assert [turn.speaker for turn in mapped(texts(parties=parties)).turns] == ["customer", "agent"]
    assert mapped(texts(parties=parties)).caller == "+8613800001234"


@pytest.mark.parametrize(
    ("parties", "rang", "speakers", "caller"),
    [
        ([{"name": "王", "tel": "138"}, {"name": "李", "tel": "400"}], None, ["customer", "agent"], "138"),
        ([{"name": "李"}, {"name": "王", "tel": "138"}], None, ["agent", "customer"], "138"),
        ([{"name": "李"}, {"name": "王"}], None, ["customer", "agent"], None),
        ([{"tel": "400"}, {"tel": "138"}], 1, ["agent", "customer"], "138"),
        ([{"tel": "138", "role": SECRET}, {"tel": "400", "role": "译员"}], None, ["customer", "agent"], "138"),
    ],
)
def test_of_parties_without_a_role_the_one_who_rang_is_the_customer_and_what_follows_is_to_be_confirmed(
    parties: list[dict[str, str]], rang: int | None, speakers: list[str], caller: str | None
) -> None:
    content = texts(parties=parties)
    content["dialog"].append({"type": "recording", "start": "2026-03-02T10:00:00+08:00", "originator": rang})
    result = mapped(content)
    by_text = {turn.text: turn.speaker for turn in result.turns}
    assert [by_text["喂"], by_text["您好"]] == speakers
    assert {turn.confidence for turn in result.turns} == {0.5}
    assert result.caller == caller


@pytest.mark.parametrize(
    ("labels", "speakers"),
    [
        ([{"type": "caller"}, {"type": "callee"}], ["customer", "agent"]),
        ([{"role": "Contact Center"}, {"role": "customer"}], ["agent", "customer"]),
        ([{"type": "customer", "role": SECRET}, {"type": "agent"}], ["customer", "agent"]),
        ([{"type": "bot"}, {"tel": "138"}], ["ivr", "customer"]),
        ([{"role": "agent"}, {}], ["agent", "customer"]),
        ([{"role": "customer"}, {}], ["customer", "agent"]),
    ],
)
def test_who_is_who_may_be_said_in_many_ways_and_is_then_sure(
    labels: list[dict[str, str]], speakers: list[str]
) -> None:
    by_text = {turn.text: turn for turn in mapped(texts(parties=labels)).turns}
    assert [by_text["喂"].speaker, by_text["您好"].speaker] == speakers
    assert by_text["喂"].confidence is None


@pytest.mark.parametrize("dialog", [0, [0], None])
def test_an_analysis_may_be_of_one_dialog_or_of_several_and_of_any_parties(dialog: object) -> None:
    body = json.dumps({"turns": TURNS})
    for given, encoding in ((body, "json"), ({"turns": TURNS}, "json"), ({"turns": TURNS}, None)):
        analysis = {"type": "transcript", "dialog": dialog, "body": given, "encoding": encoding}
        assert len(mapped(call(parties=[{"name": "王"}, {"name": "李"}], analysis=[analysis])).turns) == 2


@pytest.mark.parametrize(
    ("content", "path"),
    [
        (call(uuid="no"), "/uuid"),
        (call(created_at="2026-03-02T10:00:00"), "/created_at"),
        ({"vcon": "0.4.0"}, "/uuid"),
        (call(analysis=[], dialog=[]), "/dialog"),
        (call(analysis=[{"type": "transcript", "body": {"turns": [TURNS[0] | {"speaker": SECRET}]}}]),
         "/analysis/0/body/turns/0/speaker"),
        (call(analysis=[{"type": "transcript", "body": {"turns": [TURNS[0] | {"confidence": 7}]}}]),
         "/analysis/0/body/turns/0/confidence"),
        (call(analysis=[{"type": "transcript", "body": {"turns": []}}]), "/analysis/0/body/turns"),
        (call(analysis=[{"type": "transcript", "body": SECRET + "{"}]), "/analysis/0/body"),
        (call(analysis=[{"type": "transcript", "body": {"turns": [TURNS[0] | {"end_ms": 0, "start_ms": 9}]}}]),
         "/analysis"),
        (texts(parties=[{"role": "customer"}]), "/dialog/0/parties"),
        ({"payload": SECRET, "signatures": []}, "/signatures"),
        ({"ciphertext": SECRET}, "/ciphertext"),
    ],
)  # fmt: skip
def test_a_fault_is_named_by_its_place_and_never_by_its_content(content: dict[str, Any], path: str) -> None:
    with pytest.raises(Malformed) as refusal:
        mapped(content)
    assert path in [fault.path for fault in refusal.value.faults]
    assert SECRET not in "".join(fault.path + fault.message for fault in refusal.value.faults)


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"7", b"[" * 100_000, b'{"a":' * 100_000, b"\xff\xfe"])
def test_what_is_no_vcon_at_all_is_refused(body: bytes) -> None:
    with pytest.raises(Malformed):
        vcon.read(body)
