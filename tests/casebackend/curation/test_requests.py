"""What a department wants changed has an answer by a day."""

from datetime import date
from typing import Any

import httpx

from casebackend.curation import requests
from tests.casebackend.curation.desks import Curation, slug
from tests.casebackend.exports.office import Office
from tests.world import World

WISH = {"article_id": "biz-annual-fee", "text": "年费减免自四月起改为按季申请", "basis": "部门通知2026-7"}


async def decides(desk: Curation, request: dict[str, Any], read: str | None = None, **body: Any) -> httpx.Response:
    headers = {"If-Match": read or f'"{request["row_version"]}"'}
    path = f"/api/v1/curation/requests/{request['id']}/decision"
    return await (await desk.browser("curator")).post(path, json=body, headers=headers)


async def test_any_colleague_asks_for_a_change_and_hears_within_working_days(world: World) -> None:
    desk = Curation(world)
    asked = (await desk.posts("outlet", "/requests", WISH)).json()
    assert (asked["unit"], asked["requested_by"], asked["due_on"]) == ("北京朝阳支行", "陈网点", "2026-03-09")
    assert slug(await desk.posts("outlet", "/requests", WISH | {"article_id": "none"})) == (404, "article-unknown")
    personal = (await desk.posts("agent", "/requests", {"text": "客户13800138000说年费口径不对"})).json()
    assert (personal["article_id"], "13800138000" in personal["text"]) == (None, False)
    seen = (await desk.reads("outlet", "/curation/requests?limit=10")).json()["items"]
    assert [each["id"] for each in seen] == [asked["id"]], "others see what their own unit asked for"
    mine = (await desk.reads("curator", "/curation/requests?state=open&limit=1")).json()
    rest = (await desk.reads("curator", f"/curation/requests?state=open&cursor={mine['next']}")).json()
    assert len(mine["items"] + rest["items"]) == 2
    world.wait(days=8)
    desk.browsers.clear()
    late = (await desk.reads("curator", "/curation/requests?state=open")).json()["items"]
    assert [each["overdue"] for each in late] == [True, True]
    assert (await (await desk.browser("agent")).post(
        f"/api/v1/curation/requests/{asked['id']}/decision", json={"state": "done"}, headers={"If-Match": "*"}
    )).status_code == 403  # fmt: skip


async def test_done_names_the_version_that_answers_and_refused_says_why(world: World) -> None:
    desk = Curation(world)
    one = (await desk.posts("outlet", "/requests", WISH)).json()
    other = (await desk.posts("outlet", "/requests", WISH)).json()
    assert slug(await decides(desk, one, state="refused", answer=" ")) == (422, "change-request-answer")
    assert slug(await decides(desk, one, state="done")) == (422, "change-request-answer")
    elsewhere: dict[str, Any] = {"article_id": "biz-stolen-card", "version": 1}
    assert slug(await decides(desk, one, state="done", **elsewhere)) == (422, "change-request-answer")
    assert slug(await decides(desk, one, read='"9"', state="refused", answer="重复")) == (412, "version-passed")
    refused = await decides(desk, one, state="refused", answer="与另一申请重复")
    assert (refused.status_code, refused.json()["state_label"]) == (200, "不采纳")
    again = await decides(desk, refused.json(), state="refused", answer="与另一申请重复")
    assert slug(again) == (409, "change-request-decided")
    draft = (await desk.posts("curator", "/articles", {"id": WISH["article_id"]})).json()
    version: dict[str, Any] = {"article_id": draft["id"], "version": draft["version"]}
    assert slug(await decides(desk, other, state="done", **version)) == (422, "change-request-answer")
    done = await decides(desk, other, state="done", article_id=draft["id"], version=draft["version"] - 1)
    assert (done.json()["state"], done.json()["answered_version"]) == ("done", draft["version"] - 1)


async def test_how_many_days_is_for_the_bank_to_say(world: World) -> None:
    await Office(world).parameter(requests.DAYS, "1")
    asked = (await Curation(world).posts("outlet", "/requests", WISH)).json()
    assert date.fromisoformat(asked["due_on"]) == date(2026, 3, 3)


async def test_what_the_lead_finds_wrong_in_use_becomes_a_request(world: World) -> None:
    desk = Curation(world)
    article = await desk.published()
    await desk.took("lead", article, "dispute", opinion="网点实际为五个工作日")
    [found] = (await desk.reads("curator", "/curation/requests?state=open")).json()["items"]
    assert (found["article_id"], found["text"]) == (article["id"], "网点实际为五个工作日")
