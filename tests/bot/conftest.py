"""Runs under bot/.venv (Python 3.10): `bot/.venv/bin/python -m pytest tests/bot`."""

import asyncio
import os
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]

if sys.version_info[:2] != (3, 10):
    collect_ignore_glob = ["test_*.py"]
else:
    from bot.environment import prepare

    prepare()

    from rasa.core.agent import Agent
    from rasa.core.channels.channel import UserMessage
    from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered
    from rasa.shared.core.trackers import DialogueStateTracker

    from bot import turns
    from bot.train import train


class Bot:
    """The trained model: what a text is taken for, and what follows."""

    def __init__(self, agent: Any) -> None:
        self.agent = agent
        self.domain = agent.domain

    def purpose(self, text: str, asked: str | None = None) -> str:
        message = UserMessage(text, metadata={"asked": asked, "turn_id": "t"})
        return str(asyncio.run(self.agent.processor.parse_message(message))["intent"]["name"])

    def actions(self, intent: str, asked: str) -> list[str]:
        """The actions of one turn, as the policy predicts them from nothing but the pair."""
        entity = {"entity": "asked", "value": asked}
        parsed: dict[str, Any] = {"text": "x", "intent": {"name": intent, "confidence": 1.0}, "entities": [entity]}
        tracker = DialogueStateTracker("table", self.domain.slots)
        said = UserUttered("x", parsed["intent"], [entity], parsed)
        tracker.update_with_events([ActionExecuted("action_listen"), said, SlotSet("asked", asked)], self.domain)
        done: list[str] = []
        while len(done) < 5:
            prediction = self.agent.processor._predict_next_with_tracker(tracker)
            name = self.domain.action_names_or_texts[prediction.probabilities.index(max(prediction.probabilities))]
            if name == "action_listen":
                break
            done.append(name)
            tracker.update_with_events([*prediction.events, ActionExecuted(name, "RulePolicy", 1.0)], self.domain)
        return done


@pytest.fixture(scope="session")
def model() -> Path:
    return train(ROOT / "bot" / "config.yml", Path(os.environ.get("TINGSU_MODELS", ROOT / "var" / "models")))


@pytest.fixture(scope="session")
def bot(model: Path) -> Bot:
    turns.install()
    return Bot(Agent.load(str(model)))
