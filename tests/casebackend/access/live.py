"""The routes as the application has them: whatever is registered is taken up by itself."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sanic import Sanic

PLACE = re.compile(r"<(\w+):(\w+)>")
SAFE = ("GET", "HEAD", "OPTIONS")
# What is no id: an example for each.
PLAIN = {
    "day": "2026-03-03", "year": "2026", "name": "detail", "dictionary": "cause", "act": "receive", "code": "nothing",
    "__file_uri__": "desk.css",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Route:
    """`name` is that of the matrix, `places` the parameters of the path in their order."""

    name: str
    method: str
    path: str
    places: tuple[str, ...]

    @property
    def on_api(self) -> bool:
        return self.path.startswith("/api/")

    @property
    def unsafe(self) -> bool:
        return self.method not in SAFE

    @property
    def ids(self) -> tuple[str, ...]:
        """What names a row: ids and numbers of cases. Everything else that is text takes an example."""
        return tuple(place for place, kind in PLACE.findall(self.path) if kind == "uuid" or place == "reference")

    def at(self, values: Mapping[str, str]) -> str:
        return PLACE.sub(lambda place: values.get(place[1], PLAIN.get(place[1], "1")), self.path)


def routes_of(app: Sanic[Any, Any]) -> list[Route]:
    """HEAD stands for nothing where GET does."""
    found = []
    for route in app.router.routes:
        path = f"/{route.path}"
        name = str(route.name).removeprefix(f"{app.name}.")
        places = tuple(place for place, _ in PLACE.findall(path))
        methods = sorted(route.methods - {"HEAD", "OPTIONS"}) or sorted(route.methods)
        found += [Route(name, method, path, places) for method in methods]
    return sorted(found, key=lambda each: (each.name, each.method))
