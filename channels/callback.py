"""When a call suits whoever waits for a person: no engine is needed to read a time."""

import structlog

from casebackend.api.client import CaseBackend, Refused
from channels.envelope import SUPERSEDED, Asked, Reply, Turn
from channels.words.book import Words

BUSINESS = frozenset({404, 409, 422})
log = structlog.get_logger()


def past_callback(turn: Turn) -> Turn:
    """For the engine and the questionnaire nothing is open: what was said is no answer to that question."""
    return turn.model_copy(update={"asked": None}) if turn.asked is Asked.CALLBACK else turn


class Callback:
    def __init__(self, backend: CaseBackend, words: Words) -> None:
        self._backend = backend
        self._words = words

    async def reply(self, turn: Turn) -> list[Reply] | None:
        """None: something else was said, or asked."""
        if turn.asked is not Asked.CALLBACK:
            return None
        try:
            outcome = await self._backend.callback(turn.conversation_id, turn.message_id, key=f"{turn.id}:callback:0")
        except Refused as refusal:
            if refusal.slug in SUPERSEDED or refusal.status not in BUSINESS:
                raise
            log.warning("callback.refused", turn_id=str(turn.id), status=refusal.status, slug=refusal.slug)
            return None
        if outcome.outcome == "other":
            return None
        asks = None if outcome.outcome == "default" else Asked.CALLBACK
        name = f"callback.{outcome.outcome}"
        return [self._words.say(name, {"when": outcome.when}, asks=asks, choices=outcome.times)]
