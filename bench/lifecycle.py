"""Any colleague tries any move on any case at any time, 5,000 times 100 steps, through the real services on SQLite.

Each process walks with its own seed, a few walks only: what hypothesis remembers of them would slow down the next ones.
A walk that reaches what the rules forbid is printed and ends the bench.
"""

import argparse
import multiprocessing
import os
import sys
from collections import Counter

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import run_state_machine_as_test

from casebackend.cases.rules import LIFECYCLE
from ops.figures import Figures
from tests.casebackend.cases import machine

WALKS_A_PROCESS = 50


def walk(order: tuple[int, int, int]) -> Counter[tuple[str, str]]:
    number, runs, steps = order
    within = settings(
        max_examples=runs,
        stateful_step_count=steps,
        deadline=None,
        database=None,
        phases=(Phase.generate,),
        suppress_health_check=list(HealthCheck),
    )
    run_state_machine_as_test(seed(number)(machine.Lifecycle), settings=within)  # type: ignore[no-untyped-call]
    return machine.WALKED + Counter({("runs", ""): machine.RUNS["begun"]})


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--runs", type=int, default=5_000)
    options.add_argument("--steps", type=int, default=100)
    asked = options.parse_args()
    hands = os.cpu_count() or 1
    batches = -(-asked.runs // WALKS_A_PROCESS)
    orders = [(number, min(WALKS_A_PROCESS, asked.runs), asked.steps) for number in range(batches)]
    walked: Counter[tuple[str, str]] = Counter()
    with multiprocessing.get_context("spawn").Pool(hands, maxtasksperchild=1) as pool:
        for done, steps in enumerate(pool.imap_unordered(walk, orders), 1):
            walked += steps
            print(f"{done} of {batches} batches walked", end="\r", file=sys.stderr, flush=True)
    begun = walked.pop(("runs", ""))
    around = {step: times for step, times in walked.items() if step[0] == "around"}
    walked -= Counter(around)
    figures = Figures()
    arrows = {(str(status), str(move)) for status, move in LIFECYCLE}
    figures.show("lifecycle: random walks begun", ours=begun, bar=asked.runs, at_least=True)
    figures.show("lifecycle: accepted steps", ours=walked.total())
    figures.show("lifecycle: deeds around a case", ours=sum(around.values()), kinds=len(around))
    figures.show(
        "lifecycle: arrows of the table never walked",
        ours=len(arrows - walked.keys()),
        which=sorted(arrows - walked.keys()),
    )
    figures.show("lifecycle: steps that the table does not know", ours=len(walked.keys() - arrows), bar=0)
    return figures.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
