"""matters.yml, read once in a process: it comes with the release, like the lifecycle itself."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from casebackend.matters.rules import Catalogue, GroupRule, Matter, Origin, Regulator, Standing

FILE = Path(__file__).with_name("matters.yml")
PROVENANCE = {"source", "evidence"}


@cache
def catalogue() -> Catalogue:
    data: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return Catalogue(
        matters={row["code"]: Matter(**_shaped(row, sets={"closed_to"})) for row in data["matters"]},
        sources={row["code"]: Origin(**_shaped(row, sets={"waives"})) for row in data["sources"]},
        regulators={row["code"]: Regulator(**_shaped(row)) for row in data["regulators"]},
        capacities={row["code"]: Standing(**_shaped(row)) for row in data["capacities"]},
        documents={row["code"]: row["label"] for row in data["documents"]},
        originals=frozenset(row["code"] for row in data["documents"] if row.get("original")),
        people={row["code"]: row["label"] for row in data["people"]},
        groups=tuple(GroupRule(**_shaped(row)) for row in data["groups"]),
        territory=tuple(
            (row["effective_from"], {level: to for level, to in _shaped(row).items() if level != "effective_from"})
            for row in data["territory"]
        ),
        bot_unit=data["bot_unit"],
        reviewers=tuple((row["source"], row["effective_from"], row["unit"]) for row in data["reviewers"]),
        rights={row["code"]: row["label"] for row in data["rights"]},
        papers={row["code"]: tuple(row["documents"]) for row in data["people"] if "documents" in row},
    )


def _shaped(row: dict[str, Any], sets: frozenset[str] | set[str] = frozenset()) -> dict[str, Any]:
    """Lists become what cannot be changed; where a rule comes from stays in the file."""
    kept = {name: value for name, value in row.items() if name not in PROVENANCE}
    return {
        name: (frozenset(value) if name in sets else tuple(value)) if isinstance(value, list) else value
        for name, value in kept.items()
    }
