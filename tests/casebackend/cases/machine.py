"""A bank at random: any colleague tries any move on any case at any time, through the real services.

After every accepted step the sentences of domain.md 5.5 must hold (`sentences`); at the end of a run the whole database
must. A deed that several people share stands in `deeds`, the bank itself in `walks`.
"""

from collections import Counter
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from hypothesis import note
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule
from sqlalchemy import bindparam, select

from casebackend import check
from casebackend.access.principal import Principal
from casebackend.api.cases import MoveCase
from casebackend.cases.filing import CUSTOMER, SYSTEM
from casebackend.cases.merging import FREES
from casebackend.cases.model import Case
from casebackend.cases.rules import LIFECYCLE, Move, Status, moves_from
from casebackend.cases.service import move_case
from casebackend.clocks.model import Timer
from casebackend.errors import DomainError
from tests.casebackend.cases import deeds, deeds_above, deeds_around, sentences, states
from tests.casebackend.cases.choices import Choices
from tests.casebackend.cases.deeds import DEEDS, FOLLOWS, Deed
from tests.casebackend.cases.ledger import Ledger
from tests.casebackend.cases.topics import TOPICS, Topic
from tests.casebackend.cases.walks import (
    CHANNELS,
    HOUR,
    MAIN_WAY,
    MATTERS,
    SHORT,
    SHORT_WAY,
    Bank,
    command_of,
    first_of,
)

MOST_CASES = 7
# Others of the family are written with these.
OF_SEVERAL = FREES | {Move.MERGE, Move.UNMERGE}
BY_MATTER = st.sampled_from([*MATTERS[:1] * 4, *MATTERS[1:]])
ITS_ROW = select(Case.__table__).where(Case.__table__.c.id == bindparam("case"))
ITS_CLOCKS = select(Timer.kind, Timer.due_at).where(Timer.case_id == bindparam("case"), Timer.stopped_at.is_(None))
# Matter, status and move, or matter, "around" and deed, of what was accepted.
WALKED: Counter[tuple[str, str, str]] = Counter()
RUNS: Counter[str] = Counter()
REFUSED: Counter[tuple[str, str, str]] = Counter()


