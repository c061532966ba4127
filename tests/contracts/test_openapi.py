"""The published description is well-formed, complete, and true of what the running program answers."""

import json
import random
import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest
import pytest_asyncio
from jsonschema import Draft202012Validator

from tests.contracts.bank import Bank
from tests.contracts.customer import Exchange
from tests.contracts.served import Served
from tests.contracts.story import told
from tests.world import TOKENS, World

type Spec = dict[str, Any]


@pytest.fixture
def spec(served: Served) -> Spec:
    token = {"Authorization": f"Bearer {TOKENS['api']}"}
    answer = httpx.get(f"{served.address}/api/v1/openapi.json", headers=token, timeout=60)
    description: Spec = answer.raise_for_status().json()
    return description


@pytest_asyncio.fixture
async def heard(bank: Bank) -> list[Exchange]:
    return await told(bank)


def operations(spec: Spec) -> Iterator[tuple[str, str, Spec]]:
    for path, verbs in spec["paths"].items():
        for verb, operation in verbs.items():
            yield path, verb, operation


def operation_of(spec: Spec, exchange: Exchange) -> Spec:
    """A path without parameters is nearer than one with."""
    for path, verb, operation in sorted(operations(spec), key=lambda each: each[0].count("{")):
        pattern = re.sub(r"\\{\w+\\}", r"[^/]+", re.escape(path))
        if verb == exchange.method.lower() and re.fullmatch(pattern, exchange.path.rstrip("/")):
            return operation
    raise AssertionError(f"not described: {exchange.method} {exchange.path}")


def untrue(spec: Spec, exchange: Exchange) -> list[str]:
    """What the description says otherwise than the answer does."""
    described = operation_of(spec, exchange)["responses"].get(str(exchange.status))
    if described is None:
        return [f"{exchange.method} {exchange.path} answers {exchange.status}"]
    if "$ref" in described:
        described = spec["components"]["responses"][described["$ref"].rsplit("/", 1)[-1]]
    if "content" not in described:
        return [f"{exchange.path} has a body"] if exchange.body and exchange.status == 204 else []
    [content] = described["content"].values()
    body = json.loads(exchange.body)
    whole = {"components": spec["components"], **content["schema"]}
    validator = Draft202012Validator(whole, format_checker=Draft202012Validator.FORMAT_CHECKER)
    found = [f"{exchange.path}: {error.json_path} {error.message}" for error in validator.iter_errors(body)]
    if exchange.status < 400:
        schema = content["schema"].get("items", content["schema"])
        schema = schema.get("anyOf", [schema])[0]
        named = spec["components"]["schemas"][schema["$ref"].rsplit("/", 1)[-1]]["properties"]
        items = body if isinstance(body, list) else [body]
        found += [f"{exchange.path}: {key} is not named" for item in items for key in item.keys() - named.keys()]
    return found


async def test_what_the_program_answers_is_what_the_description_says(spec: Spec, heard: list[Exchange]) -> None:
    assert len(heard) >= 30
    chosen = random.sample(heard, 30)
    assert [sentence for exchange in chosen for sentence in untrue(spec, exchange)] == []
    assert [sentence for exchange in heard for sentence in untrue(spec, exchange)] == []


async def test_the_story_has_heard_good_answers_and_refusals(heard: list[Exchange]) -> None:
    """Whether each operation answers as described is asked by test_schemathesis."""
    assert {exchange.status for exchange in heard} >= {200, 201, 204, 409}


def test_the_description_is_well_formed(spec: Spec) -> None:
    assert re.fullmatch(r"3\.1\.\d", spec["openapi"])
    assert spec["info"].keys() >= {"title", "version"}
    names = [operation["operationId"] for _, _, operation in operations(spec)]
    assert len(names) == len(set(names))
    for name, schema in spec["components"]["schemas"].items():
        assert re.fullmatch(r"[\w.-]+", name)
        Draft202012Validator.check_schema(schema)


def test_every_operation_is_well_formed(spec: Spec) -> None:
    for path, verb, operation in operations(spec):
        assert path.startswith("/api/v1/")
        assert verb in {"get", "post", "put", "patch", "delete"}
        in_path = [each for each in operation.get("parameters", []) if each["in"] == "path"]
        assert {each["name"] for each in in_path} == set(re.findall(r"{(\w+)}", path)), path
        assert all(each["required"] for each in in_path)
        assert all("description" in response or "$ref" in response for response in operation["responses"].values())
        assert ("requestBody" in operation) <= (verb != "get")
        assert "default" not in operation["responses"], "what may be answered is listed"
        for way in operation["security"]:
            assert way.keys() <= spec["components"]["securitySchemes"].keys()


async def test_every_route_of_the_interface_is_named(spec: Spec, world: World) -> None:
    routes = {
        (re.sub(r"<(\w+):\w+>", r"{\1}", f"/{route.path}").rstrip("/"), method.lower())
        for route in world.app.router.routes
        if route.path.startswith("api/v1/")
        for method in route.methods - {"HEAD", "OPTIONS"}
    }
    assert routes == {(path, verb) for path, verb, _ in operations(spec)}
