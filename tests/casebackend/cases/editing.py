"""F26: colleagues who edit one case at the same time, against a model that knows only versions.

Each reads when it likes and writes with what it read, alone or all at once. A write is accepted when, and only when, it
was made from the version that stands; then the model and the case hold the same values.
"""

import asyncio
import itertools
from collections import Counter
from collections.abc import Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, rule
from sqlalchemy import select

from casebackend.cases.model import CaseChange
from tests.casebackend.cases.around import holds
from tests.casebackend.cases.builders import Desk, filed
from tests.world import World

COLLEAGUES = ("lead", "supervisor", "agent")
VALUES = {
    "category_b": ("贷款", "票据", "信用卡", "银行卡"),
    "business_channel_a": ("营业现场", "网银渠道", "电话渠道"),
}
WHO = st.sampled_from(COLLEAGUES)
EDIT = st.sampled_from([{name: value} for name, values in VALUES.items() for value in values])
SEEN: Counter[str] = Counter()


@dataclass
class Office:
    """One world and one case, which are used up by as many runs as there are."""

    loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _doors: AsyncExitStack = field(default_factory=AsyncExitStack)

    def run[T](self, work: Coroutine[Any, Any, T]) -> T:
        return self.loop.run_until_complete(work)

    async def open(self) -> None:
        self.world = await self._doors.enter_async_context(World.built())
        self.desk = Desk(self.world)
        self.url = f"/api/v1/cases/{(await filed(self.world)).number}"
        for login in COLLEAGUES:
            await self.desk.browser(login)

    def close(self) -> None:
        self.run(self._doors.aclose())
        self.loop.close()

    async def read(self, login: str) -> tuple[str, dict[str, Any]]:
        answer = await (await self.desk.browser(login)).get(self.url)
        assert answer.status_code == 200, answer.text
        return answer.headers["ETag"], {name: answer.json()[name] for name in VALUES}

    async def write(self, login: str, tag: str, edit: dict[str, str]) -> tuple[int, dict[str, Any]]:
        browser = await self.desk.browser(login)
        body = edit | {"reason": "核对"}
        answer = await browser.post(f"{self.url}/classification", json=body, headers={"If-Match": tag})
        return answer.status_code, answer.json()

    async def history(self) -> dict[str, list[tuple[str | None, str | None]]]:
        async with self.world.database.reading() as session:
            rows = (await session.scalars(select(CaseChange).order_by(CaseChange.at))).all()
        return {name: [(row.before, row.after) for row in rows if row.field == name] for name in VALUES}


class Editing(RuleBasedStateMachine):
    """`office` is set by whoever runs the machine."""

    office: Office

    @initialize()
    def begin(self) -> None:
        tag, self.values = self.office.run(self.office.read(COLLEAGUES[0]))
        self.version = int(tag.strip('"'))
        self.tags = dict.fromkeys(COLLEAGUES, tag)

    @rule(who=WHO)
    def reads(self, who: str) -> None:
        self.tags[who], values = self.office.run(self.office.read(who))
        assert (self.tags[who], values) == (f'"{self.version}"', self.values)

    @rule(who=WHO, edit=EDIT)
    def writes(self, who: str, edit: dict[str, str]) -> None:
        self._all_at_once([(who, edit)])

    @rule(edits=st.lists(st.tuples(WHO, EDIT), min_size=2, max_size=5))
    def write_all_at_once(self, edits: list[tuple[str, dict[str, str]]]) -> None:
        self._all_at_once(edits)

    def _all_at_once(self, edits: list[tuple[str, dict[str, str]]]) -> None:
        async def sent() -> list[tuple[int, dict[str, Any]]]:
            return await asyncio.gather(*(self.office.write(who, self.tags[who], edit) for who, edit in edits))

        self.office.world.wait(milliseconds=1)
        could = [edit for who, edit in edits if self._is_current(who) and self._changes(edit)]
        accepted = []
        for (who, edit), (status, said) in zip(edits, self.office.run(sent()), strict=True):
            SEEN[str(status)] += 1
            if status == 200:
                assert edit in could
                accepted.append((said["version"], edit))
            elif status == 412:
                assert not self._is_current(who) or could
            else:
                assert status == 409, said
                assert self._is_current(who)
                assert not self._changes(edit)
        assert len(accepted) == min(1, len(could))
        for version, edit in accepted:
            assert version == self.version + 1
            self.version, self.values = version, self.values | edit

    def _is_current(self, who: str) -> bool:
        return self.tags[who] == f'"{self.version}"'

    def _changes(self, edit: dict[str, str]) -> bool:
        return any(self.values[name] != value for name, value in edit.items())

    def teardown(self) -> None:
        tag, values = self.office.run(self.office.read(COLLEAGUES[0]))
        assert (tag, values) == (f'"{self.version}"', self.values)


def within(runs: int, steps: int) -> settings:
    return settings(
        max_examples=runs, stateful_step_count=steps, deadline=None, database=None, phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip


async def no_update_is_lost(office: Office) -> None:
    """What each change says it found is what the one before it left."""
    for changes in (await office.history()).values():
        for (_, left), (found, _) in itertools.pairwise(changes):
            assert found == left
    await holds(office.world)
