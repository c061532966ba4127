"""`python -m ops.replay --since 2026-03-01 [--model PATH] [--before PATH] [--at-most 0.02]`

Runs the customers' turns of stored conversations through a model, before that model goes to work, and lists what it
would take for another purpose, or follow with another action, than what happened then. First come the conversations
that would end differently: another thing reached, or another action at their last turn. Texts are read as they are
stored: with tokens in place of personal data. No action is called; nothing is sent or written.

What happened then is read from the bot's own memory where that still holds the turn (it forgets after a day at rest).
Older turns are compared with what the model `--before` makes of them: a turn depends on nothing but its text and the
open question (docs/adr/0001), so the model that was at work then says again what it said then. Without `--before` they
are counted and left out.
"""

import argparse
import asyncio
import json
import os
import sqlite3
import subprocess
import sys
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlalchemy import Engine, column, create_engine, inspect, make_url, select, table

from casebackend.calendar.rules import SHANGHAI
from casebackend.connection import open_database
from casebackend.conversations.model import Message, Turn
from casebackend.conversations.rules import Engine as Answering
from casebackend.conversations.rules import for_engine
from casebackend.settings import Settings
from ops.endings import Otherwise, Stored, Taken, otherwise

ROOT = Path(__file__).resolve().parent.parent
UTTER_AND_LISTEN = frozenset({"action_listen", "action_session_start", "action_extract_slots"})
DIFFERENT, USAGE = 1, 2


async def stored(settings: Settings, since: datetime) -> list[Stored]:
    """Turns that Rasa answered; what the questionnaire answered says nothing about a model."""
    database = open_database(settings)
    query = (
        select(Turn.conversation_id, Turn.seq, Message.id, Message.text, Turn.asked)
        .join(Message, Message.id == Turn.message_id)
        .where(Turn.created_at >= since, Turn.engine == Answering.RASA)
        .order_by(Turn.conversation_id, Turn.seq)
    )
    try:
        async with database.reading() as session:
            rows = (await session.execute(query)).all()
    finally:
        await database.dispose()
    return [Stored(row[0], row[1], row[2], for_engine(row[3]), row[4]) for row in rows]


def memory(address: str) -> Engine | None:
    """The bot's own store, to be read only; None where it has none yet."""
    url = make_url(address)
    if url.get_backend_name() != "sqlite":
        return create_engine(url.set(drivername="postgresql+psycopg"))
    file = Path(url.database or "")
    if not file.exists():
        return None
    return create_engine("sqlite://", creator=lambda: sqlite3.connect(f"file:{file}?mode=ro", uri=True))


def remembered(address: str, conversations: set[UUID]) -> dict[UUID, Taken]:
    """By message: what the bot's memory at this address says about its turns."""
    engine = memory(address)
    if engine is None:
        return {}
    events = table("events", *map(column, ("id", "sender_id", "type_name", "action_name", "data")))
    query = select(events.c.sender_id, events.c.type_name, events.c.action_name, events.c.data)
    query = query.where(events.c.type_name.in_(("user", "action"))).order_by(events.c.sender_id, events.c.id)
    with engine.connect() as connection:
        rows = connection.execute(query).all() if inspect(connection).has_table("events") else []
    engine.dispose()
    found: dict[UUID, Taken] = {}
    message: UUID | None = None
    for sender, kind, action, data in rows:
        if kind == "user":
            event = json.loads(data)
            known = event.get("message_id") and UUID(sender) in conversations
            message = UUID(event["message_id"]) if known else None
            if message:
                found[message] = Taken(event["parse_data"]["intent"]["name"], ())
        elif message and action not in UTTER_AND_LISTEN:
            before = found[message]
            found[message] = Taken(before.purpose, (*before.actions, action))
        elif action == "action_listen":
            message = None
    return found


def understood(model: Path, turns: Sequence[Stored]) -> list[Taken]:
    """What the model makes of each turn. The model runs in a process of its own, without a database or an address."""
    asked = list(dict.fromkeys((turn.text, turn.asked) for turn in turns))
    lines = "".join(json.dumps({"text": text, "asked": question}) + "\n" for text, question in asked)
    command = [str(ROOT / "bot/.venv/bin/python"), str(ROOT / "bot/replay.py"), "--model", str(model.resolve())]
    done = subprocess.run(command, input=lines, cwd=ROOT, capture_output=True, text=True)
    if done.returncode:
        raise SystemExit(f"{model} cannot be asked: {done.stderr[-1000:]}")
    answers = [json.loads(line) for line in done.stdout.splitlines() if line.startswith("{")]
    if len(answers) != len(asked):
        raise SystemExit(f"{model} answered {len(answers)} of {len(asked)} turns")
    by_turn = {key: Taken(each["purpose"], tuple(each["actions"])) for key, each in zip(asked, answers, strict=True)}
    return [by_turn[turn.text, turn.asked] for turn in turns]


