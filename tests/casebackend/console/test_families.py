"""Family, reviews and classification at the desk, as staff use them."""

from typing import Any
from uuid import UUID

import httpx
from sqlalchemy import select

from casebackend.cases.model import Case
from casebackend.families.model import CaseLink
from casebackend.reviews.model import Review
from tests.casebackend.cases.builders import Desk, case_of, filed
from tests.casebackend.families.builders import closed, holds
from tests.casebackend.reviews.test_routes import FOUND, decided
from tests.world import World


async def opens(desk: Desk, login: str, path: str) -> str:
    answer = await (await desk.browser(login)).get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def sends(desk: Desk, login: str, path: str, **form: Any) -> httpx.Response:
    return await (await desk.browser(login)).post(path, data=form)


async def sure(desk: Desk, login: str, path: str, **form: Any) -> str:
    answer = await sends(desk, login, path, **form)
    assert answer.status_code == 303, answer.text
    return answer.headers["location"]


async def test_the_family_is_made_and_shown_at_the_desk(world: World) -> None:
    desk = Desk(world)
    _, number = await closed(world)
    other = await filed(world, sender="neighbour")
    assert "没有关联的投诉" in await opens(desk, "agent", f"/cases/{number}/family")
    here = f"/cases/{number}/family"
    assert (await sends(desk, "agent", f"{here}/second", opinion=" ")).status_code == 422
    second = (
        (await sure(desk, "agent", f"{here}/second", opinion="仍未退款", requested_at="2026-03-02T10:00"))
        .split("/")[2]
        .split("#")[0]
    )
    await sure(desk, "agent", f"{here}/links", number=other.number, kind="related", reason="同一网点")
    shown = await opens(desk, "agent", here)
    assert all(text in shown for text in ("二次投诉", second, other.number, "关联投诉"))
    async with world.database.reading() as session:
        link = await session.scalar(select(CaseLink.id))
    stale = await sends(desk, "agent", f"{here}/links/{link}/remove", version="7")
    assert stale.status_code == 409
    await sure(desk, "agent", f"{here}/links/{link}/remove", version="1")
    assert f'href="/cases/{other.number}"' not in await opens(desk, "agent", here)
    part = await sure(
        desk, "lead", f"/cases/{other.number}/family/splits", facts="手续费", demand="退还", reason="两件事"
    )
    assert other.number in await opens(desk, "lead", part.split("#")[0] + "/family")
    assert (await (await desk.browser("admin")).get(here)).status_code == 403
    assert await holds(world) == []


async def test_a_review_goes_its_way_at_the_desk(world: World) -> None:
    case_id, number = await decided(world)
    desk = Desk(world)
    here = f"/cases/{number}/reviews"
    assert "登记核查申请" in await opens(desk, "lead", here)
    await sure(
        desk, "lead", here, grounds="不同意", written="confirmed_form", confirmed="yes", applied_at="2026-03-02T10:00"
    )
    assert f"{number}-H1" in await opens(desk, "branch", "/reviews")
    for move, form in (
        ("accept", {}), ("begin", {}), ("decide", {"outcome": "remanded", **FOUND}), ("notify", {"told_by": "channel"}),
    ):  # fmt: skip
        async with world.database.reading() as session:
            review, version = (await session.execute(select(Review.id, Review.version))).one()
        path = f"{here}/{review}/moves"
        assert (await sends(desk, "branch", path, move=move, version="99", **form)).status_code == 409
        await sure(desk, "branch", path, move=move, version=str(version), **form)
    shown = await opens(desk, "branch", here)
    assert all(text in shown for text in ("责令重新处理", "已告知", FOUND["findings_result"]))
    assert (await case_of(world, case_id)).status == "investigating"
    assert "没有符合条件的核查" in await opens(desk, "branch", "/reviews?state=rejected")


async def test_a_classification_is_corrected_at_the_desk(world: World) -> None:
    desk = Desk(world)
    receipt = await filed(world)
    await desk.investigating(receipt.case_id)
    here = f"/cases/{receipt.number}/classification"
    assert "没有人工修改" in await opens(desk, "agent", here)

    async def version() -> str:
        async with world.database.reading() as session:
            return str((await session.get_one(Case, UUID(str(receipt.case_id)))).version)

    assert (await sends(desk, "agent", here, version="1", category_b="贷款", reason="贷款利息")).status_code == 409
    assert (await sends(desk, "agent", here, version=await version(), category_b="贷款")).status_code == 422
    await sure(desk, "agent", here, version=await version(), category_b="贷款", reason="贷款利息")
    shown = await opens(desk, "agent", here)
    assert all(text in shown for text in ("信用卡 → 贷款", "王受理", "贷款利息"))
