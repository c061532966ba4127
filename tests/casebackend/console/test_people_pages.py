"""Administration on pages: the tree, the files, the users and who approves, duty and hand-over."""

import re
from typing import Any

import httpx
import pytest
import pytest_asyncio

from tests.casebackend.cases.builders import filed
from tests.casebackend.people.admins import Office
from tests.world import World

FILE = "机构代码,机构名称,简称,层级,上级机构代码\r\n4000,太原分行,太原分行,分行,0000\r\n,坏行,坏,分行,0000\r\n"


@pytest_asyncio.fixture
async def office(world: World) -> Office:
    return Office(world)


async def sends(office: Office, who: str, path: str, /, **form: Any) -> httpx.Response:
    return await (await office.browser(who)).post(path, data=form)


async def sees(office: Office, login: str, path: str) -> str:
    response = await (await office.browser(login)).get(path)
    assert response.status_code == 200, response.text
    return response.text


async def test_the_tree_is_searched_changed_and_remembered(office: Office) -> None:
    unit = await office.unit("1001")
    assert "青岛崂山支行" in await sees(office, "agent", "/organisations")
    found = await sees(office, "agent", "/organisations?q=朝阳")
    assert "北京朝阳支行" in found
    assert "青岛" not in found
    at = f"/organisations/{unit.id}"
    assert "更名" not in await sees(office, "agent", at)
    dated = {"effective_from": "2026-03-02", "reason": "京发〔2026〕1号", "version": "1"}
    sent = await sends(
        office, "admin", f"{at}/changes", change="rename", name="北京国贸支行", aliases="国贸行、朝阳行", **dated
    )
    assert sent.status_code == 303, sent.text
    page = await sees(office, "admin", at)
    for words in ("北京国贸支行", "京发〔2026〕1号", "系统管理员", "国贸行、朝阳行", "现行"):
        assert words in page
    stale = await sends(office, "admin", f"{at}/changes", change="close", **dated)
    assert stale.status_code == 409
    later = dated | {"effective_from": "2026-03-09", "version": "2"}
    assert (await sends(office, "admin", f"{at}/changes", change="rename", name="来日支行", **later)).status_code == 303
    cancel = re.search(rf"{at}/changes/[0-9a-f-]+/cancel", await sees(office, "admin", at))
    assert cancel is not None
    assert (await sends(office, "admin", cancel.group(), version="3")).status_code == 303
    assert "未生效" in await sees(office, "admin", at)
    made = {
        "code": "1010",
        "name": "北京望京支行",
        "short_name": "望京",
        "level": "subbranch",
        "parent_id": str(unit.parent_id),
    }
    assert (
        await sends(office, "admin", "/organisations", **made, effective_from="2026-03-02", reason="新设")
    ).status_code == 303
    assert (await sends(office, "agent", "/organisations", **made)).status_code == 403


async def test_a_file_is_tried_read_and_confirmed(office: Office) -> None:
    browser = await office.browser("admin")
    await sees(office, "admin", "/organisations/imports")
    assert (await browser.post("/organisations/imports", data={"x": "1"})).status_code == 400
    sent = await browser.post("/organisations/imports", files={"file": ("units.csv", FILE.encode("gb18030"))})
    assert sent.status_code == 303, sent.text
    at = sent.headers["location"]
    page = await sees(office, "admin", at)
    assert "太原分行" in page
    assert "行：没有机构代码" in page
    sha256 = re.search(r'name="sha256" value="([0-9a-f]{64})"', page)
    assert sha256 is not None
    assert (await sends(office, "admin", at, sha256="0" * 64)).status_code == 409
    assert (await sends(office, "admin", at, sha256=sha256.group(1))).status_code == 303
    assert (await office.unit("4000")).name == "太原分行"
    assert (await (await office.browser("agent")).get("/organisations/imports")).status_code == 403


