"""Our actions as the stock SDK server runs them: the client is opened at the first call, the ids come by metadata."""

import os
from typing import Any

from rasa_sdk import Tracker
from rasa_sdk.executor import CollectingDispatcher

from actions.action import TurnAction
from actions.server import ACTIONS
from casebackend.api.client import CaseBackend


class Shared:
    backend: CaseBackend | None = None


async def backend() -> CaseBackend:
    if Shared.backend is None:
        client = CaseBackend(os.environ["TINGSU_BACKEND_URL"], os.environ["TINGSU_TOKEN_ACTIONS"])
        Shared.backend = await client.__aenter__()
    return Shared.backend


def stock(action: type[TurnAction]) -> type[TurnAction]:
    async def run(
        self: Any, dispatcher: CollectingDispatcher, tracker: Tracker, domain: dict[str, Any] | None
    ) -> list[dict[str, Any]]:
        self._backend = await backend()
        tracker.latest_message["message_id"] = tracker.latest_message["metadata"]["message_id"]
        return await action.run(self, dispatcher, tracker, domain)

    return type(f"Stock{action.__name__}", (action,), {"run": run})


STOCK = [stock(action) for action in ACTIONS]
globals().update({action.__name__: action for action in STOCK})  # the SDK sends them to its worker by name
