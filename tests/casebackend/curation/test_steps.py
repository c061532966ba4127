"""Maker and checker: nobody lends two hands to one version."""

from itertools import product
from typing import Any

import pytest
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.curation.rules import BRANCHES, EVERYBODY, FLOW, OPEN, ArticleStatus, Step, steps_for
from casebackend.outbox.model import OutboxMessage
from tests.casebackend.curation.desks import Curation, slug
from tests.casebackend.staff.logins import hired
from tests.world import World


async def test_an_entry_is_drafted_checked_approved_published_and_verified_by_different_people(world: World) -> None:
    desk = Curation(world)
    article = await desk.drafts()
    assert (article["status"], article["may"], article["version"]) == ("draft", ["edit", "submit", "withdraw"], 1)
    assert slug(await desk.step("lead", article, "check")) == (409, "article-step-impossible")
    assert slug(await desk.step("curator", article, "edit")) == (409, "article-step-impossible")
    assert slug(await desk.step("lead", article, "submit")) == (403, "article-step-not-yours")
    await desk.took("curator", article, "submit")
    assert slug(await desk.step("branch", article, "check")) == (403, "article-step-not-yours")
    assert slug(await desk.step("lead", article, "check", opinion=" ")) == (422, "article-opinion-missing")
    await desk.took("lead", article, "check")
    assert slug(await desk.step("lead", article, "approve")) == (403, "article-one-hand-only")
    await desk.took("supervisor", article, "approve")
    for login in ("lead", "supervisor"):
        assert slug(await desk.step(login, article, "publish")) == (403, "article-one-hand-only"), login
    assert slug(await desk.step("branch", article, "publish", read='"1"')) == (412, "version-passed")
    published = await desk.took("branch", article, "publish")
    assert (published["status"], published["published_at"] is not None) == ("published", True)
    assert slug(await desk.step("lead", article, "verify", opinion=None)) == (422, "article-opinion-missing")
    verified = await desk.took("lead", article, "verify", opinion="连续使用一周，无误")
    done = [(each["step"], each["by"]) for each in verified["steps"]]
    assert done == [
        ("draft", "信息管理"), ("submit", "信息管理"), ("check", "李班长"), ("approve", "赵主管"),
        ("publish", "周分行"), ("verify", "李班长"),
    ]  # fmt: skip
    async with world.database.reading() as session:
        of_it = AuditEntry.object == f"knowledge:{article['id']}@1"
        events = list(await session.scalars(select(AuditEntry.event).where(of_it).order_by(AuditEntry.seq)))
        told = list(await session.scalars(select(OutboxMessage.payload).where(OutboxMessage.topic.like("knowledge%"))))
    assert events == [f"article.{step}" for step, _ in done]
    assert told == [{"article_id": article["id"], "version": 1}]


async def test_whoever_wrote_an_entry_takes_it_no_further_whatever_else_he_is(world: World) -> None:
    desk = Curation(world)
    everything = ["curator", "team_lead", "department_head", "reviewer"]
    unit_id = (await hired(world, "nobody")).organisation_id
    await hired(world, "allrounder", roles=everything, staff_no="8101", organisation_id=unit_id)
    article = await desk.drafts("allrounder")
    await desk.took("allrounder", article, "submit")
    for step, login, following in (("check", "lead", "approve"), ("approve", "supervisor", "publish")):
        assert slug(await desk.step("allrounder", article, step)) == (403, "article-one-hand-only")
        assert slug(await desk.step("allrounder", article, "return")) == (403, "article-one-hand-only")
        await desk.took(login, article, step)
        assert slug(await desk.step("allrounder", article, following)) == (403, "article-one-hand-only")
    await desk.took("branch", article, "publish")
    assert slug(await desk.step("allrounder", article, "verify")) == (403, "article-one-hand-only")


async def test_what_is_returned_says_why_and_comes_again(world: World) -> None:
    desk = Curation(world)
    article = await desk.drafts()
    for login, before in (("lead", ()), ("supervisor", ("check",)), ("branch", ("check", "approve"))):
        await desk.took("curator", article, "submit")
        for step in before:
            await desk.took({"check": "lead", "approve": "supervisor"}[step], article, step)
        assert slug(await desk.step(login, article, "return", opinion=None)) == (422, "article-opinion-missing")
        back = await desk.took(login, article, "return", opinion="条款号写错，请核对第九条")
        assert (back["status"], back["steps"][-1]["opinion"]) == ("returned", "条款号写错，请核对第九条")
    path = f"/api/v1/curation/articles/{article['id']}/1"
    curator = await desk.browser("curator")
    headers = {"If-Match": f'"{(await desk.article(article))["row_version"]}"'}
    edited = await curator.patch(path, json={"clause": "第十条"}, headers=headers)
    assert (edited.status_code, edited.json()["clause"], edited.json()["status"]) == (200, "第十条", "returned")
    assert slug(await curator.patch(path, json={"clause": "第九条"}, headers=headers)) == (412, "version-passed")
    assert slug(await curator.patch(path, json={"clause": "第九条"})) == (428, "if-match-missing")
    await hired(world, "second-curator", roles=["curator"])
    assert slug(await desk.step("second-curator", article, "withdraw")) == (403, "article-not-your-draft")
    assert (await desk.took("curator", article, "withdraw"))["status"] == "withdrawn"
    assert slug(await desk.step("curator", article, "submit")) == (409, "article-step-impossible")


