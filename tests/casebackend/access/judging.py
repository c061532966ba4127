"""Fires a cell and says what was wrong with the answer."""

import re

import httpx

from tests.casebackend.access.cells import MISSING, UNKNOWN, Cell, Want, request_of
from tests.casebackend.access.scenes import Stage
from tests.casebackend.access.watching import Watch

NO_RIGHT = ("您的岗位没有该操作的权限", "该服务令牌没有此操作的范围")
NOT_IN = "请先登录，或登录已过期"
CROSS = "页面已过期或请求不是从本系统发出"
# Where somebody who may look finds nothing in our scenes.
MAY_LACK = {
    "console_drafts.show", "console_drafts.change", "attachments.preview", "console_attachments.preview",
}  # fmt: skip
# What differs between two answers that say the same.
PASSING = re.compile(r'"instance":"[^"]*"|name="csrf" content="[^"]*"|value="[^"]*"')


def outcome(answer: httpx.Response) -> Want:
    text = answer.text if "json" in answer.headers.get("content-type", "") or answer.status_code >= 400 else ""
    said = text.encode().decode("unicode_escape", errors="ignore") if "\\u" in text else text
    location = answer.headers.get("location", "")
    if answer.status_code == 401 or NOT_IN in said or (answer.status_code == 302 and "?next=" in location):
        return Want.ANONYMOUS
    if answer.status_code == 403 and any(each in said for each in NO_RIGHT):
        return Want.DENIED
    if answer.status_code == 403 and CROSS in said:
        return Want.CROSS
    return Want.AWAY if answer.status_code == 404 else Want.IN


class Judge:
    def __init__(self, stage: Stage, watch: Watch) -> None:
        self.stage, self.watch = stage, watch
        self._twins: dict[tuple[str, str, str], str] = {}

    async def fire(self, cell: Cell, path: str = "") -> httpx.Response:
        client = self.stage.persons[cell.person].client
        return await client.request(cell.route.method, path or cell.path, **request_of(cell, self.stage))

    async def faults(self, cell: Cell) -> list[str]:
        """Empty where all is well."""
        self.watch.touched()
        self.watch.lines()
        answer = await self.fire(cell)
        got = outcome(answer)
        found = [] if self._fits(cell, got) else [f"got {got} ({answer.status_code})"]
        shown = answer.text + str(answer.headers)
        found += [f"says {word}" for word in cell.hidden if word in shown]
        if got is not Want.IN and cell.want is not Want.IN:
            found += [f"touched {name}" for name in self.watch.touched()]
            found += self._audited(cell)
        if cell.want is Want.AWAY and not found:
            found += await self._like_its_twin(cell, answer)
        return found

    def _fits(self, cell: Cell, got: Want) -> bool:
        if cell.want is Want.IN and got is Want.AWAY:
            named = set(cell.route.places) - set(cell.route.ids)
            empty = UNKNOWN in cell.values or cell.route.name in MAY_LACK or bool(named)
            return empty or not self.stage.persons[cell.person].is_staff
        return got is cell.want

    def _audited(self, cell: Cell) -> list[str]:
        lines = self.watch.lines()
        person = self.stage.persons[cell.person]
        quiet = not person.knows and not (cell.want is Want.CROSS and person.name.startswith("pending"))
        if quiet:
            return [f"{len(lines)} lines of audit for nobody"] if lines else []
        if len(lines) != 1:
            return [f"{len(lines)} lines of audit, not one"]
        [line] = lines
        said = (line.event, line.object) == ("access.denied", f"route:{cell.route.name}")
        found = (
            []
            if said and line.actor in (person.actor, "pending:lead")
            else [f"audit says {line.event} {line.actor} {line.object}"]
        )
        return found + [f"audit says {word}" for word in cell.hidden if word in line.detail]

    async def _like_its_twin(self, cell: Cell, answer: httpx.Response) -> list[str]:
        """What is hidden looks like what is not there."""
        key = (cell.twin, cell.route.method, cell.person)
        if key not in self._twins:
            self._twins[key] = _plain(await self.fire(cell, cell.twin), (*MISSING.values(), UNKNOWN))
        same = self._twins[key] == _plain(answer, cell.values)
        return [] if same else ["differs from what does not exist"]


def _plain(answer: httpx.Response, values: tuple[str, ...]) -> str:
    text = PASSING.sub("", answer.text)
    for value in values:
        text = text.replace(value, "*").replace(value.lower(), "*")
    kept = sorted(name for name in answer.headers if name != "content-length")
    return f"{answer.status_code} {kept} {text}"
