"""Runs the cells, remembers which guard each of them met, and then switches the guards off one by one."""

import asyncio
import logging
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import filterfalse, islice
from typing import Any

import structlog

from tests.casebackend.access import extras, mutants
from tests.casebackend.access.cells import Cell, Ground, Want
from tests.casebackend.access.judging import Judge
from tests.casebackend.access.scenes import Stage
from tests.casebackend.access.watching import Watch
from tests.world import World

SECONDS = 60
TRIES = 200

type Probe = Cell | extras.Deed | extras.Count | extras.Sight


@dataclass(slots=True)
class Run:
    """`red`: each cell that was not as expected, and why. `met`: by guard, the cells that called it."""

    fired: Counter[str] = field(default_factory=Counter)
    red: list[str] = field(default_factory=list)
    met: dict[str, list[Probe]] = field(default_factory=lambda: defaultdict(list))
    green: list[Probe] = field(default_factory=list)
    moved: list[str] = field(default_factory=list)


class Campaign:
    def __init__(self, ground: Ground, watch: Watch) -> None:
        self.ground, self.watch = ground, watch
        self.judge = Judge(ground.stage, watch)

    async def faults(self, probe: Probe) -> list[str]:
        try:
            async with asyncio.timeout(SECONDS):
                if isinstance(probe, Cell):
                    return await self.judge.faults(probe)
                return await probe.faults(self.ground, self.watch)
        except Exception as error:  # noqa: BLE001  an answer that never comes is as red as a wrong one
            return [f"{type(error).__name__}: {error}"[:200]]

    def probes(self, share: int = 1) -> list[Probe]:
        ground = self.ground
        found: list[Probe] = [*ground.cells(share=share), *extras.deeds(ground), *extras.sights(ground)]
        return [*found, *extras.counts(ground)]

    async def run(self, probes: list[Probe], *, watched: bool = False) -> Run:
        """Refusals first: they leave every row as it was. Triggers say which one did not, the hash misses none."""
        run = Run()
        calls = mutants.Calls(mutants.call_sites() if watched else [])
        before = self.watch.fingerprint()
        for probe in filter(_refuses, probes):
            await self._one(run, probe, calls)
        if self.watch.fingerprint() != before:
            run.moved.append("a refusal changed the database")
        for probe in filterfalse(_refuses, probes):
            await self._one(run, probe, calls)
        calls.end()
        return run

    async def _one(self, run: Run, probe: Probe, calls: mutants.Calls) -> None:
        calls.taken()
        faults = await self.faults(probe)
        run.fired[str(probe.want) if isinstance(probe, Cell) else "extra"] += 1
        if faults:
            run.red.append(f"{probe}: {'; '.join(faults[:3])}")
            return
        run.green.append(probe)
        for name in calls.taken():
            run.met[name].append(probe)

    async def hunt(self, mutant: mutants.Mutant, run: Run) -> str | None:
        """The first cell that is green without the mutant and red with it."""
        for probe in self._near(mutant, run)[:TRIES]:
            if await self.faults(probe):
                continue  # an earlier mutant let something through
            with mutants.switched_off(mutant):
                faults = await self.faults(probe)
            if faults:
                return f"{probe}: {faults[0]}"
        return None

    def _near(self, mutant: mutants.Mutant, run: Run) -> list[Probe]:
        """What forbids stands before what allows; one cell of each route and person before their next."""
        if mutant.near is not None:
            found: list[Probe] = [each for each in run.green if isinstance(each, Cell) and mutant.near(each)]
            near = (each for each in self.ground.cells() if mutant.near is not None and mutant.near(each))
            found = found or list(islice(near, TRIES))
        elif mutant.name in run.met:
            found = run.met[mutant.name]
        else:
            found = [each for each in run.green if not isinstance(each, Cell)]
        ranked: list[tuple[int, int, Probe]] = []
        seen: Counter[Any] = Counter()
        for probe in found:
            key = (probe.route.name, probe.want) if isinstance(probe, Cell) else str(probe)
            ranked.append((seen[key], _rank(probe), probe))
            seen[key] += 1
        return [probe for *_, probe in sorted(ranked, key=lambda each: each[:2])]


def _rank(probe: Probe) -> int:
    if not isinstance(probe, Cell):
        return 1
    if probe.want is Want.IN:
        return 2 if probe.hidden and not probe.route.ids else 3
    return 0


def _refuses(probe: Probe) -> bool:
    return isinstance(probe, Cell) and probe.want is not Want.IN


class Leaving:
    """A stream may look once, and ends before its second look."""

    asked = 0

    def __bool__(self) -> bool:
        self.asked += 1
        return self.asked % 2 == 0


@asynccontextmanager
async def campaign(note: Callable[[str], None] = lambda _: None) -> AsyncIterator[Campaign]:
    """A world, set and watched. Streams end after their first look, and nothing is logged."""
    logging.disable(logging.CRITICAL)
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    try:
        async with World.built() as world:
            stage = Stage(world)
            await stage.set()
            note(f"{len(stage.persons.all)} principals, {len(stage.scenes)} cases")
            world.app.ctx.leaving = Leaving()
            watch = Watch(world)
            yield Campaign(await Ground.of(stage), watch)
            watch.close()
    finally:
        structlog.reset_defaults()
        logging.disable(logging.NOTSET)
