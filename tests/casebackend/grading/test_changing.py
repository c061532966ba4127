"""The bank changes what is grave and what comes first: one proposes, another one of head office approves."""

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
import yaml
from sqlalchemy import select

from casebackend.audit import verifying as audit
from casebackend.audit.model import AuditEntry
from casebackend.cases.model import Case
from casebackend.grading import service
from casebackend.grading.conditions import LABELS, TIERS
from casebackend.grading.service import SEED
from casebackend.matters.catalogue import catalogue
from casebackend.parties.rules import TIER_LABELS
from tests.casebackend.cases.builders import unit
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import hired
from tests.world import World

RULES = "/grading-rules/"
OF_RELEASE = {"major_amount", "lane_elderly"}


class Bank:
    """`supervisor` proposes, `executive` approves."""

    def __init__(self, world: World) -> None:
        self.world, self.counter = world, Counter(world)
        self.desk = self.counter.desk

    async def proposed(self, code: str, login: str = "supervisor", **more: Any) -> Any:
        body = {"code": code, "effective_from": "2026-03-02", "source": "投诉管理办法修订"} | more
        return await self.counter.sends(login, RULES, body)

    async def decided(self, rule: str, login: str = "executive", *, approve: bool = True) -> Any:
        return await self.counter.sends(login, f"{RULES}{rule}/decision", {"approve": approve})

    async def changed(self, code: str, **more: Any) -> None:
        made = await self.proposed(code, **more)
        assert made.status_code == 201, made.text
        assert (await self.decided(made.json()["id"])).status_code == 200

    async def graded(self, **fields: Any) -> Case:
        return await self.counter.case((await self.counter.sure(**fields))["number"])

    async def rules(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = (await self.desk.reads("lead", f"{RULES}?limit=200")).json()["items"]
        return found


def slug(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["type"].rsplit("/", 1)[-1]


async def test_a_proposed_version_grades_only_once_somebody_else_of_head_office_has_approved_it(world: World) -> None:
    bank = Bank(world)
    branch = UUID(await unit(world, "北京分行"))
    await hired(world, "minister", roles=["complaint_manager"], organisation_id=branch, staff_no="8601")
    facts = {"facts": "客户称柜台服务不好，将找电视台"}
    made = (await bank.proposed("major_media", keywords=["电视台", "記者"])).json()
    assert (made["state"], made["when"], made["in_force"]) == ("proposed", {"keywords": ["电视台", "记者"]}, False)
    assert (await bank.graded(**facts)).severity == "一般投诉"
    assert slug(await bank.decided(made["id"], "supervisor")) == (403, "own-grading-rule")
    assert slug(await bank.decided(made["id"], "minister")) == (403, "head-office-decides-rules")
    done = await bank.decided(made["id"])
    assert (done.status_code, done.json()["state"]) == (200, "approved")
    assert slug(await bank.decided(made["id"])) == (409, "grading-rule-decided")
    case = await bank.graded(**facts)
    assert (case.severity, case.severity_reason) == ("重大投诉", "媒体或群体线索：“电视台”")
    assert [row["in_force"] for row in await bank.rules() if row["code"] == "major_media"] == [True, False]
    async with world.database.reading() as session:
        events = await session.scalars(
            select(AuditEntry.event).where(AuditEntry.event.startswith("grading_rule")).order_by(AuditEntry.seq)
        )
        assert list(events) == ["grading_rule.proposed", "grading_rule.approved"]
        assert await audit.verify(session, session.info["audit_key"]) == []


async def test_of_two_changes_of_one_rule_the_later_one_may_not_drop_the_other(world: World) -> None:
    bank = Bank(world)
    before = next(row for row in await bank.rules() if row["code"] == "major_media")
    words = before["when"]["keywords"]
    first = (await bank.proposed("major_media", keywords=[*words, "电视台"])).json()
    second = (await bank.proposed("major_media", keywords=[*words[1:], "自媒体"])).json()
    assert (await bank.decided(first["id"])).status_code == 200
    lost = await bank.decided(second["id"])
    assert slug(lost) == (409, "rule-overtaken")
    assert lost.json()["changes"] == ["文字中出现增加“电视台”"]
    for said in ("赵主管提出、吴行长复核", "自2026-03-02起", "文字中出现增加“电视台”", "通过本版会丢掉这些改动"):
        assert said in lost.json()["detail"], said
    assert "提出后另有新版" in (await (await bank.desk.browser("executive")).get("/grading")).text
    assert (await bank.graded(facts="客户称将找电视台")).severity == "重大投诉"
    assert (await bank.decided(second["id"], approve=False)).json()["state"] == "refused"
    stale = await bank.proposed("major_media", keywords=[*words, "自媒体"], based_on=before["number"])
    assert slug(stale) == (409, "rule-overtaken")
    both = await bank.proposed("major_media", keywords=[*words, "电视台", "自媒体"], based_on=before["number"] + 1)
    assert (await bank.decided(both.json()["id"])).json()["number"] == before["number"] + 2
    assert (await bank.graded(facts="客户称将找自媒体")).severity == "重大投诉"


async def test_a_change_of_another_rule_overtakes_nobody(world: World) -> None:
    bank = Bank(world)
    first = (await bank.proposed("major_amount", amount_from="5000")).json()
    await bank.changed("lane_elderly", active=False)
    assert (await bank.decided(first["id"])).status_code == 200


async def test_what_is_proposed_next_is_based_on_what_was_approved_last_whatever_its_day(world: World) -> None:
    """A change of today is not lost because one for a later day was approved before it, nor when that day comes."""
    bank = Bank(world)
    await bank.changed("lane_elderly", keywords=["老人", "老年人", "敬老"], effective_from="2026-03-20")
    await bank.changed("lane_elderly", keywords=["老人", "老年人", "敬老", "长者"])
    page = (await (await bank.desk.browser("supervisor")).get("/grading?code=lane_elderly")).text
    assert "老人、老年人、敬老、长者</textarea>" in page
    ended = await bank.proposed("lane_elderly", active=False)
    assert ended.json()["when"] == {"keywords": ["老人", "老年人", "敬老", "长者"]}
    assert (await bank.decided(ended.json()["id"])).status_code == 200
    elderly = {"facts": "家里的老人排队两小时，一位长者晕倒"}
    assert (await bank.graded(**elderly)).lane is None
    world.wait(days=20)
    assert (await Bank(world).graded(**elderly)).lane is None, "the version for a later day came back"


async def test_what_was_approved_for_a_later_day_can_be_brought_forward(world: World) -> None:
    bank = Bank(world)
    await bank.changed("major_amount", amount_from="5000", effective_from="2026-03-20")
    await bank.changed("major_amount", amount_from="5000")
    assert (await bank.graded(amount="6000")).severity_reason == "涉及金额：金额不少于5000元"
    assert slug(await bank.proposed("major_amount", amount_from="5000")) == (422, "grading-rule-wrong")


async def test_a_release_adds_nothing_to_a_rule_that_the_bank_has_changed(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bank = Bank(world)
    await bank.changed("major_amount", amount_from="5000")
    delivered = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    newer = [row | {"effective_from": date(2026, 3, 3)} for row in delivered if row["code"] in OF_RELEASE]
    newer = [row | {"when": {"amount_from": 9}} if row["code"] == "major_amount" else row for row in newer]
    path = tmp_path / "rules.yml"
    path.write_text(yaml.safe_dump([*delivered, *newer], allow_unicode=True), encoding="utf-8")
    monkeypatch.setattr(service, "SEED", path)
    world.wait(days=2)
    for _ in range(2):
        async with world.database.transaction() as session:
            await service.seed(session, now=world.time)
    found = [row for row in await Bank(world).rules() if row["code"] in OF_RELEASE]
    assert sorted((row["code"], row["effective_from"], row["number"]) for row in found if row["in_force"]) == [
        ("lane_elderly", "2026-03-03", 1), ("major_amount", "2026-03-02", 1),
    ]  # fmt: skip
    assert len(found) == 4


async def test_a_version_holds_for_cases_received_from_its_day_on(world: World) -> None:
    bank = Bank(world)
    await bank.changed("major_amount", amount_from="5000", effective_from="2026-03-04")
    assert (await bank.graded(amount="6000")).severity == "一般投诉"
    world.wait(days=2)
    bank = Bank(world)
    assert (await bank.graded(amount="6000", facts="另一件事")).severity_reason == "涉及金额：金额不少于5000元"


async def test_a_refused_version_never_holds_and_an_ended_rule_holds_no_more(world: World) -> None:
    bank = Bank(world)
    refused = (await bank.proposed("lane_elderly", keywords=["年费"])).json()
    assert (await bank.decided(refused["id"], approve=False)).json()["state"] == "refused"
    assert (await bank.graded()).lane is None
    assert (await bank.graded(facts="家中老人在柜台等了两小时")).lane == "优先办理"
    await bank.changed("lane_elderly", active=False)
    assert (await bank.graded(facts="家中老人在柜台等了三小时")).lane is None
    assert [row for row in await bank.rules() if row["code"] == "lane_elderly" and row["in_force"]] == []


async def test_a_rule_that_was_made_urgent_wins_over_what_is_major_whatever_their_order(world: World) -> None:
    bank = Bank(world)
    await bank.changed("major_amount", amount_from="5000", severity="紧急投诉")
    case = await bank.graded(amount="6000", facts="柜台多扣年费，已约记者曝光")
    assert (case.severity, case.severity_reason) == ("紧急投诉", "涉及金额：金额不少于5000元")


@pytest.mark.parametrize(
    ("code", "given", "status", "kind"),
    [
        ("no_such", {}, 404, "grading-rule-unknown"),
        ("major_amount", {"effective_from": "2026-03-01", "amount_from": "5000"}, 422, "grading-rule-wrong"),
        ("major_amount", {"keywords": ["很多"]}, 422, "grading-rule-wrong"),
        ("major_regulator", {"sources": ["moon"]}, 422, "grading-rule-wrong"),
        ("lane_privacy_told", {"dangers": ["月亮"]}, 422, "grading-rule-wrong"),
        ("lane_tier", {"severity": "紧急投诉"}, 422, "grading-rule-wrong"),
        ("major_amount", {}, 422, "grading-rule-wrong"),
    ],
)
async def test_what_is_no_rule_or_says_nothing_new_is_refused(
    world: World, code: str, given: dict[str, Any], status: int, kind: str
) -> None:
    assert slug(await Bank(world).proposed(code, **given)) == (status, kind)


async def test_the_page_shows_the_rules_in_words_and_takes_a_version_to_its_approval(world: World) -> None:
    bank, origin = Bank(world), catalogue().sources
    manager, executive = await bank.desk.browser("supervisor"), await bank.desk.browser("executive")
    text = (await manager.get("/grading?code=major_regulator")).text
    for each in (
        f"来源：{origin['regulator'].label}",
        "涉及金额不少于（元）：1000000",
        "人数不少于：20",
        'name="sources" value="petition"',
        'name="based_on" value="0"',
    ):
        assert each in text, each
    agent = await bank.desk.browser("agent")
    assert "提出新一版" not in (await agent.get("/grading")).text
    form = {
        "code": "major_regulator", "sources": ["regulator", "petition"], "severity": "重大投诉",
        "effective_from": "2026-03-02", "source": "信访从严", "based_on": "0",
    }  # fmt: skip
    assert (await manager.post("/grading", data=form)).status_code == 303
    assert (await agent.post("/grading", data=form)).status_code == 403
    (waiting,) = [row for row in await bank.rules() if row["state"] == "proposed"]
    assert waiting["when"] == {"sources": ["regulator", "petition"]}
    stale = {"version": "9", "approve": "yes"}
    assert (await executive.post(f"/grading/{waiting['id']}/decision", data=stale)).status_code == 409
    done = await executive.post(f"/grading/{waiting['id']}/decision", data=stale | {"version": "1"})
    assert done.status_code == 303
    assert f"来源：{origin['regulator'].label}、{origin['petition'].label}" in (await manager.get("/grading")).text
    assert slug(await bank.decided(str(uuid4()))) == (404, "grading-rule-unknown")


def test_every_delivered_rule_asks_one_thing_that_the_page_can_say() -> None:
    for row in yaml.safe_load(SEED.read_text()):
        (name,) = row["when"]
        assert name in LABELS, row["code"]


def test_tiers_have_the_same_names_as_with_the_customers() -> None:
    assert {str(tier): label for tier, label in TIER_LABELS.items()} == TIERS
