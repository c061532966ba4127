"""A turn without detours: nodes run one after another, what follows is remembered, one connection to the actions."""

import copy
import time
from types import TracebackType
from typing import Any, Dict, List, Optional, Tuple, Type

import aiohttp
from rasa.core.policies.policy import PolicyPrediction
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.events import ActionExecuted, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig


class StraightRunner(DaskGraphRunner):
    """Runs a trained graph in an order worked out once; dask plans it anew, with threads in mind, at every message."""

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        self._orders: Dict[Tuple[str, ...], List[str]] = {}

    def run(self, inputs: Optional[Dict[str, Any]] = None, targets: Optional[List[str]] = None) -> Dict[str, Any]:
        wanted = tuple(targets or self._graph_schema.target_names)
        order = self._orders.get(wanted)
        if order is None:
            order = self._orders[wanted] = self._in_order(wanted)
        results: Dict[str, Any] = {name: (name, value) for name, value in (inputs or {}).items()}
        for name in order:
            if name not in results:
                needs = self._graph_schema.nodes[name].needs.values()
                results[name] = self._instantiated_nodes[name](*[results.get(need, need) for need in needs])
        return {name: results[name][1] for name in wanted}

    def _in_order(self, targets: Tuple[str, ...]) -> List[str]:
        """Every node after those it needs; a name that is no node is an input."""
        order: List[str] = []

        def visit(name: str) -> None:
            if name in order or name not in self._graph_schema.nodes:
                return
            for need in self._graph_schema.nodes[name].needs.values():
                visit(need)
            order.append(name)

        for target in targets:
            visit(target)
        return order


Situation = Tuple[Any, ...]


def situation(tracker: DialogueStateTracker) -> Optional[Situation]:
    """All that rules of one turn can depend on; None where more than that may count.

    docs/adr/0001: a turn is a function of the purpose and the open question. tests/bot compares this with Rasa.
    """
    if tracker.active_loop or tracker.followup_action or tracker.is_paused():
        return None
    done: List[str] = []
    for event in reversed(tracker.events):
        if isinstance(event, UserUttered):
            slots = [(slot.name, repr(slot.value)) for slot in tracker.slots.values() if slot.influence_conversation]
            entities = [each.get("entity") for each in event.entities]
            return (event.intent.get("name"), event.use_text_for_featurization, *entities, *slots, *done)
        if isinstance(event, ActionExecuted):
            done.append(str(event.action_name))
    return None


def afresh(prediction: PolicyPrediction) -> PolicyPrediction:
    """Its events go into a tracker, so every turn gets its own."""
    made = copy.copy(prediction)
    made.events = [copy.copy(event) for event in prediction.events]
    for event in made.events:
        event.timestamp = time.time()
        event.metadata = dict(event.metadata)
    return made


class KeptOpen(EndpointConfig):
    """Rasa opens a session, and so a connection, for every call; the calls of this one share theirs."""

    _http: Optional[aiohttp.ClientSession] = None

    @classmethod
    def of(cls, endpoint: EndpointConfig) -> "KeptOpen":
        return cls(endpoint.url, endpoint.params, endpoint.headers)

    def session(self) -> Any:
        if self._http is None or self._http.closed:
            self._http = aiohttp.ClientSession(headers=self.headers, cookie_jar=aiohttp.DummyCookieJar())
        return _Lent(self._http)

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()


class _Lent:
    def __init__(self, http: aiohttp.ClientSession) -> None:
        self._http = http

    async def __aenter__(self) -> aiohttp.ClientSession:
        return self._http

    async def __aexit__(
        self, kind: Optional[Type[BaseException]], error: Optional[BaseException], trace: Optional[TracebackType]
    ) -> None:
        """Stays open."""
