"""Every live route for somebody who may, somebody who may not, and somebody to whom the thing does not belong; and the
cells have teeth. `bench/access.py` asks all of them and switches off every guard."""

import pytest

from tests.casebackend.access import mutants
from tests.casebackend.access.campaign import campaign

# One cell of so many, beside one of each kind for each route.
SHARE = 120
TEETH = (
    "the matrix", "csrf token", "each token its own scopes", "session ended", "over is over", "If-Match",
    "casebackend.cases.queries.visible", "casebackend.console.tasks.visible",
    "a refusal of the guard is written down",
)  # fmt: skip


@pytest.mark.timeout(900)
async def test_nobody_gets_in_where_he_does_not_belong() -> None:
    async with campaign() as asked:
        assert asked.ground.lacking() == []
        assert len(asked.ground.stage.persons.all) >= 18
        run = await asked.run(asked.probes(SHARE), watched=True)
        assert run.red == []
        assert run.moved == []
        assert min(run.fired[kind] for kind in ("in", "anonymous", "denied", "away", "cross")) > 100
        known = {mutant.name: mutant for mutant in mutants.all_mutants()}
        assert [name for name in TEETH if await asked.hunt(known[name], run) is None] == []
