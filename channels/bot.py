"""The port behind which the dialogue is decided, and Rasa behind it."""

from typing import Protocol

import aiohttp
from pydantic import BaseModel, Field, ValidationError

from channels.envelope import Judged, Reply, Turn


class EngineFailed(Exception):
    """Silence, an error or nonsense; to the customer all the same."""


class Spoken(BaseModel):
    """`judged` is missing where an answer is given again."""

    replies: list[Reply] = Field(min_length=1, max_length=10)
    judged: Judged | None = None


class DialogueEngine(Protocol):
    async def reply(self, turn: Turn) -> Spoken: ...


class RasaHttp:
    def __init__(self, http: aiohttp.ClientSession, url: str, secret: str, *, deadline: float = 8.0) -> None:
        self._http = http
        self._url = url.rstrip("/") + "/webhooks/gateway/webhook"
        self._headers = {"X-TingSu-Secret": secret}
        self._timeout = aiohttp.ClientTimeout(total=deadline, sock_connect=1.0)

    async def reply(self, turn: Turn) -> Spoken:
        body = {
            "conversation": str(turn.conversation_id),
            "message_id": str(turn.message_id),
            "text": turn.text,
            "channel": turn.channel,
            "metadata": {"asked": turn.asked, "turn_id": str(turn.id), "large": turn.large},
        }
        try:
            async with self._http.post(
                self._url, json=body, headers=self._headers, timeout=self._timeout, allow_redirects=False
            ) as answer:
                if answer.status != 200:
                    raise EngineFailed(f"status {answer.status}")
                return Spoken.model_validate_json(await answer.read())
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            raise EngineFailed(type(error).__name__) from error
        except ValidationError as error:
            raise EngineFailed("empty or malformed") from error
