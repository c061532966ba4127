"""What was published is looked at again by its day; what came with the product comes due spread over its days."""

import re
from collections import Counter
from datetime import date, timedelta

from sqlalchemy import func, select

from casebackend.api.policies import AddParameter
from casebackend.calendar.rules import local_date
from casebackend.curation import reviewing
from casebackend.curation.model import Article
from casebackend.curation.rules import Review, ReviewTerms, barred_from_bot, review_due, review_state
from casebackend.policies import service as policies
from knowledge.articles import load_content
from tests.casebackend.assist.shown import ASKED, ENTRY, card, cards
from tests.casebackend.curation.desks import Curation
from tests.casebackend.staff.logins import staff
from tests.world import World

TERMS = ReviewTerms(cycle=365, first=90, spread=180, grace=30)
CAME = date(2026, 3, 2)


def test_what_came_with_the_product_comes_due_on_many_days_and_what_was_verified_a_cycle_later() -> None:
    days = [review_due(article.id, None, CAME, TERMS) for article in load_content()]
    assert CAME + timedelta(days=90) <= min(days) < max(days) < CAME + timedelta(days=270)
    assert max(Counter(days).values()) <= 10, "nobody's inbox fills in one day"
    assert review_due("any", CAME, date(2020, 1, 1), TERMS) == CAME + timedelta(days=365)


def test_from_its_day_on_it_waits_and_after_the_grace_it_is_overdue() -> None:
    at = {days: review_state(CAME, CAME + timedelta(days=days), 30) for days in (-1, 0, 30, 31)}
    assert at == {-1: None, 0: Review.DUE, 30: Review.DUE, 31: Review.OVERDUE}
    assert review_state(CAME, CAME + timedelta(days=1), 0) is Review.OVERDUE


def test_the_bot_holds_back_after_days_of_its_own_and_never_where_none_are_set() -> None:
    terms = ReviewTerms(365, 90, 180, grace=30, bot=60)
    assert [barred_from_bot(CAME, CAME + timedelta(days=days), terms) for days in (31, 60, 61)] == [False, False, True]
    assert not barred_from_bot(CAME, CAME + timedelta(days=999), TERMS)


async def test_what_nobody_looked_at_again_is_for_colleagues_only_until_the_bank_decides_otherwise(
    world: World,
) -> None:
    """With the mark; a customer whom the bot answers would see none."""
    receipt = await world.says("投诉多久能答复")
    path = f"/conversations/{receipt.conversation_id}/answer"

    async def answered() -> bool:
        return (await world.act(path, receipt.message_id)).status_code == 200

    title = (await world.act(path, receipt.message_id)).json()["title"]
    async with world.database.reading() as session:
        entry = await session.scalar(select(Article.id).where(Article.title == title).limit(1))
        terms = await reviewing.terms(session, world.time)
    day = review_due(str(entry), None, local_date(world.time), terms)
    world.wait(days=(day - local_date(world.time)).days + terms.bot)
    assert await answered(), "the last day of grace"
    world.wait(days=1)
    assert not await answered()
    async with await staff(world, "agent") as client:
        assert (await card(client, receipt.conversation_id, str(entry)))["review"] == "overdue"
    async with world.database.transaction() as session:
        row = {"code": "knowledge.review_bot_days", "value": "0", "source": "会议纪要"}
        added = AddParameter(**row, effective_from=local_date(world.time))
        await policies.add(session, added, roles=(), by="user:test", now=world.time)
    assert await answered()


async def test_the_card_says_that_its_day_has_come_and_whoever_verifies_has_it_in_the_inbox(world: World) -> None:
    async with world.database.reading() as session:
        version = await session.scalar(select(func.max(Article.version)).where(Article.id == ENTRY))
        terms = await reviewing.terms(session, world.time)
        assert await reviewing.due(session, now=world.time, most=9) == []
    day = review_due(ENTRY, None, local_date(world.time), terms)
    here = f"/curation/articles/{ENTRY}/{version}"

    receipt = await world.says(ASKED)
    async with await staff(world, "agent") as client:
        assert (await card(client, receipt.conversation_id))["review"] is None
    world.wait(days=(day - local_date(world.time)).days)
    async with await staff(world, "agent") as client:
        first = await card(client, receipt.conversation_id)
        assert (first["review"], first["review_on"]) == ("due", day.isoformat())
        assert "待复核" in (await client.get(f"/console/conversations/{receipt.conversation_id}/suggestions")).text
        assert f"待复核（应于 {day}）" in (await client.get(f"/knowledge/{ENTRY}")).text
    world.wait(days=terms.grace + 1)
    async with await staff(world, "agent") as client:
        found = await cards(client, receipt.conversation_id)
        states = [each["review"] for each in found]
        assert next(each["review"] for each in found if each["article_id"] == ENTRY) == "overdue"
        assert states == sorted(states, key=lambda each: each == "overdue"), "what is overdue stands behind"
        page = (await client.get(f"/console/conversations/{receipt.conversation_id}/suggestions")).text
        assert "使用前请核对来源是否仍然有效" in page
    desk = Curation(world)
    for login, stands in (("lead", True), ("curator", False)):
        inbox = (await (await desk.browser(login)).get("/curation?tab=todo")).text
        assert (here in inbox) is stands, login
    assert len(re.findall(r"/curation/articles/", inbox)) == 0
    await desk.took("lead", {"id": ENTRY, "version": version}, "verify")
    assert here not in (await (await desk.browser("lead")).get("/curation?tab=todo")).text
    async with await staff(world, "agent") as client:
        assert (await card(client, receipt.conversation_id))["review"] is None
