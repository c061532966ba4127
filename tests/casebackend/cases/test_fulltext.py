"""Chinese words in cases and opinions: in any script, word by word, within what the reader may see."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import httpx
import yaml

from casebackend.cases.fulltext import words_of
from casebackend.cases.model import Case
from tests.casebackend.cases.builders import Desk, filed, unit
from tests.casebackend.staff.logins import hired, staff
from tests.world import World

SHIPPED = yaml.safe_load(Path(__file__).with_name("fulltext.yml").read_text(encoding="utf-8"))
ONLY_ONCE = {"id", "number", "version", "draft_id", "parent_id", "facts", "demand"}
ENOUGH = 0.9


async def told(world: World, *texts: str, **changes: Any) -> dict[str, str]:
    """One case for each text, by its number."""
    receipt = await filed(world)
    numbers = {}
    async with world.database.transaction() as session:
        first = await session.get_one(Case, receipt.case_id)
        names = [column.key for column in Case.__mapper__.column_attrs if column.key not in ONLY_ONCE]
        for place, text in enumerate(texts, 1):
            number = f"TS20260101{place:06d}"
            values = {name: getattr(first, name) for name in names} | changes
            session.add(Case(id=uuid4(), number=number, facts=text, demand="要求处理", **values))
            numbers[number] = text
    return numbers


class Reader:
    """A colleague who looks again and again."""

    def __init__(self, client: httpx.AsyncClient) -> None:
        self.client = client

    async def finds(self, **asked: str) -> list[str]:
        answer = await self.client.get("/api/v1/cases/", params={"limit": "10"} | asked)
        assert answer.status_code == 200, answer.text
        return [each["number"] for each in answer.json()["items"]]


@asynccontextmanager
async def reader(world: World, login: str = "supervisor") -> AsyncIterator[Reader]:
    async with await staff(world, login) as client:
        yield Reader(client)


def test_a_query_is_cut_into_the_words_that_say_something() -> None:
    assert words_of("被盗刷了") == ["盗刷"]
    assert words_of("信用卡被盗刷 退款") == ["信用卡", "盗刷", "退款"]
    assert words_of("ＡＴＭ吞卡") == ["atm", "吞卡"]
    assert words_of("“一直 没有”結果") == ["一直 没有", "结果"]
    assert words_of("TS20260302000007") == ["ts20260302000007"]
    assert words_of("%") == ["%"]
    assert len(words_of(" ".join(f"a{place}" for place in range(50)))) == 8


async def test_of_what_colleagues_look_for_nine_in_ten_stand_among_the_first_ten(world: World) -> None:
    numbers = await told(world, *SHIPPED["texts"].values())
    place = {number: key for number, key in zip(numbers, SHIPPED["texts"], strict=True)}
    assert (len(place), len(SHIPPED["queries"])) == (60, 30)
    recalls = []
    async with reader(world) as colleague:
        for each in SHIPPED["queries"]:
            hits = {place.get(number) for number in await colleague.finds(text=each["asks"])}
            recalls.append(len(hits & set(each["finds"])) / len(each["finds"]))
    assert sum(recalls) / len(recalls) >= ENOUGH


async def test_words_stand_anywhere_in_any_script_and_all_of_them(world: World) -> None:
    first, second, third = await told(
        world, "昨天被盗刷了，要求退钱", "境外盜刷，錢沒有退", "客户经理推荐的理财，100%保本_稳赚"
    )
    async with reader(world) as colleague:
        finds = colleague.finds
        assert set(await finds(text="盗刷")) == set(await finds(text="盜刷")) == {first, second}
        assert await finds(text="盗刷 境外") == [second]
        assert await finds(text="盗刷 理财") == []
        assert await finds(text="100%保本") == [third]
        assert await finds(text="“推荐的理财”") == [third]
        assert await finds(text="“理财推荐”") == []
        assert await finds(text="“保本_稳赚”") == await finds(text="%") == [third]
        assert await finds(text="“保本%稳赚”") == await finds(text="“保_”") == []
        assert await finds(q=second) == await finds(q=second.lower()) == [second]
        assert await finds(q=f"{second} 盗刷") == [second]


async def test_what_colleagues_wrote_is_searched_too_and_only_within_sight(world: World) -> None:
    receipt = await filed(world)
    await Desk(world).sure("lead", receipt.number, "accept", opinion="流水显示确系重复收取，建议退还")
    [other] = await told(world, "重复收取的是别人")
    async with reader(world) as colleague:
        assert await colleague.finds(opinion="重复收取 退还") == [receipt.number]
        assert await colleague.finds(opinion="重複收取") == [receipt.number]
        assert await colleague.finds(opinion="重复收取 保单") == []
        assert await colleague.finds(text="重复收取") == [other]
    jinan = UUID(await unit(world, "济南分行"))
    await hired(world, "jinan", roles=["department_head"], organisation_id=jinan)
    async with reader(world, "jinan") as elsewhere:
        assert await elsewhere.finds(opinion="重复收取 退还") == await elsewhere.finds(text="重复收取") == []


async def test_any_query_gets_an_answer(world: World) -> None:
    async with reader(world) as colleague:
        for query in ("\\", "'", '"', "“", "/", "a' or '1'='1", "＊", "𠮷", "é" * 90):
            assert isinstance(await colleague.finds(q=query, text=query, opinion=query), list), query
