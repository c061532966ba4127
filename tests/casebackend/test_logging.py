import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casebackend.logging import Place
from tests.world import World


def test_a_library_that_logs_an_exception_shows_where_and_not_what() -> None:
    secret = "客户张三丰13800138000"
    with pytest.raises(ValueError, match="客户") as failure:
        int(secret)
    error, logger = failure.value, logging.getLogger("sanic.error")
    trace = (type(error), error, error.__traceback__)
    record = logger.makeRecord(logger.name, logging.ERROR, __file__, 1, "Exception: %s", (secret,), trace)
    record.exc_text, record.stack_info = f"ValueError: {secret}", secret
    line = Place().format(record)
    assert line.startswith("ERROR sanic.error casebackend/test_logging.py:")
    assert secret not in line
    assert "\n" not in line


def test_without_an_exception_the_place_is_that_of_the_call() -> None:
    record = logging.getLogger("x").makeRecord("x", logging.WARNING, "/a/b/c.py", 7, "said %s", ("words",), None)
    assert Place().format(record) == "WARNING x b/c.py:7"


async def test_a_failed_statement_does_not_quote_its_values(world: World) -> None:
    async with world.database.reading() as session:
        with pytest.raises(DBAPIError) as failure:
            await session.execute(text("SELECT * FROM no_such_table WHERE name = :name"), {"name": "张三丰"})
        assert "张三丰" not in str(failure.value)
