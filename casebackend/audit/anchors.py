"""Where each chain ended, day by day, in signed files outside the database.

The heads in the database show a cut tail; whoever cuts head and tail together is shown by the file of a day before,
as long as the folder lies where he cannot write (another host, or write-once storage). Each file holds what has been
written since the one before, names it by its digest, and ends with an Ed25519 signature that anybody can check who
has the public key. A file that is missing is missed by its successor and by the audit chain itself.
"""

import base64
import hashlib
import hmac
import json
import os
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from sqlalchemy import and_, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend.audit import service
from casebackend.audit.model import AuditEntry
from casebackend.audit.verifying import steady
from casebackend.database import Database

CHAIN, EVENT = "anchors", "audit.anchored"
# A transaction may commit after one that began later: what is older than the last anchor by less is taken again.
OVERLAP = timedelta(hours=1)
DAILY = timedelta(hours=23)
PORTION = 500
UNFINISHED = ".tmp"


@dataclass(frozen=True, slots=True)
class Anchor:
    number: int
    at: datetime
    sha256: str


def signer(audit_key: bytes) -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(hmac.new(audit_key, b"tingsu.anchor", hashlib.sha256).digest())


def public_key(audit_key: bytes) -> str:
    return base64.b64encode(signer(audit_key).public_key().public_bytes_raw()).decode()


def file_of(folder: Path, number: int) -> Path:
    return folder / f"audit-{number:06}.jsonl"


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder


def _numbers(folder: Path) -> set[int]:
    return {int(path.stem.removeprefix("audit-")) for path in folder.glob("audit-*.jsonl")}


async def last(session: AsyncSession) -> Anchor | None:
    row = await session.scalar(
        select(AuditEntry).where(AuditEntry.chain == CHAIN).order_by(AuditEntry.seq.desc()).limit(1)
    )
    return _anchor(row) if row else None


def _anchor(row: AuditEntry) -> Anchor:
    return Anchor(int(row.detail["number"]), row.at, str(row.detail["sha256"]))


async def due(database: Database, now: datetime) -> bool:
    async with database.reading() as session:
        before = await last(session)
    return before is None or now - before.at >= DAILY


async def write(database: Database, folder: Path, *, now: datetime) -> Path:
    """The file first, then the line in the audit: a file without its line is written again under the same number."""
    async with database.reading() as session:
        await steady(session)
        before = await last(session)
        number = before.number + 1 if before else 1
        key: bytes = session.info["audit_key"]
        path, digest = file_of(_made(folder), number), hashlib.sha256()
        with path.with_suffix(UNFINISHED).open("wb") as file:

            def put(line: dict[str, object]) -> None:
                raw = json.dumps(line, ensure_ascii=False, sort_keys=True).encode() + b"\n"
                digest.update(raw)
                file.write(raw)

            put({"number": number, "at": now.isoformat(), "previous": before.sha256 if before else None})
            async for chain, seq, link in _ends(session, before.at - OVERLAP if before else None):
                put({"chain": chain, "seq": seq, "hash": link})
            seal = base64.b64encode(signer(key).sign(digest.digest())).decode()
            file.write(json.dumps({"signature": seal, "public_key": public_key(key)}).encode() + b"\n")
            file.flush()
            os.fsync(file.fileno())
    path.with_suffix(UNFINISHED).replace(path)
    _sync(folder)
    detail = {"number": number, "sha256": digest.hexdigest()}
    async with database.transaction() as session:
        await service.record(
            session, chain=CHAIN, event=EVENT, actor="service:worker", object=path.name, now=now, detail=detail
        )
    return path


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


