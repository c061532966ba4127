"""The part of bench.search_scale that goes through the application: what a search of people costs, how soon cards are
there after a message, how soon what was learned is suggested. By clock and over the database; bench.search_scale made
the files."""

import asyncio
import random
import shutil
import time
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import httpx
from sqlalchemy import delete, insert

from casebackend.calendar.rules import local_date
from casebackend.curation import phrasings
from casebackend.curation.indexing import FOLDER
from casebackend.curation.knowledge_index import Knowledge
from casebackend.curation.model import Article as Row
from casebackend.curation.queries import count_published
from knowledge.articles import Article, load_content
from knowledge.encoder import bundled
from knowledge.snapshot import Bounds, Order
from ops.figures import Figures
from tests.casebackend.staff.logins import staff
from tests.world import World

SEED, MESSAGES, LEARNED = 7, 30, 5
CARDS_SECONDS, LEARNED_SECONDS, SEARCH_MS = 1.0, 5.0, 200.0
UNHEARD = "魑魅魍魉饕餮貔貅邂逅旖旎耄耋龃龉"
PAGE = 20


async def serving(
    figures: Figures, rows: list[dict[str, Any]], articles: list[Article], files: Path, asked: int
) -> None:
    chance = random.Random(SEED)
    async with World.built() as world:
        async with world.database.transaction() as session:
            await session.execute(delete(Row))
            await session.execute(insert(Row), rows)
        root = world.settings.var_dir / FOLDER
        shutil.copytree(files, root, symlinks=True)
        world.app.ctx.knowledge = knowledge = Knowledge(root, world.database, encoder=bundled())
        await knowledge.suggest("年费", on=local_date(world.time))
        await knowledge.prepared()
        questions = [question for each in load_content() for question in each.questions]
        wanted = chance.sample(questions, min(asked, len(questions)))
        async with await staff(world, "agent") as agent, await staff(world, "curator") as curator:
            await searched(figures, world, knowledge, agent, wanted, len(rows))
            await carded(figures, world, agent, chance.sample(articles, MESSAGES), len(rows))
            await learned(figures, world, agent, curator, chance.sample(articles, LEARNED), len(rows))


async def searched(
    figures: Figures, world: World, knowledge: Knowledge, agent: httpx.AsyncClient, wanted: list[str], count: int
) -> None:
    """CPU of all threads of this process; the clock of the whole answer of the interface, its statement included."""
    bounds = Bounds(on=local_date(world.time))

    async def look(words: str) -> None:
        await knowledge.look(words, bounds, order=Order.RELEVANCE, start=0, limit=PAGE)

    async def answered(words: str) -> None:
        found = await agent.get("/api/v1/knowledge/search", params={"q": words})
        assert found.json()["reduced"] is None, found.text

    for words in wanted[:10]:
        await answered(f"{words}？")
    cpu = await spent(look, wanted, time.process_time)
    clock = await spent(answered, wanted, time.perf_counter)
    for percent in (50, 95):
        figures.show(f"CPU ms of a search for people p{percent}", ours=at(cpu, percent), documents=count)
    for percent in (50, 95):
        figures.show(
            f"ms of a search for people by the clock p{percent}",
            ours=at(clock, percent),
            bar=SEARCH_MS,
            documents=count,
        )


async def spent(
    act: Callable[[str], Awaitable[None]], wanted: Sequence[str], clock: Callable[[], float]
) -> list[float]:
    """In milliseconds."""
    taken = []
    for words in wanted:
        begun = clock()
        await act(words)
        taken.append((clock() - begun) * 1_000)
    return taken


def at(taken: Sequence[float], percent: int) -> float:
    return sorted(taken)[min(len(taken) - 1, len(taken) * percent // 100)]


async def carded(figures: Figures, world: World, agent: httpx.AsyncClient, meant: list[Article], count: int) -> None:
    """From the moment a message comes in until an agent who looks at its conversation has its cards."""
    taken, right = [], 0
    for number, article in enumerate(meant):
        begun = time.perf_counter()
        receipt = await world.says(article.questions[0], sender=f"customer-{number}")
        found = await agent.get(f"/api/v1/conversations/{receipt.conversation_id}/suggestions")
        taken.append(time.perf_counter() - begun)
        right += article.id in [card["article_id"] for card in found.json()["cards"]]
    for percent in (50, 95):
        figures.show(
            f"s from a message to its cards p{percent}", ours=at(taken, percent), bar=CARDS_SECONDS, documents=count,
            messages=len(taken), longest=round(max(taken), 3), with_the_entry=right,
        )  # fmt: skip


async def learned(
    figures: Figures, world: World, agent: httpx.AsyncClient, curator: httpx.AsyncClient, meant: list[Article],
    count: int,
) -> None:  # fmt: skip
    """From the answer that a phrasing is accepted to the first card of its entry, asked ten times a second."""
    taken, deciding = [], []
    for number, (article, words) in enumerate(zip(meant, spoken(), strict=False)):
        receipt = await world.says(words, sender=f"slang-{number}")
        at_cards = f"/api/v1/conversations/{receipt.conversation_id}/suggestions"
        assert article.id not in (await agent.get(at_cards)).text
        async with world.database.transaction() as session:
            row = await phrasings.propose(session, article.id, words, use_id=None, now=world.time)
            assert row is not None
        path, read = f"/api/v1/phrasings/{row.id}/decision", {"If-Match": '"1"'}
        begun = time.perf_counter()
        (await curator.post(path, json={"decision": "accepted"}, headers=read)).raise_for_status()
        accepted = time.perf_counter()
        while article.id not in (await agent.get(at_cards)).text:  # noqa: ASYNC110
            await asyncio.sleep(0.1)
        deciding.append(accepted - begun)
        taken.append(time.perf_counter() - accepted)
    async with world.database.reading() as session:
        assert await count_published(session) == count
    figures.show(
        "s from a phrasing accepted to its entry suggested, the longest", ours=max(taken), bar=LEARNED_SECONDS,
        documents=count, learned=len(taken), deciding=round(max(deciding), 2),
    )  # fmt: skip


def spoken() -> list[str]:
    """Three rare characters each, in an order nobody wrote."""
    return [UNHEARD[start : start + 3] for start in range(0, len(UNHEARD) - 2, 3)]
