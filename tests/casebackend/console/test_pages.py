import hashlib
import re
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from sqlalchemy import select

from casebackend.cases.model import Case
from casebackend.console import rendering
from casebackend.organisations.model import Organisation
from casebackend.staff.model import User
from tests.casebackend.cases.builders import PROPOSAL, REPLY, drafted, filed, unit
from tests.casebackend.staff.logins import hired, staff
from tests.world import World

STATIC = rendering.HOME / "static"
TEMPLATES = sorted((rendering.HOME / "templates").glob("*.html"))
PAYLOADS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    '"><svg onload=alert(1)>',
    "' autofocus onfocus=alert(1) x='",
    "{{ 7*7 }}{% raw %}",
    "</textarea><script>alert(1)</script>",
)
HX = {"HX-Request": "true"}


async def move(client: httpx.AsyncClient, number: str, name: str, **fields: object) -> httpx.Response:
    return await client.post(f"/cases/{number}/moves", data={"move": name, **fields}, headers=HX)


def on_page(page: httpx.Response) -> list[str]:
    """The moves that a case page offers."""
    return re.findall(r'<input type="hidden" name="move" value="(\w+)">', page.text)


async def test_the_queue_counts_and_lists_what_is_to_be_done(world: World) -> None:
    receipt = await filed(world)
    async with await staff(world, "lead") as lead:
        page = await lead.get("/queue?tab=review")
        assert receipt.number in page.text
        assert re.search(r'待复核 <span class="count">1</span>', page.text)
        assert "张**" in page.text
        assert "张三丰" not in page.text
        assert "13800138000" not in page.text
        assert "剩 15 天" in page.text
        assert receipt.number in (await lead.get("/queue?tab=all&q=年费")).text
        assert receipt.number not in (await lead.get("/queue?tab=all&q=房贷")).text


async def test_the_clock_chip_turns_as_the_days_go(world: World) -> None:
    await filed(world)
    async with world.database.reading() as session:
        promised = (await session.scalars(select(Case.promised_on))).one()
    assert promised is not None
    assert promised.isoformat() == "2026-03-17"
    for days, word in ((12, "剩 3 天"), (4, "已超期 1 天")):
        world.wait(days=days)
        async with await staff(world, "lead") as lead:
            assert word in (await lead.get("/queue?tab=all")).text


async def test_a_case_goes_its_whole_way_by_the_forms_of_the_pages(world: World) -> None:
    """Each step is offered on the page of who may make it, and on no other."""
    number = (await filed(world)).number
    department = await unit(world, "个人金融部")
    steps: list[tuple[str, str, dict[str, object]]] = [
        ("lead", "accept", {"opinion": "材料齐全"}),
        ("agent", "dispatch", {"handling_unit_id": department, "opinion": "由该部门核查"}),
        ("agent", "receive", {}),
        ("agent", "propose", {**PROPOSAL, "responsible_unit_id": department}),
        ("executive", "sign", {"opinion": "同意"}),
        ("supervisor", "approve_opinion", {"opinion": "同意"}),
        ("supervisor", "approve_reply", {"opinion": "同意办结"}),
        ("agent", "reply", dict(REPLY)),
    ]
    for login, step, fields in steps:
        async with await staff(world, login) as client:
            page = await client.get(f"/cases/{number}")
            assert step in on_page(page), (login, step, on_page(page))
            version = re.search(r'name="version" value="(\d+)"', page.text)
            assert version
            response = await move(client, number, step, version=version[1], **fields)
            assert (response.status_code, response.headers.get("hx-redirect")) == (
                204,
                f"/cases/{number}?done={step}",
            ), response.text
            assert "已完成：" in (await client.get(f"/cases/{number}?done={step}")).text
    async with await staff(world, "lead") as client:
        page = await client.get(f"/cases/{number}")
        assert "已答复" in page.text
        assert "材料齐全" in page.text


async def test_only_the_moves_of_the_table_are_on_the_page(world: World) -> None:
    number = (await filed(world)).number
    for login, moves in (
        ("agent", {"withdraw", "merge"}),
        ("lead", {"accept", "return_to_draft", "decline"}),
        ("supervisor", {"accept", "return_to_draft", "decline", "edit"}),
    ):
        async with await staff(world, login) as client:
            assert set(on_page(await client.get(f"/cases/{number}"))) == moves


