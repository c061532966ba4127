import logging

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from casebackend.logging import HIDDEN, Place, clean
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


PERSONAL = (
    "13800138000", "138 0013 8000", "138-0013-8000", "+8613800138000", "+86 138 0013 8000", "0086-13800138000",
    "１３８００１３８０００", "一三八零零一三八零零零", "phone=13800138000",
    "tel:13800138000", "x13800138000y", "010-66668888",
    "(010)66668888", "0755 8888 6666", "66668888", "400-820-8820",
    "110101199003070011", "11010119900307001X",
    "110101 19900307 0011", "110101-19900307-0011", "１１０１０１１９９００３０７００１１",
    "110101900307001", "id=110101199003070011", "E12345678", "G1234567", "H1234567(8)", "护照E12345678",
    "6222021234567890128", "6222 0212 3456 7890 128",
    "6222-0212-3456-7890-128", "4111111111111111", "4111 1111 1111 1111",
    "4111-1111-1111-1111", "card:6222021234567890128", "**** 6222021234567890",
    "zhang.san@example.com", "ZHANG@EXAMPLE.COM", "mail=a@b.cn", "a_b-c%40x@y.com",
    "张三", "张三丰", "客户张三丰先生", "欧阳修",
    "阿卜杜拉·买买提", "Zhang San", "ZHANG SAN", "Mr. Zhang Sanfeng", "name: Li Lei",
    "京A12345", "京A·D12345", "朝阳区建国路88号院", "验证码123456", 13800138000, 110101199003070011,
)  # fmt: skip
OURS = (
    "request.crashed", "OperationalError",
    "cases/routes.py:46", "/api/v1/cases/<reference:str>/moves", "TS20260302000001",
    "6f2d9b3e-1c1e-4c43-9d38-1b9d9a2f7c11", "2026-12-31", "2026-03-02T02:00:00+00:00", "staff:agent", "case.filed",
    "the chain names no unit of the bank", "SQLITE_IOERR", 503, 0, 1.5, None, True,
)  # fmt: skip


def test_no_pattern_of_something_personal_gets_into_a_line_and_what_is_ours_does() -> None:
    assert len(PERSONAL) >= 50
    assert [value for value in PERSONAL if clean(value) != HIDDEN] == []
    assert [value for value in OURS if clean(value) != value] == []
