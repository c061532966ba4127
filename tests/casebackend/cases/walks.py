"""A bank at random: its staff, its cases of every matter, and what a colleague could write on a move."""

import asyncio
import shutil
import tempfile
from collections.abc import Callable, Coroutine, Sequence
from contextlib import ExitStack
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import select

from casebackend.access.guard import of_user
from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.api.evidence import AddEvidence
from casebackend.api.limits import UseProfile
from casebackend.calendar.rules import local_date
from casebackend.cases import attaching, rules
from casebackend.cases.filing import CUSTOMER, SYSTEM, file
from casebackend.cases.model import Case
from casebackend.cases.rules import Move
from casebackend.cases.words import PauseGround
from casebackend.connection import open_database
from casebackend.conversations.rules import Channel
from casebackend.conversations.service import hold_or_open
from casebackend.customers.service import register
from casebackend.database import Database
from casebackend.evidence.rules import Kind
from casebackend.organisations.model import Organisation
from casebackend.staff.model import LoginSession, User
from casebackend.workflow.service import use_profile
from tests.casebackend.inline_sqlite import inline_sqlite
from tests.world import START, configured, prepare

MEMORY = Path("/dev/shm")
HOUR = timedelta(hours=1)
MATTERS = ("complaint", "enquiry", "suggestion", "praise", "objection", "petition", "report", "personal_info")
SHORT = frozenset({"enquiry", "suggestion", "praise", "personal_info"})
# What is answered without being judged, and what can only follow on that.
NOT_OF_SHORT = frozenset({Move.PROPOSE, Move.ASK_COUNTERSIGN, Move.SUSPEND, Move.REOPEN})
NEVER_OF_SHORT = NOT_OF_SHORT | {
    Move.SIGN,
    Move.APPROVE_OPINION,
    Move.APPROVE_REPLY,
    Move.RETURN_FOR_REWORK,
    Move.COUNTERSIGN_DONE,
    Move.RESUME,
}
UNITS = ("北京朝阳支行", "个人金融部", "北京分行", "稽核部")
CHANNELS = (Channel.COUNTER, Channel.COUNTER, Channel.WEBCHAT, Channel.REGULATOR)
JUDGEMENTS = [
    {"validity": "valid", "responsible": "responsible"},
    {"validity": "valid", "responsible": "partly"},
    {"validity": "invalid", "responsible": "responsible"},
    {"validity": "invalid", "responsible": "not_responsible"},
]
_TAKEN = [(Move.ACCEPT, "lead"), (Move.DISPATCH, "agent"), (Move.RECEIVE, "agent")]
_TOLD = [(Move.REPLY, "agent"), (Move.PLAN_FOLLOWUP, "system"), (Move.CLOSE, "agent")]
_DECIDED = [(Move.APPROVE_OPINION, "auditor"), (Move.APPROVE_REPLY, "supervisor")]
MAIN_WAY = [*_TAKEN, (Move.PROPOSE, "agent"), (Move.SIGN, "executive"), *_DECIDED, *_TOLD]
SHORT_WAY = [*_TAKEN, (Move.PROPOSE_REPLY, "agent"), *_TOLD]

type Pick = Callable[[Sequence[Any]], Any]


