from collections.abc import Sequence
from typing import Any

import httpx
from sqlalchemy import select

from casebackend.access.guard import of_user
from casebackend.audit.model import AuditEntry
from casebackend.disclosures.model import Disclosure
from casebackend.disclosures.service import note
from casebackend.forms.model import FormPrint
from casebackend.staff.model import User
from tests.casebackend.canaries import WRITTEN, people
from tests.casebackend.cases.around import holds, refused
from tests.casebackend.cases.builders import PROPOSAL, REPLY, told, unit
from tests.casebackend.forms.paper import ended, inside, prints, said
from tests.casebackend.keys.builders import CARD
from tests.casebackend.registration.takers import ID_CARD, Counter
from tests.casebackend.staff.logins import staff
from tests.world import World

PLAIN = ("张三丰", "13800138000", "010-66668888", ID_CARD, CARD["value"])
FULL = {"variant": "full", "reason": "客户13800138000要求当面核对"}


async def audited(world: World, event: str) -> Sequence[AuditEntry]:
    async with world.database.reading() as session:
        return (await session.scalars(select(AuditEntry).where(AuditEntry.event == event))).all()


async def kept(world: World) -> Sequence[FormPrint]:
    async with world.database.reading() as session:
        return (await session.scalars(select(FormPrint).order_by(FormPrint.printed_at, FormPrint.serial))).all()


async def test_a_registration_form_is_masked_and_each_print_is_written_down(world: World) -> None:
    number = (await Counter(world).sure(objects=[CARD]))["number"]
    async with await staff(world, "agent") as agent:
        answer = await prints(agent, number, purpose="customer")
        assert answer.status_code == 200, answer.text
        heads = answer.headers
        assert (heads["content-type"], heads["x-content-type-options"]) == ("application/pdf", "nosniff")
        assert heads["content-disposition"].startswith(f'attachment; filename="{number}-registration.pdf"')
        assert heads["cache-control"] == "no-store"
        words = said(answer.content)
        for each in (
            "投诉登记表",
            "听诉示范银行",
            f"编号：{number}",
            "张**",
            "138****8000",
            "来电号码010-6666****",
            "待复核",
        ):
            assert each in words, each
        assert "张**先生称3月1日在柜台被多扣信用卡年费200元" in words
        assert not [each for each in PLAIN if each.encode() in inside(answer.content)]
        [row] = await kept(world)
        assert (row.form, row.variant, row.purpose, row.reason) == ("registration", "masked", "customer", None)
        assert row.pages == len(row.page_seals) == words.count("页校验码")
        [entry] = await audited(world, "form.printed")
        assert (entry.actor, entry.object, entry.chain) == ("staff:agent", number, f"case:{row.case_id}")
        named = ("serial", "form", "variant", "purpose", "pages", "seal", "page_seals", "case_version")
        assert entry.detail == {name: getattr(row, name) for name in named}
        listed = (await agent.get(f"/api/v1/cases/{number}/forms")).json()
        assert [(each["serial"], each["printed_by_name"]) for each in listed["items"]] == [(row.serial, "王受理")]
        assert row.serial == heads["print-serial"]
    assert await audited(world, "personal.revealed") == []
    await holds(world)


async def test_the_full_variant_shows_what_the_post_may_see_once_it_is_said_why(world: World) -> None:
    number = (await Counter(world).sure(objects=[CARD]))["number"]
    async with await staff(world, "agent") as agent:
        answer = await prints(agent, number, **FULL)
        assert answer.status_code == 200, answer.text
        words = said(answer.content)
        for each in (
            "张三丰",
            "13800138000",
            "010-66668888",
            "张三丰先生称",
            "110101********0011",
            "622202*********0128",
        ):
            assert each in words, each
        inner = inside(answer.content)
        assert not [each for each in (ID_CARD, CARD["value"]) if each.encode() in inner]
        [listed] = (await agent.get(f"/api/v1/cases/{number}/forms")).json()["items"]
        assert listed["reason"] == "客户138****8000要求当面核对"
        page = (await agent.get(f"/cases/{number}/forms")).text
        assert "13800138000" not in page
        assert "完整版" in page
    [row] = await kept(world)
    assert row.reason == "客户[手机#1]要求当面核对"
    async with world.database.reading() as session:
        shown = (await session.scalars(select(Disclosure))).one()
        assert (shown.why, shown.reason, shown.kinds) == ("print:file", row.reason, ["卡号", "姓名", "手机", "证件"])
        written = str([entry.detail for entry in await session.scalars(select(AuditEntry))])
    assert not [each for each in PLAIN if each in written]
    assert len(await audited(world, "personal.revealed")) == 1
    await holds(world)


