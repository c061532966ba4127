"""知识维护 as its people use it: forms only, no script."""

from typing import Any

import httpx

from tests.casebackend.curation.desks import LAW, Curation
from tests.world import World

HERE = "/curation"


async def sends(desk: Curation, login: str, path: str, fields: dict[str, Any], good: int = 303) -> httpx.Response:
    answer = await (await desk.browser(login)).post(path, data=fields)
    assert answer.status_code == good, answer.text
    return answer


async def reads(desk: Curation, login: str, path: str) -> str:
    answer = await (await desk.browser(login)).get(path)
    assert answer.status_code == 200, answer.text
    return answer.text


async def row_version(desk: Curation, address: str) -> int:
    found: int = (await desk.reads("curator", f"{address}")).json()["row_version"]
    return found


async def test_an_entry_goes_from_draft_to_publication_by_the_pages_alone(world: World) -> None:
    desk = Curation(world)
    begun = await sends(desk, "curator", HERE, {"kind": LAW["kind"], "title": LAW["title"]})
    address = begun.headers["Location"]
    assert address.startswith("/curation/articles/reg-")
    form = LAW | {"questions": "\r\n".join(LAW["questions"]) + "\r\n\r\n", "links": "", "effective_to": "", "reply": ""}
    await sends(desk, "curator", address, form | {"version": "1"})
    stale = await sends(desk, "curator", address, form | {"version": "1"}, good=409)
    assert "有人改动了它" in stale.text
    page = await reads(desk, "curator", address)
    assert LAW["text"] in page
    assert "这是第一版" in page
    await sends(desk, "curator", address, form | {"version": "2", "then": "submit"})
    for login, step in (("lead", "check"), ("supervisor", "approve"), ("branch", "publish")):
        assert LAW["title"] in await reads(desk, login, HERE), login
        version = str(await row_version(desk, address))
        await sends(desk, login, f"{address}/steps", {"version": version, "step": step, "opinion": "已核对"})
        assert LAW["title"] not in await reads(desk, login, HERE), login
    text = await reads(desk, "lead", address)
    assert all(name in text for name in ("信息管理", "李班长", "赵主管", "周分行"))
    assert "已发布" in text
    assert "验证有误" in text
    assert (await (await desk.browser("agent")).get(address)).status_code == 403


async def test_a_new_version_shows_what_differs_and_a_clash_shows_both_texts(world: World) -> None:
    desk = Curation(world)
    first = await desk.published()
    begun = await sends(desk, "curator", HERE, {"id": first["id"]})
    address = begun.headers["Location"]
    changed = LAW["text"].replace("七", "五")
    await sends(desk, "curator", address, {"version": "1", "text": changed})
    page = await reads(desk, "curator", address)
    assert "<del>七</del><ins>五</ins>个工作日" in page
    assert "与第1版比较" in page
    rival = await desk.drafts(title="补卡时限", text="当日领取新卡。")
    page = await reads(desk, "curator", f"/curation/articles/{rival['id']}/1")
    assert "同一问题已有不同答复" in page
    assert LAW["text"] in page
    merged = {"version": "1", "other": first["id"]}
    await sends(desk, "curator", f"/curation/articles/{rival['id']}/1/merge", merged)
    assert "同一问题已有不同答复" not in await reads(desk, "curator", f"/curation/articles/{rival['id']}/1")


async def test_every_colleague_asks_for_changes_and_the_curator_answers(world: World) -> None:
    desk = Curation(world)
    wish = {"article_id": "biz-annual-fee", "text": "年费减免改为按季申请", "basis": ""}
    await sends(desk, "outlet", f"{HERE}/requests", wish)
    assert "年费减免改为按季申请" in await reads(desk, "outlet", f"{HERE}/requests?article=biz-annual-fee")
    assert "年费减免改为按季申请" not in await reads(desk, "agent", f"{HERE}/requests")
    inbox = await reads(desk, "curator", f"{HERE}?tab=requests")
    assert "北京朝阳支行" in inbox
    [asked] = (await desk.reads("curator", "/curation/requests")).json()["items"]
    decision = {"version": "1", "state": "refused", "answer": "现行口径未变"}
    await sends(desk, "curator", f"{HERE}/requests/{asked['id']}/decision", decision)
    assert "现行口径未变" in await reads(desk, "outlet", f"{HERE}/requests")
    for tab in ("drafts", "scheduled", "impacts", "expiring", "nonsense"):
        assert "知识维护" in await reads(desk, "curator", f"{HERE}?tab={tab}")
    assert "起草新版本" in await reads(desk, "curator", f"{HERE}/new?id=biz-annual-fee")


async def test_a_moment_that_is_none_publishes_nothing(world: World) -> None:
    desk = Curation(world)
    article = await desk.approved()
    address = f"{HERE}/articles/{article['id']}/{article['version']}"
    form = {
        "version": str(article["row_version"]),
        "step": "schedule",
        "opinion": "定时发布",
        "publish_at": "下周三早上",
    }
    refused = await sends(desk, "branch", f"{address}/steps", form, good=422)
    assert "请按年-月-日填写日期和时间" in refused.text
    assert (await desk.article(article))["status"] == "approved"