async def test_a_refusal_is_one_readable_line_in_the_form(world: World) -> None:
    number = (await filed(world)).number
    async with await staff(world, "lead") as client:
        missing = await move(client, number, "decline")
        assert missing.status_code == 422
        assert "不予办理原因" in missing.text
        assert "<html" not in missing.text
        plain = await client.post(f"/cases/{number}/moves", data={"move": "decline"})
        assert (plain.status_code, "<html" in plain.text, "不予办理原因" in plain.text) == (422, True, True)
        assert (await move(client, number, "accept", cause_c="没有这一类")).status_code == 422
        assert (await move(client, number, "fly")).status_code == 422
        assert (await move(client, number, "accept", handling_unit_id="x")).status_code == 422


async def test_an_old_page_is_told_that_a_colleague_was_faster(world: World) -> None:
    number = (await filed(world)).number
    async with await staff(world, "lead") as client:
        assert (await move(client, number, "accept", version="1")).status_code == 204
        late = await move(client, number, "decline", version="1", decline_reason="not_a_complaint", opinion="不是")
        assert late.status_code == 409
        assert "刷新" in late.text


@pytest.mark.parametrize("payload", PAYLOADS)
async def test_what_a_customer_writes_is_inert_on_every_page(world: World, payload: str) -> None:
    conversation, _ = await drafted(world)
    await world.says(f"补充一下{payload}年费")
    async with await staff(world, "agent") as client:
        await client.post(f"/console/conversations/{conversation}/take")
        for page in (
            f"/conversations/{conversation}",
            f"/drafts/{conversation}",
            f"/console/conversations/{conversation}/messages?after=0",
            "/queue?tab=talks",
            f"/queue?tab=all&q={payload.replace('%', '%25').replace('#', '%23').replace('&', '%26')}",
        ):
            text = (await client.get(page)).text
            assert "<" not in payload or payload not in text, page
            assert "<script>alert" not in text
            assert not re.search(r"<(img|svg)[^>]+on(error|load)", text)
            assert "49" not in re.findall(r"补充一下(.*?)年费", text)


