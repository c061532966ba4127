"""Every written conversation of tests/dialogues against every program, all in one town, many at once.

They are played together by the first test that asks; each test then looks at its own conversation.
"""

import asyncio
import tempfile
from pathlib import Path

import pytest

from ops.chain import Chain
from tests.dialogues.playing import Outcome, play_all
from tests.dialogues.reading import Conversation, conversations
from tests.dialogues.town import READY_SECONDS, Town
from tests.e2e.conftest import SURVEY_SECONDS

WRITTEN = conversations()
# The first test waits for all of them, and on a slow machine that is long.
pytestmark = pytest.mark.timeout(1_500)


def parameter(conversation: Conversation) -> object:
    marks = []
    if conversation.until:
        marks.append(pytest.mark.skip(reason=f"until {conversation.until} is built"))
    if conversation.xfail:
        marks.append(pytest.mark.xfail(reason=conversation.xfail, strict=True))
    return pytest.param(conversation, id=conversation.id, marks=marks)


async def _played(chain: Chain, wanted: list[Conversation]) -> dict[str, Outcome]:
    async with Town(chain, wanted) as town:
        return await play_all(town, wanted)


@pytest.fixture(scope="module")
def outcomes(model: Path, request: pytest.FixtureRequest) -> dict[str, Outcome]:
    """Of the conversations that are asked for in this run."""
    asked = [getattr(item, "callspec", None) for item in request.session.items if item.path == request.path]
    wanted = [call.params["conversation"] for call in asked if call and not call.params["conversation"].until]
    with tempfile.TemporaryDirectory(prefix="tingsu-dialogues-") as folder:
        with Chain(Path(folder), model, survey_delay_seconds=str(SURVEY_SECONDS)) as chain:
            chain.wait_until_ready(seconds=READY_SECONDS)
            found = asyncio.run(_played(chain, wanted))
            assert chain.run("-m", "casebackend", "check").strip() == "一切正常"
        return found


@pytest.mark.parametrize("conversation", [parameter(each) for each in WRITTEN])
def test_a_conversation_goes_as_it_is_written(conversation: Conversation, outcomes: dict[str, Outcome]) -> None:
    outcome = outcomes[conversation.name]
    assert outcome.failure is None, str(outcome)