async def test_a_user_is_made_given_rights_by_two_and_leaves(office: Office) -> None:
    unit = await office.unit("0001")
    made = await sends(
        office, "admin", "/users", login="qian", display_name="钱同事", staff_no="8201", organisation_id=str(unit.id)
    )
    assert made.status_code == 303, made.text
    at = made.headers["location"]
    told = await sends(office, "admin", f"{at}/password", version="1")
    assert "只显示这一次" in told.text
    asked = await sends(office, "admin", f"{at}/rights", roles=["intake", "handler"], reason="上岗", version="2")
    assert asked.status_code == 303, asked.text
    rights = await sees(office, "security", "/rights")
    assert "承办人、受理人" in rights
    request = re.search(r'action="(/rights/[0-9a-f-]+)"', rights)
    assert request is not None
    answer = {"decision": "approve", "opinion": "同意", "version": "1"}
    assert (await sends(office, "admin", request.group(1), **answer)).status_code == 403
    assert (await sends(office, "security", request.group(1), **answer)).status_code == 303
    assert "已批准" in await sees(office, "audit", "/rights")
    group = {
        "code": "teller",
        "kind": "post",
        "name": "投诉专员",
        "roles": ["intake"],
        "active": "yes",
        "reason": "设岗",
    }
    assert (await sends(office, "admin", "/rights/groups", **group)).status_code == 303
    page = await sees(office, "admin", at)
    assert "受理人、承办人" in page
    assert "钱同事" in await sees(office, "audit", "/users?q=钱")
    changed = await sends(office, "admin", at, display_name="钱专员", organisation_id=str(unit.id), version="3")
    assert changed.status_code == 303, changed.text
    assert (await sends(office, "admin", f"{at}/disable", reason="休假", version="4")).status_code == 303
    assert (await sends(office, "admin", f"{at}/disable", reason="", version="5")).status_code == 400
    assert (await sends(office, "admin", f"{at}/enable", version="5")).status_code == 303
    left = await sends(office, "admin", f"{at}/leave", reason="离职", version="6")
    assert left.status_code == 303, left.text
    assert "已离岗" in await sees(office, "admin", at)


async def test_duty_is_planned_handed_over_and_forced_on_one_page(office: Office) -> None:
    await filed(office.world)
    agent = await office.user("agent")
    plan = {"user_id": str(agent.id), "name": "白班", "starts_at": "2026-03-02T13:00", "ends_at": "2026-03-02T18:00"}
    assert (await sends(office, "lead", "/shifts", **plan)).status_code == 303
    assert (await sends(office, "lead", "/shifts", **plan | {"starts_at": "昨天"})).status_code == 400
    page = await sees(office, "agent", "/shifts")
    assert "白班" in page
    assert "排班</button>" not in page
    cancel = re.search(r"/shifts/[0-9a-f-]+/cancel", await sees(office, "lead", "/shifts"))
    assert cancel is not None
    assert (await sends(office, "lead", cancel.group(), reason="调班", version="1")).status_code == 303
    assert (await sends(office, "agent", "/handovers", note="请留意")).status_code == 303
    given = re.search(r'action="(/handovers/[0-9a-f-]+)"', await sees(office, "lead", "/shifts"))
    assert given is not None
    assert (await sends(office, "lead", given.group(1), decision="take", version="1")).status_code == 303
    assert "已接班" in await sees(office, "agent", "/shifts")
    assert (await sends(office, "agent", "/duty-states", state="busy", reason="培训")).status_code == 303
    assert "培训" in await sees(office, "lead", "/shifts")
    assert (await sends(office, "lead", f"/duty-states/{agent.id}", state="free", reason="客户多")).status_code == 303
    assert "李班长变更" in await sees(office, "agent", "/shifts")


@pytest.mark.parametrize(
    ("login", "shown", "hidden"),
    [
        ("admin", {"/organisations", "/users", "/rights"}, {"/shifts", "/queue"}),
        ("security", {"/organisations", "/users", "/rights"}, {"/shifts", "/queue"}),
        ("audit", {"/users", "/rights"}, {"/shifts", "/queue", "/organisations"}),
        ("agent", {"/organisations", "/shifts"}, {"/users", "/rights"}),
    ],
)
async def test_the_menu_shows_to_each_what_is_his(
    office: Office, login: str, shown: set[str], hidden: set[str]
) -> None:
    page = await sees(office, login, "/board")
    links = set(re.findall(r'href="(/[a-z]+)"', page))
    assert shown <= links
    assert not hidden & links
