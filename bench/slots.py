"""How many values of a story told in one message are read exactly: python -m bench.slots [--file PATH] [--wrong]."""

import argparse
from pathlib import Path

from tests.casebackend.drafts.slots import DEVELOPMENT, FLOORS, exact, misses, narratives


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--file", type=Path, default=DEVELOPMENT)
    asked.add_argument("--wrong", action="store_true", help="print what was read wrong")
    given = asked.parse_args()
    told = narratives(given.file)
    missed = list(misses(told))
    for miss in missed if given.wrong else ():
        print(f"{miss.slot}: expected {miss.expected}, found {miss.found}: {miss.text}")
    print(f"{len(told)} narratives of {given.file.name}")
    for slot, share in exact(told, missed).items():
        print(f"{slot:8}{share:7.1%}  floor {FLOORS[slot]:.0%}")


if __name__ == "__main__":
    main()
