"""A bank at random: any colleague tries any move on any case at any time, through the real services.

After every accepted step the sentences of domain.md 5.5 must hold; at the end of a run the whole database must.
"""

import asyncio
import shutil
import tempfile
from collections import Counter
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack, suppress
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import select

from casebackend import check
from casebackend.access.guard import of_user
from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.api.evidence import AddEvidence
from casebackend.api.limits import UseProfile
from casebackend.cases import attaching, rules
from casebackend.cases.filing import CUSTOMER, SYSTEM, file
from casebackend.cases.model import Case
from casebackend.cases.rules import LIFECYCLE, Move, Status, moves_from
from casebackend.cases.service import move_case
from casebackend.clocks.model import Timer
from casebackend.connection import open_database
from casebackend.conversations.rules import Channel
from casebackend.conversations.service import hold_or_open
from casebackend.customers.service import register
from casebackend.database import Database
from casebackend.errors import DomainError
from casebackend.evidence.rules import Kind
from casebackend.organisations.model import Organisation
from casebackend.staff.model import User
from casebackend.workflow.service import use_profile
from tests.casebackend.cases.deeds import DEEDS, FOLLOWS, Deed, declare, done
from tests.casebackend.cases.sentences import hold_still, hold_true
from tests.casebackend.inline_sqlite import inline_sqlite
from tests.world import START, configured, prepare

MEMORY = Path("/dev/shm")
MOST_CASES = 7
JUDGEMENTS = [
    {"validity": "valid", "responsible": "responsible"},
    {"validity": "valid", "responsible": "partly"},
    {"validity": "invalid", "responsible": "responsible"},
    {"validity": "invalid", "responsible": "not_responsible"},
]
MAIN_WAY = [
    (Move.ACCEPT, "lead"), (Move.DISPATCH, "agent"), (Move.RECEIVE, "agent"), (Move.PROPOSE, "agent"),
    (Move.SIGN, "executive"), (Move.APPROVE_OPINION, "auditor"), (Move.APPROVE_REPLY, "supervisor"),
    (Move.REPLY, "agent"), (Move.PLAN_FOLLOWUP, "system"), (Move.CLOSE, "agent"),
]  # fmt: skip
BACKWARD = {
    Move.VOID,
    Move.WITHDRAW,
    Move.MERGE,
    Move.EDIT,
    Move.DECLINE,
    Move.ARCHIVE,
    Move.RETURN_TO_DRAFT,
    Move.SEND_BACK,
}
UNITS = ("北京朝阳支行", "个人金融部", "北京分行", "稽核部")
CHANNELS = (Channel.COUNTER, Channel.COUNTER, Channel.WEBCHAT, Channel.REGULATOR)


class Bank:
    """One fresh database, its staff, and a clock."""

    def __init__(self) -> None:
        self.loop = asyncio.new_event_loop()
        self.open = ExitStack()
        self.open.enter_context(inline_sqlite())
        self.folder = Path(tempfile.mkdtemp(prefix="tingsu-machine-", dir=MEMORY if MEMORY.is_dir() else None))
        shutil.copy(template(self.loop), self.folder / "bank.db")
        settings = configured(f"sqlite+aiosqlite:///{self.folder}/bank.db", self.folder)
        self.database: Database = open_database(settings)
        self.now = START
        self.staff: list[Principal] = []
        self.units: list[UUID] = []
        self.papers: dict[UUID, UUID] = {}

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def close(self) -> None:
        self.run(self.database.dispose())
        self.open.close()
        self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def opened(self, *, two_level: bool) -> list[UUID]:
        """`two_level`: the branch finishes what is ordinary; else the four steps."""
        async with self.database.transaction() as session:
            self.staff = [of_user(user) for user in await session.scalars(select(User).order_by(User.login))]
            found = {unit.name: unit.id for unit in await session.scalars(select(Organisation))}
            self.units = [found[name] for name in UNITS]
            if two_level:
                use = UseProfile(
                    unit_id=found["北京分行"], profile="two_level", effective_from=date(2026, 3, 1), source="假设"
                )
                await use_profile(session, use, by=SYSTEM, now=self.now)
            return [await self._filed(session, channel, self.units[0]) for channel in CHANNELS]

    async def _filed(self, session: Any, channel: Channel, unit: UUID) -> UUID:
        sender = "one customer" if channel is Channel.COUNTER else f"customer of {channel}"
        conversation = await hold_or_open(session, channel=channel, sender=sender, now=self.now)
        customer = await register(
            session, channel=channel, sender=sender, name="张三丰", phone=None, id_number=None, now=self.now
        )
        case = Case(
            id=uuid4(), status=rules.INITIAL, kind="first", conversation_id=conversation.id, customer_id=customer.id,
            channel=channel, facts="多扣了年费", demand="退还年费", unit_id=unit, creator=CUSTOMER.actor,
            received_at=self.now - timedelta(hours=3), business_channel_a="营业现场", category_b="信用卡",
            cause_c="待分类", severity="一般投诉",
            source="regulator" if channel is Channel.REGULATOR else "direct",
        )  # fmt: skip
        await file(session, case, now=self.now)
        paper = AddEvidence(kind=Kind.DOCUMENT, title="笔迹鉴定委托书", source="档案室")
        self.papers[case.id] = (await attaching.add(session, case.id, paper, principal=SYSTEM, now=self.now)).id
        return case.id


