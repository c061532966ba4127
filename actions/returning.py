"""Who wants to go on with a complaint left half-way, whatever the message was taken for."""

from actions.action import Turn, business
from actions.intake import read
from casebackend.api.client import Refused


async def gone_on(turn: Turn, *, only_with_one: bool = True) -> bool:
    """False, and nothing said, where the message wants something else. `only_with_one`: also where there is none to go
    on with."""
    try:
        standing = await turn.backend.standing(turn.conversation, turn.message)
    except Refused as refusal:
        business(refusal)
        return False
    if standing.wish != "go_on" or (only_with_one and standing.draft is None):
        return False
    await read(turn, standing)
    return True
