"""Whole stories as colleagues play them at the desk: what stands on the page is filled in and sent, as by a browser."""

import re
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from casebackend.calendar.rules import SHANGHAI
from casebackend.clocks.queries import timers_of
from casebackend.reviews.model import Review
from tests.casebackend.cases.around import holds, ticked
from tests.casebackend.cases.builders import PROPOSAL, REPLY, Desk, case_of, filed, unit, unit_named
from tests.casebackend.clocks.test_routes import NOTICE
from tests.casebackend.console.test_register import FORM, hidden
from tests.casebackend.families.builders import closed, closes
from tests.casebackend.reviews.test_routes import FOUND, decided
from tests.casebackend.staff.logins import hired
from tests.world import World

YES = {"opinion": "同意"}
RIGHTS = "可在30日内向上级机构申请核查，也可以申请调解、仲裁或者提起诉讼。"


class Players:
    def __init__(self, world: World) -> None:
        self.world = world
        self.desk = Desk(world)

    async def sees(self, login: str, path: str) -> str:
        answer = await (await self.desk.browser(login)).get(path)
        assert answer.status_code == 200, answer.text
        return answer.text

    async def sends(self, login: str, path: str, **form: Any) -> httpx.Response:
        return await (await self.desk.browser(login)).post(path, data=form)

    async def tries(self, login: str, number: str, move: str, **form: Any) -> httpx.Response:
        """By the panel of that move on the page, with the version that stands in it."""
        page = await self.sees(login, f"/cases/{number}")
        panel = re.search(rf'name="move" value="{move}">\s*<input type="hidden" name="version" value="(\d+)"', page)
        assert panel, f"{move} is not offered to {login}"
        if move == "propose":
            form = unit_named((await self.desk.reads(login, f"/cases/{number}")).json(), form)
        return await self.sends(login, f"/cases/{number}/moves", move=move, version=panel[1], **form)

    async def does(self, login: str, number: str, move: str, **form: Any) -> None:
        answer = await self.tries(login, number, move, **form)
        assert answer.status_code == 303, answer.text
        assert "已完成：" in await self.sees(login, answer.headers["location"])

    async def steps(self, login: str, number: str, review: str, *moves: tuple[str, dict[str, Any]]) -> None:
        """Of a review, by its section."""
        for move, form in moves:
            page = await self.sees(login, f"/cases/{number}/reviews")
            shown = re.search(rf'name="version" value="(\d+)"><input type="hidden" name="move" value="{move}"', page)
            assert shown, (move, login)
            path = f"/cases/{number}/reviews/{review}/moves"
            answer = await self.sends(login, path, move=move, version=shown[1], **form)
            assert answer.status_code == 303, answer.text


async def reviewed(world: World) -> str:
    async with world.database.reading() as session:
        return str(await session.scalar(select(Review.id).order_by(Review.applied_at.desc()).limit(1)))


async def refused(play: Players, number: str, review: str, move: str, why: str) -> None:
    path = f"/cases/{number}/reviews/{review}/moves"
    answer = await play.sends("branch", path, move=move, version="1")
    assert (answer.status_code, why in answer.text) == (409, True), answer.text


@pytest.fixture
def play(world: World) -> Players:
    return Players(world)


async def test_a_second_complaint_goes_to_audit_and_its_answer_is_the_last_word(world: World, play: Players) -> None:
    _, number = await closed(world)
    opened = await play.sends("agent", f"/cases/{number}/family/second", opinion="仍未退款")
    second = opened.headers["location"].split("/")[2].split("#")[0].split("?")[0]
    assert second != number
    assert "二次投诉最终处理" in await play.sees("auditor", f"/cases/{second}")
    await play.does("auditor", second, "receive")
    await play.does("auditor", second, "propose", **PROPOSAL)
    assert "由总行稽核办理" in await play.sees("supervisor", f"/cases/{second}")
    await play.does("supervisor", second, "approve_opinion", **YES)
    await play.does("supervisor", second, "approve_reply", **YES)
    await play.does("auditor", second, "reply", **REPLY)
    await closes(world, UUID((await play.desk.reads("auditor", f"/cases/{second}")).json()["id"]))
    again = await play.sends("agent", f"/cases/{second}/family/second", opinion="还是不满意")
    assert again.status_code == 409
    assert "二次投诉不可以" in again.text
    await holds(world)


