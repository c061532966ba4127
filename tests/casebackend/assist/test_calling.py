"""Whose hand an entry waits for is told once for each step, and hears no more of what is done."""

from typing import Any

from sqlalchemy import select

from casebackend.access.principal import Kind, Principal
from casebackend.curation import service as curation
from casebackend.notices.model import Notice, StaffMessage
from casebackend.notices.rules import Channel, State
from casebackend.outbox import service as outbox
from casebackend.staff.model import User
from tests.casebackend.curation.desks import LAW, Curation
from tests.casebackend.curation.test_requests import decides
from tests.casebackend.notices.test_jobs import poster
from tests.casebackend.staff.logins import hired
from tests.casebackend.workers import worker
from tests.world import World

TITLE = LAW["title"]


async def ticked(world: World) -> None:
    """Twice: what was told is not told again."""
    ticking = worker(world)
    await ticking.tick()
    world.wait(minutes=1)
    await ticking.tick()
    await ticking.resign()


async def told(world: World) -> list[tuple[str, str, bool]]:
    """Who was told what, and whether he still has to look at it."""
    async with world.database.reading() as session:
        rows = await session.execute(
            select(User.login, Notice).join(User, User.id == Notice.user_id).order_by(Notice.at, Notice.cause)
        )
        return [
            (login, notice.values.get("what") or notice.template, notice.done_at is None)
            for login, notice in rows
            if notice.kind.endswith(".waits")
        ]


async def step(world: World, desk: Curation, login: str, article: dict[str, Any], name: str, **more: Any) -> None:
    desk.browsers.clear()
    await desk.took(login, article, name, **more)
    await ticked(world)


async def test_each_step_calls_the_next_hand_and_ends_the_call_before_it(world: World) -> None:
    desk = Curation(world)
    article = await desk.drafts()
    await ticked(world)
    assert await told(world) == [], "a draft waits for nobody but its author"
    await step(world, desk, "curator", article, "submit")
    assert await told(world) == [("lead", "初审", True)]
    await step(world, desk, "lead", article, "check")
    assert await told(world) == [("lead", "初审", False), ("supervisor", "审批", True)]
    await step(world, desk, "supervisor", article, "approve")
    assert (await told(world))[2:] == [("branch", "发布", True)], "who has checked or approved does not publish"
    await step(world, desk, "branch", article, "publish")
    assert [open_ for *_, open_ in await told(world)] == [False, False, False]
    world.wait(days=31)
    await ticked(world)
    assert (await told(world))[3:] == [("lead", "验证", True)]
    await step(world, desk, "lead", article, "verify")
    world.wait(days=31)
    await ticked(world)
    assert (await told(world))[3:] == [("lead", "验证", False)]


async def test_what_is_returned_calls_its_author_and_each_submission_calls_anew(world: World) -> None:
    desk = Curation(world)
    article = await desk.drafts()
    await step(world, desk, "curator", article, "submit")
    await step(world, desk, "lead", article, "return", opinion="依据不全")
    assert (await told(world))[1:] == [("curator", "staff_entry_returned", True)]
    await step(world, desk, "curator", article, "submit")
    assert await told(world) == [
        ("lead", "初审", False), ("curator", "staff_entry_returned", False), ("lead", "初审", True),
    ]  # fmt: skip


async def test_a_draft_that_a_lead_has_begun_calls_the_curators_and_stands_in_their_inbox(world: World) -> None:
    desk = Curation(world)
    async with world.database.transaction() as session:
        lead = (await session.scalars(select(User).where(User.login == "lead"))).one()
        by = Principal(Kind.STAFF, "lead", frozenset({"team_lead"}), user_id=lead.id)
        fields = LAW | {"effective_from": world.time.date()}
        begun = await curation.draft(session, fields, by=by, origin="candidate", now=world.time)
    article = {"id": begun.id, "version": begun.version}
    await ticked(world)
    assert await told(world) == [("curator", "staff_entry_left", True)]
    here = f"/curation/articles/{begun.id}/{begun.version}"
    for login, stands in (("curator", True), ("lead", False)):
        assert (here in (await (await desk.browser(login)).get("/curation?tab=todo")).text) is stands, login
    await step(world, desk, "curator", article, "submit")
    assert (await told(world))[0] == ("curator", "staff_entry_left", False)
    assert (await desk.step("lead", article, "check")).status_code == 403, "its author does not check it"
    await desk.took(await other_lead(world), article, "return", opinion="依据不全")
    await ticked(world)
    assert (await told(world))[-1] == ("curator", "staff_entry_left", True)
    await step(world, desk, "curator", article, "withdraw")
    assert not any(open_ for *_, open_ in await told(world))


async def other_lead(world: World) -> str:
    unit = await unit_of(world, "lead")
    return (await hired(world, "lead2", roles=["team_lead"], staff_no="8203", organisation_id=unit)).login


