"""归口部门: which department answers for an entry, found by it, and told of what others want changed."""

from uuid import uuid4

import pytest
from sqlalchemy import select

from casebackend.assist import searching_sql
from casebackend.curation import keeping
from casebackend.curation.model import Article
from casebackend.curation.rules import BRANCHES
from knowledge.articles import load_content
from knowledge.snapshot import Bounds, Order
from tests.casebackend.cases.builders import unit
from tests.casebackend.console.test_curation import reads, sends
from tests.casebackend.curation.desks import LAW, Curation, slug
from tests.world import World

SEARCH = "/knowledge/search"


def test_every_branch_of_the_tree_says_which_department_keeps_it() -> None:
    assert set(keeping.of_branches()) == set(BRANCHES)


async def test_what_came_with_the_product_is_kept_by_the_department_of_its_branch(world: World) -> None:
    retail, protection = await unit(world, "个人金融部"), await unit(world, "消费者权益保护部")
    async with world.database.transaction() as session:
        rows = (await session.scalars(select(Article))).all()
        kept = {row.branch.split("/")[0]: str(row.unit_id) for row in rows}
        assert (kept["个人业务"], kept["投诉管理"], kept["国际业务"]) == (retail, protection, "None")
        one = next(row for row in rows if str(row.unit_id) == retail)
        one.unit_id = None
        await session.flush()
        await keeping.seed(session)
        assert str(one.unit_id) == retail, "a bank that had none before has one after the next start"


async def test_people_and_programs_find_by_department_with_the_files_and_without(world: World) -> None:
    retail, desk = await unit(world, "个人金融部"), Curation(world)
    found = (await desk.reads("agent", f"{SEARCH}?q=投诉&limit=50&unit={retail}")).json()
    assert {hit["unit_id"] for hit in found["items"]} == {retail}
    assert 0 < found["total"] < (await desk.reads("agent", f"{SEARCH}?q=投诉")).json()["total"]
    async with world.database.reading() as session:
        bounds = Bounds(on=world.time.date(), unit=retail)
        how = {"order": Order.RELEVANCE, "start": 0, "limit": 500}
        told = await searching_sql.look(session, "", bounds, **how)  # type: ignore[arg-type]
        shelves = await searching_sql.shelves(session, Bounds(on=world.time.date()))
    assert (
        told.total
        == shelves.units[retail]
        == sum(a.branch[:4] in ("个人业务", "金融信息") and a.in_force(world.time.date()) for a in load_content())
    )
    assert {hit.article.unit for hit in told.hits} == {retail}
    nothing = (await desk.reads("agent", f"{SEARCH}?q=投诉&unit={uuid4()}")).json()
    assert nothing["nothing"]["without"]["unit"] > 0
    assert (await desk.reads("agent", f"{SEARCH}?q=投诉&unit=retail")).status_code == 400
    page = await reads(desk, "agent", f"/knowledge?q=投诉&unit={retail}")
    assert "归口部门：个人金融部" in page
    assert f'<option value="{retail}" selected>' in page
    entry = await reads(desk, "agent", f"/knowledge/{found['items'][0]['article_id']}")
    assert f"/knowledge?unit={retail}" in entry


async def test_the_curator_names_the_keeper_and_the_difference_shows_it(world: World) -> None:
    audit, desk = await unit(world, "稽核部"), Curation(world)
    article = await desk.drafts(unit_id=audit)
    assert (article["unit"], article["unit_id"]) == ("稽核部", audit)
    for wrong in (uuid4(),):
        refused = await desk.posts("curator", "/articles", LAW | {"unit_id": str(wrong)})
        assert slug(refused) == (422, "article-keeper-unknown")
    address = f"/curation/articles/{article['id']}/1"
    bad = {"version": "1", "unit_id": str(uuid4())}
    assert "没有这个归口部门" in (await sends(desk, "curator", address, bad, good=422)).text
    retail = await unit(world, "个人金融部")
    await sends(desk, "curator", address, {"version": "1", "unit_id": retail})
    assert (await desk.article(article))["unit"] == "个人金融部"
    shipped = await desk.posts("curator", "/articles", {"id": "biz-annual-fee", "unit_id": audit})
    page = await reads(desk, "curator", f"/curation/articles/biz-annual-fee/{shipped.json()['version']}")
    assert '<dt>归口部门</dt><dd class="pre"><del>个人金融部</del><ins>稽核部</ins>' in page


@pytest.mark.parametrize(("keeper", "sees"), [("稽核部", 1), ("个人金融部", 0)])
async def test_a_department_hears_what_others_want_changed_in_what_it_keeps(
    world: World, keeper: str, sees: int
) -> None:
    """孙稽核 is of 稽核部, and asked for nothing."""
    desk = Curation(world)
    article = await desk.drafts(unit_id=await unit(world, keeper))
    wish = {"article_id": article["id"], "text": "补卡时间请写明为工作日"}
    assert (await desk.posts("outlet", "/requests", wish)).status_code == 201
    seen = (await desk.reads("auditor", "/curation/requests")).json()["items"]
    assert [each["text"] for each in seen] == [wish["text"]] * sees
    assert (wish["text"] in await reads(desk, "auditor", "/curation/requests")) is bool(sees)
