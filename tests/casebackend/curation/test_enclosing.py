"""依据附件: whoever checks an entry opens the paper that it follows; once it is submitted nobody changes the papers."""

import hashlib
from typing import Any
from urllib.parse import unquote
from uuid import uuid4

import httpx
import pytest
from sqlalchemy import select

from casebackend.audit.model import AuditEntry
from tests.casebackend.attachments import samples
from tests.casebackend.attachments.clamd_double import ClamdDouble
from tests.casebackend.attachments.worlds import world_with
from tests.casebackend.cases.around import refused, ticked
from tests.casebackend.curation.desks import Curation
from tests.casebackend.workers import worker
from tests.world import World

PAPER = ("示范制度2026-9 经办13900139000.pdf", samples.PDF)
NOTE = ("会议纪要.html", samples.TEXT)


@pytest.fixture
def desk(world: World) -> Curation:
    return Curation(world)


def at(article: dict[str, Any]) -> str:
    return f"/curation/articles/{article['id']}/{article['version']}/files"


async def encloses(
    desk: Curation, login: str, article: dict[str, Any], *files: tuple[str, bytes], key: str | None = None
) -> httpx.Response:
    return await (await desk.browser(login)).post(
        f"/api/v1{at(article)}",
        files=[("file", (name, content, "text/html")) for name, content in files],
        headers={"Idempotency-Key": key or uuid4().hex},
    )


async def removes(desk: Curation, login: str, article: dict[str, Any], file: dict[str, Any]) -> httpx.Response:
    path, read = f"/api/v1{at(article)}/{file['id']}/removal", {"If-Match": f'"{file["version"]}"'}
    return await (await desk.browser(login)).post(path, json={"reason": "传错文件"}, headers=read)


async def events(world: World, article: dict[str, Any]) -> list[str]:
    async with world.database.reading() as session:
        found = await session.scalars(
            select(AuditEntry.event)
            .where(AuditEntry.object == f"knowledge:{article['id']}@{article['version']}")
            .order_by(AuditEntry.seq)
        )
        return [each for each in found if each.startswith("article.file")]


async def test_whoever_checks_approves_and_publishes_opens_the_paper_that_it_follows(
    world: World, desk: Curation
) -> None:
    article = await desk.drafts()
    added = await encloses(desk, "curator", article, PAPER, NOTE, key="once")
    assert added.status_code == 201, added.text
    paper, note = added.json()["items"]
    assert (paper["sha256"], paper["size"]) == (hashlib.sha256(PAPER[1]).hexdigest(), len(PAPER[1]))
    assert ("13900139000" not in paper["name"], note["name"]) == (True, "会议纪要.txt")
    again = await encloses(desk, "curator", article, PAPER, NOTE, key="once")
    assert [each["id"] for each in again.json()["items"]] == [paper["id"], note["id"]]
    await desk.took("curator", article, "submit")
    for login in ("lead", "supervisor", "branch"):
        assert (await desk.reads(login, at(article))).json()["items"] == [paper, note], login
        page = (await (await desk.browser(login)).get(f"/curation/articles/{article['id']}/1")).text
        assert (f"{at(article)}/{paper['id']}/file" in page, "basis-file" in page) == (True, False), login
        file = await desk.reads(login, f"{at(article)}/{paper['id']}/file")
        assert (file.content, file.headers["content-type"]) == (PAPER[1], "application/pdf")
        assert file.headers["content-security-policy"] == "sandbox; default-src 'none'"
        assert paper["name"] in unquote(file.headers["content-disposition"])
    assert (await desk.reads("agent", at(article))).status_code == 403
    assert (await desk.reads("agent", f"{at(article)}/{paper['id']}/file")).status_code == 403
    assert await events(world, article) == ["article.file_added"] * 2 + ["article.file_read"] * 3


