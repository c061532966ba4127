"""A body that is good enough to come past the reading of it: made from the types of the published interface."""

import base64
import json
from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from pydantic import BaseModel, ValidationError

from casebackend.operations import OPERATIONS
from tests.casebackend.access.live import Route

type Schema = Mapping[str, Any]

NOBODY = "00000000-0000-4000-8000-000000000000"
# Where a type alone does not say what is good: "Model.field", or a field of any model.
GOOD: dict[str, Any] = {
    "CheckFile.content": base64.b64encode("机构代码,机构名称\n".encode()).decode(),
    "ApplyImport.sha256": "0" * 64,
    "Inbound.channel": "webchat",
    "told_proof": "通话录音 0301",
    "scopes": ["cases.read"],
    "login": "nobody-new",
    "code": "9999",
    "mobile": "19900001111",
    "email": "nobody@bank.example",
    "move": "accept",
    "ProposeFlow.code": "four_step/first",
    "FlowStep.code": "look",
    "FlowTaker.move": "sign",
}
# What a type asks for beyond its required fields.
ALSO: dict[str, dict[str, Any]] = {
    "AskTask": {"unit_id": NOBODY},
    "CorrectRegistration": {"amount": "300.00"},
    "ImportCodes": {"codes": {"说明": "x1"}},
    "SetState": {"state": "busy", "reason": "会议"},
    "Unlock": {"address": "10.0.0.1"},
}


@cache
def models() -> dict[str, type[BaseModel]]:
    """By the name of the route."""
    return {name: known.request for name, known in OPERATIONS.items() if known.request is not None}


def body_of(model: type[BaseModel], now: datetime) -> dict[str, Any]:
    """Raises with one sentence when the types alone make nothing that the model takes."""
    schema = model.model_json_schema()
    made: dict[str, Any] = _made(schema, schema, model.__name__, now) | ALSO.get(model.__name__, {})
    try:
        model.model_validate_json(json.dumps(made))
    except ValidationError as error:
        where = "; ".join(f"{'.'.join(map(str, each['loc']))}: {each['msg']}" for each in error.errors()[:3])
        raise AssertionError(f"bodies.GOOD or ALSO lacks an example for {model.__name__}: {where}") from None
    return made


def _made(schema: Schema, root: Schema, model: str, now: datetime, name: str = "") -> Any:
    for known in (f"{model}.{name}", name):
        if known in GOOD:
            return GOOD[known]
    if "$ref" in schema:
        inner = schema["$ref"].rsplit("/", 1)[-1]
        return _made(root["$defs"][inner], root, inner if "properties" in root["$defs"][inner] else model, now, "")
    if "const" in schema:
        return schema["const"]
    if "enum" in schema:
        return schema["enum"][0]
    for each in ("anyOf", "oneOf", "allOf"):
        if each in schema:
            real = [option for option in schema[each] if option.get("type") != "null"]
            return _made(real[0], root, model, now, name)
    if "properties" in schema:
        wanted = schema.get("required", [])
        return {field: _made(schema["properties"][field], root, model, now, field) for field in wanted}
    return _plain(schema, root, model, now)


def _plain(schema: Schema, root: Schema, model: str, now: datetime) -> Any:
    match schema.get("type"):
        case "array":
            return [_made(schema["items"], root, model, now) for _ in range(schema.get("minItems", 0))]
        case "integer" | "number":
            return schema.get("minimum", schema.get("exclusiveMinimum", 0) + 1)
        case "boolean":
            return False
        case "object":
            return {}
    return _words(schema, now)


def _words(schema: Schema, now: datetime) -> str:
    match schema.get("format"):
        case "uuid":
            return NOBODY
        case "date-time":
            return (now + timedelta(days=1)).isoformat()
        case "date":
            return now.date().isoformat()
    pattern = schema.get("pattern", "")
    if "a-z0-9" in pattern or "A-Za-z" in pattern or "0-9A-Za-z" in pattern:
        return "abc1"
    length = max(1, int(schema.get("minLength", 1)))
    return "1" * length if "0-9" in pattern or r"\d" in pattern else "说明" * length


def form_for(route: Route, now: datetime) -> dict[str, str]:
    """What a page of ours would send: the fields of every type, those of the operation of the same name foremost."""
    form: dict[str, str] = {}
    same = route.name.removeprefix("console_")
    if same in models():
        return {field: str(value) for field, value in body_of(models()[same], now).items()} | {"version": "1"}
    for name in sorted(models(), key=lambda each: _likeness(each, route.name)):
        for field, value in body_of(models()[name], now).items():
            if isinstance(value, str | int | float):
                form[field] = str(value)
    return form | {"version": "1"}


def _likeness(operation: str, page: str) -> tuple[bool, bool, int]:
    room, deed = page.removeprefix("console_").split(".")
    other, done = operation.split(".")
    shared = len(set(deed.split("_")) & set(done.split("_")))
    return (other == room and done == deed, other == room or room.startswith(other[:6]), shared)
