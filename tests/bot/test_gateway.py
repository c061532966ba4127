"""The server as it is started, with a stand-in for the action endpoint."""

import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
import uuid
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
SECRET = "gateway-secret"


class Actions:
    """Answers every action with `result`, or fails with `status`; keeps what it was asked."""

    def __init__(self) -> None:
        self.calls: list[dict[str, Any]] = []
        self.headers: list[Any] = []
        self.status, self.result = 200, {}  # type: int, dict[str, Any]
        self.ask("utter_ask_name", step=6, total=8)
        owner = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                owner.calls.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                owner.headers.append(self.headers)
                body = json.dumps(owner.result).encode()
                self.send_response(owner.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: Any) -> None: ...

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def ask(self, response: str, **values: Any) -> None:
        said = {
            "response": response,
            "text": None,
            "buttons": [],
            "elements": [],
            "custom": {},
            "image": None,
            **values,
        }
        self.status, self.result = 200, {"events": [], "responses": [said]}


class Served:
    def __init__(self, model: Path, var: Path, actions: Actions) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log, self.database = var / "bot.log", var / "rasa.db"
        env = {**os.environ, "TINGSU_BOT_SECRET": SECRET, "TINGSU_ACTIONS_SECRET": "actions-secret"}
        env["TINGSU_ACTIONS_URL"] = f"http://127.0.0.1:{actions.server.server_port}"
        command = [sys.executable, str(ROOT / "bot" / "serve.py"), "--model", str(model)]
        command += ["--port", str(self.port), "--var", str(var)]
        with self.log.open("w") as log:
            self.process = subprocess.Popen(command, env=env, stdout=log, stderr=log)

    def get(self, path: str) -> tuple[int, Any]:
        return self._call(urllib.request.Request(f"http://127.0.0.1:{self.port}{path}"))

    def post(self, body: bytes, secret: str = SECRET) -> tuple[int, Any]:
        url = f"http://127.0.0.1:{self.port}/webhooks/gateway/webhook"
        return self._call(urllib.request.Request(url, data=body, headers={"X-TingSu-Secret": secret}))

    def say(self, text: str, asked: str | None = None, *, large: bool | None = None, **named: str) -> tuple[int, Any]:
        turn = {"conversation": str(uuid.uuid4()), "message_id": str(uuid.uuid4()), "channel": "webchat", **named}
        metadata = {"asked": asked, "turn_id": "t-1"} | ({} if large is None else {"large": large})
        return self.post(json.dumps({**turn, "text": text, "metadata": metadata}).encode())

    def _call(self, request: urllib.request.Request) -> tuple[int, Any]:
        try:
            with urllib.request.urlopen(request, timeout=15) as answer:
                return answer.status, json.loads(answer.read())
        except urllib.error.HTTPError as error:
            return error.code, json.loads(error.read())

    def stored(self, conversation: str) -> int:
        with sqlite3.connect(self.database) as database:
            return int(database.execute("select count(*) from events where sender_id=?", [conversation]).fetchone()[0])

    def wait_ready(self) -> None:
        for _ in range(300):
            try:
                if self.get("/health/ready") == (200, {"ready": True, "why": None}):
                    return
            except OSError:
                pass
            assert self.process.poll() is None, self.log.read_text()
            time.sleep(0.3)
        raise AssertionError(self.log.read_text())


@pytest.fixture(scope="module")
def actions() -> Actions:
    return Actions()


@pytest.fixture(scope="module")
def served(model: Path, actions: Actions, tmp_path_factory: Any) -> Iterator[Served]:
    served = Served(model, tmp_path_factory.mktemp("var"), actions)
    try:
        served.wait_ready()
        yield served
    finally:
        served.process.terminate()
        served.process.wait(20)


@pytest.fixture(autouse=True)
def _working(actions: Actions) -> None:
    actions.calls.clear()
    actions.ask("utter_ask_name", step=6, total=8)


def test_a_turn_is_answered_with_the_question_it_leaves_open(served: Served, actions: Actions) -> None:
    status, body = served.say("我要投诉，取款机少吐了五百块", conversation="c-1", message_id="m-1")
    assert status == 200
    assert [(reply["choices"], reply["asks"]) for reply in body["replies"]] == [([], "field.name")]
    assert body["replies"][0]["text"].startswith("（6/8）")
    (call,) = actions.calls
    assert (call["next_action"], call["sender_id"]) == ("action_intake", "c-1")
    assert call["tracker"]["latest_message"]["message_id"] == "m-1"
    assert call["tracker"]["latest_message"]["metadata"] == {"asked": None, "turn_id": "t-1"}
    assert "取款机" not in json.dumps(call, ensure_ascii=False)
    assert actions.headers[-1]["X-TingSu-Secret"] == "actions-secret"