_template: list[Path] = []


def template(loop: asyncio.AbstractEventLoop) -> Path:
    if not _template:
        folder = Path(tempfile.mkdtemp(prefix="tingsu-machine-"))
        loop.run_until_complete(prepare(f"sqlite+aiosqlite:///{folder}/template.db"))
        _template.append(folder / "template.db")
    return _template[0]


type Pick = Callable[[Sequence[Any]], Any]


def first_of(options: Sequence[Any]) -> Any:
    return options[0]


def command_of(move: Move, pick: Pick, bank: Bank, case_id: UUID, master: str) -> MoveCase:
    """Everything a move could ask for, now and then with a hole in it. What is sensible stands first."""
    given: dict[str, Any] = {
        "opinion": "同意", "handling_unit_id": pick(bank.units), "appraisal": "笔迹鉴定",
        "appraisal_id": bank.papers.get(case_id),
        "decline_reason": "not_a_complaint", "findings": "系统重复扣收", "judgement_basis": "信用卡章程",
        "proposal": "退还", "closing_info": "已办结", "cause_c": "因定价收费引起的投诉", "reply_facts": "属实",
        "reply_basis": "章程", "reply_remedies": "分支机构的决定可以核查，也可以申请调解、仲裁或者提起诉讼",
        "overdue_reason": pick(["客户要求延后", None]), "satisfaction": "satisfied", "told_by": "phone",
        "told_at": bank.now, "told_proof": "通话录音已保存", "requested_at": bank.now,
        "identity_check": "电话核对预留信息", "master_number": master, "cosigners": [bank.units[1]],
    }  # fmt: skip
    judged = {Move.PROPOSE: JUDGEMENTS, Move.PROPOSE_REPLY: JUDGEMENTS[::-1]}.get(move)
    given |= pick(judged) if judged else {}
    hole = pick([None] * 12 + sorted(given))
    return MoveCase(move=move, **{name: value for name, value in given.items() if name != hole and value is not None})


WALKED: Counter[tuple[str, str]] = Counter()
RUNS: Counter[str] = Counter()
REFUSED: Counter[tuple[str, str]] = Counter()


