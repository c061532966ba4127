import asyncio
from collections import Counter
from dataclasses import replace

from casebackend.notices.doubles import RecordingSender
from casebackend.notices.jobs import AT_ONCE, BESIDE
from casebackend.notices.ports import NotSent, Outgoing, Refused
from casebackend.notices.rules import Channel, State
from tests.casebackend.notices.test_jobs import WORD, messages, poster, tell
from tests.statements import counted
from tests.world import World


async def test_several_leave_beside_each_other_and_how_each_went_is_noted(world: World) -> None:
    for number in range(AT_ONCE + 3):
        await tell(world, replace(WORD, cause=f"urged:{number}"))
    ticking, recorder = await poster(world)
    beside = most = 0

    class Slow(RecordingSender):
        async def send(self, message: Outgoing) -> None:
            nonlocal beside, most
            beside += 1
            most = max(most, beside)
            await asyncio.sleep(0.01)
            beside -= 1
            await recorder.send(message)

    recorder.failing = [Refused("mailbox unknown"), NotSent("come again"), RuntimeError("cut off")]
    ticking.senders = {Channel.MAIL: Slow()}
    with counted(world) as said:
        await ticking.post()
    assert most == BESIDE
    found = Counter(each.state for each in await messages(world))
    assert found == {State.SENT: AT_ONCE, State.FAILED: 1, State.PENDING: 1, State.MAYBE_SENT: 1}
    assert len(recorder.sent) == len({each.id for each in recorder.sent}) == AT_ONCE
    assert len(said) < 2 * AT_ONCE, "claimed and marked together"


async def test_who_is_to_stop_leaves_what_has_not_begun_to_the_next(world: World) -> None:
    for number in range(BESIDE + 2):
        await tell(world, replace(WORD, cause=f"urged:{number}"))
    ticking, recorder = await poster(world)

    class Stopping(RecordingSender):
        async def send(self, message: Outgoing) -> None:
            await asyncio.sleep(0.01)
            ticking.stopping = True
            await recorder.send(message)

    ticking.senders = {Channel.MAIL: Stopping()}
    await ticking.post()
    assert Counter(each.state for each in await messages(world)) == {State.SENT: BESIDE, State.PENDING: 2}
