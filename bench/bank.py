"""An invented bank of any size: cases over three years, most of them closed; into PostgreSQL with COPY, into SQLite
with the types of the models."""

import json
import random
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from itertools import islice
from typing import Any
from uuid import UUID

import psycopg
from sqlalchemy import Connection, Table, create_engine

from casebackend.cases.model import Case, CaseParticipant
from casebackend.clocks.model import Timer
from casebackend.customers.model import Customer, PersonalValue
from casebackend.database import UtcDateTime
from casebackend.engines import is_sqlite
from casebackend.timeline.model import TimelineEntry

YEARS = 3
OPEN_CASES = 4_000
STEPS = 5
OPEN_STATUSES = ("pending_review", "accepted", "dispatched", "investigating", "proposed", "closure_review")
ENDED = ("closed",) * 8 + ("archived",) * 8 + ("withdrawn", "declined", "merged")
MOVES = ("submit", "accept", "dispatch", "receive", "propose")
CHANNELS = ("webchat", "wechat", "hotline", "counter", "regulator", "letter")
SEVERITIES = ("一般投诉",) * 18 + ("重大投诉",) * 2
CATEGORIES = (
    "信用卡",
    "贷款",
    "借记卡使用",
    "资金汇划",
    "电子支付",
    "自营理财",
    "银行代理业务",
    "债务催收",
    "票据",
    "外汇",
)
CAUSES = ("因服务态度及服务质量引起的投诉", "因定价收费引起的投诉", "因信息披露引起的投诉", "因合同条款引起的投诉")
PEOPLE = 200
FACTS = "柜台多扣了年费，多次询问没有答复，要求说明收费的依据并退还"
TOLD = "，请回电[手机#1]"
TELLS_EVERY = 3  # so many cases for one that holds a number to be masked
NULL = "\\N"
CASE_COLUMNS = (
    "id", "number", "status", "status_changed_at", "conversation_id", "customer_id", "channel", "severity", "lane",
    "unit_id", "handling_unit_id", "handler_id", "amount", "category_b", "cause_c", "received_at", "filed_at",
    "promised_on", "closed_at", "facts",
)  # fmt: skip
STEP_COLUMNS = ("id", "case_id", "seq", "at", "user_id", "organisation_id", "unit_id", "move")
TIMER_COLUMNS = (
    "id", "case_id", "kind", "started_at", "origin_at", "near_at", "due_at", "next_at", "stopped_at",
)  # fmt: skip
STEP = {"actor": "staff:bench", "actor_name": "某同事", "kind": "case.moved", "opinion": "请按规定办理", "detail": "{}"}
ORDINARY = {
    "version": 4, "creator": "customer", "business_channel_a": "营业现场", "assigned_why": "[]", "cosigners": "[]",
    "demand": "退还多扣的费用并道歉",
}  # fmt: skip
VALUE = {"token": "[手机#1]", "kind": "手机", "value_enc": "v1|", "masked": "138****0000"}
EMPTY: dict[type, Any] = {
    object: "2023-01-01 00:00+00",
    str: "",
    int: 0,
    Decimal: 0,
    bool: False,
    dict: "{}",
    list: "[]",
}


READ: dict[type, Any] = {UUID: UUID, date: date.fromisoformat, int: int, Decimal: Decimal}


def uuid_of(kind: int, number: int) -> str:
    """Spread like random ones, the same in each run."""
    return f"{number * 0x9E3779B97F4A7C15 & 0xFFFFFFFFFFFFFFFF:016x}{0x8000 | kind:04x}{number:012x}"


class Filling:
    """Columns that differ from row to row, and after them those that are the same in all."""

    def __init__(self, model: Any, columns: Sequence[str], **same: Any) -> None:
        self.name, self.table = model.__tablename__, model.__table__
        self.columns = columns
        self.same = {name: value for name, value in (_defaults(model) | same).items() if name not in columns}

    def copy(self, connection: psycopg.Connection[Any], rows: Iterator[Sequence[str]]) -> None:
        listed = ", ".join(f'"{name}"' for name in (*self.columns, *self.same))
        tail = "".join(f"\t{value}" for value in self.same.values()) + "\n"
        with connection.cursor().copy(f"COPY {self.name} ({listed}) FROM STDIN".encode()) as copy:
            while some := ["\t".join(row) for row in islice(rows, 2_000)]:
                copy.write(tail.join(some) + tail)
        connection.commit()

    def insert(self, connection: Connection, rows: Iterator[Sequence[str]]) -> None:
        same = {name: self._read(name, value) for name, value in self.same.items()}
        while some := list(islice(rows, 2_000)):
            filled = [
                {name: self._read(name, value) for name, value in zip(self.columns, row, strict=True)} | same
                for row in some
            ]
            connection.execute(self.table.insert(), filled)

    def _read(self, name: str, value: Any) -> Any:
        """As COPY would read it."""
        if value == NULL or not isinstance(value, str):
            return None if value == NULL else value
        kind = self.table.c[name].type
        if isinstance(kind, UtcDateTime):
            return datetime.fromisoformat(value)
        return json.loads(value) if value in ("[]", "{}") else READ.get(kind.python_type, str)(value)


