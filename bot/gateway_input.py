"""The only input of the bot: one turn in, all bubbles of its answer out, or a failure that says so."""

import asyncio
import hmac
import json
import os
from typing import Any, Awaitable, Callable, Dict, List, Optional, cast

from rasa.core.channels.channel import InputChannel, OutputChannel, UserMessage
from sanic import Blueprint, response
from sanic.request import Request
from sanic.response import HTTPResponse

from bot.logs import log
from bot.turns import TurnFailed
from bot.words import titles

BODY_LIMIT = 64 * 1024
TURN_SECONDS = 7.5  # the caller waits 8
SECRET = "TINGSU_BOT_SECRET"
# The name under which the domain keeps shorter words, for customers who asked for large type.
LARGE = "large"
# The case backend takes no more for one turn.
MOST_BUBBLES = 10


class BadTurn(Exception):
    pass


class Bubbles(OutputChannel):
    """Collects replies under the name of the customer's channel, or of large type: responses may differ by it."""

    def __init__(self, channel: str) -> None:
        self._channel = channel
        self._said: List[Dict[str, Any]] = []
        self.judged: Optional[Dict[str, Any]] = None

    @property
    def replies(self) -> List[Dict[str, Any]]:
        """In large type one thing a bubble, as long as so many may be sent."""
        apart = [part for reply in self._said for part in apart_of(reply)] if self._channel == LARGE else self._said
        return apart if len(apart) <= MOST_BUBBLES else self._said

    def name(self) -> str:
        return self._channel

    def decided(self, purpose: Optional[str], confidence: Optional[float], decision: str) -> None:
        """Called before the first action of a turn; those after it follow from it."""
        if self.judged is None:
            self.judged = {"purpose": purpose, "confidence": _share(confidence), "decision": decision[:64]}

    async def send_response(self, recipient_id: str, message: Dict[str, Any]) -> None:
        if message.get("text"):
            self._said.append(reply_of(message))


def _share(confidence: Optional[float]) -> Optional[float]:
    return None if confidence is None else round(min(1.0, max(0.0, float(confidence))), 4)


def reply_of(message: Dict[str, Any]) -> Dict[str, Any]:
    """`metadata.each` is the pattern of a choice for every one of the `items` an action handed over."""
    meta = message.get("metadata") or {}
    choices = [button["title"] for button in message.get("buttons") or []]
    if "each" in meta:
        choices += titles(message.get("items") or [], meta["each"])
    return {"text": message["text"].strip(), "choices": choices, "asks": message.get("asks") or meta.get("asks")}


def apart_of(reply: Dict[str, Any]) -> List[Dict[str, Any]]:
    """An empty line begins a bubble of its own; what is asked stands in the last."""
    *before, last = [part.strip() for part in reply["text"].split("\n\n")]
    return [{"text": text, "choices": [], "asks": None} for text in before if text] + [{**reply, "text": last}]


def _problem(status: int, slug: str, title: str) -> HTTPResponse:
    body = {"type": f"/problems/{slug}", "title": title, "status": status}
    return response.json(body, status=status, content_type="application/problem+json", ensure_ascii=False)


def read_turn(body: bytes) -> Dict[str, Any]:
    if len(body) > BODY_LIMIT:
        raise BadTurn("too long")
    try:
        turn = json.loads(body)
    except ValueError as error:
        raise BadTurn("not JSON") from error
    if not isinstance(turn, dict) or set(turn) != {"conversation", "message_id", "text", "channel", "metadata"}:
        raise BadTurn("fields")
    metadata = turn["metadata"]
    if not isinstance(metadata, dict) or set(metadata) - {LARGE} != {"asked", "turn_id"}:
        raise BadTurn("metadata")
    named = [turn["conversation"], turn["message_id"], turn["channel"], metadata["turn_id"]]
    if not all(isinstance(name, str) and 0 < len(name) <= 128 for name in named) or not isinstance(turn["text"], str):
        raise BadTurn("types")
    if not isinstance(metadata["asked"], (str, type(None))):
        raise BadTurn("asked")
    if not isinstance(metadata.get(LARGE, False), bool):
        raise BadTurn(LARGE)
    return cast(Dict[str, Any], turn)


def _action(error: Exception) -> str:
    return str(error) if isinstance(error, TurnFailed) else "-"


def _plain(text: str) -> str:
    """A leading slash would be a command to Rasa, and no text at all has no purpose."""
    text = text.strip() or "…"
    return "／" + text[1:] if text.startswith("/") else text


class GatewayInput(InputChannel):
    def __init__(self, secret: str) -> None:
        if not secret:
            raise SystemExit(f"{SECRET} is not set")
        self._secret = secret.encode()

    @classmethod
    def name(cls) -> str:
        return "gateway"

    @classmethod
    def from_credentials(cls, credentials: Optional[Dict[str, Any]]) -> "GatewayInput":
        return cls(os.environ.get(SECRET, ""))

    def _known(self, request: Request) -> bool:
        return hmac.compare_digest(request.headers.get("X-TingSu-Secret", "").encode(), self._secret)

    def blueprint(self, on_new_message: Callable[[UserMessage], Awaitable[Any]]) -> Blueprint:
        gateway = Blueprint("gateway")

        @gateway.post("/webhook")
        async def receive(request: Request) -> HTTPResponse:
            if not self._known(request):
                return _problem(401, "unauthorized", "未授权")
            try:
                turn = read_turn(request.body)
            except BadTurn:
                return _problem(400, "bad-turn", "请求格式不正确")
            return await self._answer(turn, on_new_message)

        return gateway

    async def _answer(
        self, turn: Dict[str, Any], on_new_message: Callable[[UserMessage], Awaitable[Any]]
    ) -> HTTPResponse:
        bubbles = Bubbles(LARGE if turn["metadata"].get(LARGE) else turn["channel"])
        message = UserMessage(
            _plain(turn["text"]),
            bubbles,
            turn["conversation"],
            input_channel=turn["channel"],
            message_id=turn["message_id"],
            metadata=turn["metadata"],
        )
        about = {"conversation": turn["conversation"], "message_id": turn["message_id"]}
        try:
            await asyncio.wait_for(on_new_message(message), TURN_SECONDS)
        except Exception as error:  # noqa: BLE001  whatever it was, the caller must know that there is no answer
            log.error("turn.failed", extra={**about, "error": type(error).__name__, "action": _action(error)})
            return _problem(503, "turn-failed", "暂时无法回答")
        replies = bubbles.replies
        if not replies:
            log.error("turn.empty", extra=about)
            return _problem(503, "turn-failed", "暂时无法回答")
        return response.json({"replies": replies, "judged": bubbles.judged}, ensure_ascii=False)
