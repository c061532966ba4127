import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio
from asgi_lifespan import LifespanManager
from sanic import Sanic

from actions.server import BODY_LIMIT, create_app
from actions.settings import Settings
from casebackend.api.client import BackendUnavailable, CaseBackend, Refused
from casebackend.api.conversations import Heartbeat

SECRET = "actions-secret"
TEXT = "我叫王小明，取款机少吐了五百块"


class Backend(CaseBackend):
    """Keeps heartbeats; every other call ends as it is told to."""

    def __init__(self) -> None:
        super().__init__("http://127.0.0.1:9", "token")
        self.beats: list[Heartbeat] = []
        self.problem: Exception | None = None

    async def beat(self, heartbeat: Heartbeat) -> None:
        if self.problem:
            raise self.problem
        self.beats.append(heartbeat)

    async def _call(self, *_: Any, **__: Any) -> bytes | None:
        raise self.problem or AssertionError("nothing was to be called")


@pytest.fixture
def backend() -> Backend:
    return Backend()


@pytest_asyncio.fixture
async def http(backend: Backend) -> AsyncIterator[httpx.AsyncClient]:
    Sanic.test_mode = True
    settings = Settings.model_validate(
        {"backend_url": "http://127.0.0.1:9", "token_actions": "token-actions", "actions_secret": SECRET}
    )
    app = create_app(settings, backend, name=f"actions-{uuid4().hex}")
    async with LifespanManager(app, 120, 120):
        transport = httpx.ASGITransport(app=app, raise_app_exceptions=False)
        headers = {"X-TingSu-Secret": SECRET}
        async with httpx.AsyncClient(transport=transport, base_url="http://actions", headers=headers) as client:
            yield client


def call(action: str) -> dict[str, Any]:
    return {
        "next_action": action,
        "sender_id": str(uuid4()),
        "domain": {},
        "version": "3.6.21",
        "tracker": {
            "sender_id": str(uuid4()),
            "slots": {},
            "events": [],
            "latest_message": {
                "message_id": str(uuid4()),
                "text": TEXT,
                "metadata": {"asked": None, "turn_id": str(uuid4())},
            },
        },
    }


async def test_nobody_runs_an_action_without_the_secret(http: httpx.AsyncClient) -> None:
    for secret in (b"", b"wrong", "密".encode()):
        answer = await http.post("/webhook", json=call("action_resume"), headers={b"X-TingSu-Secret": secret})
        assert answer.status_code == 401


async def test_an_action_answers_with_the_name_of_a_response(http: httpx.AsyncClient) -> None:
    answer = await http.post("/webhook", json=call("action_resume"))
    assert answer.status_code == 200
    assert [said["response"] for said in answer.json()["responses"]] == ["utter_menu"]
    assert answer.json()["events"] == []


async def test_a_body_over_the_limit_is_refused(http: httpx.AsyncClient) -> None:
    large = call("action_resume") | {"padding": "x" * BODY_LIMIT}
    assert (await http.post("/webhook", json=large)).status_code == 413


async def test_a_compressed_body_is_refused_before_it_is_opened(http: httpx.AsyncClient) -> None:
    headers = {"Content-Encoding": "deflate"}
    assert (await http.post("/webhook", content=b"\x78\x9c", headers=headers)).status_code == 415


@pytest.mark.parametrize(
    "action", ["action_intake", "action_progress", "action_hand_off", "action_revisit", "action_opinion"]
)
async def test_a_backend_that_is_away_fails_the_action_and_nothing_is_echoed(
    http: httpx.AsyncClient, backend: Backend, action: str, capsys: pytest.CaptureFixture[str]
) -> None:
    backend.problem = BackendUnavailable("POST /…: 503")
    answer = await http.post("/webhook", json=call(action))
    assert answer.status_code == 500
    printed = capsys.readouterr()
    for place in (answer.text, printed.out, printed.err):
        assert "王小明" not in place


async def test_a_broken_call_fails_without_an_echo(http: httpx.AsyncClient) -> None:
    for body in (b"{", b"[]", json.dumps(call("action_intake") | {"tracker": TEXT}, ensure_ascii=False).encode()):
        answer = await http.post("/webhook", content=body)
        assert answer.status_code in {400, 500}
        assert "王小明" not in answer.text


async def test_an_unknown_action_is_a_failure(http: httpx.AsyncClient) -> None:
    answer = await http.post("/webhook", json=call("action_grant_refund"))
    assert answer.status_code == 404


async def test_a_refusal_of_the_token_is_no_answer_to_a_customer(http: httpx.AsyncClient, backend: Backend) -> None:
    backend.problem = Refused(403, {"type": "/problems/forbidden"})
    assert (await http.post("/webhook", json=call("action_file"))).status_code == 500


@pytest.mark.parametrize(
    ("action", "response"),
    [
        ("action_intake", "utter_intake_refused"),
        ("action_cancel", "utter_nothing_to_cancel"),
        ("action_progress", "utter_progress_none"),
        ("action_urge", "utter_urge_none"),
        ("action_withdraw", "utter_withdraw_none"),
        ("action_hand_off", "utter_handoff_already"),
        ("action_revisit", "utter_feedback_thanks"),
        ("action_supplement", "utter_supplement_none"),
        ("action_second", "utter_intake_refused"),
        ("action_duplicate", "utter_intake_refused"),
    ],
)
async def test_a_refusal_of_the_business_is_said_in_words(
    http: httpx.AsyncClient, backend: Backend, action: str, response: str
) -> None:
    backend.problem = Refused(409, {"type": "/problems/conflict"})
    answer = await http.post("/webhook", json=call(action))
    assert [said["response"] for said in answer.json()["responses"]] == [response]


async def test_ready_is_the_backend_answering(http: httpx.AsyncClient, backend: Backend) -> None:
    assert (await http.get("/health/live")).status_code == 200
    assert (await http.get("/health/ready")).status_code == 200
    assert backend.beats[-1].program == "actions"
    backend.problem = BackendUnavailable("away")
    answer = await http.get("/health/ready")
    assert (answer.status_code, answer.json()["ready"]) == (503, False)
