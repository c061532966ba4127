"""A recorded call becomes a draft whose fields point at their turns."""

import json
from pathlib import Path
from typing import Any
from uuid import uuid4

import aiohttp

from ops.chain import Chain
from ops.demo import ROOT
from tests.e2e.desk import Staff

CALL = Path(ROOT / "docs" / "examples" / "call.vcon.json")
TOKEN = {"Authorization": "Bearer tingsu-demo-ivr"}


async def post(chain: Chain, call: dict[str, Any], headers: dict[str, str] = TOKEN) -> tuple[int, dict[str, Any]]:
    async with (
        aiohttp.ClientSession() as http,
        http.post(f"{chain.url('channels')}/ivr/transcripts", json=call, headers=headers) as answer,
    ):
        return answer.status, await answer.json(content_type=None)


def call() -> dict[str, Any]:
    recorded: dict[str, Any] = json.loads(CALL.read_text())
    return recorded | {"uuid": str(uuid4())}


async def test_a_recorded_call_makes_a_draft_with_each_field_at_its_turn(chain: Chain) -> None:
    status, draft = await post(chain, call())
    assert status == 202
    fields = {field["name"]: field for field in draft["fields"]}
    assert fields["unit"]["value"].endswith("朝阳支行")
    assert (fields["unit"]["turn"], fields["unit"]["start_ms"]) == (1, 3600)
    assert fields["amount"]["value"].startswith("50")
    assert fields["demand"]["turn"] == 7
    assert fields["phone"]["value"] == "139****1234"


async def test_a_low_confidence_is_marked_to_be_confirmed(chain: Chain) -> None:
    _, draft = await post(chain, call())
    name = next(field for field in draft["fields"] if field["name"] == "name")
    assert (name["state"], name["confidence"]) == ("to_confirm", 0.61)


async def test_the_same_call_twice_is_one_draft_that_an_agent_sees(chain: Chain, agent: Staff) -> None:
    recorded = call()
    first, second = await post(chain, recorded), await post(chain, recorded)
    assert first[1]["id"] == second[1]["id"]
    page = await agent.page(f"/drafts/{first[1]['conversation_id']}")
    assert "待确认" in page


async def test_turns_as_text_dialog_are_read_too(chain: Chain) -> None:
    plain = call() | {"analysis": []}
    plain["dialog"] = [
        {
            "type": "text",
            "start": f"2026-11-20T09:12:0{n}+08:00",
            "parties": [0],
            "mediatype": "text/plain",
            "body": body,
        }
        for n, body in enumerate(["我要投诉朝阳支行，柜台多收我五十块手续费", "要求退钱"])
    ]
    status, draft = await post(chain, plain)
    assert status == 202
    assert {"facts", "unit", "amount"} <= {field["name"] for field in draft["fields"]}


async def test_a_call_without_the_token_or_without_turns_is_refused(chain: Chain) -> None:
    assert (await post(chain, call(), {"Authorization": "Bearer wrong"}))[0] == 401
    status, problem = await post(chain, call() | {"analysis": [], "dialog": []})
    assert (status, problem["status"]) == (422, 422)
