"""The knowledge base for readers: tree, search that says why it found nothing, entries with all their versions."""

import re
from datetime import date
from html import unescape
from typing import Any

import httpx
from sqlalchemy import select, update

from casebackend.curation.model import Article
from casebackend.curation.rules import ArticleStatus
from tests.casebackend.staff.logins import staff
from tests.world import World

FEE = "biz-annual-fee"


def titles_on(page: httpx.Response) -> list[str]:
    found = re.findall(r'<h3><a href="/knowledge/[^"]+">(.*?)</a></h3>', page.text)
    return [unescape(re.sub(r"<[^>]+>", "", title)) for title in found]


def where(page: httpx.Response, said: str) -> str:
    """Where the link leads whose words hold this."""
    links = re.findall(r'<a [^>]*?href="(/knowledge[^"]*)"[^>]*>(.*?)</a>', page.text)
    return next(unescape(href) for href, words in links if said in unescape(re.sub(r"<[^>]+>", "", words)))


async def row_of(world: World, article_id: str = FEE) -> Article:
    async with world.database.reading() as session:
        found = await session.scalar(
            select(Article).where(Article.id == article_id).order_by(Article.version.desc()).limit(1)
        )
    assert found is not None
    return found


async def version_after(world: World, row: Article, **changes: Any) -> int:
    """One more version of an entry, as if it had been published."""
    fields = {column.key: getattr(row, column.key) for column in Article.__table__.columns}
    version = int(row.version) + 1
    async with world.database.transaction() as session:
        session.add(Article(**fields | {"version": version, "hash": f"later-{version}", "row_version": 1} | changes))
    await world.app.ctx.knowledge.reload()
    return version


async def test_the_tree_counts_what_stands_on_its_nine_branches(world: World) -> None:
    async with await staff(world, "curator") as reader:
        page = await reader.get("/knowledge")
        tops = re.findall(r'<summary>(\S+) <span class="count">|class="leaf" [^>]*>(\S+) <span', page.text)
        assert {"".join(each) for each in tops} >= {
            "公众信息", "个人业务", "公司业务", "国际业务", "金融信息", "投诉管理", "疑难解答", "常用", "传阅函",
        }  # fmt: skip
        count = re.search(r'>投诉规则 <span class="count">(\d+)<', page.text)
        assert count is not None
        below = await reader.get(where(page, "投诉规则"))
        assert f"<h2>{count[1]} 条，新生效的在前</h2>" in below.text
        assert "<details open>" in below.text
        assert where(below, "目录：公众信息/投诉规则") == "/knowledge"


async def test_a_page_of_hits_goes_on_under_the_same_filters(world: World) -> None:
    async with await staff(world, "agent") as reader:
        first = await reader.get("/knowledge", params={"q": "投诉", "kind": "法规", "order": "newest"})
        second = await reader.get(where(first, "下一页"))
        assert (len(titles_on(first)), bool(titles_on(second))) == (20, True)
        assert "类型：法规" in second.text
        assert not set(re.findall(r'<h3><a href="([^"]+)', first.text)) & set(
            re.findall(r'<h3><a href="([^"]+)', second.text)
        )


async def test_a_search_that_finds_nothing_says_why(world: World) -> None:
    async with await staff(world, "agent") as reader:
        filtered = await reader.get("/knowledge", params={"q": "年费", "branch": "传阅函"})
        assert "没有条目符合“年费”" in filtered.text
        assert titles_on(await reader.get(where(filtered, "去掉目录筛选有")))
        unknown = await reader.get("/knowledge", params={"q": "朱罗纪恐龙"})
        assert "知识库里没有出现过：" in unknown.text
        spelled = await reader.get("/knowledge", params={"q": "biz-anual-fee"})
        assert "biz-annual-fee" in where(spelled, "换成“biz-annual-fee”有 1 条")
        phrase = await reader.get("/knowledge", params={"q": "“年费恐龙”"})
        assert "q=" in where(phrase, "不要求引号内一字不差")


