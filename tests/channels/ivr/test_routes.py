import json

import httpx
import pytest

from tests.channels.ivr.test_mapping import SECRET, call
from tests.channels.town import IVR_TOKEN

ALLOWED = {"Authorization": f"Bearer {IVR_TOKEN}", "Content-Type": "application/vcon"}


@pytest.mark.parametrize(
    ("headers", "body", "status"),
    [
        ({"Content-Type": "application/vcon"}, b"{}", 401),
        (ALLOWED | {"Authorization": "Bearer wrong-token-1"}, b"{}", 401),
        (ALLOWED | {"Authorization": f"Basic {IVR_TOKEN}"}, b"{}", 401),
        (ALLOWED | {"Content-Type": "text/plain"}, b"{}", 415),
        (ALLOWED, b"{", 422),
        (ALLOWED, json.dumps(call(uuid=SECRET)).encode(), 422),
        (ALLOWED | {"Content-Type": "application/json; charset=utf-8"}, json.dumps(call()).encode(), 503),
    ],
)
async def test_each_refusal_is_a_chinese_problem(
    door: httpx.AsyncClient, headers: dict[str, str], body: bytes, status: int
) -> None:
    answer = await door.post("/ivr/transcripts", content=body, headers=headers)
    assert answer.status_code == status
    assert answer.headers["content-type"] == "application/problem+json"
    assert any("\u4e00" <= letter <= "\u9fff" for letter in answer.json()["title"])
    assert SECRET not in answer.text


async def test_the_schema_is_published(door: httpx.AsyncClient) -> None:
    answer = await door.get("/ivr/transcript.schema.json")
    assert answer.json()["properties"]["turns"]["maxItems"] == 2000
