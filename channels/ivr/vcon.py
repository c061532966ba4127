"""Reads a vCon (draft-ietf-vcon-vcon-core-03, JSON 0.4.0): as much of it as a recorded complaint needs."""

import json
from datetime import datetime
from typing import Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, ValidationError

from channels.ivr.faults import Fault, Malformed, of_model


class Party(BaseModel):
    tel: str | None = Field(default=None, max_length=64)
    role: str | None = Field(default=None, max_length=64)
    type: str | None = Field(default=None, max_length=64)
    org: str | None = None
    dept: str | None = None


class Dialog(BaseModel):
    type: str
    start: AwareDatetime
    duration: float | None = Field(default=None, ge=0, le=86_400 * 7)
    parties: int | list[Any] | None = None
    originator: int | None = None
    mediatype: str | None = None
    body: str | None = None
    encoding: str | None = None
    url: str | None = Field(default=None, max_length=1_000)
    content_hash: str | list[str] | None = None


class Analysis(BaseModel):
    type: str
    body: Any = None
    encoding: str | None = None


class Vcon(BaseModel):
    vcon: str
    uuid: UUID
    created_at: AwareDatetime
    updated_at: AwareDatetime | None = None
    parties: list[Party] = Field(default_factory=list, max_length=50)
    dialog: list[Dialog] = Field(default_factory=list, max_length=2_000)
    analysis: list[Analysis] = Field(default_factory=list, max_length=200)

    @property
    def revision(self) -> datetime:
        return self.updated_at or self.created_at

    @property
    def started_at(self) -> datetime:
        return min((dialog.start for dialog in self.dialog), default=self.created_at)


def read(body: bytes) -> Vcon:
    try:
        content = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed([Fault("", "不是有效的 JSON")]) from error
    if not isinstance(content, dict):
        raise Malformed([Fault("", "不是 vCon 对象")])
    if "ciphertext" in content or "signatures" in content:
        raise Malformed([Fault("/ciphertext" if "ciphertext" in content else "/signatures", "不支持签名或加密的 vCon")])
    try:
        return Vcon.model_validate_json(body)
    except ValidationError as error:
        raise of_model(error) from error