@dataclass(frozen=True, slots=True)
class Change:
    turn: Stored
    then: Taken
    now: Taken


@dataclass(frozen=True, slots=True)
class Comparison:
    """`unknown`: turns of which nobody knows any more what happened then; `conversations` holds any that are known."""

    turns: int
    unknown: int
    changes: list[Change]
    conversations: int = 0
    endings: Sequence[Otherwise] = ()

    @property
    def share(self) -> float:
        known = self.turns - self.unknown
        return len(self.changes) / known if known else 0.0

    def exit_code(self, at_most: float) -> int:
        return DIFFERENT if self.share > at_most else 0

    def lines(self) -> list[str]:
        found = [f"{each.conversation} ENDS  {each.then} -> {each.now}" for each in self.endings]
        if self.conversations:
            found.append(f"{len(self.endings)} of {self.conversations} conversations would end differently")
        found += [
            f"{each.turn.conversation} {each.turn.seq:>4}  [{each.turn.asked or '-'}]  {each.then} -> {each.now}"
            for each in self.changes
        ]
        pairs = Counter((each.then.purpose, each.now.purpose) for each in self.changes)
        found += [f"{count:>6}  {then} -> {now}" for (then, now), count in pairs.most_common()]
        known = self.turns - self.unknown
        found.append(f"{len(self.changes)} of {known} turns would go another way ({self.share:.1%})")
        if self.unknown:
            found.append(f"{self.unknown} turns are forgotten by the bot; name the model that answered them: --before")
        return found


def compared(turns: Sequence[Stored], then: dict[UUID, Taken], now: Sequence[Taken]) -> Comparison:
    pairs = [(turn, then.get(turn.message), taken) for turn, taken in zip(turns, now, strict=True)]
    known = [(turn, was, taken) for turn, was, taken in pairs if was is not None]
    changes = [Change(turn, was, taken) for turn, was, taken in known if was != taken]
    talks = len({turn.conversation for turn, _, _ in known})
    return Comparison(len(turns), len(pairs) - len(known), changes, talks, otherwise(known))


def replayed(settings: Settings, since: datetime, model: Path, before: Path | None) -> Comparison:
    turns = asyncio.run(stored(settings, since))
    if not turns:
        return Comparison(0, 0, [])
    address = os.environ.get("TINGSU_RASA_DB", f"sqlite:///{settings.var_dir}/rasa.db")
    then = remembered(address, {turn.conversation for turn in turns})
    forgotten = [turn for turn in turns if turn.message not in then]
    if before is not None and forgotten:
        answers = understood(before, forgotten)
        then |= {turn.message: taken for turn, taken in zip(forgotten, answers, strict=True)}
    return compared(turns, then, understood(model, turns))


def trained() -> Path:
    """Of the training data as they are now."""
    command = [str(ROOT / "bot/.venv/bin/python"), "bot/train.py"]
    return Path(subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()[-1])


def main(arguments: Sequence[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="ops.replay", description=__doc__.splitlines()[0])
    parser.add_argument("--since", type=date.fromisoformat, required=True, help="first day, Asia/Shanghai")
    parser.add_argument("--model", type=Path, help="the model to try; else the one of the present training data")
    parser.add_argument("--before", type=Path, help="the model that answered what the bot has forgotten")
    parser.add_argument("--at-most", type=float, default=0.0, help="share of turns that may go another way")
    given: Any = parser.parse_args(arguments)
    for path in (given.model, given.before):
        if path is not None and not path.is_file():
            print(f"no model at {path}", file=sys.stderr)
            return USAGE
    since = datetime.combine(given.since, time(), tzinfo=SHANGHAI).astimezone(UTC)
    settings = Settings()  # type: ignore[call-arg]
    found = replayed(settings, since, given.model or trained(), given.before)
    print("\n".join(found.lines()))
    return found.exit_code(given.at_most)


if __name__ == "__main__":
    sys.exit(main())
