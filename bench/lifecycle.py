"""Any colleague tries any move on any case of any matter at any time, 5,000 times 100 steps, through the real services
on SQLite.

Each process walks with its own seed, a few walks only: what hypothesis remembers of them would slow down the next ones.
A walk that reaches what the rules forbid is printed and ends the bench. Each arrow of the table must be walked, and of
each matter each move and each deed that is open to it: what was never made has not been shown to keep the rules.
"""

import argparse
import multiprocessing
import os
import sys
import time
from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from casebackend.cases.rules import LIFECYCLE
from ops.figures import Figures
from tests.casebackend.cases import machine, topics

WALKS_A_PROCESS = 50


type Steps = Counter[tuple[str, str, str]]
AROUND, BEGUN = "around", ("runs", "", "")


def walk(order: tuple[int, int, int]) -> Steps:
    number, runs, steps = order
    within = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(machine.Lifecycle), settings=within)
    return machine.WALKED + Counter({BEGUN: machine.RUNS["begun"]})


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=5_000)
    options.add_argument("--steps", type=int, default=100)
    options.add_argument("--first", type=int, default=0, help="the number of the first batch: a run is gone on with")
    asked = options.parse_args()
    hands = os.cpu_count() or 1
    batches = -(-asked.runs // WALKS_A_PROCESS)
    numbers = range(asked.first, asked.first + batches)
    orders = [(number, min(WALKS_A_PROCESS, asked.runs), asked.steps) for number in numbers]
    walked: Steps = Counter()
    began = time.monotonic()
    with multiprocessing.get_context("spawn").Pool(hands, maxtasksperchild=1) as pool:
        for done, steps in enumerate(pool.imap_unordered(walk, orders), 1):
            walked += steps
            print(f"{done} of {batches} batches walked", end="\r", file=sys.stderr, flush=True)
    figures = Figures()
    figures.show("lifecycle: random walks begun", ours=walked.pop(BEGUN), bar=asked.runs, at_least=True)
    report(figures, walked, time.monotonic() - began)
    return figures.exit_code


def report(figures: Figures, walked: Steps, seconds: float) -> None:
    made = Counter({(matter, deed): times for (matter, status, deed), times in walked.items() if status == AROUND})
    steps = Counter({step: times for step, times in walked.items() if step[1] != AROUND})
    moved = Counter[tuple[str, str]]()
    stepped = Counter[tuple[str, str]]()
    for (matter, status, move), times in steps.items():
        moved[matter, move] += times
        stepped[status, move] += times
    by_matter, by_deed = Counter[str](), Counter[str]()
    for (matter, _), times in (moved + made).items():
        by_matter[matter] += times
    for (_, deed), times in made.items():
        by_deed[deed] += times
    each_second = round(steps.total() / seconds, 1)
    figures.show("lifecycle: accepted steps", ours=steps.total(), a_second=each_second)
    figures.show("lifecycle: deeds around a case", ours=made.total(), kinds=len(by_deed), by_deed=by_deed)
    figures.show(
        "lifecycle: steps and deeds of the matter with the fewest", ours=min(by_matter.values()), by_matter=by_matter
    )
    arrows = {(str(status), str(move)) for status, move in LIFECYCLE}
    moves = {(matter, str(move)) for matter, move in topics.moves_open()}
    deeds_open = {(matter, deed.__name__) for matter, deed in topics.deeds_open()}
    for figure, never in (
        ("arrows of the table never walked", arrows - stepped.keys()),
        ("moves of a matter never made", moves - moved.keys()),
        ("deeds of a matter never done", deeds_open - made.keys()),
    ):
        figures.show(f"lifecycle: {figure}", ours=len(never), bar=0, which=sorted(never))
    figures.show("lifecycle: steps that the table does not know", ours=len(stepped.keys() - arrows), bar=0)


if __name__ == "__main__":
    raise SystemExit(main())
