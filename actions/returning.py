"""Who wants to go on with a complaint left half-way, whatever the message was taken for."""

from actions.action import Turn
from actions.intake import read


async def gone_on(turn: Turn, *, only_with_one: bool = True) -> bool:
    """False, and nothing said, where the message wants something else. `only_with_one`: also where there is none to go
    on with."""
    standing = await turn.backend.standing(turn.conversation, turn.message)
    if standing.wish != "go_on" or (only_with_one and standing.draft is None):
        return False
    await read(turn, standing)
    return True
