"""What was suggested when a complaint came, and what became of it: every number opens its cases."""

from typing import Any
from uuid import UUID

from tests.casebackend.cases.builders import Desk, case_of, filed, unit
from tests.casebackend.staff.logins import hired
from tests.world import World

HERE = "from=2026-03-01&to=2026-03-31"
JUDGED = ("judged", "first", "among", "changed")


async def read(desk: Desk, query: str = HERE, login: str = "supervisor") -> dict[str, Any]:
    answer = await desk.reads(login, f"/reports/hints?{query}")
    assert answer.status_code == 200, answer.text
    return {axis["axis"]: axis for axis in answer.json()["axes"]}


async def classified(world: World, desk: Desk, sender: str, **fields: str) -> None:
    receipt = await filed(world, sender=sender)
    version = (await case_of(world, receipt.case_id)).version
    answer = await (await desk.browser("lead")).post(
        f"/api/v1/cases/{receipt.number}/classification",
        json=fields | {"reason": "核对分类"},
        headers={"If-Match": f'"{version}"'},
    )
    assert answer.status_code == 200, answer.text


async def test_each_suggested_class_says_how_often_it_was_right_and_opens_its_cases(world: World) -> None:
    desk = Desk(world)
    await filed(world, sender="nobody has looked at it")
    await classified(world, desk, "a", cause_c="因服务态度及服务质量引起的投诉")
    await classified(world, desk, "b", category_b="贷款")
    axes = await read(desk)
    business, cause = axes["category_b"], axes["cause_c"]
    assert [each["code"] for each in business["codes"]] == ["信用卡"]
    assert [business["total"][each]["count"] for each in JUDGED] == [2, 1, 0, 1]
    assert (business["total"]["share"], business["unjudged"]["count"], business["unsuggested"]["count"]) == (0.5, 1, 0)
    assert [cause["total"][each]["count"] for each in JUDGED] == [2, 1, 1, 0]
    for axis in axes.values():
        rows = [axis["total"], *axis["codes"]]
        for figure in (axis["unjudged"], axis["unsuggested"], *(row[each] for row in rows for each in JUDGED)):
            listed = (await desk.reads("supervisor", f"/cases/?{figure['query']}&limit=200")).json()["items"]
            assert len(listed) == figure["count"], figure
    narrowed = await read(desk, f"{HERE}&category_b=贷款&hint_category_b=first")
    assert narrowed["category_b"]["total"]["changed"]["count"] == 1, "what became of them is what is asked"
    page = await (await desk.browser("supervisor")).get(f"/reports/hints?{HERE}")
    assert (page.status_code, "50.0%" in page.text, "信用卡" in page.text) == (200, True, True)


async def test_period_and_scope_narrow_it(world: World) -> None:
    desk = Desk(world)
    await classified(world, desk, "a", category_b="贷款")
    assert (await read(desk, "from=2026-01-01&to=2026-01-31"))["category_b"]["total"]["share"] is None
    await hired(world, "jinan", roles=["executive"], organisation_id=UUID(await unit(world, "济南分行")))
    assert (await read(desk, login="jinan"))["category_b"]["total"]["judged"]["count"] == 0
    assert (await desk.reads("curator", f"/reports/hints?{HERE}")).status_code == 403
    assert (await desk.reads("supervisor", "/reports/hints?from=2026-02-30")).status_code == 400


async def test_the_units_proposed_for_a_dispatch_stand_beside_the_classes_and_open_their_cases(world: World) -> None:
    desk, outlet, other = Desk(world), await unit(world, "北京朝阳支行"), await unit(world, "济南分行")
    for sender, taken in (("a", outlet), ("b", other), ("c", None)):
        number = (await filed(world, sender=sender)).number
        if taken is None:
            continue
        await desk.sure("lead", number, "accept")
        why = {"opinion": "客户要求由该行核实"} if taken == other else {}
        await desk.sure("lead", number, "dispatch", handling_unit_id=taken, **why)
    answer = (await desk.reads("supervisor", f"/reports/hints?{HERE}&hint_unit=other")).json()["units"]
    assert {name: answer[name]["count"] for name in ("made", "first", "second", "other")} == {
        "made": 2, "first": 1, "second": 0, "other": 1,
    }  # fmt: skip
    assert answer["share"] == 0.5
    for name in ("made", "first", "second", "other"):
        listed = (await desk.reads("supervisor", f"/cases/?{answer[name]['query']}")).json()["items"]
        assert len(listed) == answer[name]["count"], name
    page = (await (await desk.browser("supervisor")).get(f"/reports/hints?{HERE}")).text
    assert all(words in page for words in ("承办单位建议", "采纳首选单位", "50.0%"))
    none = (await desk.reads("supervisor", "/reports/hints?from=2026-01-01&to=2026-01-31")).json()["units"]
    assert (none["made"]["count"], none["share"]) == (0, None)