async def test_an_unsound_entry_is_not_submitted(world: World) -> None:
    desk = Curation(world)
    bare = await desk.drafts(basis=None, clause=None, evidence=None, source="", questions=[])
    refused = await desk.step("curator", bare, "submit")
    assert slug(refused) == (422, "article-incomplete")
    assert refused.json()["problems"] == [
        "未填来源",
        "未填依据",
        "未填条款（没有读到原文的写“条款待核”）",
        "未填证据等级",
        "至少写一个客户常见问法",
    ]
    wrong: dict[str, dict[str, Any]] = {
        "失效日早于生效日": {"effective_to": "2026-03-01"},
        "证据等级 C 的条目须写明待核实": {"evidence": "C"},
        "内容中有手机号、证件号、卡号等个人信息，请删去": {"text": "客户电话13800138000，已补卡。"},
        f"分支的第一级须是{'、'.join(BRANCHES)}之一": {"branch": "别处/银行卡"},
        "关联的条目不存在：no-such-entry": {"links": ["no-such-entry"]},
        "被替代的条目no-such-entry没有已发布的版本": {"supersedes": "no-such-entry"},
    }
    for problem, fields in wrong.items():
        refused = await desk.step("curator", await desk.drafts(**fields), "submit")
        assert (slug(refused), refused.json()["problems"]) == ((422, "article-incomplete"), [problem])
    unknown = await desk.posts("curator", "/articles", {"id": "no-such-entry"})
    assert slug(unknown) == (404, "article-unknown")
    assert (await desk.posts("agent", "/articles", {})).status_code == 403


async def test_of_one_entry_one_version_is_under_way_at_a_time(world: World) -> None:
    desk = Curation(world)
    second = (await desk.posts("curator", "/articles", {"id": "biz-annual-fee"})).json()
    assert (second["version"] > 1, second["basis"], second["status"]) == (True, None, "draft")
    assert second["questions"], "copied from the version in force"
    again = await desk.posts("curator", "/articles", {"id": "biz-annual-fee"})
    assert slug(again) == (409, "article-version-open")
    await desk.took("curator", second, "withdraw")
    assert (await desk.posts("curator", "/articles", {"id": "biz-annual-fee"})).status_code == 201
    mine = (await desk.reads("curator", "/curation/articles?mine=1&limit=1")).json()
    assert [row["version"] for row in mine["items"]] == [second["version"] + 1]
    assert (await desk.reads("lead", "/curation/articles?mine=1")).json()["items"] == []
    assert (await desk.reads("lead", "/curation/articles?status=nonsense")).status_code == 400


@pytest.mark.parametrize("status", list(ArticleStatus))
def test_every_open_version_can_go_on_and_go_back(status: ArticleStatus) -> None:
    steps = set(steps_for(status, EVERYBODY))
    assert bool(steps) is (status in OPEN or status is ArticleStatus.PUBLISHED)
    if status in OPEN:
        assert steps & {Step.RETURN, Step.WITHDRAW}
    for step, following in product(steps, [None]):
        assert FLOW[status, step][1] <= EVERYBODY, following


@pytest.mark.parametrize("number", ["0", "-1", "9" * 30])
async def test_a_version_that_no_column_holds_does_not_exist(world: World, number: str) -> None:
    answer = await Curation(world).reads("curator", f"/curation/articles/law-complaint-time-limits/{number}")
    assert answer.status_code == 404


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"reply": "您放心，这笔钱我们会全额退款给您。"}, "答复话术中有不能对客户说的话（承诺"),
        ({"reply": "很抱歉，确实是我们工作失误。"}, "认责：“我们的错”“工作失误”"),
        ({"kind": "业务知识", "text": "这笔费用会退还给您。"}, "正文中有不能对客户说的话"),
        ({"reply": "您反映的情况已登记。", "audience": "internal"}, "内部条目不写答复话术"),
    ],
)
async def test_what_nobody_may_say_goes_no_further_than_a_draft(
    world: World, fields: dict[str, str], told: str
) -> None:
    desk = Curation(world)
    article = await desk.drafts(**fields)
    refused = await desk.step("curator", article, "submit")
    assert slug(refused) == (422, "article-incomplete")
    assert told in refused.json()["detail"]
    assert (await desk.article(article))["status"] == "draft"


async def test_a_reply_that_promises_nothing_and_the_words_of_a_law_go_on(world: World) -> None:
    desk = Curation(world)
    law = "因银行系统故障导致客户损失的，银行应当承担责任。"
    article = await desk.drafts(text=law)
    await desk.took("curator", article, "submit")
    article = await desk.drafts(
        reply="您反映的情况我们会尽快核实，是否退还以核查结果为准。", title="另一条", questions=["别的问题怎么答"]
    )
    await desk.took("curator", article, "submit")


async def test_a_version_that_a_newer_one_has_overtaken_waits_for_nobody_to_verify_it(world: World) -> None:
    desk = Curation(world)
    first = await desk.published()
    await desk.published(id=first["id"], text="五个工作日内可领取新卡。")
    world.wait(days=31)
    desk.browsers.clear()
    text = (await (await desk.browser("lead")).get("/curation?tab=todo")).text
    here = f"/curation/articles/{first['id']}/"
    assert (f"{here}2" in text, f"{here}1" in text) == (True, False)
