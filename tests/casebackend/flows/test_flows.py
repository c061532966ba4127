"""The bank sets its own internal flow: checked before anybody may approve it, and never under a running case."""

import re
from copy import deepcopy
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from casebackend.calendar.rules import local_date
from casebackend.check import check
from tests.casebackend.cases.builders import PROPOSAL, Desk, case_of, filed, unit
from tests.casebackend.staff.logins import hired
from tests.world import World

CODE = "four_step/first"


class Flows:
    def __init__(self, world: World) -> None:
        self.world, self.desk = world, Desk(world)

    async def all(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.desk.reads("supervisor", "/flows/?limit=100")).json()["items"]
        return found

    async def steps(self, code: str = CODE) -> list[dict[str, Any]]:
        """Of the version that holds today, as it may be sent again."""
        found = next(each for each in await self.all() if each["code"] == code and each["in_force"])
        return deepcopy(found["steps"])

    def day(self, after: int) -> str:
        return (local_date(self.world.time) + timedelta(days=after)).isoformat()

    async def proposes(self, steps: list[dict[str, Any]], **other: Any) -> httpx.Response:
        body = {"code": CODE, "steps": steps, "effective_from": self.day(1), "source": "总行发〔2026〕9号"} | other
        browser = await self.desk.browser("supervisor")
        return await browser.post("/api/v1/flows/", json=body, headers={"Idempotency-Key": uuid4().hex})

    async def decides(self, id: str, login: str = "executive", *, approve: bool = True) -> httpx.Response:
        browser, key = await self.desk.browser(login), {"Idempotency-Key": uuid4().hex}
        return await browser.post(f"/api/v1/flows/{id}/decision", json={"approve": approve}, headers=key)

    async def holds(self, steps: list[dict[str, Any]], **other: Any) -> dict[str, Any]:
        made = await self.proposes(steps, **other)
        assert made.status_code == 201, made.text
        done = await self.decides(made.json()["id"])
        assert done.status_code == 200, done.text
        found: dict[str, Any] = done.json()
        return found


