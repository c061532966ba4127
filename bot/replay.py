"""What a model takes turns for: `python bot/replay.py --model PATH` reads one {"text", "asked"} a line and writes one
{"purpose", "actions"} a line. No action is called and nothing is kept."""

import argparse
import asyncio
import json
import sys
from pathlib import Path
from typing import Any, Dict, List, Optional

ROOT = Path(__file__).resolve().parent.parent
MOST_ACTIONS = 5


def actions_of(agent: Any, parsed: Dict[str, Any], metadata: Dict[str, Any]) -> List[str]:
    """The actions of the turn, as the policy predicts them when each of them goes well."""
    from rasa.shared.core.events import ActionExecuted, SlotSet, UserUttered  # noqa: PLC0415
    from rasa.shared.core.trackers import DialogueStateTracker  # noqa: PLC0415

    talk = next(entity["value"] for entity in parsed["entities"] if entity["entity"] == "asked")
    tracker = DialogueStateTracker("replay", agent.domain.slots)
    said = UserUttered(parsed["text"], parsed["intent"], parsed["entities"], parsed, metadata=metadata)
    tracker.update_with_events([ActionExecuted("action_listen"), said, SlotSet("asked", talk)], agent.domain)
    names: List[str] = []
    while len(names) < MOST_ACTIONS:
        prediction = agent.processor._predict_next_with_tracker(tracker)
        best = max(range(len(prediction.probabilities)), key=lambda place: prediction.probabilities[place])
        name = agent.domain.action_names_or_texts[best]
        if name == "action_listen":
            break
        names.append(name)
        tracker.update_with_events([*prediction.events, ActionExecuted(name, "RulePolicy", 1.0)], agent.domain)
    return names


async def understood(agent: Any, text: str, asked: Optional[str]) -> Dict[str, Any]:
    from rasa.core.channels.channel import UserMessage  # noqa: PLC0415

    metadata = {"asked": asked, "turn_id": "replay"}
    parsed = await agent.processor.parse_message(UserMessage(text, metadata=metadata))
    return {"purpose": parsed["intent"]["name"], "actions": actions_of(agent, parsed, metadata)}


async def replay(model: Path) -> None:
    from rasa.core.agent import Agent  # noqa: PLC0415

    agent = Agent.load(str(model))
    if not agent.is_ready():
        raise SystemExit(f"no model could be loaded from {model}")
    for line in sys.stdin:
        turn = json.loads(line)
        answer = await understood(agent, turn["text"], turn["asked"])
        sys.stdout.write(json.dumps(answer, ensure_ascii=False) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(prog="bot/replay.py")
    parser.add_argument("--model", type=Path, required=True)
    asyncio.run(replay(parser.parse_args().model))


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    from bot.environment import prepare

    prepare()
    main()