async def _ends(session: AsyncSession, since: datetime | None) -> AsyncIterator[tuple[str, int, str]]:
    """The last row of each chain that was written to since, by chain."""
    tails = select(AuditEntry.chain, func.max(AuditEntry.seq).label("seq")).group_by(AuditEntry.chain)
    if since is not None:
        tails = tails.where(AuditEntry.at >= since)
    after = ""
    while True:
        part = tails.where(AuditEntry.chain > after).order_by(AuditEntry.chain).limit(PORTION).subquery()
        joined = and_(AuditEntry.chain == part.c.chain, AuditEntry.seq == part.c.seq)
        rows = (
            await session.execute(
                select(AuditEntry.chain, AuditEntry.seq, AuditEntry.hash).join(part, joined).order_by(AuditEntry.chain)
            )
        ).all()
        for row in rows:
            yield row.chain, row.seq, row.hash
        if len(rows) < PORTION:
            return
        after = rows[-1].chain


async def check(session: AsyncSession, folder: Path) -> list[str]:
    """What the files say and the database does not, and the other way round. Empty when they agree."""
    await steady(session)
    key: bytes = session.info["audit_key"]
    rows = await session.scalars(select(AuditEntry).where(AuditEntry.chain == CHAIN).order_by(AuditEntry.seq))
    known = {each.number: each for each in map(_anchor, rows)}
    broken: dict[str, str] = {}
    sentences, previous = [], None
    for number in range(1, max({*known, *_numbers(folder)}, default=0) + 1):
        path = file_of(folder, number)
        if not path.exists():
            sentences.append(f"锚定文件 {path.name} 缺失")
            previous = known[number].sha256 if number in known else None
            continue
        digest, fault = _file_holds(path, signer(key).public_key(), previous, known.get(number))
        previous = digest
        if fault:
            sentences.append(fault)
            continue
        with path.open("rb") as file:
            lines = (each for each in map(json.loads, file) if "chain" in each)
            while portion := list(islice(lines, PORTION)):
                await _compare(session, portion, path.name, broken)
    return sentences + list(broken.values())


def _file_holds(
    path: Path, key: Ed25519PublicKey, previous: str | None, known: Anchor | None
) -> tuple[str, str | None]:
    """(digest, what is wrong): the signature, the link to the file before, and the line in the audit."""
    digest, first, end = hashlib.sha256(), None, None
    for line, following in _with_next(path):
        if following is None:
            end = _json(line)
        else:
            first = first or _json(line)
            digest.update(line)
    found = digest.hexdigest()
    if first is None or end is None or "signature" not in end:
        return found, f"锚定文件 {path.name} 不完整"
    try:
        key.verify(base64.b64decode(str(end["signature"])), digest.digest())
    except (InvalidSignature, ValueError):
        return found, f"锚定文件 {path.name} 签名不符"
    if first.get("previous") != previous:
        return found, f"锚定文件 {path.name} 与前一份不连续"
    if known is None:
        return found, f"锚定文件 {path.name} 在审计记录中没有登记：锚定之后的记录被截断"
    return found, None if known.sha256 == found else f"锚定文件 {path.name} 与审计记录中的摘要不符"


def _with_next(path: Path) -> Iterator[tuple[bytes, bytes | None]]:
    with path.open("rb") as file:
        line = next(file, None)
        while line is not None:
            following = next(file, None)
            yield line, following
            line = following


def _json(line: bytes) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


async def _compare(session: AsyncSession, lines: Sequence[dict[str, Any]], name: str, broken: dict[str, str]) -> None:
    """The first row that is wrong of each chain, by chain."""
    wanted = {(str(each["chain"]), int(each["seq"])): str(each["hash"]) for each in lines}
    query = select(AuditEntry.chain, AuditEntry.seq, AuditEntry.hash).where(
        tuple_(AuditEntry.chain, AuditEntry.seq).in_(list(wanted))
    )
    held = {(chain, seq): link for chain, seq, link in await session.execute(query)}
    for (chain, seq), link in wanted.items():
        if held.get((chain, seq)) == link or chain in broken:
            continue
        end = await session.scalar(select(func.max(AuditEntry.seq)).where(AuditEntry.chain == chain))
        first = min((end or 0) + 1, seq)
        broken[chain] = f"{chain} 第 {first} 行缺失或与锚定文件 {name} 不符"