def with_legal_check(steps: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The lawyers look at the plan after the department, for two working days, before 稽核."""
    investigate = next(step for step in steps if step["code"] == "investigate")
    investigate["stops_on"] = ["propose", "propose_reply", "send_back"]
    added = {
        "code": "legal_check", "label": "法律审查", "who": "法律合规部", "working_days": "2",
        "starts_on": ["propose"], "stops_on": ["sign", "return_for_rework"],
    }  # fmt: skip
    return [*steps[:2], added, *steps[2:]]


async def test_a_step_is_added_by_two_people_and_only_later_cases_run_by_it(world: World) -> None:
    flows, desk = Flows(world), Desk(world)
    before = await filed(world)
    made = await flows.holds(with_legal_check(await flows.steps()))
    assert (made["state"], made["number"], made["effective_from"]) == ("approved", 1, flows.day(1))
    today = await filed(world, sender="customer-2")
    world.wait(days=1)
    after = await filed(world, sender="customer-3")
    running: dict[str, set[str]] = {}
    for name, receipt in (("before", before), ("today", today), ("after", after)):
        desk = Desk(world)
        await desk.investigating(receipt.number)
        await desk.sure("agent", receipt.number, "propose", **PROPOSAL)
        clocks = (await desk.reads("lead", f"/cases/{receipt.number}/clocks")).json()["clocks"]
        running[name] = {each["kind"] for each in clocks if each["stopped_at"] is None}
        legal = [each["derivation"] for each in clocks if each["kind"] == "internal.legal_check"]
        assert [text.startswith("法律审查：") for text in legal] == ([True] if name == "after" else [])
    assert "internal.investigate" in running["before"] & running["today"]
    assert "internal.legal_check" in running["after"]
    assert "internal.investigate" not in running["after"]
    async with world.database.transaction() as session:
        assert await check(session, now=world.time) == []


async def test_who_decides_follows_the_flow_of_the_day_of_receipt(world: World) -> None:
    flows = Flows(world)
    steps = await flows.steps()
    for step in steps:
        step["takes"] = [taker for taker in step["takes"] if taker["move"] != "sign"]
    await flows.holds(steps)
    world.wait(days=1)
    receipt, desk = await filed(world), Desk(world)
    await desk.investigating(receipt.number)
    await desk.sure("agent", receipt.number, "propose", **PROPOSAL)
    assert (await case_of(world, receipt.case_id)).awaits == "auditor"
    await desk.sure("supervisor", receipt.number, "approve_opinion", opinion="同意")


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"dispatch": {"starts_on": ["archive"]}}, "环节“转办”不会结束"),
        ({"reply": {"starts_on": ["approve_reply"]}}, "“投诉不成立，直接答复”之后没有任何环节计时"),
        ({"investigate": {"starts_on": ["return_for_rework", "reopen"]}}, "“转办”之后没有任何环节计时"),
        ({"decide": {"code": "reply"}}, "代码“reply”重复"),
        ({"decide": {"clock": "internal.reply"}}, "时限“internal.reply”重复"),
        ({"decide": {"clock": "internal.nowhere"}}, "时限没有规定"),
        ({"decide": {"working_days": "3"}}, "时限已有规定"),
        ({"review": {"clock": "receive.more", "working_days": "1"}}, "只有内部环节可以在流程里新设时限"),
        ({"decide": {"duty": "nobody"}}, "承担职能不存在"),
        ({"decide": {"clock": "matter.suggestion"}}, "其他事项对客户承诺的时限"),
        ({"decide": {"takes": [{"move": "approve_opinion", "roles": ["auditor"], "stand": "branch"}]}},
         "总行部门承办的一般投诉没有人可以“同意处理意见”"),
        ({"decide": {"takes": [{"move": "approve_reply", "roles": ["approver"], "stand": "anywhere",
                                "ordinary": True}]}},
         "重大、群体、监管转办和二次投诉没有人可以“同意办结”，流程到不了答复"),
        ({"decide": {"takes": [{"move": "approve_reply", "roles": ["approver"], "stand": "anywhere",
                                "levels": ["outlet"]}]}}, "分行承办的一般投诉没有人可以“同意办结”"),
        ({"decide": {"takes": [{"move": "approve_reply", "roles": ["intake"], "stand": "anywhere"}]}},
         "“同意办结”指定了不能办理该动作的岗位"),
    ],
)  # fmt: skip
async def test_a_flow_in_which_a_case_would_be_stuck_is_refused_with_everything_that_is_wrong(
    world: World, changes: dict[str, dict[str, Any]], says: str
) -> None:
    flows = Flows(world)
    steps = await flows.steps()
    for step in steps:
        step |= changes.get(step["code"], {})
    answer = await flows.proposes(steps)
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"].endswith("flow-wrong")
    assert any(says in problem for problem in answer.json()["problems"]), answer.json()["problems"]
    assert [each for each in await flows.all() if each["state"] == "proposed"] == []


async def test_a_promise_of_a_matter_and_the_unit_that_decides_second_complaints_stay(world: World) -> None:
    flows = Flows(world)
    suggestion = await flows.steps("four_step/suggestion")
    suggestion[0]["stops_on"] = ["accept"]
    moved = await flows.proposes(suggestion, code="four_step/suggestion")
    assert "对客户承诺的时限，不能去掉，也不能改变起止" in moved.json()["detail"]
    judged = await flows.steps("four_step/suggestion")
    judged[1]["stops_on"].append("propose")
    assert (
        "这类事项不会经过“提交处理意见”" in (await flows.proposes(judged, code="four_step/suggestion")).json()["detail"]
    )
    second = await flows.steps("four_step/second")
    second[0]["duty"] = None
    nobody = await flows.proposes(second, code="four_step/second")
    assert "二次投诉的最后一个环节须指定承担职能" in nobody.json()["detail"]


async def test_nobody_approves_his_own_and_what_was_overtaken_is_proposed_anew(world: World) -> None:
    flows = Flows(world)
    steps = await flows.steps()
    renamed = [step | {"who": f"{step['who']}（新）"} for step in steps]
    one, other = await flows.proposes(renamed), await flows.proposes(with_legal_check(steps), based_on=0)
    own = await flows.decides(one.json()["id"], "supervisor")
    assert own.json()["type"].endswith("own-flow")
    assert (await flows.decides(one.json()["id"])).status_code == 200
    again = await flows.decides(one.json()["id"])
    assert again.json()["type"].endswith("flow-decided")
    late = await flows.decides(other.json()["id"])
    assert late.json()["type"].endswith("rule-overtaken")
    assert late.json()["changes"] == ["本行首次改动"]
    assert (await flows.decides(other.json()["id"], approve=False)).json()["state"] == "refused"
    stale = await flows.proposes(with_legal_check(steps), based_on=0, effective_from=flows.day(9))
    assert stale.json()["type"].endswith("rule-overtaken")
    await flows.holds(with_legal_check(steps), based_on=1, effective_from=flows.day(2))
    later = await flows.proposes(renamed, based_on=1, effective_from=flows.day(9))
    assert any(change.startswith("环节") for change in later.json()["changes"])
    assert later.json()["changes"][-1] == "动作和岗位有改动"


async def test_a_new_version_begins_tomorrow_at_the_earliest_and_after_the_last_one(world: World) -> None:
    flows = Flows(world)
    steps = await flows.steps()
    assert "与现行流程相同" in (await flows.proposes(steps)).json()["detail"]
    changed = with_legal_check(steps)
    for day in (-30, 0):
        assert "生效日须晚于今天" in (await flows.proposes(changed, effective_from=flows.day(day))).json()["detail"]
    unknown = await flows.proposes(changed, code="five_step/first")
    assert (unknown.status_code, unknown.json()["type"].endswith("flow-unknown")) == (404, True)
    reviewed = await flows.proposes(changed, code="four_step/review")
    assert reviewed.status_code == 404
    waited = await flows.proposes(changed)
    world.wait(days=5)
    flows.desk = Desk(world)
    done = await flows.decides(waited.json()["id"])
    assert done.json()["effective_from"] == flows.day(1)
    assert "生效日须晚于" in (await flows.proposes(steps, effective_from=flows.day(1))).json()["detail"]


async def test_a_profile_takes_a_flow_of_its_own_where_it_had_none(world: World) -> None:
    flows = Flows(world)
    steps = await flows.steps("four_step/suggestion")
    steps[0]["who"] = "分行消保部"
    await flows.holds(steps, code="two_level/suggestion")
    world.wait(days=1)
    flows.desk = Desk(world)
    assert (await flows.steps("two_level/suggestion"))[0]["who"] == "分行消保部"
    assert (await flows.steps("four_step/suggestion"))[0]["who"] == "业务管理部门"


async def test_a_branch_does_not_decide_for_the_bank(world: World) -> None:
    flows = Flows(world)
    made = await flows.proposes(with_legal_check(await flows.steps()))
    branch = UUID(await unit(world, "济南分行"))
    await hired(world, "jinan", roles=["department_head"], organisation_id=branch)
    answer = await flows.decides(made.json()["id"], "jinan")
    assert answer.json()["type"].endswith("head-office-decides-flows")


async def test_the_page_shows_the_versions_and_takes_a_new_one(world: World) -> None:
    desk = Desk(world)
    supervisor = await desk.browser("supervisor")
    page = (await supervisor.get("/flows")).text
    assert "四步内部时限 · 首次投诉" in page
    assert "稽核审定" in page
    form_page = (await supervisor.get(f"/flows?code={CODE}")).text
    form = fields_of(form_page)
    flows = Flows(world)
    places = {value: name.partition("_")[0] for name, value in form if name.endswith("_code")}
    dropped = [*form, (f"{places['decide']}_gone", "yes"), ("effective_from", flows.day(1)), ("source", "总行发文")]
    refused = await supervisor.post("/flows", data=encoded(dropped))
    assert (refused.status_code, "没有任何环节计时" in refused.text) == (422, True)
    named = [(name, "合规审定" if name == f"{places['decide']}_label" else value) for name, value in form]
    sent = await supervisor.post(
        "/flows", data=encoded([*named, ("effective_from", flows.day(1)), ("source", "总行发文")])
    )
    assert sent.status_code == 303, sent.text
    own = (await supervisor.get("/flows")).text
    assert "待复核" in own
    executive = await desk.browser("executive")
    shown = (await executive.get("/flows")).text
    address = re.search(r'action="(/flows/[0-9a-f-]+/decision)"', shown)
    version = re.search(r'name="version" value="(\d+)"', shown)
    assert address
    assert version
    done = await executive.post(address.group(1), data={"version": version.group(1), "approve": "yes"})
    assert done.status_code == 303
    world.wait(days=1)
    held = await Flows(world).steps()
    assert [step["label"] for step in held if step["code"] == "decide"] == ["合规审定"]
    delivered = next(each for each in await Flows(world).all() if each["code"] == CODE and each["id"] is None)
    for new, old in zip(held, delivered["steps"], strict=True):
        assert (new["clock"], new["takes"]) == (old["clock"], old["takes"])
        assert sorted(new["starts_on"]) == sorted(old["starts_on"])
    agent = (await (await desk.browser("agent")).get(f"/flows?code={CODE}")).text
    assert "提出新一版" not in agent


def fields_of(page: str) -> list[tuple[str, str]]:
    """What a browser would send of the form as it stands."""
    form = page[page.index('action="/flows"') :]
    form = form[: form.index("</form>")]
    found = [
        (name, value)
        for box, name, value, checked in re.findall(
            r'<input[^>]*?(type="checkbox")? name="([a-z0-9_]+)"[^>]*? value="([^"]*)"( checked)?', form
        )
        if not box or checked
    ]
    for name, body in re.findall(r'<select[^>]*? name="([a-z0-9_]+)"[^>]*>(.*?)</select>', form, re.DOTALL):
        options = re.findall(r'<option value="([^"]*)"( selected)?', body)
        chosen = [value for value, is_chosen in options if is_chosen]
        found += [(name, value) for value in chosen or [options[0][0]]]
    return [pair for pair in found if pair[0] != "csrf"]


def encoded(pairs: list[tuple[str, str]]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, value in pairs:
        found.setdefault(name, []).append(value)
    return found
