from datetime import date
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import yaml

from casebackend.conversations import danger_rules
from casebackend.conversations.danger import DELIVERED
from casebackend.conversations.model import Conversation
from tests.casebackend.cases.builders import Desk as Office
from tests.world import World

RULES = "/api/v1/danger-rules"


async def rules(browser: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (await browser.get(f"{RULES}?limit=200")).json()["items"]
    return found


async def proposed(browser: Any, code: str = "stolen", **more: Any) -> Any:
    body = {"code": code, "effective_from": "2026-03-02", "source": "反诈联席会通报"} | more
    return await browser.post(RULES, json=body, headers={"Idempotency-Key": uuid4().hex})


async def decided(browser: Any, rule: str, *, approve: bool = True) -> Any:
    return await browser.post(
        f"{RULES}/{rule}/decision", json={"approve": approve}, headers={"Idempotency-Key": uuid4().hex}
    )


async def hurried(world: World, text: str, sender: str) -> bool:
    receipt = await world.says(text, sender=sender)
    async with world.database.reading() as session:
        return (await session.get_one(Conversation, receipt.conversation_id)).handoff_reason == "danger"


async def test_the_delivered_rules_are_rows_with_reviewer_and_day(world: World) -> None:
    found = await rules(await Office(world).browser("lead"))
    kinds = {rule["kind"] for rule in found if rule["use"] == "danger"}
    assert {"盗刷", "诈骗", "丢卡", "自伤", "威胁他人", "人身安全", "个人信息泄露"} == kinds
    assert all(rule["reviewed_by"] and rule["reviewed_on"] for rule in found)
    in_force = [rule["code"] for rule in found if rule["in_force"]]
    assert sorted(in_force) == sorted({rule["code"] for rule in found})


async def test_a_proposed_word_holds_only_when_somebody_else_has_approved_it(world: World) -> None:
    office = Office(world)
    lead, manager = await office.browser("lead"), await office.browser("supervisor")
    assert not await hurried(world, "我的钱飞了", "a")
    made = await proposed(lead, phrases=["钱飞了"])
    assert made.status_code == 201, made.text
    assert not await hurried(world, "我的钱飞了", "b")
    own = await decided(lead, made.json()["id"])
    assert (own.status_code, own.json()["type"]) == (403, "/problems/own-danger-rule")
    approved = await decided(manager, made.json()["id"])
    assert (approved.status_code, approved.json()["state"]) == (200, "approved")
    assert approved.json()["reviewed_by"]
    assert approved.json()["reviewed_on"] == "2026-03-02"
    assert await hurried(world, "我的钱飞了", "c")
    assert await hurried(world, "我的卡被盗刷了", "d")
    again = await decided(manager, made.json()["id"], approve=False)
    assert (again.status_code, again.json()["type"]) == (409, "/problems/danger-rule-decided")
    assert [rule["code"] for rule in await rules(lead) if rule["in_force"]].count("stolen") == 1


async def test_of_two_changes_of_one_rule_the_later_one_may_not_drop_the_others_words(world: World) -> None:
    office = Office(world)
    lead, manager = await office.browser("lead"), await office.browser("supervisor")
    one = (await proposed(lead, phrases=["钱飞了"], at_turns=3)).json()
    other = (await proposed(lead, phrases=["卡没了钱"])).json()
    assert (await decided(manager, one["id"])).status_code == 200
    lost = await decided(manager, other["id"])
    assert (lost.status_code, lost.json()["type"]) == (409, "/problems/rule-overtaken")
    assert lost.json()["changes"] == ["词语增加“钱飞了”", "出现次数由“0”改为“3”"]
    assert "请选“不通过”" in lost.json()["detail"]
    assert "提出后另有新版" in (await manager.get("/dangers")).text
    assert await hurried(world, "我的钱飞了", "a")
    assert not await hurried(world, "卡没了钱", "b")
    assert (await decided(manager, other["id"], approve=False)).status_code == 200
    form = {"code": "stolen", "phrases": "卡没了钱", "effective_from": "2026-03-02", "source": "客户反映"}
    stale = await lead.post("/dangers", data=form | {"based_on": "0"})
    assert stale.status_code == 409
    assert "词语增加“钱飞了”" in stale.text
    assert 'name="based_on" value="1"' in (await lead.get("/dangers?code=stolen")).text
    both = await lead.post("/dangers", data=form | {"phrases": "钱飞了、卡没了钱", "based_on": "1"})
    assert both.status_code in (200, 204, 303)
    [waiting] = [rule for rule in await rules(manager) if rule["state"] == "proposed"]
    assert (await decided(manager, waiting["id"])).json()["number"] == 2
    assert await hurried(world, "卡没了钱", "c")


async def test_a_release_joins_the_words_of_the_bank_and_drops_none(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Expressions are the release's, words and numbers the bank's; also where the bank's version is of a later day."""
    office = Office(world)
    lead, manager = await office.browser("lead"), await office.browser("supervisor")
    for code, day in (("stolen", "2026-03-02"), ("fraud", "2026-03-04")):
        made = (await proposed(lead, code=code, phrases=["钱飞了"], effective_from=day)).json()
        assert (await decided(manager, made["id"])).status_code == 200
    delivered = yaml.safe_load(DELIVERED.read_text(encoding="utf-8"))
    of_release = {
        row["code"]: row | {"patterns": ["蚂蚁搬家"], "effective_from": date(2026, 3, 3)}
        for row in delivered if row["code"] in ("stolen", "fraud")
    }  # fmt: skip
    path = tmp_path / "dangers.yml"
    path.write_text(yaml.safe_dump([*delivered, *of_release.values()], allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr(danger_rules, "DELIVERED", path)
    for _ in range(2):
        async with world.database.transaction() as session:
            await danger_rules.seed(session, now=world.time)
    newest = [rule for rule in await rules(lead) if rule["patterns"] == ["蚂蚁搬家"]]
    assert sorted((rule["code"], rule["effective_from"], rule["phrases"]) for rule in newest) == [
        ("fraud", "2026-03-04", ["钱飞了"]), ("stolen", "2026-03-03", ["钱飞了"]),
    ]  # fmt: skip
    assert not await hurried(world, "蚂蚁搬家", "a")
    world.wait(days=1)
    assert await hurried(world, "蚂蚁搬家", "b")
    assert await hurried(world, "我的钱飞了", "c")


async def test_a_refused_word_never_holds_and_an_ended_rule_holds_no_more(world: World) -> None:
    office = Office(world)
    lead, manager = await office.browser("lead"), await office.browser("supervisor")
    refused = await proposed(lead, phrases=["年费"])
    assert (await decided(manager, refused.json()["id"], approve=False)).status_code == 200
    assert not await hurried(world, "年费太高", "a")
    ending = await proposed(lead, code="lost", effective_until="2026-03-03")
    assert (await decided(manager, ending.json()["id"])).status_code == 200
    assert await hurried(world, "银行卡丢了", "b")
    world.wait(days=1)
    assert not await hurried(world, "银行卡丢了", "c")


async def test_the_number_of_abusive_turns_is_the_banks(world: World) -> None:
    office = Office(world)
    made = await proposed(await office.browser("lead"), code="abuse", at_turns=1)
    assert (await decided(await office.browser("supervisor"), made.json()["id"])).status_code == 200
    receipt = await world.says("傻逼机器人")
    async with world.database.reading() as session:
        assert (await session.get_one(Conversation, receipt.conversation_id)).handoff_reason == "emotion"


async def test_a_rule_of_nowhere_and_a_day_gone_by_are_refused(world: World) -> None:
    lead = await Office(world).browser("lead")
    unknown = await proposed(lead, code="nothing")
    assert (unknown.status_code, unknown.json()["type"]) == (404, "/problems/danger-rule-unknown")
    for days in ({"effective_from": "2026-03-01"}, {"effective_until": "2026-03-02"}):
        early = await proposed(lead, **days)
        assert (early.status_code, early.json()["type"]) == (422, "/problems/danger-rule-wrong")
    assert (await proposed(lead, phrases=["钱"])).status_code in (400, 422)


async def test_the_page_shows_reviewer_and_day_and_takes_a_version_from_proposal_to_approval(world: World) -> None:
    office = Office(world)
    lead, manager = await office.browser("lead"), await office.browser("supervisor")
    page = (await lead.get("/dangers?code=privacy")).text
    assert all(text in page for text in ("个人信息泄露", "产品内容复核", "2026-11-22", "提出新一版", "陌生来电"))
    form = {"code": "privacy", "phrases": "信息被卖、资料外流", "effective_from": "2026-03-02", "source": "客户反映"}
    assert (await lead.post("/dangers", data=form)).status_code in (200, 204, 303)
    [waiting] = [rule for rule in await rules(manager) if rule["state"] == "proposed"]
    stale = {"version": "9", "approve": "yes"}
    assert (await manager.post(f"/dangers/{waiting['id']}/decision", data=stale)).status_code == 409
    done = await manager.post(f"/dangers/{waiting['id']}/decision", data=stale | {"version": "1"})
    assert done.status_code in (200, 204, 303)
    receipt = await world.says("资料外流")
    async with world.database.reading() as session:
        assert (await session.get_one(Conversation, receipt.conversation_id)).handoff_reason == "privacy"