async def test_a_review_asked_for_too_late_is_kept_and_rejected_with_the_reason(world: World, play: Players) -> None:
    _, number = await decided(world)
    world.wait(days=31)
    play.desk.browsers.clear()
    form = {"grounds": "不同意", "written": "document", "document": "书面申请一份"}
    assert (await play.sends("lead", f"/cases/{number}/reviews", **form)).status_code == 303
    shown = await play.sees("branch", f"/cases/{number}/reviews")
    assert "超过申请期限" in shown
    review = await reviewed(world)
    await refused(play, number, review, "accept", "该申请超过期限，只能以“超过申请期限”不予受理")
    why = {"reject_reason": "late", "opinion": "收到决定已31日", "told_by": "letter", "told_proof": "EMS 1001"}
    await play.steps("branch", number, review, ("reject", why))
    assert "不予受理" in await play.sees("branch", f"/cases/{number}/reviews")
    await holds(world)


async def test_what_a_review_remands_is_handled_anew_under_a_new_limit_to_a_new_answer(
    world: World, play: Players
) -> None:
    case_id, number = await decided(world)
    world.wait(days=3)
    play.desk.browsers.clear()
    form = {"grounds": "不同意", "written": "document", "document": "书面申请一份"}
    assert (await play.sends("lead", f"/cases/{number}/reviews", **form)).status_code == 303
    steps: tuple[tuple[str, dict[str, Any]], ...] = (
        ("accept", {}), ("begin", {}), ("decide", {"outcome": "remanded", **FOUND}),
        ("notify", {"told_by": "letter", "told_proof": "EMS 1002"}),
    )  # fmt: skip
    await play.steps("branch", number, await reviewed(world), *steps)
    assert (await case_of(world, case_id)).promised_on == (world.time + timedelta(days=15)).date()
    await play.does("outlet", number, "propose", **PROPOSAL)
    await play.does("executive", number, "sign", **YES)
    await play.does("auditor", number, "approve_opinion", **YES)
    await play.does("supervisor", number, "approve_reply", **YES)
    world.wait(minutes=1)
    await play.does("outlet", number, "reply", **REPLY | {"reply_remedies": RIGHTS})
    again = await play.sends("lead", f"/cases/{number}/reviews", **form)
    assert again.status_code == 303, "a new decision may be reviewed anew"
    await holds(world)


async def test_a_grave_complaint_is_let_answer_by_another_than_who_agreed(world: World, play: Players) -> None:
    rights = UUID(await unit(world, "消费者权益保护部"))
    await hired(world, "second", roles=["approver"], organisation_id=rights, display_name="郑审核")
    number = (await filed(world)).number
    await play.does("lead", number, "accept", **YES)
    version = (await play.desk.reads("lead", f"/cases/{number}")).json()["version"]
    graver = {"severity": "重大投诉", "reason": "客户称将联系媒体", "version": version}
    assert (await play.sends("supervisor", f"/cases/{number}/registration/severity", **graver)).status_code == 303
    office = await unit(world, "个人金融部")
    await play.does("agent", number, "dispatch", handling_unit_id=office, opinion="信用卡业务")
    await play.does("agent", number, "receive")
    await play.does("agent", number, "propose", **PROPOSAL)
    await play.does("executive", number, "sign", **YES)
    await play.does("supervisor", number, "approve_opinion", **YES)
    alone = await play.sends("supervisor", f"/cases/{number}/moves", move="approve_reply", **YES)
    assert (alone.status_code, "不能由同意处理意见的同一人进行" in alone.text) == (403, True)
    shown = await play.sees("supervisor", f"/cases/{number}")
    assert 'value="approve_reply"' not in shown, "what is refused is not offered"
    await play.does("second", number, "approve_reply", **YES)
    await holds(world)


