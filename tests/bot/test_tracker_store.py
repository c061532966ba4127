import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from rasa.shared.core.domain import Domain
from rasa.shared.core.events import ActionExecuted, BotUttered, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker

from bot.tracker_store import KEEP_SECONDS, TurnStore

ROOT = Path(__file__).resolve().parents[2]

BREAK = """
import asyncio, sys
sys.path.insert(0, {root!r})
from rasa.shared.core.domain import Domain
from bot.tracker_store import TurnStore
store = TurnStore(domain=Domain.empty(), host={url!r})
asyncio.run(store.save(store.init_tracker("c")))
with store.engine.begin() as connection:
    connection.execute("drop table events")
asyncio.run(store.{call})
print("went on")
"""


def end_of(script: str) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, timeout=60, check=False)
    return done.returncode, done.stdout


def test_a_broken_database_ends_the_process_instead_of_going_on_in_memory(tmp_path: Path) -> None:
    calls = ['retrieve("c")', 'answers("c", "m")', "purge()"]
    for at, call in enumerate(calls):
        script = BREAK.format(root=str(ROOT), url=f"sqlite:///{tmp_path}/{at}.db", call=call)
        assert end_of(script) == (70, ""), call


def test_a_database_that_cannot_be_opened_ends_the_process(tmp_path: Path) -> None:
    script = BREAK.format(root=str(ROOT), url=f"sqlite:///{tmp_path}/nowhere/rasa.db", call="purge()")
    assert end_of(script) == (70, "")


def store_in(tmp_path: Path) -> TurnStore:
    return TurnStore(domain=Domain.empty(), host=f"sqlite:///{tmp_path}/rasa.db")


async def turn(store: TurnStore, message_id: str, *answers: str, at: float | None = None) -> None:
    tracker = await store.get_or_create_tracker("c", append_action_listen=False)
    said: list[Any] = [UserUttered("甲", message_id=message_id, timestamp=at)]
    said += [BotUttered(answer, metadata={"asks": "confirm"}, timestamp=at) for answer in answers]
    for event in [*said, ActionExecuted("action_listen", timestamp=at)]:
        tracker.update(event)
    await store.save(tracker)


async def test_only_the_last_turn_is_loaded_and_every_turn_is_kept(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    for number in range(5):
        await turn(store, f"m{number}", "乙", "丙")
    tracker = await store.retrieve("c")
    assert tracker is not None
    assert len(tracker.events) == 4
    full = await store.retrieve_full_tracker("c")
    assert isinstance(full, DialogueStateTracker)
    assert len(full.events) == 20


async def test_the_answer_to_a_message_is_found_again(tmp_path: Path) -> None:
    store = store_in(tmp_path)
    await turn(store, "m1", "一", "二")
    await turn(store, "m2", "三")
    answers = await store.answers("c", "m1")
    assert answers is not None
    assert [(answer["text"], answer["asks"]) for answer in answers] == [("一", "confirm"), ("二", "confirm")]
    assert await store.answers("c", "m") is None
    assert await store.answers("other", "m1") is None


async def test_a_conversation_at_rest_for_a_day_is_forgotten(tmp_path: Path) -> None:
    store, now = store_in(tmp_path), time.time()
    await turn(store, "m1", "一", at=now - KEEP_SECONDS - 60)
    await turn(store, "m2", "二", at=now - KEEP_SECONDS + 60)
    assert await store.purge(now) == 0
    assert await store.purge(now + 120) == 6
    assert await store.retrieve("c") is None
