"""Two persons code the same complaints; how often they agree is a number that opens the cases behind it."""

from collections import Counter
from typing import Any
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from casebackend.reports.agreement import agreement
from tests.casebackend.cases.builders import PROPOSAL, Desk, filed, unit
from tests.casebackend.staff.logins import hired
from tests.world import World

HERE = "from=2026-03-01&to=2026-03-31"


async def three_coded(world: World, desk: Desk) -> None:
    """One signed as it was judged, one changed when it was signed, one changed again afterwards."""
    for sender, other, later in (("a", {}, None), ("b", {"category_b": "贷款"}, None), ("c", {}, "票据")):
        receipt = await filed(world, sender=sender)
        await desk.investigating(receipt.case_id)
        await desk.sure("agent", receipt.case_id, "propose", **PROPOSAL)
        world.wait(minutes=1)
        await desk.sure("executive", receipt.case_id, "sign", opinion="同意")
        await desk.sure("auditor", receipt.case_id, "approve_opinion", opinion="同意", **other)
        if later:
            await desk.sure("supervisor", receipt.case_id, "approve_reply", opinion="同意", category_b=later)


async def read(desk: Desk, query: str = HERE, login: str = "supervisor") -> dict[str, Any]:
    answer = await desk.reads(login, f"/reports/coding?{query}")
    assert answer.status_code == 200, answer.text
    return {axis["axis"]: axis for axis in answer.json()["axes"]}


async def test_the_handler_is_compared_with_the_final_coder_and_each_number_opens_its_cases(world: World) -> None:
    desk = Desk(world)
    await three_coded(world, desk)
    await filed(world, sender="coded by nobody")
    axes = await read(desk)
    business, cause = axes["category_b"], axes["cause_c"]
    assert (cause["cases"]["count"], cause["share"], cause["kappa"]) == (3, 1.0, None)
    assert (business["cases"]["count"], business["agreed"]["count"], business["differing"]["count"]) == (3, 1, 2)
    assert business["share"] == pytest.approx(1 / 3)
    assert [(each["first"], each["last"], each["count"]) for each in business["confused"]] == [
        ("信用卡", "票据", 1), ("信用卡", "贷款", 1),
    ]  # fmt: skip
    for axis in axes.values():
        for figure in (axis["cases"], axis["agreed"], axis["differing"], *axis["confused"]):
            listed = (await desk.reads("supervisor", f"/cases/?{figure['query']}&limit=200")).json()["items"]
            assert len(listed) == figure["count"], figure


async def test_period_conditions_and_scope_narrow_it(world: World) -> None:
    desk = Desk(world)
    await three_coded(world, desk)
    assert (await read(desk, "from=2026-01-01&to=2026-01-31"))["category_b"]["share"] is None
    narrowed = await read(desk, f"{HERE}&category_b=贷款&recoded=cause_c")
    assert (narrowed["category_b"]["cases"]["count"], narrowed["category_b"]["share"]) == (1, 0.0)
    await hired(world, "jinan", roles=["executive"], organisation_id=UUID(await unit(world, "济南分行")))
    assert (await read(desk, login="jinan"))["category_b"]["cases"]["count"] == 0
    assert (await desk.reads("curator", f"/reports/coding?{HERE}")).status_code == 403
    assert (await desk.reads("supervisor", "/reports/coding?from=2026-02-30")).status_code == 400


def test_kappa_of_a_known_table() -> None:
    """20 yes-yes, 5 yes-no, 10 no-yes, 15 no-no: 0.4 (the usual textbook example)."""
    pairs = {("y", "y"): 20, ("y", "n"): 5, ("n", "y"): 10, ("n", "n"): 15}
    assert agreement(pairs).kappa == pytest.approx(0.4)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("abc")), max_size=40))
def test_kappa_is_at_most_one_and_one_only_for_full_agreement(pairs: list[tuple[str, str]]) -> None:
    found = agreement(Counter(pairs))
    assert found.agreed <= found.cases == len(pairs)
    if found.kappa is not None:
        assert found.kappa <= 1 + 1e-9
        assert (found.agreed == found.cases) == (found.kappa == pytest.approx(1))
