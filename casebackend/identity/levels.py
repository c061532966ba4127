"""What each action needs, from one table (levels.yml) with a reason in every row."""

from functools import lru_cache
from pathlib import Path

import yaml
from pydantic import BaseModel, ConfigDict, Field

from casebackend.identity.rules import Action, Level, Where

TABLE = Path(__file__).with_name("levels.yml")
NEVER = "never"


class Row(BaseModel):
    """`level` None: not in a chat, whoever asks."""

    model_config = ConfigDict(extra="forbid", frozen=True)
    action: Action
    where: Where
    level: Level | None
    reason: str = Field(min_length=4)


@lru_cache(maxsize=1)
def table() -> dict[tuple[Action, Where], Row]:
    given = yaml.safe_load(TABLE.read_text(encoding="utf-8"))
    rows = [Row.model_validate(each | {"level": None if each["level"] == NEVER else each["level"]}) for each in given]
    found = {(row.action, row.where): row for row in rows}
    if len(found) != len(rows) or found.keys() != {(action, where) for action in Action for where in Where}:
        raise ValueError("levels.yml: each action needs exactly one row for each place where a case may be registered")
    return found


def allows(action: Action, where: Where, level: Level) -> bool:
    needed = table()[action, where].level
    return needed is not None and level >= needed