async def test_what_staff_write_is_inert_too(world: World) -> None:
    number = (await filed(world)).number
    async with await staff(world, "lead") as client:
        await move(client, number, "accept", opinion="<script>alert(1)</script>")
        assert "<script>alert" not in (await client.get(f"/cases/{number}")).text
        assert "&lt;script&gt;alert(1)" in (await client.get(f"/cases/{number}")).text


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_no_template_holds_script_style_or_trust(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    assert not re.search(r"<script(?![^>]*\bsrc=)", text)
    assert not re.search(r"<style|\sstyle=|\son\w+=|javascript:|hx-on|\|\s*safe|autoescape", text)
    assert not re.search(r"https?://|//cdn", text)


@pytest.mark.parametrize("path", TEMPLATES, ids=lambda path: path.name)
def test_every_form_that_changes_something_carries_the_token_and_every_input_a_label(path: Path) -> None:
    text = path.read_text(encoding="utf-8")
    for form in re.findall(r"<form\b.*?</form>", text, re.S):
        sent_by_script = "data-upload" in form  # its token goes ahead of the body, as a header
        if 'method="post"' in form and "/login" not in form and not sent_by_script:
            assert 'name="csrf" value="{{ csrf }}"' in form
    for field in re.findall(r"<(?:input|select|textarea)\b[^>]*>", text):
        if re.search('type="(hidden|checkbox|radio)"', field) or re.search('aria-label="[^"]+"', field):
            continue
        id = re.search(r'id="([^"]+)"', field)
        assert id, field
        assert f'for="{id[1]}"' in text, field


async def test_each_page_has_one_heading_and_one_main(world: World) -> None:
    receipt = await filed(world)
    conversation = await conversation_of(world, receipt.case_id)
    async with await staff(world, "agent") as client:
        for path in (
            "/queue", "/drafts", f"/cases/{receipt.number}", f"/conversations/{conversation}", "/knowledge?q=年费",
            "/board", "/api-docs", "/account", "/cases/TS20260101999999",
        ):  # fmt: skip
            text = (await client.get(path)).text
            assert len(re.findall("<h1", text)) == 1, path
            assert len(re.findall("<main", text)) == 1, path
            assert '<html lang="zh-CN">' in text


async def conversation_of(world: World, case_id: UUID) -> UUID:
    async with world.database.reading() as session:
        return (await session.get_one(Case, case_id)).conversation_id


def test_vendored_files_are_what_they_were() -> None:
    listed = re.findall(r"^\| (\S+) \|.*\| ([0-9a-f]{64}) \|", (STATIC / "VENDOR.md").read_text(), re.M)
    assert [name for name, _ in listed] == ["htmx.min.js"]
    for name, wanted in listed:
        assert hashlib.sha256((STATIC / name).read_bytes()).hexdigest() == wanted
    ours = {"desk.js", "api.js", "desk.css", "tokens.css", "mark.svg", "VENDOR.md"}
    ours |= {"knowledge.css", "knowledge.js", "candidates.css", "curation.css", "replies.css", "replies.js"}
    assert {path.name for path in STATIC.iterdir()} == ours | {"htmx.min.js"}


class TestScope:
    async def branch(self, world: World, login: str, unit_name: str) -> User:
        async with world.database.reading() as session:
            at = await session.scalar(select(Organisation.id).where(Organisation.name == unit_name))
        return await hired(world, login, organisation_id=at, roles=["intake", "handler", "team_lead"])

    async def test_a_branch_sees_its_own_and_a_sister_branch_learns_nothing(self, world: World) -> None:
        receipt = await filed(world)
        conversation = await conversation_of(world, receipt.case_id)
        async with world.database.reading() as session:
            complained = await session.scalar(
                select(Organisation.name).join(Case, Case.unit_id == Organisation.id).where(Case.id == receipt.case_id)
            )
        assert complained == "北京朝阳支行"
        await self.branch(world, "here", "北京朝阳支行")
        await self.branch(world, "above", "北京分行")
        await self.branch(world, "sister", "北京海淀支行")
        paths = [
            f"/cases/{receipt.number}",
            f"/conversations/{conversation}",
            f"/console/conversations/{conversation}/messages",
            f"/console/conversations/{conversation}/owner",
            f"/console/conversations/{conversation}/suggestions",
            f"/api/v1/cases/{receipt.number}",
            f"/api/v1/cases/{receipt.number}/suggestions",
            f"/api/v1/conversations/{conversation}/suggestions",
        ]
        for login, status in (("here", 200), ("above", 200), ("sister", 404)):
            async with await staff(world, login) as client:
                for path in paths:
                    assert (await client.get(path)).status_code == status, (login, path)
                listed = receipt.number in (await client.get("/queue?tab=all")).text
                assert listed is (status == 200)
        await world.says("人工")
        key = {"Idempotency-Key": "h1"}
        await world.actions.post(f"/api/v1/conversations/{conversation}/handoff", json={}, headers=key)
        for login, sees in (("here", True), ("sister", False)):
            async with await staff(world, login) as client:
                assert (str(conversation) in (await client.get("/queue?tab=talks")).text) is sees
                assert (str(conversation) in (await client.get("/api/v1/handoffs")).text) is sees
        second, _ = await drafted(world, sender="customer-1")
        async with await staff(world, "agent") as agent:
            await agent.post(f"/drafts/{second}/fields", data={"name": "unit", "value": "北京新华路支行"})
            elsewhere = (await agent.post(f"/drafts/{second}/register")).headers["location"][7:23]
        async with await staff(world, "here") as client:
            page = (await client.get(f"/conversations/{conversation}")).text
            assert (receipt.number in page, elsewhere in page) == (True, False)
        other, _ = await drafted(world, sender="customer-2")
        async with await staff(world, "sister") as client:
            assert str(other) not in (await client.get("/drafts")).text
            assert (await client.post(f"/api/v1/handoffs/{conversation}/take")).status_code == 404
            assert (
                await client.post(f"/console/conversations/{conversation}/say", data={"text": "x"})
            ).status_code == 404
            missing = await client.get("/cases/TS20260101999999")
            assert (await client.get(f"/cases/{receipt.number}")).text == missing.text

    @pytest.mark.parametrize("login", ["admin", "security", "audit", "curator"])
    async def test_administrators_and_curators_see_no_case(self, world: World, login: str) -> None:
        receipt = await filed(world)
        async with await staff(world, login) as client:
            assert (await client.get(f"/cases/{receipt.number}")).status_code == 403
            assert (await client.get("/queue")).status_code == 403
            assert (await client.get(f"/api/v1/cases/{receipt.number}")).status_code == 403
            assert receipt.number not in (await client.get("/board")).text


class TestDrafts:
    async def test_an_agent_corrects_confirms_and_registers(self, world: World) -> None:
        conversation, _ = await drafted(world)
        async with await staff(world, "agent") as client:
            assert "北京朝阳支行" in (await client.get(f"/drafts/{conversation}")).text
            changed = await client.post(
                f"/drafts/{conversation}/fields", data={"name": "unit", "value": "北京海淀支行"}, headers=HX
            )
            assert changed.status_code == 204, changed.text
            for name, value in (("phone", "13912345678"), ("amount", "350.5"), ("occurred_on", "2026-02-20")):
                response = await client.post(
                    f"/drafts/{conversation}/fields", data={"name": name, "value": value}, headers=HX
                )
                assert response.status_code == 204, (name, response.text)
            page = await client.get(f"/drafts/{conversation}")
            assert "139****5678" in page.text
            assert "工作人员填写" in page.text
            done = await client.post(f"/drafts/{conversation}/register")
            assert done.headers["location"].startswith("/cases/TS")
            case = await client.get(done.headers["location"])
            assert "海淀支行" in case.text
            assert "350.50 元" in case.text
            assert (await client.get(f"/drafts/{conversation}")).status_code == 404

    async def test_a_recorded_call_is_confirmed_sentence_by_sentence_and_registered(self, world: World) -> None:
        said = [
            ("海淀支行柜台3月1日多扣了我信用卡年费200元", 0.95),
            ("要求退回年费并且道歉", 0.5),
            ("我叫李小明，电话13800138001", 0.4),
        ]
        turns = [
            {"speaker": "customer", "text": text, "start_ms": at * 4000, "end_ms": at * 4000 + 3500, "confidence": sure}
            for at, (text, sure) in enumerate(said)
        ]
        now = world.time.isoformat()
        call = {"call_id": "5f0b5a53-8f52-4a10-9c1f-8a9a5d0f7a11", "revision": now, "started_at": now, "turns": turns}
        response = await world.channels.post("/api/v1/transcripts", json=call)
        assert response.status_code == 200, response.text
        draft = response.json()
        open_fields = [field["name"] for field in draft["fields"] if field["state"] == "to_confirm"]
        assert open_fields
        path = f"/drafts/{draft['conversation_id']}"
        async with await staff(world, "agent") as client:
            assert f"{len(open_fields)} 项" in (await client.get("/drafts")).text
            page = await client.get(path)
            assert "录音第 2 句（4.0–7.5 秒）" in page.text
            assert "识别把握 50%" in page.text
            assert page.text.count("确认无误</button>") == len(open_fields)
            refused = await client.post(f"{path}/register", headers=HX)
            assert (refused.status_code, "还需要" in refused.text) == (409, True)
            for name in open_fields:
                assert (await client.post(f"{path}/fields", data={"name": name})).status_code == 303
            assert "客户不提供</button>" in (await client.get(path)).text
            for name in ("id_number",):
                given = await client.post(f"{path}/fields", data={"name": name, "value": "不提供"}, headers=HX)
                assert given.status_code == 204, given.text
            done = await client.post(f"{path}/register", headers=HX)
            assert done.headers.get("hx-redirect", "").startswith("/cases/TS"), done.text

    async def test_a_value_that_is_none_is_refused(self, world: World) -> None:
        conversation, _ = await drafted(world)
        async with await staff(world, "agent") as client:
            for name, value in (("amount", "很多"), ("unit", "？？"), ("nothing", "x")):
                response = await client.post(
                    f"/drafts/{conversation}/fields", data={"name": name, "value": value}, headers=HX
                )
                assert response.status_code in (400, 422), name

    async def test_who_registered_it_cannot_review_it(self, world: World) -> None:
        conversation, _ = await drafted(world)
        async with await staff(world, "lead") as lead:
            done = await lead.post(f"/drafts/{conversation}/register")
            number = done.headers["location"].split("/")[2].split("?")[0]
            assert (await move(lead, number, "accept")).status_code == 403


async def test_a_page_that_comes_back_gets_what_it_missed_and_the_states_of_what_was_sent(world: World) -> None:
    receipt = await world.says("人工")
    at = f"/console/conversations/{receipt.conversation_id}"
    async with await staff(world, "agent") as client:
        await client.post(f"{at}/take")
        await client.post(f"{at}/say", data={"text": "第一句"})
        await client.post(f"{at}/say", data={"text": "第二句"})
        part = (await client.get(f"{at}/messages?after=3")).text
        assert "第二句" in part
        assert "第一句" not in part
        assert len(re.findall('hx-swap-oob="true"', part)) == 3, "both states, and how much nobody answered"
        assert (await client.get(f"{at}/messages?after=x")).status_code == 400
        silent = await client.get(f"{at}/messages?after=x", headers=HX | {"X-Background": "1"})
        assert silent.headers["hx-reswap"] == "none"
