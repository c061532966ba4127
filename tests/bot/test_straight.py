"""What makes a turn cheap must change nothing: the shortcuts are held against Rasa's own way."""

import asyncio
from typing import Any

from rasa.core.processor import MessageProcessor
from rasa.engine.runner.dask import DaskGraphRunner
from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
from rasa.shared.core.trackers import DialogueStateTracker
from rasa.utils.endpoints import EndpointConfig

from bot.straight import KeptOpen, StraightRunner, afresh, situation
from tests.bot.conftest import Bot

SAID_BEFORE = [("complaint", "field", "action_intake"), ("thanks", "nothing", "action_resume")]
DONE: list[list[str]] = [[], ["action_intake"]]


def said(bot: Bot, tracker: DialogueStateTracker, intent: str, asked: str, *done: str) -> None:
    entity = {"entity": "asked", "value": asked}
    parsed = {"text": "x", "intent": {"name": intent, "confidence": 1.0}, "entities": [entity]}
    uttered = UserUttered("x", parsed["intent"], [entity], parsed)
    carried_out = [ActionExecuted(name, "RulePolicy", 1.0) for name in done]
    tracker.update_with_events(
        [ActionExecuted("action_listen"), uttered, SlotSet("asked", asked), *carried_out], bot.domain
    )


def test_what_follows_depends_on_nothing_that_was_said_before(bot: Bot) -> None:
    """Every situation is remembered for good, so it must be the same after any other turn, and as Rasa sees it."""
    processor = bot.agent.processor
    slot = next(slot for slot in bot.domain.slots if slot.name == "asked")
    for intent in sorted(bot.domain.intents):
        for asked in slot.values:
            if asked == "__other__":
                continue
            for done in DONE:
                seen = set()
                for before in [None, *SAID_BEFORE]:
                    tracker = DialogueStateTracker("c", bot.domain.slots)
                    if before is not None:
                        said(bot, tracker, *before)
                    said(bot, tracker, intent, asked, *done)
                    ours = processor._predict_next_with_tracker(tracker)
                    if before is None or intent == "complaint":
                        rasas = MessageProcessor._predict_next_with_tracker(processor, tracker)
                        assert ours.max_confidence_index == rasas.max_confidence_index, (intent, asked, done, before)
                    seen.add((situation(tracker), ours.max_confidence_index))
                assert len(seen) == 1, (intent, asked, done)


def test_the_straight_way_through_the_graph_reads_a_message_as_dask_does(bot: Bot) -> None:
    runner: Any = bot.agent.processor.graph_runner
    assert isinstance(runner, StraightRunner)
    for text in ["我要投诉", "金额改成300", "谢谢", "…"]:
        straight = bot.purpose(text, "field.facts")
        bot.agent.processor.graph_runner = _Dask(runner)
        try:
            assert bot.purpose(text, "field.facts") == straight
        finally:
            bot.agent.processor.graph_runner = runner


class _Dask:
    def __init__(self, runner: StraightRunner) -> None:
        self._runner = runner

    def run(self, **given: Any) -> Any:
        return DaskGraphRunner.run(self._runner, **given)


def test_each_turn_gets_events_of_its_own(bot: Bot) -> None:
    tracker = DialogueStateTracker("c", bot.domain.slots)
    said(bot, tracker, "complaint", "nothing")
    first = bot.agent.processor._predict_next_with_tracker(tracker)
    second = afresh(first)
    assert [type(event) for event in first.events] == [type(event) for event in second.events]
    assert not {id(event) for event in first.events} & {id(event) for event in second.events}


def test_a_situation_that_rules_do_not_know_alone_is_not_remembered(bot: Bot) -> None:
    tracker = DialogueStateTracker("c", bot.domain.slots)
    assert situation(tracker) is None
    said(bot, tracker, "complaint", "nothing")
    assert situation(tracker) is not None
    tracker.followup_action = "action_intake"
    assert situation(tracker) is None


async def test_calls_of_the_actions_share_a_connection(bot: Bot) -> None:
    peers: list[Any] = []

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        peers.append(writer.get_extra_info("peername"))
        for _ in range(3):
            head = await reader.readuntil(b"\r\n\r\n")
            length = next(int(line[15:]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length:"))
            await reader.readexactly(length)
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}")

    server = await asyncio.start_server(answer, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    actions = KeptOpen.of(EndpointConfig(f"http://127.0.0.1:{port}", headers={"X-TingSu-Secret": "s"}))
    for _ in range(3):
        assert await actions.request(json={}) == {}
    assert len(peers) == 1
    await actions.close()
    server.close()