async def test_two_complaints_are_merged_and_taken_apart_again(world: World, play: Players) -> None:
    master, child = (await filed(world)).number, await filed(world)
    promised = (await case_of(world, child.case_id)).promised_on
    await play.does("agent", child.number, "merge", master_number=master, opinion="同一件事")
    assert f'href="/cases/{master}"' in await play.sees("agent", f"/cases/{child.number}/family")
    world.wait(days=2)
    play.desk.browsers.clear()
    await play.does("agent", child.number, "unmerge", opinion="不是同一件事")
    case = await case_of(world, child.case_id)
    assert (case.status, case.promised_on, case.handler_id) == ("pending_review", promised, None)
    assert child.number in await play.sees("lead", "/queue?tab=review")
    await holds(world)


async def test_a_withdrawal_recorded_later_counts_from_the_day_the_customer_asked(world: World, play: Players) -> None:
    receipt = await filed(world)
    asked = world.time + timedelta(hours=5)
    world.wait(days=4)
    play.desk.browsers.clear()
    wall = asked.astimezone(SHANGHAI).strftime("%Y-%m-%dT%H:%M")
    said = {"identity_check": "回拨预留手机核对", "opinion": "客户来电撤诉"}
    early = await play.tries("agent", receipt.number, "withdraw", requested_at="2026-02-01T10:00", **said)
    assert (early.status_code, "不能早于收到投诉的时间" in early.text) == (422, True)
    await play.does("agent", receipt.number, "withdraw", requested_at=wall, **said)
    case = await case_of(world, receipt.case_id)
    assert (case.status, case.closed_at) == ("withdrawn", asked)
    async with world.database.reading() as session:
        [law] = [timer for timer in await timers_of(session, case.id) if timer.kind == "l1"]
        assert law.stopped_at == asked
    assert "客户申请时间：2026-03-02 15:00" in await play.sees("agent", f"/cases/{receipt.number}")
    await holds(world)


async def test_a_group_speaks_through_five_at_most(world: World, play: Players) -> None:
    page = await play.sees("outlet", "/register")
    sent = await play.sends("outlet", "/register", **FORM, **hidden(page), act="submit")
    number = sent.headers["location"].split("/")[2].split("?")[0]
    people = f"/cases/{number}/registration"
    version = (await play.desk.reads("lead", f"/cases/{number}")).json()["version"]
    grown = await play.sends("lead", f"{people}/group", group_size="30", reason="三十位客户联名", version=version)
    assert grown.status_code == 303, grown.text
    for name in "甲乙丙丁戊":
        added = await play.sends("lead", f"{people}/people", role="representative", name=f"代表{name}")
        assert added.status_code == 303, added.text
    sixth = await play.sends("lead", f"{people}/people", role="representative", name="代表己")
    assert sixth.status_code == 422
    assert "5" in sixth.text
    spoken = (await play.desk.reads("lead", people)).json()["people"]
    assert [each["role"] for each in spoken].count("representative") == 5
    await holds(world)


async def test_a_clock_over_new_year_is_provisional_until_the_calendar_is_there(world: World, play: Players) -> None:
    world.time = datetime(2026, 12, 29, 2, tzinfo=UTC)
    number = (await filed(world)).number
    await play.does("lead", number, "accept", **YES)
    office = await unit(world, "个人金融部")
    await play.does("agent", number, "dispatch", handling_unit_id=office, opinion="信用卡业务")
    shown = await play.sees("agent", f"/cases/{number}")
    assert "暂按推算" in shown
    notice = {"text": NOTICE, "source": "国办发明电〔2026〕假设", "confirm": "yes"}
    done = await play.sends("supervisor", "/limits/notices", **notice)
    assert done.status_code in (200, 303), done.text
    await ticked(world)
    assert "暂按推算" not in await play.sees("agent", f"/cases/{number}")
    await holds(world)
