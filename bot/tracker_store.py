import json
import os
import time
from typing import Any, Callable, Dict, List, NoReturn, Optional, Sequence, Tuple, TypeVar

import sqlalchemy as sa
from rasa.core.brokers.broker import EventBroker
from rasa.core.tracker_store import SQLTrackerStore
from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, Event, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from sqlalchemy.pool import StaticPool

from bot.logs import log

EXIT_CODE = 70
KEEP_SECONDS = 24 * 3600
STORED = "events_stored"

# What Rasa does at the edges of every turn.
NO_DECISION = frozenset({"action_listen", "action_session_start", "action_extract_slots"})

T = TypeVar("T")
Judged = Tuple[Optional[str], Optional[float], str]


def _end_process(error: Exception) -> NoReturn:
    """Rasa would go on in memory and lose the turn (F08); the supervisor starts us again and the turn is replayed."""
    log.critical("tracker.broken", extra={"error": type(error).__name__})
    os._exit(EXIT_CODE)


class TurnStore(SQLTrackerStore):
    """Stored turns. Only the last is loaded: what follows depends on nothing but the text and the open question.

    Rasa's own store connects anew and builds its queries anew at every step, and counts what is stored before it adds
    to it. This one keeps its connection and its statements, and remembers in a tracker how much of it is stored.
    """

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
                self._keep_connection(host)
            self._statements()
            with self.engine.connect() as connection:
                connection.execute(sa.select(self.SQLEvent.id).limit(1)).first()
        except Exception as error:  # noqa: BLE001
            _end_process(error)

    def _keep_connection(self, url: str) -> None:
        self.engine.dispose()
        self.engine = sa.create_engine(url, poolclass=StaticPool, connect_args={"check_same_thread": False})
        sa.event.listen(self.engine, "connect", _sqlite_pragmas)
        self.sessionmaker = sa.orm.sessionmaker(bind=self.engine)

    def _statements(self) -> None:
        event = self.SQLEvent.__table__
        mine = event.c.sender_id == sa.bindparam("sender")
        said = sa.and_(mine, event.c.type_name == UserUttered.type_name)
        last_turn = sa.select(sa.func.max(event.c.id)).where(said).scalar_subquery()
        everything = sa.select(event.c.type_name, event.c.data).where(mine)
        self._all = everything.order_by(event.c.id)
        self._last = everything.where(sa.or_(last_turn.is_(None), event.c.id >= last_turn)).order_by(event.c.id)
        self._later = everything.where(event.c.id > sa.bindparam("turn")).order_by(event.c.id)
        named = event.c.data.like(sa.bindparam("named"), escape="/")
        self._naming = sa.select(event.c.id, event.c.data).where(said, named)
        self._add = sa.insert(event)

    def _rows(self, statement: Any, **values: Any) -> Sequence[Any]:
        with self.engine.connect() as connection:
            found: Sequence[Any] = connection.execute(statement, values).fetchall()
            return found

    def _or_end(self, work: Callable[[], T]) -> T:
        try:
            return work()
        except Exception as error:  # noqa: BLE001
            _end_process(error)

    async def retrieve(self, sender_id: str) -> Optional[DialogueStateTracker]:
        return self._or_end(lambda: self._tracker(self._last, sender_id))

    async def retrieve_full_tracker(self, conversation_id: str) -> Optional[DialogueStateTracker]:
        return self._or_end(lambda: self._tracker(self._all, conversation_id))

    def _tracker(self, statement: Any, sender_id: str) -> Optional[DialogueStateTracker]:
        events = [json.loads(row.data) for row in self._rows(statement, sender=sender_id)]
        if not events or not self.domain:
            return None
        tracker = DialogueStateTracker.from_dict(sender_id, events, self.domain.slots)
        setattr(tracker, STORED, len(events))
        return tracker

    async def save(self, tracker: DialogueStateTracker) -> None:
        await self.stream_events(tracker)
        self._or_end(lambda: self._save(tracker))

    def _save(self, tracker: DialogueStateTracker) -> None:
        """A tracker that was not loaded here begins with what the last turn left."""
        stored = getattr(tracker, STORED, None)
        if stored is None:
            stored = len(self._rows(self._last, sender=tracker.sender_id))
        added = [self._row(tracker.sender_id, event) for event in list(tracker.events)[stored:]]
        if added:
            with self.engine.begin() as connection:
                connection.execute(self._add, added)
        setattr(tracker, STORED, len(tracker.events))

    @staticmethod
    def _row(sender_id: str, event: Event) -> Dict[str, Any]:
        data = event.as_dict()
        return {
            "sender_id": sender_id,
            "type_name": event.type_name,
            "timestamp": data.get("timestamp"),
            "intent_name": data.get("parse_data", {}).get("intent", {}).get("name"),
            "action_name": data.get("name"),
            "data": json.dumps(data),
        }

    async def answers(self, sender_id: str, message_id: str) -> Optional[List[Dict[str, Any]]]:
        """What was uttered to this message; None when it was never handled."""
        return self._or_end(lambda: self._answers(sender_id, message_id))

    async def judged(self, sender_id: str, message_id: str) -> Optional[Judged]:
        """What a handled message was taken for, how surely, and the first thing that was done."""
        return self._or_end(lambda: self._judged(sender_id, message_id))

    def _judged(self, sender_id: str, message_id: str) -> Optional[Judged]:
        turn, heard = self._turn(sender_id, message_id)
        for kind, data in self._rows(self._later, sender=sender_id, turn=turn) if turn is not None else []:
            if kind == ActionExecuted.type_name and (name := json.loads(data).get("name")) not in NO_DECISION:
                intent = heard.get("parse_data", {}).get("intent", {})
                return intent.get("name"), intent.get("confidence"), str(name)
        return None

    def _turn(self, sender_id: str, message_id: str) -> Tuple[Optional[int], Dict[str, Any]]:
        """Where a message is stored, and what of it."""
        for at, data in self._rows(self._naming, sender=sender_id, named=_anywhere(message_id)):
            heard = json.loads(data)
            if heard.get("message_id") == message_id:
                return at, heard
        return None, {}

    def _answers(self, sender_id: str, message_id: str) -> Optional[List[Dict[str, Any]]]:
        turn, _ = self._turn(sender_id, message_id)
        if turn is None:
            return None
        found: List[Dict[str, Any]] = []
        for kind, data in self._rows(self._later, sender=sender_id, turn=turn):
            if kind == UserUttered.type_name:
                break
            if kind == BotUttered.type_name:
                found.append(BotUttered._from_parameters(json.loads(data)).message())
        return found

    async def purge(self, now: Optional[float] = None) -> int:
        """Removes conversations at rest for a day; returns how many events went."""
        before = (time.time() if now is None else now) - KEEP_SECONDS
        event = self.SQLEvent

        def remove() -> int:
            resting = sa.select(event.sender_id).group_by(event.sender_id)
            resting = resting.having(sa.func.max(event.timestamp) < before)
            with self.engine.begin() as connection:
                gone = connection.execute(sa.delete(event).where(event.sender_id.in_(resting)))
            return int(gone.rowcount)

        return self._or_end(remove)


def _anywhere(text: str) -> str:
    """A pattern of LIKE, its escape character is `/`."""
    for special in "/%_":
        text = text.replace(special, "/" + special)
    return f"%{text}%"


def _sqlite_pragmas(connection: Any, _: Any) -> None:
    for pragma in ("journal_mode=WAL", "synchronous=FULL", "busy_timeout=1000", "secure_delete=ON"):
        connection.execute(f"PRAGMA {pragma}")
