"""inventory.yml, read once in a process: it comes with the release, as the schema does that it describes."""

from functools import cache
from pathlib import Path
from typing import Any

import yaml

from casebackend.inventory.rules import Inventory, read

FILE = Path(__file__).with_name("inventory.yml")


@cache
def inventory() -> Inventory:
    data: dict[str, Any] = yaml.safe_load(FILE.read_text(encoding="utf-8"))
    return read(data)
