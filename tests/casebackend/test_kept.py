"""A statement that is kept says on PostgreSQL what SQLAlchemy would have said, each time with other values."""

from typing import Any

from sqlalchemy import bindparam, literal, select

from casebackend import kept
from casebackend.kept import Kept
from casebackend.organisations.model import Organisation
from tests.world import World

NAMES: Any = bindparam("names", expanding=True)
LIKE: Any = bindparam("like")
UNITS: Any = (
    select(Organisation.short_name, literal("100%"))
    .where(Organisation.short_name.in_(NAMES), Organisation.level.not_in(["head"]))
    .where(Organisation.name.like(LIKE), Organisation.name.like("%行"))
    .order_by(Organisation.code)
)


async def test_the_same_text_takes_lists_of_any_length_and_further_values_are_left_out(world: World) -> None:
    statement = Kept(UNITS)
    for names in (["北京分行"], [], ["济南分行", "北京分行", "总行"]):
        values = {"names": names, "like": "%分行"}
        async with world.database.reading() as session:
            found = [tuple(row) for row in await statement.rows(session, values | {"other": 1})]
            asked = [tuple(row) for row in await session.execute(UNITS, values)]
        assert found == asked
        assert len(found) == len(set(names) - {"总行"})


async def test_a_condition_on_one_list_is_not_taken_for_that_of_another(world: World) -> None:
    first = kept.kept(("units", 1), lambda: Kept(UNITS))
    assert kept.kept(("units", 1), lambda: Kept(UNITS)) is first
    assert kept.kept(("units", 2), lambda: Kept(UNITS)) is not first


async def test_what_was_asked_longest_ago_is_forgotten() -> None:
    first, used = (kept.kept(("old", number), lambda: Kept(UNITS)) for number in range(2))
    for number in range(kept.MOST - 1):
        kept.kept(("new", number), lambda: Kept(UNITS))
        kept.kept(("old", 1), lambda: Kept(UNITS))
    assert kept.kept(("old", 1), lambda: Kept(UNITS)) is used
    assert kept.kept(("old", 0), lambda: Kept(UNITS)) is not first