async def test_who_may_not_gets_no_paper_and_the_refusal_is_written_down(world: World) -> None:
    number = (await Counter(world).sure())["number"]
    async with (
        await staff(world, "executive") as executive,
        await staff(world, "outlet") as outlet,
        await staff(world, "lead") as lead,
    ):
        assert refused(await prints(outlet, number)) == (404, "case-not-found")
        assert refused(await outlet.get(f"/api/v1/cases/{number}/forms")) == (404, "case-not-found")
        assert (await prints(executive, number, **FULL)).status_code == 403
        assert "完整版（" not in (await executive.get(f"/cases/{number}/forms")).text
        for wrong in ({}, {"purpose": "fun"}, {"purpose": "file", "variant": "plain"}, {"purpose": "file", "x": 1}):
            assert (await lead.post(f"/api/v1/cases/{number}/forms/registration", json=wrong)).status_code == 422
        for silent in ({"variant": "full"}, {"purpose": "other"}):
            assert refused(await prints(lead, number, **silent)) == (422, "print-reason-missing")
        answer = await prints(lead, number, "closing")
        assert refused(answer) == (409, "not-closed-yet")
        assert "“待复核”状态没有办结表" in answer.json()["detail"]
        declared = await lead.post(
            f"/api/v1/cases/{number}/recusals", json={"reason": "与客户是亲属"}, headers={"Idempotency-Key": "r"}
        )
        assert declared.status_code == 201, declared.text
        assert (await prints(lead, number, **FULL)).status_code == 403
    for login in ("admin", "audit", "security"):
        async with await staff(world, login) as administrator:
            assert (await prints(administrator, number)).status_code == 403
    assert (await prints(world.client(), number)).status_code == 401
    denied = [entry.object for entry in await audited(world, "access.denied") if "forms.registration" in entry.object]
    assert len(denied) == 6
    assert await kept(world) == []
    assert await audited(world, "form.printed") == []


async def test_paper_with_plain_values_counts_as_looking_at_them(world: World) -> None:
    counter = Counter(world)
    case = await counter.case((await counter.sure())["number"])
    async with world.database.transaction() as session:
        me = of_user((await session.scalars(select(User).where(User.login == "agent"))).one())
        for _ in range(world.settings.reveal_per_hour):
            await note(session, case, ["手机"], why="contact", reason="回电", until=world.time, by=me, now=world.time)
    async with await staff(world, "agent") as agent:
        assert refused(await prints(agent, case.number, **FULL)) == (429, "shown-too-often")
        assert (await prints(agent, case.number)).status_code == 200


async def test_a_closing_form_says_how_it_ended_and_masks_what_colleagues_wrote(world: World) -> None:
    """Whatever a person's data were written into: fields, texts, the reason of the print."""
    [canary] = people(1)
    wrote, counter = canary.says(WRITTEN), Counter(world)
    taken: dict[str, Any] = {
        "people": [
            {"role": "complainant", "name": canary.name, "phone": canary.phone, "id_number": canary.id_number},
        ],
        "facts": f"{canary.name}称{wrote}，柜台多扣年费", "demand": f"退回{canary.name}的年费",
        "objects": [{"kind": "card", "value": canary.card}],
    }  # fmt: skip
    number, desk = (await counter.sure(**taken))["number"], counter.desk
    await desk.sure("lead", number, "accept", opinion=wrote)
    target = await unit(world, "个人金融部")
    await desk.sure("agent", number, "dispatch", handling_unit_id=target, opinion=wrote)
    await desk.sure("agent", number, "receive")
    written = dict.fromkeys(("findings", "judgement_basis", "proposal"), wrote)
    await desk.sure("agent", number, "propose", **PROPOSAL | written)
    await desk.sure("executive", number, "sign", opinion=wrote)
    await desk.sure("supervisor", number, "approve_opinion", opinion=wrote)
    await desk.sure("supervisor", number, "approve_reply", opinion=wrote)
    await desk.sure("agent", number, "reply", **REPLY | {"reply_facts": wrote}, **told(world, told_proof=wrote[:200]))
    await ended(world, desk, number)
    agent = await desk.browser("agent")
    await _nowhere(canary.values, await prints(agent, number, purpose="other", reason=wrote[:190]))
    answer = await prints(agent, number, "closing", purpose="regulator")
    await _nowhere(canary.values, answer)
    words = said(answer.content)
    for each in ("投诉办结表", "投诉是否成立成立", "责任认定有责", "部门负责人签署", "告知方式电话告知", "回访结果满意",
                 "办结结果已结案", "办理历时0个自然日", "同意处理意见赵主管", f"{canary.name[0]}**"):  # fmt: skip
        assert each in words, each
    full = said((await prints(agent, number, "closing", **FULL)).content)
    assert full.count(canary.phone) > 4
    assert f"与{canary.name}联系" in full
    await holds(world)


async def _nowhere(values: Sequence[str], answer: httpx.Response) -> None:
    assert answer.status_code == 200, answer.text
    inner = inside(answer.content)
    for value in values:
        assert value.encode() not in inner
        assert value.encode("utf-16-be") not in inner


async def test_the_page_offers_what_there_is_and_tells_what_was_printed(world: World) -> None:
    number = (await Counter(world).sure())["number"]
    async with await staff(world, "agent") as agent:
        page = (await agent.get(f"/cases/{number}")).text
        assert f'hx-get="/cases/{number}/forms"' in page
        section = (await agent.get(f"/cases/{number}/forms", headers={"HX-Request": "true"})).text
        assert "打印登记表" in section
        assert "办结后才能打印办结表" in section
        assert f'action="/cases/{number}/forms/closing"' not in section
        form = {"variant": "masked", "purpose": "signature", "reason": ""}
        answer = await agent.post(f"/cases/{number}/forms/registration", data=form)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "application/pdf")
        refusal = await agent.post(f"/cases/{number}/forms/closing", data=form)
        assert (refusal.status_code, "办结后才能打印" in refusal.text) == (409, True)
        again = (await agent.get(f"/cases/{number}/forms", headers={"HX-Request": "true"})).text
        assert answer.headers["print-serial"] in again
        assert "内部签批" in again
