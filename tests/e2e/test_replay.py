"""Before a new model goes to work, stored conversations say what it would do otherwise."""

import asyncio
import json
import sqlite3
import subprocess
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from sqlalchemy import create_engine
from sqlalchemy import text as sql

from casebackend.conversations.rules import Asked
from ops import replay
from ops.demo import ROOT
from ops.endings import Stored, Taken
from ops.replay import Comparison, replayed
from tests.world import World

pytestmark = pytest.mark.timeout(900)
SINCE = datetime(2026, 3, 1, tzinfo=UTC)
TALK: list[tuple[str, Asked | None]] = [
    ("你好", None),
    ("非常感谢", None),
    ("朝阳支行昨天扣了我91块年费，退给我，我的电话13800138000", Asked.NAME),
    ("我叫李雷", None),
    ("查进度", None),
]


@pytest.fixture(scope="module")
def changed() -> Path:
    """Takes thanks for a goodbye. Kept beside the other models."""
    command = [str(ROOT / "bot/.venv/bin/python"), "tests/bot/changed_model.py", str(ROOT / "var" / "models")]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    return Path(done.stdout.split()[-1])


@pytest_asyncio.fixture
async def talked(world: World) -> AsyncIterator[World]:
    """A conversation of March that Rasa answered, as it is stored; its last turn was the questionnaire's."""
    for number, (text, asks) in enumerate([*TALK, ("谢谢", None)]):
        await world.says(text)
        turn = (await world.channels.post("/api/v1/turns/claim", json={"worker": "w"})).json()
        engine = "rasa" if number < len(TALK) else "questionnaire"
        reply: dict[str, Any] = {"text": "好的。", "asks": asks, "choices": []}
        body = {"worker": "w", "epoch": turn["epoch"], "engine": engine, "replies": [reply], "passive": True}
        (await world.channels.post(f"/api/v1/turns/{turn['id']}/done", json=body)).raise_for_status()
    yield world


async def compared(world: World, model: Path, before: Path | None, since: datetime = SINCE) -> Comparison:
    return await asyncio.to_thread(replayed, world.settings, since, model, before)


async def test_a_model_with_one_purpose_changed_is_found_out_turn_by_turn(
    talked: World, model: Path, changed: Path
) -> None:
    found = await compared(talked, changed, model)
    assert (found.turns, found.unknown) == (5, 0)
    assert [(each.turn.text, each.turn.asked, each.then.purpose, each.now.purpose) for each in found.changes] == [
        ("非常感谢", None, "thanks", "goodbye"),
    ]
    assert found.share == pytest.approx(0.2)
    assert any("1  thanks -> goodbye" in line for line in found.lines())
    assert "13800138000" not in "\n".join(found.lines())


async def test_what_the_bot_remembers_is_what_happened_and_what_nobody_knows_is_counted(
    talked: World, model: Path
) -> None:
    turns = await replay.stored(talked.settings, SINCE)
    assert [turn.asked for turn in turns] == [None, None, None, "field.name", None]
    assert "[手机#1]" in turns[2].text
    remember(talked.settings.var_dir / "rasa.db", turns[0].conversation, turns[0].message, "abuse", "utter_calm")
    found = await compared(talked, model, None)
    assert (found.turns, found.unknown) == (5, 4)
    [change] = found.changes
    assert (change.then, change.now.purpose) == (Taken("abuse", ("utter_calm",)), "greet")
    assert "4 turns are forgotten" in found.lines()[-1]


def test_it_is_read_from_whatever_database_the_bot_keeps_it_in(world: World) -> None:
    """SQLite, and PostgreSQL where the tests run on it: the words of one turn beside the tables of the backend."""
    address = world.settings.database_url.replace("+aiosqlite", "")
    conversation, message = UUID(int=7), UUID(int=8)
    assert replay.remembered(address, {conversation}) == {}
    said = {"event": "user", "message_id": str(message), "parse_data": {"intent": {"name": "abuse"}}}
    engine = create_engine(address)
    with engine.begin() as connection:
        connection.execute(
            sql("CREATE TABLE events (id INTEGER, sender_id TEXT, type_name TEXT, action_name TEXT, data TEXT)")
        )
        for row in enumerate([("user", None, json.dumps(said)), ("action", "utter_calm", "{}")]):
            values = {
                "id": row[0],
                "sender": str(conversation),
                "kind": row[1][0],
                "action": row[1][1],
                "data": row[1][2],
            }
            connection.execute(sql("INSERT INTO events VALUES (:id, :sender, :kind, :action, :data)"), values)
    engine.dispose()
    assert replay.remembered(address, {conversation}) == {message: Taken("abuse", ("utter_calm",))}
    assert replay.remembered(address, set()) == {}


