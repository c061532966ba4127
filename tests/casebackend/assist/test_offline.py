"""A case that was taken down by hand has no conversation: its story is what the knowledge is asked with."""

import re

from sqlalchemy import select, update

from casebackend.assist.model import ReplyUse, SuggestionUse
from casebackend.audit.model import AuditEntry
from casebackend.cases.model import Case
from casebackend.curation.model import Article
from casebackend.replies import answering
from casebackend.replies.rules import Reach, Target
from tests.casebackend.assist.shown import ENTRY, use_of, with_reply
from tests.casebackend.registration.takers import Counter
from tests.casebackend.staff.logins import staff
from tests.world import World

PARTIAL = {"HX-Request": "true"}
# The edits and the outcomes of what was sent with another sum of money.
CHANGED = (["改了金额"], ["改后发出"])


async def test_its_story_brings_cards_and_what_became_of_them_is_kept_to_the_answer(world: World) -> None:
    await with_reply(world, "很抱歉让您费心。年费200元，我们在15日内核对领卡合约后答复您。")
    number = (await Counter(world).sure("agent"))["number"]
    async with world.database.reading() as session:
        case = (await session.scalars(select(Case).where(Case.number == number))).one()
    around = f"/console/conversations/{case.conversation_id}"
    async with await staff(world, "agent") as client:
        assert f'hx-get="{around}/suggestions?case={number}"' in (await client.get(f"/cases/{number}")).text
        shown = (await client.get(f"{around}/suggestions?case={number}")).text
        assert (ENTRY in shown, "客户还没有说话" in shown) == (True, False)
        assert 'name="question" minlength' in shown, "what is missing is written down in words"
        assert ENTRY in (await client.post(f"{around}/ask", data={"question": "年费怎么收"}, headers=PARTIAL)).text
        place = shown.index(f"/knowledge/{ENTRY}")
        use_id = re.findall(r'data-use="([^"]+)"', shown[:place])[-1]
        assert (await use_of(world, use_id)).origin == "case"
        assert (await client.post(f"/console/suggestions/{use_id}/inserted")).status_code == 204

        looked_up = (await client.get(f"/knowledge/{ENTRY}?case={number}")).text
        take = f"/console/cases/{number}/entries/{ENTRY}"
        assert (take in looked_up, f'href="/cases/{number}"' in looked_up) == (True, True)
        assert f"/knowledge/{ENTRY}?case={number}" in (await client.get(f"/knowledge?q=年费&case={number}")).text
        version = str((await use_of(world, use_id)).version)
        assert (await client.post(take, data={"version": version, "what": "copied"})).status_code == 204
        chosen = await client.post(take, data={"version": version})
        where = chosen.headers["Location"]
        assert chosen.status_code == 303
        pane = await client.get(f"{around}/suggestions?case={number}&entry={where.split('entry=')[1].split('#')[0]}")
        assert re.findall(r'href="/knowledge/([^?]+)\?', pane.text)[0] == ENTRY
        assert "您查到的" in pane.text
        assert (await client.post(take, data={"version": "9"})).status_code == 404
        assert (await client.post(take, data={"version": "x"})).status_code == 400
    async with await staff(world, "outlet") as other:
        assert (await other.post(take, data={"version": version})).status_code == 404
        pane = await (await staff(world, "lead")).get(f"{around}/suggestions?case={number}&entry={where[-43:-7]}")
        assert (pane.status_code, "您查到的" in pane.text) == (200, False), "chosen by somebody else"
        assert take not in (await other.get(f"/knowledge/{ENTRY}?case={number}")).text
    async with world.database.transaction() as session:
        [picked] = (await session.scalars(select(SuggestionUse).where(SuggestionUse.origin == "picked"))).all()
        assert (str(picked.version), picked.copied_at, picked.opened_at) == (version, world.time, world.time)
        told = "尊敬的客户：很抱歉让您费心。年费300元，我们在15日内核对领卡合约后答复您。如有异议可以申请调解。"
        wording = ReplyUse(
            reach=Reach.GLOBAL, reply_id=ENTRY, version=picked.version, user_id=picked.user_id, target=Target.FORM,
            conversation_id=case.conversation_id, inserted_at=world.time,
        )  # fmt: skip
        session.add(wording)
        await session.execute(update(Case).where(Case.id == case.id).values(reply_text=told))
        await answering.on_replied(session, {"case_id": str(case.id)}, world.time)
        assert (wording.sent_at, wording.edits) == (world.time, "amount")
    use = await use_of(world, use_id)
    assert (use.sent_at, use.edits, (use.kept or 0) > 0.9) == (world.time, "amount", True)
    async with await staff(world, "curator") as curator:
        rows = (await curator.get(f"/api/v1/knowledge/health/uses?what=edited&article={ENTRY}")).json()["items"]
        assert {row["origin"]: (row["edits"], row["outcomes"]) for row in rows} == {"case": CHANGED, "canned": CHANGED}
        assert "改了金额" in (await curator.get("/knowledge/health/uses?what=edited")).text
        assert "知识库" in (await curator.get("/knowledge/health/uses?what=copied")).text


async def test_neither_what_is_out_of_force_nor_what_is_for_colleagues_alone_goes_into_the_answer(world: World) -> None:
    await with_reply(world, effective_to=world.time.date().replace(year=2025))
    number = (await Counter(world).sure("agent"))["number"]
    async with world.database.reading() as session:
        case = (await session.scalars(select(Case).where(Case.number == number))).one()
    async with await staff(world, "agent") as client:
        page = await client.get(f"/knowledge/{ENTRY}?case={number}")
        version = re.findall(r"第 (\d+) 版", page.text)[0]
        refused = await client.post(f"/console/cases/{number}/entries/{ENTRY}", data={"version": version})
        assert ("/entries/" in page.text, refused.status_code) == (False, 409)

        await client.get(f"/console/conversations/{case.conversation_id}/suggestions?case={number}")
        async with world.database.reading() as session:
            shown = select(Article.text).join(SuggestionUse, SuggestionUse.article_id == Article.id)
            inner = str(await session.scalar(shown.where(Article.audience == "internal").limit(1)))
        told = {"move": "reply", "reply_facts": f"您好，{inner[:40]}"}
        at, read = f"/api/v1/cases/{number}/moves", {"If-Match": '"1"'}
        refused = await client.post(at, json=told, headers=read)
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/internal-text")
        assert "仅限内部，不得原文发给客户" in refused.json()["detail"]
        passed = await client.post(at, json=told | {"internal_confirmed": True}, headers=read)
        assert passed.json()["type"] != "/problems/internal-text", "refused, but for what else is missing"
        form = told | {"version": "1"}
        asked = await client.post(f"/cases/{number}/moves", data=form, headers=PARTIAL)
        assert (asked.status_code, 'name="internal"' in asked.text) == (422, True)
        meant = await client.post(f"/cases/{number}/moves", data=form | {"internal": "1"}, headers=PARTIAL)
        assert 'name="internal"' not in meant.text
    async with world.database.reading() as session:
        events = await session.scalars(select(AuditEntry.event).where(AuditEntry.event.contains("internal_")))
        asked_twice = ["conversation.internal_asked"] * 2
        assert list(events) == asked_twice, "what was meant was refused for another reason"
