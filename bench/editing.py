"""F26 at full scale: colleagues who edit one case at the same time, 2,000 runs on each database.

python -m bench.editing [--runs 2000] [--steps 10] [--only sqlite,postgres]
"""

import argparse
import json
import os
import subprocess
import sys
import time

from hypothesis import seed
from hypothesis.stateful import run_state_machine_as_test

from ops.figures import Figures
from tests.casebackend.cases import editing

DATABASES = ("sqlite", "postgres")


def one(runs: int, steps: int) -> dict[str, object]:
    office, begun = editing.Office(), time.monotonic()
    office.run(office.open())
    editing.Editing.office = office
    run_state_machine_as_test(seed(26)(editing.Editing), settings=editing.within(runs, steps))
    office.run(editing.no_update_is_lost(office))
    changes = office.run(office.history())
    office.close()
    return {
        "runs": runs,
        "answers": dict(editing.SEEN),
        "changes_in_a_chain": sum(map(len, changes.values())),
        "seconds": round(time.monotonic() - begun),
        "load": round(os.getloadavg()[0], 1),
    }


def asked() -> argparse.Namespace:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--runs", type=int, default=2_000)
    options.add_argument("--steps", type=int, default=10)
    options.add_argument("--only", default=",".join(DATABASES))
    options.add_argument("--here", action="store_true", help="on the database in force; prints one line")
    return options.parse_args()


def main() -> int:
    given = asked()
    if given.here:
        print(json.dumps(one(given.runs, given.steps)))
        return 0
    figures = Figures()
    for database in given.only.split(","):
        command = [sys.executable, "-m", "bench.editing", "--here", f"--runs={given.runs}", f"--steps={given.steps}"]
        env = os.environ | {"TINGSU_TEST_DATABASE": database}
        done = subprocess.run(command, env=env, stdout=subprocess.PIPE, text=True, check=False)
        if done.returncode:
            figures.show(f"F26 {database}: lost updates", ours=1, bar=0)
            continue
        found = json.loads(done.stdout.splitlines()[-1])
        figures.show(f"F26 {database}: lost updates", ours=0, bar=0, **found)
    return figures.exit_code


if __name__ == "__main__":
    raise SystemExit(main())
