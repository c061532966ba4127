from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.dictionaries.model import DictionaryTerm
from casebackend.dictionaries.queries import DICTIONARIES
from casebackend.errors import Conflict, NotFound, Unprocessable


class DictionaryNotFound(NotFound):
    slug = "dictionary-not-found"

    def __init__(self) -> None:
        super().__init__("没有这个字典")


class UnknownNames(Unprocessable):
    slug, title = "unknown-names", "有不在字典中的名称"

    def __init__(self, names: list[str]) -> None:
        super().__init__("请先在字典中增加：" + "、".join(names[:10]), names=names)


class CodesTwice(Unprocessable):
    slug, title = "codes-twice", "代码重复"

    def __init__(self) -> None:
        super().__init__("同一字典中，一个代码只能对应一个名称")


class VersionOfThatDay(Conflict):
    slug, title = "version-of-that-day", "该日已有版本"

    def __init__(self) -> None:
        super().__init__("新版本的生效日须晚于现有版本")


SEED = Path(__file__).with_name("taxonomy.yml")


@cache
def _delivered() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(SEED.read_text(encoding="utf-8"))
    return found


def labels() -> dict[str, str]:
    """The dictionaries there are, and what they are called."""
    return {dictionary: content["label"] for dictionary, content in _delivered().items()}


def delivered() -> frozenset[str]:
    """The words that come with the release, by id: they would be there again after the next installation."""
    return frozenset(term["id"] for content in _delivered().values() for term in content["terms"])


async def seed(session: AsyncSession, *, now: datetime) -> None:
    known = set(await session.scalars(select(DictionaryTerm.id)))
    for dictionary, content in _delivered().items():
        for seq, term in enumerate(content["terms"], 1):
            if term["id"] not in known:
                session.add(
                    DictionaryTerm(
                        id=term["id"],
                        dictionary=dictionary,
                        seq=seq,
                        name=term["name"],
                        parent_id=term["parent"],
                        keywords=term.get("keywords", []),
                    )
                )
    await session.flush()
    await editions.changed(session, DICTIONARIES)


async def import_codes(
    session: AsyncSession, dictionary: str, codes: Mapping[str, str], *, effective_from: date, source: str
) -> int:
    """Official codes, by name: a new version of each term from that day on. What was exported before stays right."""
    rows = await session.scalars(
        select(DictionaryTerm)
        .where(DictionaryTerm.dictionary == dictionary, DictionaryTerm.active, DictionaryTerm.effective_to.is_(None))
        .with_for_update()
    )
    newest = {row.name: row for row in rows}
    if not newest:
        raise DictionaryNotFound
    if unknown := sorted(codes.keys() - newest.keys()):
        raise UnknownNames(unknown)
    after = {name: codes.get(name, row.code) for name, row in newest.items()}
    given = [code for code in after.values() if code]
    if len(given) != len(set(given)):
        raise CodesTwice
    changing = [row for name, row in newest.items() if after[name] != row.code]
    if any(row.effective_from >= effective_from for row in changing):
        raise VersionOfThatDay
    for row in changing:
        session.add(_next_version(row, after[row.name], effective_from, source))
        row.effective_to = effective_from
    await session.flush()
    await editions.changed(session, DICTIONARIES)
    return len(changing)


def _next_version(row: DictionaryTerm, code: str | None, effective_from: date, source: str) -> DictionaryTerm:
    return DictionaryTerm(
        id=f"{row.id.partition('@')[0]}@{effective_from:%Y%m%d}",
        dictionary=row.dictionary,
        seq=row.seq,
        name=row.name,
        code=code,
        parent_id=row.parent_id,
        keywords=list(row.keywords),
        effective_from=effective_from,
        source=source,
    )
