import json
import os
import time
from typing import Any, Awaitable, Callable, Dict, List, NoReturn, Optional, TypeVar

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.logs import log

EXIT_CODE = 70
KEEP_SECONDS = 24 * 3600

T = TypeVar("T")


def _end_process(error: Exception) -> NoReturn:
    """Rasa would go on in memory and lose the turn (F08); the supervisor starts us again and the turn is replayed."""
    log.critical("tracker.broken", extra={"error": type(error).__name__})
    os._exit(EXIT_CODE)


class TurnStore(SQLTrackerStore):
    """Stored turns. Only the last is loaded: what follows depends on nothing but the text and the open question."""

    def __init__(
        self,
        domain: Optional[Domain] = None,
        host: str = "sqlite:///rasa.db",
        event_broker: Optional[EventBroker] = None,
        **_: Any,
    ) -> None:
        """`host` is an SQLAlchemy URL; Rasa passes `url` of endpoints.yml under this name."""
        try:
            super().__init__(domain=domain, host=host, event_broker=event_broker)
            if self.engine.dialect.name == "sqlite":
                sa.event.listen(self.engine, "connect", _sqlite_pragmas)
            with self.session_scope() as session:
                session.query(self.SQLEvent.id).first()
        except Exception as error:  # noqa: BLE001
            _end_process(error)

    async def _or_end(self, work: Callable[[], Awaitable[T]]) -> T:
        try:
            return await work()
        except Exception as error:  # noqa: BLE001
            _end_process(error)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        return await self._or_end(lambda: super(TurnStore, self).retrieve(sender_id))

    async def retrieve_full_tracker(self, conversation_id: str) -> Optional[DialogueStateTracker]:
        return await self._or_end(lambda: super(TurnStore, self).retrieve_full_tracker(conversation_id))

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self._or_end(lambda: super(TurnStore, self).save(tracker))

    def _event_query(self, session: Any, sender_id: str, fetch_events_from_all_sessions: bool) -> Any:
        events = session.query(self.SQLEvent).filter(self.SQLEvent.sender_id == sender_id)
        if not fetch_events_from_all_sessions:
            last_turn = self._last_turn(session, sender_id)
            events = events.filter(sa.or_(last_turn.is_(None), self.SQLEvent.id >= last_turn))
        return events.order_by(self.SQLEvent.id)

    def _last_turn(self, session: Any, sender_id: str) -> Any:
        event = self.SQLEvent
        said = session.query(sa.func.max(event.id)).filter(
            event.sender_id == sender_id, event.type_name == UserUttered.type_name
        )
        return said.scalar_subquery()

    async def answers(self, sender_id: str, message_id: str) -> Optional[List[Dict[str, Any]]]:
        """What was uttered to this message; None when it was never handled."""

        async def read() -> Optional[List[Dict[str, Any]]]:
            with self.session_scope() as session:
                return self._answers(session, sender_id, message_id)

        return await self._or_end(read)

    def _answers(self, session: Any, sender_id: str, message_id: str) -> Optional[List[Dict[str, Any]]]:
        event = self.SQLEvent
        said = session.query(event.id, event.data).filter(
            event.sender_id == sender_id,
            event.type_name == UserUttered.type_name,
            event.data.contains(message_id, autoescape=True),
        )
        turn = next((at for at, data in said if json.loads(data).get("message_id") == message_id), None)
        if turn is None:
            return None
        found: List[Dict[str, Any]] = []
        later = session.query(event.type_name, event.data).filter(event.sender_id == sender_id, event.id > turn)
        for kind, data in later.order_by(event.id):
            if kind == UserUttered.type_name:
                break
            if kind == BotUttered.type_name:
                found.append(BotUttered._from_parameters(json.loads(data)).message())
        return found

    async def purge(self, now: Optional[float] = None) -> int:
        """Removes conversations at rest for a day; returns how many events went."""
        before = (time.time() if now is None else now) - KEEP_SECONDS
        event = self.SQLEvent

        async def remove() -> int:
            resting = sa.select(event.sender_id).group_by(event.sender_id)
            resting = resting.having(sa.func.max(event.timestamp) < before)
            with self.engine.begin() as connection:
                gone = connection.execute(sa.delete(event).where(event.sender_id.in_(resting)))
            return int(gone.rowcount)

        return await self._or_end(remove)


def _sqlite_pragmas(connection: Any, _: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=1000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