def first_of(options: Sequence[Any]) -> Any:
    return options[0]


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
        self.superiors: dict[UUID, UUID] = {}
        self.units: list[UUID] = []
        self.papers: dict[UUID, UUID] = {}

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    def close(self) -> None:
        self.run(self.database.dispose())
        self.open.close()
        self.loop.close()
        shutil.rmtree(self.folder, ignore_errors=True)

    async def opened(self, matters: Sequence[str], *, two_level: bool) -> list[UUID]:
        """One case for each channel; those of the counter are of one customer. `two_level`: the branch finishes what is
        ordinary; else the four steps."""
        async with self.database.transaction() as session:
            users = list(await session.scalars(select(User).order_by(User.login)))
            session.add_all(at_his_desk(user, self.now) for user in users)
            self.staff = [of_user(user) for user in users]
            self.superiors = {user.id: user.superior_id for user in users if user.superior_id is not None}
            found = {unit.name: unit.id for unit in await session.scalars(select(Organisation))}
            self.units = [found[name] for name in UNITS]
            if two_level:
                use = UseProfile(
                    unit_id=found["北京分行"], profile="two_level", effective_from=date(2026, 3, 1), source="假设"
                )
                await use_profile(session, use, by=SYSTEM, now=self.now)
            return [
                await self._filed(session, channel, self.units[0], matter)
                for channel, matter in zip(CHANNELS, matters, strict=True)
            ]

    async def _filed(self, session: Any, channel: Channel, unit: UUID, matter: str) -> UUID:
        sender = "one customer" if channel is Channel.COUNTER else f"customer of {channel}"
        conversation = await hold_or_open(session, channel=channel, sender=sender, now=self.now)
        customer = await register(
            session, channel=channel, sender=sender, name="张三丰", phone=None, id_number=None, now=self.now
        )
        case = Case(
            id=uuid4(), status=rules.INITIAL, kind="first", conversation_id=conversation.id, customer_id=customer.id,
            channel=channel, facts="多扣了年费", demand="退还年费", unit_id=unit, creator=CUSTOMER.actor,
            received_at=self.now - 3 * HOUR, business_channel_a="营业现场", category_b="信用卡", cause_c="待分类",
            severity="一般投诉", matter_type=matter,
            source="regulator" if channel is Channel.REGULATOR else "direct",
        )  # fmt: skip
        await file(session, case, now=self.now)
        paper = AddEvidence(kind=Kind.DOCUMENT, title="笔迹鉴定委托书", source="档案室")
        self.papers[case.id] = (await attaching.add(session, case.id, paper, principal=SYSTEM, now=self.now)).id
        return case.id


def at_his_desk(user: User, now: datetime) -> LoginSession:
    """As long as the walk lasts: what ends a session is no matter of it."""
    later = now + timedelta(days=9_000)
    return LoginSession(
        secret_hash=uuid4().hex, user_id=user.id, address="10.0.0.1", created_at=now, seen_at=now, idle_until=later,
        expires_at=later,
    )  # fmt: skip


_template: list[Path] = []


def template(loop: asyncio.AbstractEventLoop) -> Path:
    if not _template:
        folder = Path(tempfile.mkdtemp(prefix="tingsu-machine-"))
        loop.run_until_complete(prepare(f"sqlite+aiosqlite:///{folder}/template.db"))
        _template.append(folder / "template.db")
    return _template[0]


def command_of(move: Move, pick: Pick, bank: Bank, case_id: UUID, master: str) -> MoveCase:
    """Everything a move could ask for, now and then with a hole in it. What is sensible stands first."""
    given: dict[str, Any] = {
        "opinion": "同意", "handling_unit_id": pick(bank.units), "appraisal": "笔迹鉴定",
        "appraisal_id": bank.papers.get(case_id),
        "decline_reason": "not_a_complaint", "findings": "系统重复扣收", "judgement_basis": "信用卡章程",
        "proposal": "退还", "closing_info": "已办结", "cause_c": "因定价收费引起的投诉", "reply_facts": "属实",
        "reply_decision": "退还年费", "reply_basis": "章程",
        "reply_remedies": "分支机构的决定可以核查，也可以请求复查，申请调解、仲裁或者提起诉讼",
        "overdue_reason": pick(["客户要求延后", None]), "satisfaction": "satisfied",
        "told_by": pick(["letter", "phone"]),
        "told_at": bank.now, "told_proof": "通话录音已保存", "requested_at": bank.now,
        "identity_check": "电话核对预留信息", "master_number": master, "cosigners": [bank.units[1]],
    }  # fmt: skip
    judged = {Move.PROPOSE: JUDGEMENTS, Move.PROPOSE_REPLY: JUDGEMENTS[::-1]}.get(move)
    given |= pick(judged) if judged else {}
    if move is Move.PROPOSE:
        named = [*bank.units[:2], None]
        given["responsible_unit_id"] = pick(named if given["validity"] == "valid" else named[::-1])
    if move is Move.ASK_COUNTERSIGN:
        given["cosigners"] = pick([bank.units[1:2], bank.units[2:], bank.units[1:]])
        given["countersign_mode"] = pick(["all", "any", "quorum"])
        given["countersign_quorum"] = 2 if given["countersign_mode"] == "quorum" else None
    elif move is Move.SUSPEND:
        given["pause_ground"] = pick(list(PauseGround))
        days = pick([30, 30, 1, 0, -1, 400])
        given["expected_back_on"] = local_date(bank.now) + timedelta(days=days)
    elif move is Move.WITHDRAW:
        given["requested_at"] = pick([bank.now - HOUR, bank.now])
    hole = pick([None] * 12 + sorted(given))
    return MoveCase(move=move, **{name: value for name, value in given.items() if name != hole and value is not None})
