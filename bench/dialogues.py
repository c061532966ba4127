"""How the written conversations of tests/dialogues go: how many turns a complaint costs, how many end as they must.

python -m bench.dialogues [--only WORD] [--show]

`--only` plays those whose id or name holds the word; `--show` prints every conversation as it went.
"""

import argparse
import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bench.training import trained
from ops.chain import Chain
from ops.figures import Figures
from tests.dialogues.playing import Outcome, play_all
from tests.dialogues.reading import Conversation, conversations
from tests.dialogues.town import Town

SURVEY_SECONDS = "2"
MEMORY = Path("/dev/shm")
READY_SECONDS = 300
BAR_TURNS = 6
AT_LEAST_ONE_SENTENCE = 10


async def played(chain: Chain, wanted: list[Conversation]) -> tuple[list[Outcome], dict[str, int], float]:
    async with Town(chain, wanted) as town:
        began = time.monotonic()
        outcomes = await play_all(town, wanted)
        return list(outcomes.values()), town.restarts.in_flight, time.monotonic() - began


def told(outcomes: list[Outcome], *, everything: bool) -> None:
    for outcome in sorted(outcomes, key=lambda each: each.conversation.id):
        if everything or outcome.failure:
            print(f"{outcome}\n", file=sys.stderr)


def figures_of(figures: Figures, outcomes: list[Outcome], in_flight: dict[str, int], seconds: float) -> None:
    """A conversation marked xfail counts among those that do not end as they must."""
    filed = [
        each.turns_to_file
        for each in outcomes
        if each.conversation.one_sentence and not each.failure and each.turns_to_file
    ]
    if filed:
        figures.show(
            "bot turns to register a complaint told in one sentence, median",
            ours=statistics.median(filed),
            bar=BAR_TURNS,
            conversations=len(filed),
            longest=max(filed),
        )
        figures.show("complaints told in one sentence", ours=len(filed), bar=AT_LEAST_ONE_SENTENCE, at_least=True)
    good = [each for each in outcomes if not each.failure]
    known = [each for each in outcomes if each.failure and each.conversation.xfail]
    figures.show(
        "conversations that end as they must, share",
        ours=len(good) / len(outcomes),
        conversations=len(outcomes),
        known_faults=len(known),
        played_again=sum(each.tries > 1 for each in outcomes),
    )
    unknown = len(outcomes) - len(good) - len(known)
    figures.show("conversations that fail without being known to", ours=unknown, bar=0)
    turns = [each.turns for each in outcomes]
    figures.show("turns a conversation, mean", ours=statistics.mean(turns), longest=max(turns))
    figures.show("seconds for all", ours=seconds, turns=sum(turns), in_flight_at_restarts=in_flight)


def main() -> int:
    parser = argparse.ArgumentParser(prog="bench.dialogues")
    parser.add_argument("--only", default="")
    parser.add_argument("--show", action="store_true")
    given = parser.parse_args()
    chosen = [
        each for each in conversations() if any(word in f"{each.id} {each.name}" for word in given.only.split(","))
    ]
    wanted = [each for each in chosen if not each.until or given.only]
    figures = Figures()
    memory = MEMORY if MEMORY.is_dir() else None
    with (
        tempfile.TemporaryDirectory(prefix="tingsu-dialogues-", dir=memory) as folder,
        Chain(Path(folder), trained(), survey_delay_seconds=SURVEY_SECONDS) as chain,
    ):
        chain.wait_until_ready(seconds=READY_SECONDS)
        outcomes, in_flight, seconds = asyncio.run(played(chain, wanted))
    told(outcomes, everything=given.show)
    figures_of(figures, outcomes, in_flight, seconds)
    return figures.exit_code


if __name__ == "__main__":
    sys.exit(main())