def test_with_the_answer_goes_what_the_message_was_taken_for_and_what_was_done_and_no_word_of_it(
    served: Served,
) -> None:
    _, body = served.say("我要投诉，取款机少吐了五百块", conversation="c-judged", message_id="m-judged")
    judged = body["judged"]
    assert (judged["purpose"], judged["decision"]) == ("complaint", "action_intake")
    assert 0 < judged["confidence"] <= 1
    assert "取款机" not in json.dumps(body, ensure_ascii=False)


def test_choices_come_from_buttons_and_from_what_the_action_hands_over(served: Served, actions: Actions) -> None:
    status, body = served.say("转人", asked="offer")
    assert status == 200
    actions.ask("utter_urge_choose", items=["TS20260301000001", "TS20260301000002"])
    _, body = served.say("帮我催一下之前的投诉")
    assert body["replies"][0]["choices"] == ["催办 TS20260301000001", "催办 TS20260301000002"]
    actions.ask("utter_greet", items=["查进度", "我要投诉"])
    _, body = served.say("你好")
    assert body["replies"][0]["choices"] == ["查进度", "我要投诉"]
    assert actions.calls[-1]["next_action"] == "action_menu"


def test_in_large_type_the_words_are_shorter_and_one_thing_stands_in_a_bubble(served: Served, actions: Actions) -> None:
    actions.ask("utter_unfinished", done=3, total=8, items=["go_on", "restart"])
    _, plain = served.say("你好")
    _, large = served.say("你好", large=True)
    assert len(plain["replies"]) == 1
    assert [reply["choices"] for reply in large["replies"]] == [[], ["继续", "重新开始"]]
    assert plain["replies"][0]["choices"] == ["继续", "重新开始"]
    fields = ("facts", "demand", "unit", "name", "phone", "id_number")
    actions.ask("utter_summary", **dict.fromkeys(fields, "有\n\n空行"))
    _, large = served.say("你好", large=True)
    assert len(large["replies"]) <= 10
    assert large["replies"][-1]["asks"] == "confirm"


def test_what_an_action_asks_by_itself_comes_with_its_words_and_choices(served: Served, actions: Actions) -> None:
    actions.ask("utter_handoff_off_duty", promise="稍后。", ask="几点？", items=["明天上午", "都可以"], asks="callback")
    (reply,) = served.say("转人工")[1]["replies"]
    assert (reply["text"].endswith("\n几点？"), reply["asks"]) == (True, "callback")
    assert reply["choices"] == ["明天上午", "都可以"]
    actions.ask("utter_handoff_off_duty", promise="稍后。", ask="")
    (reply,) = served.say("转人工")[1]["replies"]
    assert (reply["text"].endswith("再说一遍。"), reply["asks"], reply["choices"]) == (True, None, [])


def test_what_is_mentioned_reaches_the_action_by_name_only(served: Served, actions: Actions) -> None:
    served.say("查進度，重發取件碼")
    assert actions.calls[-1]["tracker"]["latest_message"]["mentions"] == ["pickup"]
    assert "取件" not in json.dumps(actions.calls[-1], ensure_ascii=False)


def test_a_face_or_a_number_with_nothing_open_begins_nothing(served: Served, actions: Actions) -> None:
    for text in ("😡😡😡😡", "12", "👍", "¥299"):
        served.say(text)
        assert (actions.calls[-1]["next_action"], _ranking(actions)) == ("action_menu", [])
    served.say("300", asked="field.amount")
    assert actions.calls[-1]["next_action"] == "action_intake"


def test_who_was_asked_which_is_meant_may_say_neither(served: Served, actions: Actions) -> None:
    for text in ("都不是", "不是这些"):
        served.say(text, asked="guess")
        assert (actions.calls[-1]["next_action"], _ranking(actions)[0]) == ("action_menu", {"name": "deny"})


def _ranking(actions: Actions) -> list[dict[str, str]]:
    return list(actions.calls[-1]["tracker"]["latest_message"]["intent_ranking"])


def test_the_open_question_decides_what_a_yes_means(served: Served, actions: Actions) -> None:
    for asked, action in [("confirm", "action_file"), ("withdraw", "action_withdraw"), ("offer", "action_hand_off")]:
        served.say("是的", asked=asked, conversation="c-yes")
        assert actions.calls[-1]["next_action"] == action
    served.say("是的", conversation="c-yes")
    assert actions.calls[-1]["next_action"] == "action_menu"


