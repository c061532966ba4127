"""The published interface: read off the live routes, their marks and the matrix, and one table of contents."""

import re
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from sanic import Blueprint, HTTPResponse, Request, Sanic, json

from casebackend.access.matrix import PUBLIC
from casebackend.components import ANSWERS, HEADERS, KEY, PROBLEM, SCHEMAS, TAG, headers, responses, security_schemes
from casebackend.operation import Operation
from casebackend.operations import OPERATIONS
from casebackend.parameters import Schema, in_path

__all__ = ["OPERATIONS", "Operation", "bp", "describe", "operations"]

bp = Blueprint("openapi")
PARAMETER = re.compile(r"<(\w+):(\w+)>")


def operations(app: Sanic[Any, Any]) -> dict[str, tuple[str, str]]:
    """Every live route of the API: name to (method, path)."""
    return {name: (method, PARAMETER.sub(r"{\1}", path)) for name, method, path, _ in _routes(app)}


def _routes(app: Sanic[Any, Any]) -> list[tuple[str, str, str, Any]]:
    found = []
    for route in app.router.routes:
        if route.path.startswith("api/v1/"):
            name = str(route.name).removeprefix(f"{app.name}.")
            method = next(iter(route.methods - {"HEAD", "OPTIONS"}))
            found.append((name, method.lower(), "/" + route.path.rstrip("/"), route.handler))
    return sorted(found, key=lambda each: each[2])


@bp.get("/openapi.json")
async def description(request: Request) -> HTTPResponse:
    return json(describe(request.app))


def describe(app: Sanic[Any, Any]) -> dict[str, Any]:
    references, schemas = _schemas()
    paths: dict[str, dict[str, Any]] = {}
    for name, method, path, handler in _routes(app):
        allowed = app.ctx.matrix.rows.get(name, frozenset())
        described = _operation(name, method, path, handler, allowed, references)
        paths.setdefault(PARAMETER.sub(r"{\1}", path), {})[method] = described
    return {
        "openapi": "3.1.0",
        "info": {"title": "听诉 案件后台", "version": "1"},
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": headers(),
            "responses": responses(),
            "securitySchemes": security_schemes(),
        },
    }


def takes_key(handler: Any) -> bool:
    return getattr(handler, "takes_key", False)


def wants_version(handler: Any) -> bool:
    return getattr(handler, "wants_version", False)


def _operation(
    name: str, method: str, path: str, handler: Any, allowed: frozenset[str], references: dict[Any, Schema]
) -> dict[str, Any]:
    known = OPERATIONS.get(name, Operation(name))
    refused = sorted(_refused(method, path, handler, allowed, known))
    found: dict[str, Any] = {
        "operationId": name,
        "tags": [name.split(".")[0]],
        "summary": known.summary,
        "parameters": _parameters(path, handler, known),
        "responses": _answers(handler, known, references)
        | {str(status): {"$ref": f"{ANSWERS}{status}"} for status in refused},
        "security": _security(method, allowed),
        "x-allowed": sorted(allowed),
    }
    if known.request is not None:
        content = {"application/json": {"schema": references[known.request, "validation"]}}
        found["requestBody"] = {"required": True, "content": content}
    if known.form is not None:
        found["requestBody"] = {"required": True, "content": {"multipart/form-data": {"schema": known.form}}}
    if known.raw:
        any_bytes = {"schema": {"type": "string", "format": "binary"}}
        found["requestBody"] = {"required": True, "content": {"application/octet-stream": any_bytes}}
    return found


def _parameters(path: str, handler: Any, known: Operation) -> list[dict[str, Any]]:
    found = [
        {"name": part, "in": "path", "required": True, "schema": in_path(part, kind)}
        for part, kind in PARAMETER.findall(path)
    ]
    found += [{"name": part, "in": "query", "schema": schema} for part, schema in known.query.items()]
    found += [{"name": name, "in": "header", "required": True, "schema": each} for name, each in known.headers.items()]
    if takes_key(handler):
        found.append({"name": "Idempotency-Key", "in": "header", "required": True, "schema": KEY})
    if wants_version(handler):
        found.append({"name": "If-Match", "in": "header", "required": True, "schema": TAG})
    return found


def _refused(method: str, path: str, handler: Any, allowed: frozenset[str], known: Operation) -> set[int]:
    """What the marks of a route let expect; the table adds what only this one may answer."""
    found = {413, 503, *known.refuses}
    found |= set() if PUBLIC in allowed else {401, 403}
    found |= {400} if known.query else set()
    found |= {400, 422} if takes_key(handler) else set()
    found |= {415, 422} if known.request else set()
    found |= {422} if known.form is not None or known.raw else set()
    found |= {412, 428} if wants_version(handler) else set()
    found |= {404} if "<" in path else set()
    return found | ({409} if method != "get" else set())


def _answers(handler: Any, known: Operation, references: dict[Any, Schema]) -> dict[str, Any]:
    answer: dict[str, Any] = {"description": known.summary}
    schema = _answered(known, references)
    if schema is not None and known.status != 204:
        answer["content"] = {media: {"schema": schema} for media in known.media}
    named = _named(known, handler)
    if named:
        answer["headers"] = {name: {"$ref": f"{HEADERS}{name}"} for name in named}
    others = {
        str(status): {"description": words} if status == 204 else answer | {"description": words}
        for status, words in known.other.items()
    }
    return {str(known.status): answer, **others}


def _answered(known: Operation, references: dict[Any, Schema]) -> Schema | None:
    if known.response is None:
        return {"type": "object"} if known.media == ("application/json",) else {"type": "string"}
    reference = references[known.response, "serialization"]
    if known.also is not None:
        return {"anyOf": [reference, references[known.also, "serialization"]]}
    return {"type": "array", "items": reference} if known.many else reference


def _named(known: Operation, handler: Any) -> list[str]:
    """The headers of the good answer: whatever has a version in it has it as ETag too."""
    versioned = known.response is not None and not known.many and "version" in known.response.model_fields
    tagged = known.tagged or (known.status != 204 and (versioned or wants_version(handler)))
    names = ["ETag"] if tagged else []
    names += ["Location"] if known.located else []
    return names + (["Idempotent-Replayed"] if takes_key(handler) else [])


def _security(method: str, allowed: frozenset[str]) -> list[dict[str, list[str]]]:
    """Each entry is one way in. The tester's program may read everything."""
    if PUBLIC in allowed:
        return []
    programs = {role for role in allowed if role.startswith(("service:", "scope:"))}
    ways: list[dict[str, list[str]]] = [{"program": []}] if programs or method == "get" else []
    if allowed - programs:
        ways.append({"session": []} if method == "get" else {"session": [], "csrf": []})
    return ways


def _schemas() -> tuple[dict[Any, Schema], dict[str, Schema]]:
    """Where each model is described in each direction, and the descriptions."""
    wanted: list[tuple[type[BaseModel], Any]] = []
    for known in OPERATIONS.values():
        wanted += [(known.request, "validation")] if known.request else []
        wanted += [(model, "serialization") for model in (known.response, known.also) if model is not None]
    references, definitions = models_json_schema(list(dict.fromkeys(wanted)), ref_template=SCHEMAS + "{model}")
    return dict(references), definitions["$defs"] | {"Problem": PROBLEM}
