import re

from sqlalchemy import String, select

from casebackend.keys.registry import SEALED
from casebackend.schema import METADATA
from tests.casebackend.keys.builders import filled
from tests.world import World

LOOKS_SEALED = re.compile(r"v\d\|[0-9a-f]{8}\|")
# Empty since evidence became attachments; made by the worker; kept while somebody types. Sealed in their own tests.
ELSEWHERE = {
    ("evidence_files", "content_enc"),
    ("attachments", "preview_key_enc"),
    ("registrations", "typed_enc"),
}
KNOWN = {(place.table, place.column) for place in SEALED}


def test_every_column_that_is_named_as_sealed_is_registered_and_every_registered_one_exists() -> None:
    named = {(table.name, column.name) for table in METADATA.sorted_tables for column in table.columns}
    assert {each for each in named if each[1].endswith("_enc")} <= KNOWN
    assert named >= KNOWN
    assert len(KNOWN) == len(SEALED)
    for place in SEALED:
        columns = METADATA.tables[place.table].columns
        assert columns[place.row].primary_key
        assert place.index is None or place.index in columns


async def test_nothing_sealed_stands_in_a_column_that_is_not_registered(world: World) -> None:
    """Whatever its column is called. Each registered table has a row here, or the test would prove nothing of it."""
    await filled(world)
    found = set()
    async with world.database.reading() as session:
        for table in METADATA.sorted_tables:
            texts = [column for column in table.columns if isinstance(column.type, String)]
            for row in await session.execute(select(*texts)) if texts else ():
                found |= {
                    (table.name, column.name)
                    for column, value in zip(texts, row, strict=True)
                    if isinstance(value, str) and LOOKS_SEALED.match(value)
                }
    assert KNOWN - ELSEWHERE <= found <= KNOWN
