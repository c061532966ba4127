"""What is said of one operation of the published interface, and the values that several of them take."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pydantic import BaseModel

from casebackend.parameters import Schema

BY: Schema = {"type": "string", "maxLength": 40}
WORDS: Schema = {"type": "string", "minLength": 1, "maxLength": 200, "pattern": r"\S"}
NAMED: Schema = {"type": "string", "maxLength": 64}
MOMENT: Schema = {"type": "string", "format": "date-time", "maxLength": 40}


@dataclass(frozen=True, slots=True)
class Operation:
    """`other`: further good answers. `refuses`: what only this one may answer. `located`: a create with an address.
    `tagged`: has an ETag although its answer holds no version. `also`: what else the good answer may be.
    `form`: comes as multipart/form-data. `raw`: the body is a file as it is."""

    summary: str
    request: type[BaseModel] | None = None
    response: type[BaseModel] | None = None
    also: type[BaseModel] | None = None
    many: bool = False
    status: int = 200
    query: Mapping[str, Schema] = field(default_factory=dict)
    other: Mapping[int, str] = field(default_factory=dict)
    refuses: frozenset[int] = frozenset()
    located: bool = False
    tagged: bool = False
    media: tuple[str, ...] = ("application/json",)
    form: Schema | None = None
    raw: bool = False
    headers: Mapping[str, Schema] = field(default_factory=dict)
