from sqlalchemy import select

from casebackend.dictionaries import queries
from casebackend.dictionaries.model import DictionaryTerm
from casebackend.dictionaries.rules import CATEGORY_B, CAUSE_C, CHANNEL_A, UNCLASSIFIED, suggested
from tests.world import World


async def test_the_three_axes_are_there_without_invented_codes(world: World) -> None:
    async with world.database.transaction() as session:
        sizes = {axis: len(await queries.terms(session, axis)) for axis in (CHANNEL_A, CATEGORY_B, CAUSE_C)}
        assert sizes == {CHANNEL_A: 13, CATEGORY_B: 26, CAUSE_C: 13}
        assert set(await session.scalars(select(DictionaryTerm.code))) == {None}
        assert await queries.has_name(session, CATEGORY_B, "信用卡")
        assert not await queries.has_name(session, CATEGORY_B, UNCLASSIFIED)


async def test_every_parent_exists(world: World) -> None:
    async with world.database.transaction() as session:
        rows = (await session.scalars(select(DictionaryTerm))).all()
        assert {row.parent_id for row in rows} - {None} <= {row.id for row in rows}
        assert len({(row.dictionary, row.name) for row in rows}) == len(rows)


async def test_key_words_only_suggest(world: World) -> None:
    async with world.database.reading() as session:
        words = await queries.keywords(session, CATEGORY_B)
        causes = await queries.keywords(session, CAUSE_C)
    assert suggested("信用卡年费多扣了", words) == "信用卡"
    assert suggested("借记卡被盗刷", words) == "借记卡盗刷" or suggested("我的卡被盗刷了", words) == "借记卡盗刷"
    assert suggested("柜员态度恶劣", causes) == "因服务态度及服务质量引起的投诉"
    assert suggested("今天天气不错", words) == UNCLASSIFIED