class Load:
    """The secondary indexes are taken away while the tables are filled."""

    def __init__(self, url: str, *, cases: int, units: list[UUID], users: list[UUID], now: datetime) -> None:
        self.url, self.cases, self.now = url, cases, now
        self.units = [str(unit) for unit in units]
        self.users = [str(user) for user in users] + [uuid_of(9, number) for number in range(PEOPLE)]
        self.first = now - timedelta(days=365 * YEARS)
        self.gap = (now - self.first) / cases
        self.customers = max(1, cases // 4)

    def run(self) -> None:
        engine = create_engine(self.url.replace("+aiosqlite", ""))
        filled = (Customer, Case, PersonalValue, CaseParticipant, TimelineEntry, Timer)
        tables: list[Table] = [each.__table__ for each in filled]  # type: ignore[misc]
        indexes = [index for table in tables for index in table.indexes if not index.unique]
        with engine.begin() as connection:
            for index in indexes:
                index.drop(connection)
            if is_sqlite(self.url):
                for filling, rows in self._all():
                    filling.insert(connection, rows)
                for index in indexes:
                    index.create(connection)
        if is_sqlite(self.url):
            engine.dispose()
            return
        plain = self.url.replace("+psycopg", "")
        with psycopg.connect(plain) as one:
            for filling, rows in self._all():
                filling.copy(one, rows)
        with engine.begin() as connection:
            for index in indexes:
                index.create(connection)
        with psycopg.connect(plain, autocommit=True) as one:
            one.execute("VACUUM ANALYZE")
        engine.dispose()

    def _all(self) -> Iterator[tuple[Filling, Iterator[Sequence[str]]]]:
        yield Filling(Customer, ("id",), name_masked="客**"), ((uuid_of(3, n),) for n in range(self.customers))
        yield Filling(Case, CASE_COLUMNS, **ORDINARY), self._cases()
        yield Filling(PersonalValue, ("id", "conversation_id"), **VALUE), self._values()
        yield Filling(CaseParticipant, ("case_id", "user_id", "last_at")), self._participants()
        yield Filling(TimelineEntry, STEP_COLUMNS, **STEP), self._timeline()
        yield Filling(Timer, TIMER_COLUMNS, label="办理时限", derivation="收到 + 15日"), self._timers()

    def _is_open(self, number: int) -> bool:
        return number >= self.cases - min(OPEN_CASES, self.cases // 2)

    def _at(self, number: int) -> datetime:
        return self.first + self.gap * number

    def _cases(self) -> Iterator[Sequence[str]]:
        dice = random.Random(5)

        def one_of(some: Sequence[str]) -> str:
            return some[int(dice.random() * len(some))]

        for number in range(self.cases):
            moment, is_open = self._at(number), self._is_open(number)
            at, status = str(moment), one_of(OPEN_STATUSES if is_open else ENDED)
            yield (
                uuid_of(1, number),
                f"TS{moment:%Y%m%d}{number % 1_000_000:06d}",
                status,
                at,
                uuid_of(2, number),
                uuid_of(3, number % self.customers),
                one_of(CHANNELS),
                one_of(SEVERITIES),
                "优先办理" if dice.random() < 0.03 else NULL,
                one_of(self.units),
                one_of(self.units),
                NULL if status in ("pending_review", "accepted") else one_of(self.users),
                str(int(dice.random() * 90_000)),
                one_of(CATEGORIES),
                one_of(CAUSES),
                at,
                at,
                str((moment + timedelta(days=15)).date()),
                NULL if is_open else str(moment + timedelta(days=9)),
                FACTS if number % TELLS_EVERY else FACTS + TOLD,
            )

    def _values(self) -> Iterator[Sequence[str]]:
        for number in range(0, self.cases, TELLS_EVERY):
            yield uuid_of(6, number), uuid_of(2, number)

    def _participants(self) -> Iterator[Sequence[str]]:
        dice, people = random.Random(6), len(self.users)
        for number in range(self.cases):
            first = int(dice.random() * people)
            for user in (first, (first + 7) % people):
                yield uuid_of(1, number), self.users[user], str(self._at(number))

    def _timeline(self) -> Iterator[Sequence[str]]:
        dice, people, units = random.Random(7), len(self.users), len(self.units)
        for number in range(self.cases):
            case, at = uuid_of(1, number), self._at(number)
            for step in range(STEPS):
                yield (
                    uuid_of(4, number * STEPS + step),
                    case,
                    str(step + 1),
                    str(at + timedelta(hours=7 * step)),
                    self.users[int(dice.random() * people)],
                    self.units[int(dice.random() * units)],
                    self.units[int(dice.random() * units)],
                    MOVES[step],
                )

    def _timers(self) -> Iterator[Sequence[str]]:
        for number in range(self.cases):
            case, at, is_open = uuid_of(1, number), self._at(number), self._is_open(number)
            started = self.now - timedelta(minutes=number % 5_000) if is_open else at
            near, due = str(started + timedelta(days=11)), str(started + timedelta(days=15))
            stopped = NULL if is_open else str(at + timedelta(days=8))
            for place, kind in enumerate(("l1", "internal.investigate")):
                timer = uuid_of(5, number * 2 + place)
                yield timer, case, kind, str(started), str(started), near, due, near if is_open else NULL, stopped


def _defaults(model: Any) -> dict[str, Any]:
    """Scalars that a column takes when nothing is said, and nothing where something must stand."""
    found = {}
    for column in model.__table__.columns:
        if not column.nullable:
            plain = getattr(column.default, "is_scalar", False)
            found[column.name] = column.default.arg if plain else EMPTY.get(column.type.python_type)
    return {name: value for name, value in found.items() if value is not None}