async def test_an_hour_that_is_set_calls_nobody_and_ends_the_call_to_publish(world: World) -> None:
    desk = Curation(world)
    article = await desk.approved()
    await ticked(world)
    assert await told(world) == [("branch", "发布", True)], "of what has passed meanwhile nobody hears"
    at = world.time.replace(hour=23).isoformat()
    await step(world, desk, "branch", article, "schedule", publish_at=at)
    assert await told(world) == [("branch", "发布", False)]


async def test_the_mail_holds_the_title_alone_and_stays_when_the_step_is_taken_first(world: World) -> None:
    desk = Curation(world)
    first, second = await desk.drafts(), await desk.drafts(title="另一条口径", questions=["另一个问题"])
    for article in (first, second):
        await desk.took("curator", article, "submit")
    await ticked(world)
    await desk.took("lead", first, "check")
    ticking, recorder = await poster(world)
    await ticking.post()
    sents = [sent for sent in recorder.sent if "知识条目" in sent.subject]
    assert {sent.address for sent in sents} == {"lead@bank.example", "8002"}
    for sent in sents:
        said = sent.subject + sent.text
        assert "另一条口径" in said
        assert not any(LAW[name] in said for name in ("text", "source", "basis"))
    async with world.database.reading() as session:
        rows = list(await session.scalars(select(StaffMessage).where(StaffMessage.template == "staff_entry_waiting")))
    ended = {row.state for row in rows if row.values["title"] == TITLE}
    assert ended == {State.CANCELLED}
    assert {row.channel for row in rows} == {Channel.MAIL, Channel.OA}


async def test_those_near_its_author_are_called_before_those_elsewhere(world: World) -> None:
    desk = Curation(world)
    away = await hired(
        world, "away", roles=["team_lead"], staff_no="8201", organisation_id=await unit_of(world, "branch")
    )
    article = await desk.drafts()
    await step(world, desk, "curator", article, "submit")
    assert [login for login, *_ in await told(world)] == ["lead"]
    async with world.database.transaction() as session:
        lead = (await session.scalars(select(User).where(User.login == "lead"))).one()
        lead.active = False
    other = await desk.drafts(title="另一条口径", questions=["另一个问题"])
    await step(world, desk, "curator", other, "submit")
    assert [login for login, *_ in await told(world)] == ["lead", away.login], "rather another than nobody"


async def unit_of(world: World, login: str) -> Any:
    async with world.database.reading() as session:
        return await session.scalar(select(User.organisation_id).where(User.login == login))


async def test_a_request_for_a_change_calls_the_curators_and_again_on_its_last_day(world: World) -> None:
    desk = Curation(world)
    wish = {"article_id": "biz-annual-fee", "text": "年费减免自四月起改为按季申请"}
    first = (await desk.posts("outlet", "/requests", wish)).json()
    second = (await desk.posts("outlet", "/requests", wish)).json()
    await ticked(world)
    assert await told(world) == [("curator", "staff_change_asked", True)] * 2
    await decides(desk, first, state="refused", answer="与另一申请重复")
    world.wait(days=6)
    await ticked(world)
    assert len(await told(world)) == 2, "not before its last day"
    world.wait(days=2)
    desk.browsers.clear()
    await ticked(world)
    await ticked(world)
    assert sorted(await told(world)) == [
        ("curator", "staff_change_asked", False),
        ("curator", "staff_change_asked", True),
        ("curator", "staff_change_due", True),
    ]
    await decides(desk, second, state="refused", answer="不采纳")
    await ticked(world)
    assert not any(open_ for *_, open_ in await told(world))


async def test_whoever_comes_to_a_post_hears_of_what_waits_there(world: World) -> None:
    desk = Curation(world)
    article = await desk.drafts()
    await step(world, desk, "curator", article, "submit")
    new = await hired(
        world, "newlead", roles=["team_lead"], staff_no="8202", organisation_id=await unit_of(world, "lead")
    )
    async with world.database.transaction() as session:
        outbox.emit(session, "post.filled", {"user_id": str(new.id)}, now=world.time)
    await ticked(world)
    assert [login for login, *_ in await told(world)] == ["lead", "newlead"]
    await step(world, desk, "newlead", article, "check")
    found = await told(world)
    assert [open_ for _, what, open_ in found if what == "初审"] == [False, False]
    assert {login for login, what, open_ in found if open_ and what == "审批"} == {"lead", "supervisor"}


async def test_a_version_that_a_newer_one_overtook_is_verified_by_nobody(world: World) -> None:
    desk = Curation(world)
    first = await desk.published()
    world.wait(days=20)
    desk.browsers.clear()
    await desk.published(id=first["id"], text="五个工作日内可领取新卡。", effective_from="2026-03-22")
    world.wait(days=12)
    await ticked(world)
    assert [what for _, what, _ in await told(world) if what == "验证"] == []
    world.wait(days=19)
    await ticked(world)
    assert [what for _, what, _ in await told(world) if what == "验证"] == ["验证"]