class Lifecycle(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        RUNS["begun"] += 1
        self.bank = Bank()
        self.cases: list[UUID] = []
        self.asked: dict[Deed, list[UUID]] = {}
        self.known: dict[UUID, tuple[Status, str, UUID | None]] = {}

    @initialize(steps=st.tuples(*[st.integers(0, len(MAIN_WAY))] * len(CHANNELS)), two_level=st.booleans())
    def complaints_come(self, steps: tuple[int, ...], *, two_level: bool) -> None:
        """Some have gone a part of the usual way already: most of what matters happens late in a case."""
        self.cases = self.bank.run(self.bank.opened(two_level=two_level))
        self.bank.run(self.look())
        for case_id, far in zip(self.cases, steps, strict=True):
            for move, login in MAIN_WAY[:far]:
                actor = next((each for each in self.bank.staff if each.name == login), SYSTEM)
                with suppress(DomainError):
                    self.bank.run(self.tried(case_id, command_of(move, first_of, self.bank, case_id, ""), actor))

    async def look(self) -> None:
        async with self.bank.database.reading() as session:
            for case_id in self.cases:
                await self.seen(session, case_id)

    @precondition(lambda self: bool(self.cases))
    @rule(data=st.data(), dice=st.integers(0, 19), folly=st.integers(0, 19))
    def something_happens(self, data: st.DataObject, dice: int, folly: int) -> None:
        """One rule, so that most steps lead a case onward: a case that is always withdrawn at once shows little."""
        if dice == 0:
            self.bank.now += timedelta(hours=data.draw(st.sampled_from([1, 4, 24, 24 * 4, 24 * 11])))
        elif dice <= 4:
            self.somebody_does_something_around_a_case(data, folly)
        else:
            self.somebody_moves_a_case(data, folly)

    def somebody_moves_a_case(self, data: st.DataObject, folly: int) -> None:
        case_id = data.draw(st.sampled_from(self.cases))
        status, number, handler = self.known[case_id]
        others = [each for each in self.cases if each != case_id]
        master = self.known[data.draw(st.sampled_from(others))][1]
        open_here = moves_from(status) or list(Move)
        onward = [move for move in open_here if move not in BACKWARD] or open_here
        move = data.draw(st.sampled_from(onward if folly < 15 else open_here if folly < 19 else list(Move)))
        able = self.able(status, move)
        able = sorted(able, key=lambda each: each.user_id != handler)[:1] if folly < 9 else able
        actor = data.draw(st.sampled_from(able if folly < 18 else self.everybody()))
        command = command_of(move, lambda options: data.draw(st.sampled_from(options)), self.bank, case_id, master)
        note(f"{self.bank.now:%m-%d %H:%M} {actor.actor} {move} {number} from {status}")
        try:
            self.bank.run(self.tried(case_id, command, actor))
        except DomainError as refusal:
            note(f"refused: {refusal.slug}")
            REFUSED[str(move), refusal.slug] += 1

    def somebody_does_something_around_a_case(self, data: st.DataObject, folly: int) -> None:
        """What was asked for is mostly decided where it was asked for."""
        deed = data.draw(st.sampled_from([each for each in DEEDS if folly > 15 or each is not declare]))
        asked = self.asked.get(FOLLOWS.get(deed, deed), []) if folly < 17 else []
        case_id = data.draw(st.sampled_from(asked if deed in FOLLOWS and asked else self.cases))
        actor = data.draw(st.sampled_from(self.bank.staff))
        note(f"{self.bank.now:%m-%d %H:%M} {actor.actor} {deed.__name__}")
        try:
            opened = self.bank.run(self.did(case_id, deed, actor, data.draw))
        except DomainError as refusal:
            note(f"refused: {refusal.slug}")
            REFUSED[deed.__name__, refusal.slug] += 1
        else:
            self.asked.setdefault(deed, []).append(case_id)
            self.cases += [opened] if opened and len(self.cases) < MOST_CASES else []

    def everybody(self) -> list[Principal]:
        return [*self.bank.staff, CUSTOMER, SYSTEM]

    def able(self, status: Status, move: Move) -> list[Principal]:
        arrow = LIFECYCLE.get((status, move))
        return [each for each in self.everybody() if arrow and arrow.by & each.roles] or self.everybody()

    async def tried(self, case_id: UUID, command: MoveCase, actor: Principal) -> None:
        async with self.bank.database.transaction() as session:
            before = await self.seen(session, case_id)
            await move_case(session, case_id, command, principal=actor, now=self.bank.now)
            after = await self.seen(session, case_id)
            await hold_true(session, before, after, command, actor, self.bank.now)
        WALKED[before["status"], command.move] += 1

    async def did(self, case_id: UUID, deed: Deed, actor: Principal, draw: Any) -> UUID | None:
        async with self.bank.database.transaction() as session:
            before = await self.seen(session, case_id)
            opened = await done(session, deed, case_id, actor, draw, self.bank.now, self.bank.units)
            hold_still(before, await self.seen(session, case_id))
            if opened is not None:
                await self.seen(session, opened)
        WALKED["around", deed.__name__] += 1
        return opened

    async def seen(self, session: Any, case_id: UUID) -> dict[str, Any]:
        """What the database holds, whatever the session remembers."""
        await session.flush()
        row = (await session.execute(select(Case.__table__).where(Case.__table__.c.id == case_id))).one()
        running = await session.execute(
            select(Timer.kind, Timer.due_at).where(Timer.case_id == case_id, Timer.stopped_at.is_(None))
        )
        self.known[case_id] = (Status(row.status), row.number, row.handler_id)
        shown: dict[str, Any] = dict(row._mapping)
        return shown | {"running": [tuple(each) for each in running]}

    def teardown(self) -> None:
        try:
            if self.cases:
                broken = self.bank.run(self.broken())
                assert not broken, "；".join(broken)
        finally:
            self.bank.close()

    async def broken(self) -> list[str]:
        async with self.bank.database.reading() as session:
            found = await check.check(session, now=self.bank.now)
            return [sentence for sentence in found if "既无草稿" not in sentence]