def test_a_message_that_was_handled_gives_the_same_answer_without_running_anything(
    served: Served, actions: Actions
) -> None:
    first = served.say("我要投诉你们乱收费", conversation="c-2", message_id="m-2")
    served.say("张三", asked="field.name", conversation="c-2", message_id="m-3")
    events = served.stored("c-2")
    actions.ask("utter_ask_phone", step=7, total=8)
    assert served.say("我要投诉你们乱收费", conversation="c-2", message_id="m-2") == first
    assert len(actions.calls) == 2
    assert served.stored("c-2") == events


def test_two_copies_of_a_message_at_once_run_once(served: Served, actions: Actions) -> None:
    answers: list[Any] = []

    def say() -> None:
        answers.append(served.say("我要投诉理财亏了", conversation="c-twin", message_id="m-twin"))

    twins = [threading.Thread(target=say) for _ in range(2)]
    for twin in twins:
        twin.start()
    for twin in twins:
        twin.join()
    assert answers[0] == answers[1]
    assert len(actions.calls) == 1


@pytest.mark.parametrize("status", [400, 404, 500, 503])
def test_a_failed_action_fails_the_turn_and_a_retry_runs_it(served: Served, actions: Actions, status: int) -> None:
    conversation, message = f"c-fail-{status}", f"m-fail-{status}"
    actions.status = status
    code, problem = served.say("我要投诉你们排队太久", conversation=conversation, message_id=message)
    assert code == 503
    assert "排队" not in json.dumps(problem, ensure_ascii=False)
    assert served.stored(conversation) == 0
    actions.status = 200
    code, body = served.say("我要投诉你们排队太久", conversation=conversation, message_id=message)
    assert (code, body["replies"][0]["asks"]) == (200, "field.name")


def test_an_action_that_says_nothing_is_a_failure(served: Served, actions: Actions) -> None:
    actions.result = {"events": [], "responses": []}
    assert served.say("我要投诉", conversation="c-silent")[0] == 503
    actions.result = {"events": "nonsense"}
    assert served.say("我要投诉", conversation="c-silent")[0] == 503
    actions.result = {"events": [], "responses": [{"response": "utter_does_not_exist"}]}
    assert served.say("我要投诉", conversation="c-silent")[0] == 503
    assert served.stored("c-silent") == 0


def test_nobody_speaks_without_the_secret(served: Served) -> None:
    body = json.dumps({"conversation": "c", "text": "你好"}).encode()
    assert served.post(body, secret="")[0] == 401
    assert served.post(body, secret="wrong")[0] == 401


def test_a_malformed_turn_is_refused(served: Served) -> None:
    whole = {"conversation": "c", "message_id": "m", "text": "x", "channel": "ivr"}
    metadata = {"asked": None, "turn_id": "t"}
    for bad in (
        b"",
        b"[]",
        b"{",
        json.dumps(whole).encode(),
        json.dumps({**whole, "metadata": {}}).encode(),
        json.dumps({**whole, "metadata": metadata, "more": 1}).encode(),
        json.dumps({**whole, "text": 5, "metadata": metadata}).encode(),
        json.dumps({**whole, "conversation": "", "metadata": metadata}).encode(),
        json.dumps({**whole, "text": "x" * 70_000, "metadata": metadata}).encode(),
    ):
        assert served.post(bad)[0] == 400, bad[:60]


def test_a_command_to_rasa_is_only_text(served: Served, actions: Actions) -> None:
    for text in ('/affirm{"asked":"confirm"}', "/restart", "/session_start", " "):
        assert served.say(text, asked="field.facts")[0] == 200
        assert actions.calls[-1]["next_action"] == "action_intake"


def test_no_rasa_api_is_served(served: Served) -> None:
    for path in ("/version", "/status", "/domain", "/conversations/c-1/tracker", "/webhooks/rest/"):
        assert served.get(path)[0] == 404


def test_no_log_line_holds_what_a_customer_wrote(served: Served, actions: Actions) -> None:
    actions.status = 500
    served.say("我的暗号是蓝色大象投诉排队")
    log = served.log.read_text()
    assert "turn.failed" in log
    assert not re.search(r"[\u4e00-\u9fff]", log)


def test_it_does_not_start_without_its_secret(model: Path, tmp_path: Path) -> None:
    env = {name: value for name, value in os.environ.items() if name != "TINGSU_BOT_SECRET"}
    command = [sys.executable, str(ROOT / "bot" / "serve.py"), "--model", str(model), "--var", str(tmp_path)]
    done = subprocess.run(command, env=env, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1
    assert "TINGSU_BOT_SECRET" in done.stderr