async def test_only_days_that_were_asked_for_are_replayed(talked: World, model: Path) -> None:
    later = await compared(talked, model, None, since=datetime(2026, 3, 3, tzinfo=UTC))
    assert (later.turns, later.changes, later.share) == (0, [], 0.0)


@pytest.mark.parametrize(("at_most", "code"), [(0.0, 1), (0.049, 1), (0.05, 0)])
def test_the_exit_code_is_that_of_the_share(at_most: float, code: int) -> None:
    turn = Stored(UUID(int=1), 1, UUID(int=2), "谢谢", None)
    change = replay.Change(turn, Taken("thanks", ("utter_thanks",)), Taken("goodbye", ("utter_goodbye",)))
    found = Comparison(20, 0, [change])
    assert found.exit_code(at_most) == code
    assert "1 of 20 turns would go another way (5.0%)" in found.lines()


def test_a_model_that_is_not_there_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert replay.main(["--since", "2026-03-01", "--model", str(tmp_path / "none.tar.gz")]) == 2
    assert "no model at" in capsys.readouterr().err


def remember(tracker: Path, conversation: UUID, message: UUID, purpose: str, action: str) -> None:
    """A turn as the bot's own store keeps it (bot/tracker_store.py)."""
    said = {"event": "user", "message_id": str(message), "parse_data": {"intent": {"name": purpose}}}
    rows = [("user", None, said), ("action", action, {}), ("action", "action_listen", {})]
    with closing(sqlite3.connect(tracker)) as database, database:
        database.execute("CREATE TABLE events (id INTEGER PRIMARY KEY, sender_id, type_name, action_name, data)")
        database.executemany(
            "INSERT INTO events (sender_id, type_name, action_name, data) VALUES (?, ?, ?, ?)",
            [(str(conversation), kind, name, json.dumps(data)) for kind, name, data in rows],
        )


def told(conversation: int, *turns: tuple[str | None, Taken, Taken | None]) -> Comparison:
    """Each turn: the open question, what it was taken for then, and what it would be now where that is another."""
    stored = [
        Stored(UUID(int=conversation), seq, UUID(int=100 * conversation + seq), "好的", asked)
        for seq, (asked, _, _) in enumerate(turns, 1)
    ]
    then = {turn.message: was for turn, (_, was, _) in zip(stored, turns, strict=True)}
    return replay.compared(stored, then, [would or was for _, was, would in turns])


YES, NO = Taken("affirm", ("action_file",)), Taken("inform", ("action_intake",))
PERSON = Taken("handoff", ("action_hand_off",))
GREET, THANKS = Taken("greet", ("action_menu",)), Taken("thanks", ("utter_thanks",))


def test_a_conversation_that_no_longer_ends_in_a_confirmed_draft_is_listed_before_all_turns() -> None:
    found = told(1, (None, GREET, THANKS), ("confirm", YES, NO))
    [ends] = found.endings
    assert (ends.then.reached, ends.now.reached, ends.now.talk) == (("confirmed draft",), (), "confirm")
    first, counted, *turns = found.lines()
    assert first.endswith(
        "ENDS  confirmed draft; last [confirm] affirm (action_file) -> "
        "nothing reached; last [confirm] inform (action_intake)"
    )
    assert counted == "1 of 1 conversations would end differently"
    assert [line.count("->") for line in turns[:2]] == [1, 1]


def test_who_is_no_longer_handed_over_in_the_middle_ends_differently_and_a_change_on_the_way_does_not() -> None:
    lost = told(1, (None, PERSON, GREET), (None, THANKS, None))
    assert [(each.then.reached, each.now.reached) for each in lost.endings] == [(("handed over",), ())]
    on_the_way = told(2, (None, GREET, THANKS), (None, PERSON, None))
    assert (len(on_the_way.changes), on_the_way.endings) == (1, [])


def test_another_purpose_with_the_same_action_at_the_end_is_the_same_end() -> None:
    found = told(1, ("field.name", NO, Taken("complaint", ("action_intake",))))
    assert (len(found.changes), found.endings) == (1, [])
