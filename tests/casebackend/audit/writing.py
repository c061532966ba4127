"""Chains to be damaged, written by the real service."""

from casebackend.audit import service
from tests.world import World


async def history(world: World, chains: int = 3, links: int = 8) -> None:
    async with world.database.transaction() as session:
        for link in range(links):
            for chain in range(chains):
                await service.record(
                    session, chain=f"c{chain}", event="thing.done", actor="staff:x", object=f"o{link}",
                    now=world.time, detail={"n": link, "文": "字"},
                )  # fmt: skip