async def test_papers_are_changed_only_while_the_version_is_written(world: World, desk: Curation) -> None:
    article = await desk.drafts()
    [paper, note] = (await encloses(desk, "curator", article, PAPER, NOTE)).json()["items"]
    assert (await encloses(desk, "lead", article, PAPER)).status_code == 403
    browser, path = await desk.browser("curator"), f"/api/v1{at(article)}/{note['id']}/removal"
    assert (await browser.post(path, json={"reason": "传错文件"})).status_code == 428
    assert (await browser.post(path, json={"reason": "传错文件"}, headers={"If-Match": '"9"'})).status_code == 412
    assert (await browser.post(path, json={"reason": " "}, headers={"If-Match": '"1"'})).status_code == 422
    assert (await removes(desk, "curator", article, note)).status_code == 200
    assert (await desk.reads("curator", at(article))).json()["items"] == [paper]
    assert refused(await desk.reads("curator", f"{at(article)}/{note['id']}/file")) == (404, "attachment-not-found")
    assert refused(await removes(desk, "curator", article, note)) == (404, "attachment-not-found")
    await desk.took("curator", article, "submit")
    assert refused(await encloses(desk, "curator", article, NOTE)) == (409, "article-step-impossible")
    assert refused(await removes(desk, "curator", article, paper)) == (409, "article-step-impossible")
    await desk.took("lead", article, "return", opinion="缺会议纪要")
    assert (await encloses(desk, "curator", article, NOTE)).status_code == 201
    assert len((await desk.reads("lead", at(article))).json()["items"]) == 2
    assert (await events(world, article)).count("article.file_removed") == 1


async def test_a_paper_belongs_to_its_version_alone(desk: Curation) -> None:
    first = await desk.published()
    second = await desk.drafts(id=first["id"], text="五个工作日内可领取新卡。")
    [paper] = (await encloses(desk, "curator", second, PAPER)).json()["items"]
    assert (await desk.reads("curator", at(first))).json()["items"] == []
    assert (await desk.reads("curator", f"{at(first)}/{paper['id']}/file")).status_code == 404
    assert refused(await desk.reads("curator", "/curation/articles/none/1/files")) == (404, "article-unknown")


async def test_no_more_than_its_limits_and_only_what_is_a_document() -> None:
    async with world_with(attachment_case_files=2) as small:
        desk = Curation(small)
        article = await desk.drafts()
        assert refused(await encloses(desk, "curator", article)) == (422, "upload-malformed")
        assert refused(await encloses(desk, "curator", article, ("a.pdf", b"MZ" + bytes(200)))) == (
            422, "file-type-refused",
        )  # fmt: skip
        [paper, _] = (await encloses(desk, "curator", article, PAPER, NOTE)).json()["items"]
        await removes(desk, "curator", article, paper)
        full = await encloses(desk, "curator", article, NOTE)
        assert refused(full) == (409, "article-files-full"), "what was taken away still lies on the disk"


async def test_what_was_not_found_clean_is_opened_by_nobody() -> None:
    async with ClamdDouble.listening() as scanner, world_with(clamd=scanner.address) as world:
        desk, hand = Curation(world), worker(world)
        article = await desk.drafts()
        [paper, bad] = (await encloses(desk, "curator", article, PAPER, ("坏.txt", samples.EICAR))).json()["items"]
        path = f"{at(article)}/{paper['id']}/file"
        assert refused(await desk.reads("lead", path)) == (409, "not-scanned-yet")
        await hand.lead()
        await hand.look_through_files()
        assert (await desk.reads("lead", path)).content == PAPER[1]
        assert refused(await desk.reads("lead", f"{at(article)}/{bad['id']}/file")) == (403, "quarantined")
        page = (await (await desk.browser("lead")).get(f"/curation/articles/{article['id']}/1")).text
        assert "含病毒，已隔离" in page
        await ticked(world)


async def test_on_the_page_the_list_is_drawn_anew_and_the_form_beside_it_stays(world: World, desk: Curation) -> None:
    article = await desk.drafts()
    curator, here = await desk.browser("curator"), at(article)
    assert "basis-file" in (await curator.get(f"/curation/articles/{article['id']}/1")).text
    sent = {"file": ("制度.pdf", samples.PDF, "application/pdf")}
    plain = await curator.post(here, files=sent)
    assert (plain.status_code, plain.headers["location"]) == (303, f"/curation/articles/{article['id']}/1#files")
    part = await curator.post(here, files=sent, headers={"HX-Request": "true"})
    assert (part.status_code, part.headers["hx-retarget"], part.text.count("制度.pdf</a>")) == (200, "#files", 2)
    [first, _] = (await desk.reads("curator", here)).json()["items"]
    form, removal = {"version": "1", "reason": "重复"}, f"{here}/{first['id']}/removal"
    assert (await curator.post(removal, data=form | {"version": "9"})).status_code == 409
    assert (await curator.post(removal, data=form | {"reason": ""})).status_code == 422
    left = await curator.post(removal, data=form, headers={"HX-Request": "true"})
    assert (left.status_code, left.text.count("制度.pdf</a>")) == (200, 1)
    assert (await curator.get(f"{here}/{first['id']}/file")).status_code == 404
    assert (await (await desk.browser("lead")).post(here, files=sent)).status_code == 403
    assert (await desk.article(article))["row_version"] == 1, "what is being written beside it is still to be saved"