async def test_what_counted_on_a_day_is_found_by_that_day_and_says_that_it_is_over(world: World) -> None:
    row = await row_of(world)
    version = await version_after(world, row, title="银行卡年费新规定", effective_from=date(2026, 2, 1))
    async with await staff(world, "agent") as reader:
        assert titles_on(await reader.get("/knowledge", params={"q": FEE})) == ["银行卡年费新规定"]
        before = await reader.get("/knowledge", params={"q": FEE, "on": "2026-01-31"})
        assert titles_on(before) == [row.title]
        assert "可能有现已失效的版本" in before.text
        old = await reader.get(where(before, row.title))
        assert "本版已失效，有效期至 2026-01-31，不得用于答复客户" in old.text
        assert where(old, "查看第") == f"/knowledge/{FEE}"
        assert "现行有效" in (await reader.get(f"/knowledge/{FEE}")).text
        diff = await reader.get(where(old, "与本版比较").split("#", maxsplit=1)[0])
        assert f"第 {row.version} 版到第 {version} 版的变化" in diff.text
        assert "<ins>新规定</ins>" in diff.text
        assert "<del>2026-01-01</del> <ins>2026-02-01</ins>" in diff.text
        assert ("复制话术" in old.text, "复制话术" in (await reader.get(f"/knowledge/{FEE}")).text) == (False, True)
        nothing = await reader.get("/knowledge", params={"q": FEE, "on": "1999-01-01"})
        assert "on=2026" in where(nothing, "在所选日期不生效")


async def test_an_entry_shows_what_it_stands_on_and_for_whom(world: World) -> None:
    async with world.database.reading() as session:
        closed = await session.scalar(select(Article).where(Article.audience == "internal").limit(1))
        law = await session.scalar(select(Article).where(Article.kind == "法规", Article.evidence == "B").limit(1))
    assert closed is not None
    assert law is not None
    async with await staff(world, "agent") as reader:
        assert "内部资料，勿直接外发" in (await reader.get(f"/knowledge/{closed.id}")).text
        page = await reader.get(f"/knowledge/{law.id}")
        for told in (law.source, law.clause, "已核对条文摘录或多个独立来源", f"第 {law.version} 版"):
            assert str(told) in unescape(page.text)
        assert "内部资料" not in page.text
        assert "没有用过" in page.text
        assert f'href="/curation/requests?article={law.id}">报告错误' in page.text
        assert ">维护<" not in page.text


async def test_drafts_are_not_read_here(world: World) -> None:
    row = await row_of(world)
    version = await version_after(world, row, status=ArticleStatus.DRAFT, title="还没写好")
    async with await staff(world, "curator") as reader:
        assert "还没写好" not in (await reader.get(f"/knowledge/{FEE}")).text
        for path in (f"/knowledge/{FEE}?version={version}", "/knowledge/no-such-entry", f"/knowledge/{FEE}?version=99"):
            refused = await reader.get(path)
            assert (refused.status_code, "没有这个已发布的知识条目或版本" in refused.text) == (404, True), path


async def test_what_was_taken_out_stays_readable_as_taken_out(world: World) -> None:
    async with world.database.transaction() as session:
        await session.execute(update(Article).where(Article.id == FEE).values(status=ArticleStatus.RETIRED))
    async with await staff(world, "agent") as reader:
        page = await reader.get(f"/knowledge/{FEE}")
        assert "本版已失效，不得用于答复客户" in page.text


async def test_an_entry_names_what_it_replaced_and_what_replaced_it(world: World) -> None:
    row = await row_of(world)
    await version_after(world, row, id="biz-annual-fee-new", title="新的年费条目", supersedes=FEE, links=[FEE])
    async with await staff(world, "agent") as reader:
        assert where(await reader.get(f"/knowledge/{FEE}"), "新的年费条目") == "/knowledge/biz-annual-fee-new"
        assert where(await reader.get("/knowledge/biz-annual-fee-new"), row.title) == f"/knowledge/{FEE}"


async def test_what_is_typed_is_completed(world: World) -> None:
    async with await staff(world, "agent") as reader:
        found = await reader.get("/console/knowledge/completions", params={"q": "年費"})
        options = re.findall(r'<li role="option" id="completion-(\d)"', found.text)
        assert options == [str(number) for number in range(1, len(options) + 1)]
        assert 1 <= len(options) <= 8
        assert f'href="/knowledge/{FEE}"' in found.text
        assert "role" not in (await reader.get("/console/knowledge/completions?q=")).text


async def test_filters_that_make_no_sense_are_refused(world: World) -> None:
    async with await staff(world, "agent") as reader:
        for bad in (
            "kind=x",
            "audience=x",
            "on=2026-13-01",
            "on=0001-01-01",
            "order=x",
            "cursor=x",
            "source=" + "x" * 300,
        ):
            assert (await reader.get(f"/knowledge?q=年费&{bad}")).status_code == 400, bad
