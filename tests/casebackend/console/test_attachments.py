"""Files and recordings on the page of a case."""

import re
from uuid import uuid4

import pytest

from casebackend.console.sections import SECTIONS
from casebackend.conversations.rules import Channel
from tests.casebackend.attachments import samples
from tests.casebackend.attachments.test_previews import document
from tests.casebackend.attachments.worlds import uploads
from tests.casebackend.cases.around import ticked
from tests.casebackend.cases.builders import Desk, filed
from tests.casebackend.staff.logins import hired
from tests.casebackend.workers import worker
from tests.world import World

HX = {"HX-Request": "true"}


@pytest.fixture
def desk(world: World) -> Desk:
    return Desk(world)


async def test_files_are_uploaded_seen_downloaded_and_taken_away_on_the_page(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    agent, lead = await desk.browser("agent"), await desk.browser("lead")
    url = f"/cases/{receipt.number}/attachments"
    assert "还没有附件" in (await agent.get(url, headers=HX)).text
    files = [("file", ("<b>凭证</b>.jpg", samples.picture(), "image/jpeg")), ("file", ("信.txt", samples.TEXT, ""))]
    sent = await agent.post(url, data={"kind": "file"}, files=files, headers=HX)
    assert (sent.status_code, sent.headers["HX-Redirect"]) == (204, f"{url.removesuffix('/attachments')}#attachments")
    hand = worker(world)
    await hand.lead()
    await hand.look_through_files()
    section = await agent.get(url, headers=HX)
    assert "<html" not in section.text
    assert "b_.png" in section.text
    assert "<b>" not in section.text
    assert "待复核" in section.text
    preview = re.search(rf'src="({url}/[0-9a-f-]+/preview)"', section.text)
    file = re.search(rf'href="({url}/[0-9a-f-]+/file)"', section.text)
    assert preview is not None
    assert file is not None
    assert (await agent.get(preview[1])).headers["content-type"] == "image/jpeg"
    assert (await agent.get(file[1])).content == samples.picture()
    assert "删除附件" not in section.text
    hostile = await agent.post(url, data={"kind": "file"}, files={"file": ("a.pdf", samples.HTML, "")}, headers=HX)
    assert (hostile.status_code, "不接受这种文件" in hostile.text) == (422, True)
    assert (await agent.post(url, data={"kind": "file"}, headers=HX)).status_code == 422
    section = await lead.get(url, headers=HX)
    removal = re.search(rf'action="({url}/[0-9a-f-]+/removal)"', section.text)
    assert removal is not None
    form = {"version": "2", "reason": "传错了"}
    assert (await lead.post(removal[1], data=form | {"version": "9"}, headers=HX)).status_code == 409
    assert (await lead.post(removal[1], data=form | {"reason": " "}, headers=HX)).status_code == 422
    assert (await lead.post(removal[1], data=form, headers=HX)).status_code == 204
    assert "b_.png" not in (await lead.get(url, headers=HX)).text


async def test_of_a_pdf_the_page_shows_its_first_pages_and_of_a_text_says_that_there_is_none(
    world: World, desk: Desk
) -> None:
    receipt = await filed(world)
    agent = await desk.browser("agent")
    url = f"/cases/{receipt.number}/attachments"
    files = [("file", ("信.pdf", document(2), "")), ("file", ("信.txt", samples.TEXT, ""))]
    assert (await agent.post(url, data={"kind": "file"}, files=files, headers=HX)).status_code == 204
    hand = worker(world)
    await hand.lead()
    await hand.look_through_files()
    section = (await agent.get(url, headers=HX)).text
    [link] = re.findall(rf'<a href="({url}/[0-9a-f-]+/preview)"', section)
    assert section.count("无预览") == 1
    shown = await agent.get(link)
    assert (shown.headers["content-type"], shown.content[:3]) == ("image/jpeg", b"\xff\xd8\xff")
    assert "sandbox" in shown.headers["content-security-policy"]


async def test_a_page_of_another_site_uploads_nothing(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    agent = await desk.browser("agent")
    url = f"/cases/{receipt.number}/attachments"
    token = agent.headers.pop("X-CSRF-Token")
    files = {"file": ("a.txt", samples.TEXT, "")}
    assert (await agent.post(url, data={"kind": "file", "csrf": "x"}, files=files, headers=HX)).status_code == 403
    agent.headers["X-CSRF-Token"] = token
    elsewhere = {"Origin": "https://evil.test"}
    assert (await agent.post(url, data={"kind": "file"}, files=files, headers=HX | elsewhere)).status_code == 403
    assert "还没有附件" in (await agent.get(url, headers=HX)).text


async def test_a_recording_plays_from_its_turns_where_it_is_granted(world: World, desk: Desk) -> None:
    call_id = uuid4()
    sound = samples.wav(3)
    await world.channels.post(f"/api/v1/calls/{call_id}/recording", content=sound)
    receipt = await filed(world, sender=f"call:{call_id}", channel=Channel.IVR)
    await ticked(world)
    turns = [{"speaker": "customer", "text": "退回<i>年费</i>", "start_ms": 61_000, "end_ms": 62_000}]
    at = world.time.isoformat()
    body = {"call_id": str(call_id), "revision": at, "started_at": at, "turns": turns}
    await world.channels.post("/api/v1/transcripts", json=body)
    agent = await desk.browser("agent")
    url = f"/cases/{receipt.number}/recordings"
    section = await agent.get(url, headers=HX)
    source = re.search(rf'src="({url}/[0-9a-f-]+/audio)"', section.text)
    assert source is not None
    assert 'data-at="61000"' in section.text
    assert "1:01" in section.text
    assert "&lt;i&gt;" in section.text
    assert (await agent.get(source[1])).content == sound
    await hired(world, "other", roles=["handler"])
    other = await (await desk.browser("branch")).get(url, headers=HX)
    assert "<audio" not in other.text
    assert "未对您开放" in other.text
    assert (await (await desk.browser("branch")).get(source[1])).status_code == 403


async def test_both_sections_stand_on_the_page_of_a_case(world: World, desk: Desk) -> None:
    receipt = await filed(world)
    await uploads(desk, "agent", receipt.number, ("a", samples.TEXT))
    page = await (await desk.browser("agent")).get(f"/cases/{receipt.number}")
    for noun in ("attachments", "recordings"):
        assert noun in dict(SECTIONS)
        assert f'hx-get="/cases/{receipt.number}/{noun}"' in page.text
    assert "media-src 'self'" in page.headers["content-security-policy"]
