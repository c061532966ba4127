"""What an entry learns to be asked by: one question, one entry; what was learned by mistake is taken back."""

from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from casebackend.curation import phrasings
from casebackend.curation.indexing import FOLDER
from casebackend.curation.knowledge_index import Knowledge
from casebackend.curation.model import Article, Phrasing
from casebackend.editions import changed
from casebackend.staff.model import User
from knowledge.articles import Audience
from tests.casebackend.curation.desks import slug
from tests.casebackend.staff.logins import staff
from tests.world import World

SLANG = "薅羊毛薅到我头上来啦"
FEE, CARD = "biz-sms-fee", "biz-annual-fee"


async def proposed(world: World, article_id: str, text: str) -> UUID:
    async with world.database.transaction() as session:
        row = await phrasings.propose(session, article_id, text, use_id=None, now=world.time)
        assert row is not None
        return row.id


async def written(world: World, article_id: str, **values: Any) -> None:
    """As if it had been published so, and said so."""
    async with world.database.transaction() as session:
        [row] = await session.scalars(select(Article).where(Article.id == article_id))
        for name, value in values.items():
            setattr(row, name, value)
        await changed(session, "knowledge")


async def decides(client: httpx.AsyncClient, row_id: UUID, decision: str = "accepted") -> httpx.Response:
    at = f"/api/v1/phrasings/{row_id}/decision"
    return await client.post(at, json={"decision": decision}, headers={"If-Match": '"1"'})


async def withdraws(client: httpx.AsyncClient, row_id: UUID, read: str = '"2"') -> httpx.Response:
    return await client.post(f"/api/v1/phrasings/{row_id}/withdrawal", headers={"If-Match": read})


async def test_a_question_that_another_entry_answers_is_not_learned_and_both_are_shown(world: World) -> None:
    await written(world, CARD, questions=[SLANG + "？"], text="年费按合约。")
    row_id = await proposed(world, FEE, SLANG)
    async with await staff(world, "curator") as curator:
        [waiting] = (await curator.get("/api/v1/phrasings?state=proposed")).json()["items"]
        assert [each["other_id"] for each in waiting["conflicts"]] == [CARD]
        page = (await curator.get("/knowledge/phrasings")).text
        assert ("已答复这个问法，不能再加入" in page, "年费按合约。" in page) == (True, True)
        assert 'value="accepted"' not in page
        refused = await decides(curator, row_id)
        assert slug(refused) == (409, "phrasing-conflict")
        [told] = refused.json()["conflicts"]
        assert (told["article_id"], told["other_id"], told["other_text"]) == (FEE, CARD, "年费按合约。")
        assert SLANG not in refused.json()["detail"]
        form = {"decision": "accepted", "version": "1"}
        by_hand = await curator.post(f"/knowledge/phrasings/{row_id}/decision", data=form)
        assert (by_hand.status_code, "已由《" in by_hand.text) == (409, True)
        assert (await decides(curator, row_id, "refused")).status_code == 200


async def test_a_title_counts_and_what_another_has_learned_too(world: World) -> None:
    await written(world, CARD, title=SLANG)
    by_title, first, second = [
        await proposed(world, *each) for each in ((FEE, SLANG), (CARD, "每年那笔钱啥意思"), (FEE, "每年那笔钱啥意思呢"))
    ]
    async with await staff(world, "curator") as curator:
        assert slug(await decides(curator, by_title)) == (409, "phrasing-conflict")
        assert (await decides(curator, first)).status_code == 200
        assert slug(await decides(curator, second)) == (409, "phrasing-conflict")
        assert (await withdraws(curator, first)).status_code == 200
        assert (await decides(curator, second)).status_code == 200


async def test_the_opposite_question_other_readers_and_what_has_ended_stand_in_nobodys_way(world: World) -> None:
    await written(world, CARD, questions=["这笔年费不能退"])
    opposite = await proposed(world, FEE, "这笔年费能退")
    async with await staff(world, "curator") as curator:
        assert (await decides(curator, opposite)).status_code == 200
        await written(world, CARD, questions=[SLANG], audience=Audience.INTERNAL)
        assert (await decides(curator, await proposed(world, FEE, SLANG))).status_code == 200
        row_id = await proposed(world, FEE, "短信那三块钱凭啥扣")
        await written(world, FEE, effective_to=world.time.date().replace(day=1, month=1))
        assert slug(await decides(curator, row_id)) == (409, "phrasing-entry-ended")


async def test_what_was_learned_is_taken_back_and_the_entry_is_no_longer_found_by_it(world: World) -> None:
    row_id = await proposed(world, FEE, SLANG)
    knowledge = Knowledge(world.settings.var_dir / FOLDER, world.database, look_seconds=0)

    async def found() -> list[str]:
        """Asked until what is being taken over stands."""
        await knowledge.suggest(SLANG, on=world.time.date())
        await knowledge.renewed()
        return [each.article.id for each in await knowledge.suggest(SLANG, on=world.time.date())]

    async with await staff(world, "curator") as curator, await staff(world, "lead") as lead:
        assert slug(await withdraws(curator, row_id, '"1"')) == (409, "phrasing-not-learned")
        assert (await decides(curator, row_id)).status_code == 200
        assert (await found())[0] == FEE
        assert (await withdraws(lead, row_id)).status_code == 403
        assert (await curator.post(f"/api/v1/phrasings/{row_id}/withdrawal")).status_code == 428
        assert slug(await withdraws(curator, row_id, '"1"')) == (412, "version-passed")
        back = await withdraws(curator, row_id)
        assert (back.status_code, back.json()["state"], back.json()["state_label"]) == (200, "withdrawn", "已收回")
        assert FEE not in await found()
        assert slug(await withdraws(curator, row_id, '"3"')) == (409, "phrasing-not-learned")
    async with world.database.reading() as session:
        me = (await session.scalars(select(User).where(User.login == "curator"))).one()
        row = await session.get_one(Phrasing, row_id)
        assert (row.decided_by, row.state) == (me.id, "withdrawn")
        events = await session.scalars(
            select(AuditEntry.event).where(AuditEntry.object == f"phrasing:{row_id}").order_by(AuditEntry.seq)
        )
        assert list(events) == ["phrasing.accepted", "phrasing.withdrawn"]
    async with world.database.transaction() as session:
        again = await phrasings.propose(session, FEE, SLANG, use_id=None, now=world.time)
        assert again is None, "what was taken back is not proposed again"


async def test_a_curator_takes_it_back_on_the_page(world: World) -> None:
    row_id = await proposed(world, FEE, SLANG)
    at = f"/knowledge/phrasings/{row_id}/withdrawal"
    async with await staff(world, "curator") as curator, await staff(world, "lead") as lead:
        await decides(curator, row_id)
        assert at in (await curator.get("/knowledge/phrasings?state=accepted")).text
        assert at not in (await lead.get("/knowledge/phrasings?state=accepted")).text
        assert (await lead.post(at, data={"version": "2"})).status_code == 403
        assert (await curator.post(at, data={"version": "1"})).status_code == 409
        assert (await curator.post(at, data={"version": "2"})).status_code == 303
        page = (await curator.get("/knowledge/phrasings?state=withdrawn")).text
        assert (SLANG in page, at in page) == (True, False)
