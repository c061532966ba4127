"""Among thousands of entries the one that says otherwise, or nearly the same, is found by reading only that one."""

from datetime import date
from itertools import product
from typing import Any

from sqlalchemy import event, insert, select

from casebackend import editions
from casebackend.curation.model import Article
from tests.casebackend.curation.desks import Curation, slug
from tests.world import World

GENERATED = 2_000
PLACES, THINGS = "甲乙丙丁戊己庚辛壬癸", ("转账限额", "存单挂失", "网银证书", "回单打印", "睡眠账户")


async def filled(world: World) -> None:
    """As if they had been published, each asked in its own way."""
    async with world.database.transaction() as session:
        row = await session.scalar(select(Article).limit(1))
        assert row is not None
        fields = {column.key: getattr(row, column.key) for column in Article.__table__.columns}
        names = [f"{a}{b}{c}" for a, b, c in product(PLACES, PLACES, PLACES)]
        numbered = [f"{place}{thing}" for place, thing in product(names, THINGS)][:GENERATED]
        rows: list[dict[str, Any]] = [
            fields | {
                "id": f"made-{n}", "version": 1, "hash": f"made-{n}", "title": name, "audience": "external",
                "text": f"{name}按第{n}条办理。", "questions": [f"{name}怎么办理"], "supersedes": None, "links": [],
                "effective_from": date(2026, 1, 1), "effective_to": None,
            }
            for n, name in enumerate(numbered)
        ]  # fmt: skip
        rows[1_234]["questions"] = ["老人家行动不便能不能上门开卡"]
        await session.execute(insert(Article), rows)
        await editions.changed(session, "knowledge")


async def test_a_contradiction_and_a_near_duplicate_are_found_among_two_thousand(world: World) -> None:
    await filled(world)
    desk = Curation(world)
    same = await desk.drafts(questions=["老人家行动不便，能不能上门开卡？"])
    refused = await desk.step("curator", same, "submit")
    assert slug(refused) == (409, "article-conflict")
    assert [each["other_id"] for each in refused.json()["conflicts"]] == ["made-1234"]
    nearly = await desk.drafts(questions=["老人家行动不方便能不能上门开卡"])
    read: list[str] = []

    def noted(article: Article, _: object) -> None:
        read.append(article.id)

    event.listen(Article, "load", noted)
    try:
        view = await desk.article(nearly)
    finally:
        event.remove(Article, "load", noted)
    assert [(each["other_id"], each["share"] >= 0.7) for each in view["near"]] == [("made-1234", True)]
    assert view["conflicts"] == []
    assert sorted(set(read)) == sorted(["made-1234", nearly["id"]]), "of the others none was read"
    await desk.took("curator", nearly, "submit")
