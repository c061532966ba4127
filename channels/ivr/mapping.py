"""A vCon becomes our canonical transcript."""

import base64
import binascii
import json
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from jsonschema import Draft202012Validator
from pydantic import ValidationError

from casebackend.api.drafts import Recording, Transcript, TranscriptTurn
from channels.envelope import clean
from channels.ivr.cast import GUESSED, Cast, Speaker
from channels.ivr.faults import Fault, Malformed, of_model, of_schema
from channels.ivr.vcon import Analysis, Dialog, Vcon


def transcript(vcon: Vcon, schema: dict[str, Any]) -> Transcript:
    cast = Cast.of(vcon)
    turns = _from_analysis(vcon, schema) or _from_texts(vcon, cast)
    if not turns:
        raise Malformed([Fault("/dialog", "没有可用的通话文字：需要 text 对话或 transcript 分析")])
    try:
        return Transcript(
            call_id=vcon.uuid,
            revision=vcon.revision,
            started_at=vcon.started_at,
            caller=cast.caller(vcon.parties),
            turns=turns,
            recording=_recording(vcon.dialog),
        )
    except ValidationError as error:
        raise of_model(error) from error


def _from_analysis(vcon: Vcon, schema: dict[str, Any]) -> list[TranscriptTurn]:
    validator = Draft202012Validator(schema)
    turns: list[TranscriptTurn] = []
    for index, analysis in enumerate(vcon.analysis):
        if analysis.type != "transcript":
            continue
        below = f"/analysis/{index}/body"
        body = _body(analysis, below)
        faults = of_schema(validator.iter_errors(body), below=below)
        if faults:
            raise Malformed(faults)
        turns += [TranscriptTurn.model_validate(turn | {"text": clean(turn["text"])}) for turn in body["turns"]]
    return _ordered(turns, "/analysis")


def _body(analysis: Analysis, below: str) -> Any:
    if not isinstance(analysis.body, str):
        return analysis.body
    try:
        if analysis.encoding == "base64url":
            return json.loads(_decoded(analysis.body))
        return json.loads(analysis.body)
    except (ValueError, RecursionError) as error:
        raise Malformed([Fault(below, "不是有效的 JSON")]) from error


def _from_texts(vcon: Vcon, cast: Cast) -> list[TranscriptTurn]:
    turns = []
    for index, dialog in enumerate(vcon.dialog):
        if dialog.type != "text" or not dialog.body:
            continue
        start = (dialog.start - vcon.started_at) // timedelta(milliseconds=1)
        text = clean(_text(dialog, index))
        if len(text) > 4_000:
            raise Malformed([Fault(f"/dialog/{index}/body", "文字过长")])
        speaker = _who_spoke(dialog, cast, index)
        end = start + int((dialog.duration or 0) * 1000)
        sure = GUESSED if cast.guessed else None
        turns.append(TranscriptTurn(speaker=speaker, text=text, start_ms=start, end_ms=end, confidence=sure))
    return _ordered(turns, "/dialog")


def _text(dialog: Dialog, index: int) -> str:
    if dialog.encoding != "base64url":
        return dialog.body or ""
    try:
        return _decoded(dialog.body or "").decode()
    except ValueError as error:
        raise Malformed([Fault(f"/dialog/{index}/body", "编码不对")]) from error


def _who_spoke(dialog: Dialog, cast: Cast, index: int) -> Speaker:
    party: Any = dialog.originator
    if party is None:
        party = dialog.parties[0] if isinstance(dialog.parties, list) and dialog.parties else dialog.parties
    if not isinstance(party, int) or not 0 <= party < len(cast.speakers):
        raise Malformed([Fault(f"/dialog/{index}/parties", "没有指明说话人")])
    return cast.speakers[party]


def _ordered(turns: list[TranscriptTurn], below: str) -> list[TranscriptTurn]:
    if any(turn.end_ms < turn.start_ms for turn in turns):
        raise Malformed([Fault(below, "结束时间早于开始时间")])
    return sorted(turns, key=lambda turn: turn.start_ms)


@dataclass(frozen=True)
class Sound:
    content: bytes
    duration_ms: int | None


def inline_recordings(vcon: Vcon) -> list[Sound]:
    """A short call may bring its sound along; a long one is sent by itself (see `routes.record`)."""
    found = []
    for index, dialog in enumerate(vcon.dialog):
        if dialog.type == "recording" and dialog.body and dialog.encoding == "base64url":
            try:
                content = _decoded(dialog.body)
            except ValueError as error:
                raise Malformed([Fault(f"/dialog/{index}/body", "编码不对")]) from error
            found.append(Sound(content, int(dialog.duration * 1000) if dialog.duration else None))
    return found


def _recording(dialogs: list[Dialog]) -> Recording | None:
    """Only a SHA-256 can be kept; a vCon usually carries SHA-512, then the address alone."""
    for dialog in dialogs:
        if dialog.type == "recording" and dialog.url:
            hashes = dialog.content_hash if isinstance(dialog.content_hash, list) else [dialog.content_hash]
            found = (_sha256(value) for value in hashes if value)
            return Recording(url=dialog.url, sha256=next((value for value in found if value), None))
    return None


def _sha256(content_hash: str) -> str | None:
    name, _, value = content_hash.partition("-")
    if name.lower().replace("-", "") != "sha256":
        return None
    try:
        digest = _decoded(value)
    except ValueError:
        return None
    return digest.hex() if len(digest) == 32 else None


def _decoded(value: str) -> bytes:
    try:
        return base64.b64decode(value + "=" * (-len(value) % 4), altchars=b"-_", validate=True)
    except binascii.Error as error:
        raise ValueError("base64url") from error
