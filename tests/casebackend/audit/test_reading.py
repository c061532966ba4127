"""The audit as an auditor pages through it."""

from tests.casebackend.audit.writing import history
from tests.casebackend.staff.logins import staff
from tests.world import World


async def test_lines_of_one_moment_stand_in_the_order_they_were_written_over_every_page(world: World) -> None:
    await history(world, chains=2, links=6)
    path, seen = "/api/v1/audit?event=thing.done&limit=5", []
    async with await staff(world, "audit") as auditor:
        cursor = ""
        while cursor is not None:
            page = (await auditor.get(path + (f"&cursor={cursor}" if cursor else ""))).json()
            seen += page["items"]
            cursor = page["next"]
        assert (await auditor.get(f"{path}&cursor=abc")).status_code == 400
    assert len(seen) == 12
    for chain in ("c0", "c1"):
        assert [each["object"] for each in seen if each["chain"] == chain] == ["o5", "o4", "o3", "o2", "o1", "o0"]