class Lifecycle(Choices, RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        RUNS["begun"] += 1
        self.bank = Bank()
        self.ledger = Ledger()
        self.cases: list[UUID] = []
        self.asked: dict[Deed, list[UUID]] = {}
        self.topic: Topic | None = None

    @initialize(
        steps=st.tuples(*[st.integers(0, len(MAIN_WAY))] * len(CHANNELS)),
        matters=st.tuples(BY_MATTER, BY_MATTER, BY_MATTER),
        two_level=st.booleans(),
        topic=st.sampled_from([*TOPICS, *[None] * (len(TOPICS) // 3)]),
    )
    def complaints_come(
        self, steps: tuple[int, ...], matters: tuple[str, ...], *, two_level: bool, topic: Topic | None
    ) -> None:
        """Some have gone a part of the usual way already: most of what matters happens late in a case. Those of the
        counter are of one matter: they may be one and the same."""
        self.topic = topic
        first = matters[0] if topic is None else topic.matter
        each = (first, first, *matters[1:])
        steps = steps if topic is None else (0, *steps[1:])
        self.cases = self.bank.run(self.bank.opened(each, two_level=two_level))
        self.ledger.superiors = self.bank.superiors
        self.bank.run(self.look())
        for case_id, far, matter in zip(self.cases, steps, each, strict=True):
            for move, login in (SHORT_WAY if matter in SHORT else MAIN_WAY)[:far]:
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
        elif dice <= 6 and self.topic is not None:
            self.somebody_comes_to_the_topic(data, folly, self.topic)
        elif dice <= 9:
            self.somebody_does_something_around_a_case(data, folly)
        else:
            self.somebody_moves_a_case(data, folly)

    def somebody_comes_to_the_topic(self, data: st.DataObject, folly: int, topic: Topic) -> None:
        """Where it can be made, by whoever is let; else a case of that matter is led onward."""
        of_matter = [each for each in self.cases if self.ledger.rows[each]["matter_type"] == topic.matter]
        if isinstance(topic.what, Move):
            came = self.anybody_moves(
                data, [each for each in of_matter if topic.is_open(self.ledger.rows[each])], topic.what
            )
        else:
            came = self.anybody_does(data, folly, of_matter, topic.what)
        first = topic.first()
        if not came and first is not None:
            open_to = [each for each in of_matter if (Status(self.ledger.rows[each]["status"]), first) in LIFECYCLE]
            came = self.anybody_moves(data, open_to, first)
        if not came and of_matter:
            self.anybody_leads_onward(data, data.draw(st.sampled_from(of_matter)))

    def anybody_moves(self, data: st.DataObject, among: list[UUID], move: Move) -> bool:
        """Nothing is merged where no other one could take it in."""
        ready = [each for each in among if move is not Move.MERGE or self.mates(each)]
        if not ready:
            return False
        case_id = data.draw(st.sampled_from(ready))
        able = self.able(Status(self.ledger.rows[case_id]["status"]), move)
        return any(self.is_moved(data, case_id, move, each) for each in data.draw(st.permutations(able)))

    def anybody_does(self, data: st.DataObject, folly: int, among: list[UUID], wanted: Deed) -> bool:
        deed = deeds.first_needed(wanted, lambda each: set(self.asked.get(each, ())) & set(among))
        where = deeds.WHERE.get(deed, bool)
        ready = [each for each in self.cases_for(deed, 0) if each in among and where(self.ledger.rows[each])]
        if not ready:
            return False
        case_id = data.draw(st.sampled_from(ready))
        able = data.draw(st.permutations(self.near(deed, case_id, folly)))
        return any(self.is_done(data, case_id, deed, each) for each in able[: 1 if deed in deeds.SELDOM else None])

    def anybody_leads_onward(self, data: st.DataObject, case_id: UUID) -> None:
        case = self.ledger.rows[case_id]
        status = Status(case["status"])
        move = data.draw(st.sampled_from(self.onward(case)))
        any(self.is_moved(data, case_id, move, each) for each in data.draw(st.permutations(self.able(status, move))))

    def somebody_moves_a_case(self, data: st.DataObject, folly: int) -> None:
        case_id = data.draw(st.sampled_from(self.cases))
        case = self.ledger.rows[case_id]
        status = Status(case["status"])
        open_here = moves_from(status) or list(Move)
        move = data.draw(st.sampled_from(self.onward(case) if folly < 15 else open_here if folly < 19 else list(Move)))
        able = self.able(status, move)
        able = sorted(able, key=lambda each: each.user_id != case["handler_id"])[:1] if folly < 9 else able
        self.is_moved(data, case_id, move, data.draw(st.sampled_from(able if folly < 18 else self.everybody())))

    def is_moved(self, data: st.DataObject, case_id: UUID, move: Move, actor: Principal) -> bool:
        case = self.ledger.rows[case_id]
        status = case["status"]
        others = [each for each in self.cases if each != case_id]
        master = self.ledger.rows[data.draw(st.sampled_from(self.mates(case_id) * 3 + others))]["number"]
        command = command_of(move, lambda options: data.draw(st.sampled_from(options)), self.bank, case_id, master)
        said = max(case["received_at"], self.bank.now - HOUR) if actor is CUSTOMER and move is Move.WITHDRAW else None
        note(f"{self.bank.now:%m-%d %H:%M} {actor.actor} {move} {case['number']} from {status}")
        try:
            self.bank.run(self.tried(case_id, command, actor, said))
        except DomainError as refusal:
            note(f"refused: {refusal.slug}")
            REFUSED[case["matter_type"], str(move), refusal.slug] += 1
            return False
        return True

    def somebody_does_something_around_a_case(self, data: st.DataObject, folly: int) -> None:
        """What was asked for is mostly decided where it was asked for."""
        able = [each for each in DEEDS if folly > 15 or self.is_sensible(each)]
        deed = data.draw(st.sampled_from(able + [each for each in able if each in FOLLOWS] * 2))
        case_id = data.draw(st.sampled_from(self.cases_for(deed, folly)))
        self.is_done(
            data,
            case_id,
            deed,
            data.draw(st.sampled_from(self.bank.staff if folly > 17 else self.near(deed, case_id, folly))),
        )

    def is_done(self, data: st.DataObject, case_id: UUID, deed: Deed, actor: Principal) -> bool:
        note(f"{self.bank.now:%m-%d %H:%M} {actor.actor} {deed.__name__}")
        try:
            opened = self.bank.run(self.did(case_id, deed, actor, data.draw))
        except DomainError as refusal:
            note(f"refused: {refusal.slug}")
            REFUSED[self.ledger.rows[case_id]["matter_type"], deed.__name__, refusal.slug] += 1
            return False
        self.asked.setdefault(deed, []).append(case_id)
        self.cases += [opened] if opened and len(self.cases) < MOST_CASES else []
        return True

    async def tried(self, case_id: UUID, command: MoveCase, actor: Principal, said: datetime | None = None) -> None:
        """`said`: when the customer's own word came in."""
        now, move = self.bank.now, command.move
        async with self.bank.database.transaction() as session:
            before = await self.seen(session, case_id)
            await move_case(session, case_id, command, principal=actor, now=now, effective_at=said)
            after = await self.seen(session, case_id, kept=False)
            if move is Move.MERGE:
                await self.seen(session, after["master_id"])
            await sentences.hold_true(session, self.ledger, before, after, command, actor, now)
            sentences.effective(before, after, command, said, now)
            await deeds_above.a_clock_for_each(session, after)
        self.ledger.sees(after)
        if move is Move.UNMERGE:
            sentences.as_before_merging(self.ledger, after)
        if move in OF_SEVERAL:
            await self.look()
            sentences.merging_makes_no_circle(self.ledger)
        self.ledger.moved(before, move, actor.user_id, before["running"])
        if move is Move.ASK_COUNTERSIGN:
            self.asked.setdefault(deeds.ask_task, []).append(case_id)
        WALKED[before["matter_type"], before["status"], move] += 1

    async def did(self, case_id: UUID, deed: Deed, actor: Principal, draw: Any) -> UUID | None:
        """The case that came of it."""
        name, now = deed.__name__, self.bank.now
        async with self.bank.database.transaction() as session:
            before = await self.seen(session, case_id)
            about = await deeds.done(session, deed, case_id, actor, draw, now, self.bank.units)
            after = await self.seen(session, case_id, kept=False)
            if deed is not deeds.declare:
                assert not self.ledger.stays_away(case_id, actor.user_id), "a recused person did something"
            states.hold_still(self.ledger, before, after)
            await sentences.corrections(session, before, after, actor, now)
            sentences.urged_only_in_process(before, after, urged=deed is deeds.urge)
            await deeds_above.a_clock_for_each(session, after)
            if deed is deeds.move_review:
                await sentences.reviewed_by_another(session, self.ledger, before, actor)
            self.ledger.sees(after)
            opened = about if deed in deeds.OPENS else None
            if opened is not None:
                await self.seen(session, opened)
                self.ledger.came_out_of(case_id, opened, second=deed is deeds.open_second)
        self.remember(deed, case_id, actor, about)
        if deed in (deeds.declare, deeds_around.name_colleague):
            states.out_of_his_hands(self.ledger, self.ledger.rows[case_id])
        WALKED[before["matter_type"], "around", name] += 1
        return opened

    def remember(self, deed: Deed, case_id: UUID, actor: Principal, about: UUID | None) -> None:
        ledger = self.ledger
        if deed is deeds.declare and actor.user_id is not None:
            ledger.declared[case_id].add(actor.user_id)
        elif deed is deeds_around.waive and about is not None:
            ledger.declared[case_id].discard(about)
            ledger.let_back[case_id].add(about)
        elif deed is deeds_around.name_colleague and about is not None:
            ledger.named[case_id].add(about)
        elif deed is deeds_around.add_proxy:
            ledger.proxies.add(case_id)
        elif deed in (deeds_around.bring_authorisation, deeds_around.bring_agent_id):
            ledger.papers[case_id].add("agent_id" if deed is deeds_around.bring_agent_id else "authorisation")
        elif deed is deeds_around.add_representative:
            ledger.representatives[case_id] += 1
            assert ledger.representatives[case_id] <= 5, "more representatives than law allows (令3号 Art. 12)"

    async def seen(self, session: Any, case_id: UUID, *, kept: bool = True) -> dict[str, Any]:
        """What the database holds, whatever the session remembers."""
        await session.flush()
        row = (await session.execute(ITS_ROW, {"case": case_id})).one()
        running = await session.execute(ITS_CLOCKS, {"case": case_id})
        shown = dict(row._mapping) | {"running": [tuple(each) for each in running]}
        if kept:
            self.ledger.sees(shown)
        return shown

    def teardown(self) -> None:
        try:
            if self.cases:
                broken = self.bank.run(self.broken())
                assert not broken, "；".join(broken)
        finally:
            self.bank.close()

    async def broken(self) -> list[str]:
        async with self.bank.database.reading() as session:
            for case_id in self.cases:
                row = await self.seen(session, case_id)
                states.hold_still(self.ledger, row, row)
            found = await check.check(session, now=self.bank.now)
            return [sentence for sentence in found if "既无草稿" not in sentence]
