"""Every page of the console, found by the live routes and by the links that lead to them."""

import re
from collections import defaultdict, deque
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

import httpx

from tests.casebackend.hostile.forms import Form, Page, filled
from tests.casebackend.hostile.payloads import Words
from tests.casebackend.staff.logins import BASE
from tests.world import World

KINDS = {"uuid": "[0-9a-f-]{36}", "str": "[^/]+", "ymd": "[0-9-]+", "path": ".+", "int": "[0-9]+"}
# No pages: a stream, and files (what they answer is never rendered).
NO_PAGE = re.compile(r"\.(events|file|picture|export|preview|audio|pdf|download|print)$")
# Whoever is in the middle of logging in.
OUTSIDE = frozenset({"console_login.home", "console_login.show", "console_login.code", "console_password.show"})
# These end the login that fills the forms in, or the account of somebody who is still needed.
LEFT_ALONE = re.compile(r"^/(logout|login|password|account)|/(disable|leave|password|end|removal|unlock|factor)$")


# The index of the knowledge base is being made.
AWAY = 503


def routes_of(world: World, method: str) -> dict[str, re.Pattern[str]]:
    found = {}
    for route in world.app.router.routes:
        name = str(route.name).removeprefix(f"{world.app.name}.")
        if method in route.methods and name.startswith("console_"):
            pattern = re.sub(r"<\w+:(\w+)>", lambda kind: KINDS[kind[1]], "/" + route.path)
            found[name] = re.compile(pattern)
    return found


def is_html(answer: httpx.Response) -> bool:
    return bool(answer.headers.get("content-type", "").startswith("text/html"))


@dataclass
class Walk:
    """One colleague looks at every page there is a link to, and fills in every form."""

    world: World
    browser: httpx.AsyncClient
    login: str
    found: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    forms: dict[str, list[Form]] = field(default_factory=lambda: defaultdict(list))
    broken: list[str] = field(default_factory=list)
    sent: dict[str, int] = field(default_factory=dict)
    files: set[str] = field(default_factory=set)
    of_a_kind: int = 2
    # Routes that were seen often enough, and forms that were sent.
    seen: set[str] = field(default_factory=set)
    done: set[str] = field(default_factory=set)

    async def around(self, *more: str) -> None:
        routes = routes_of(self.world, "GET")
        waiting, asked = deque([*more, *self._plain(routes)]), set[str]()
        while waiting:
            path = waiting.popleft()
            name = name_of(routes, path)
            if name is None or NO_PAGE.search(name) or name in self.seen or path in asked:
                continue
            asked.add(path)
            answer = await self.browser.get(path)
            self._fault(answer)
            if answer.status_code == 200 and not is_html(answer):
                self.files.add(name)
            elif answer.status_code == 200:
                self.found[name].append(path)
                if len(self.found[name]) >= self.of_a_kind:
                    self.seen.add(name)
                page = Page(answer.text)
                waiting.extend(local for link in page.links if (local := self._local(path, link)))
                self.forms[path].extend(page.forms)

    def _plain(self, routes: dict[str, re.Pattern[str]]) -> list[str]:
        return [each.pattern for each in routes.values() if not set(each.pattern) & set("[(")]

    def _local(self, at: str, link: str) -> str | None:
        whole = urlsplit(urljoin(f"{BASE}{at}", link))
        return (
            (whole.path + (f"?{whole.query}" if whole.query else "")) if whole.netloc == urlsplit(BASE).netloc else None
        )

    def _fault(self, answer: httpx.Response) -> None:
        where = f"{self.login} {answer.request.method} {answer.request.url.path}"
        if answer.status_code >= 500 and answer.status_code != AWAY:
            self.broken.append(f"{where}: {answer.status_code}")
        policy, sniff = (answer.headers.get(name, "") for name in ("content-security-policy", "x-content-type-options"))
        if "default-src 'none'" not in policy or "unsafe" in policy or sniff != "nosniff":
            self.broken.append(f"{where}: {policy} {sniff}")
        if is_html(answer):
            self.broken += [f"{where}: {element[:120]}" for element in Page(answer.text).broken]

    async def fill_in(self, words: Words) -> None:
        """Once each form, wherever it goes; what is refused says what was typed on the page that refuses it."""
        for path, forms in list(self.forms.items()):
            for turn, form in enumerate(forms):
                target = self._local(path, form.action or path) or path
                key = target + str(sorted(f"{each.name}={each.value}" for each in form.inputs if each.name == "move"))
                if key not in self.done and not LEFT_ALONE.search(urlsplit(target).path):
                    self.done.add(key)
                    await self._send(form, target, words, turn)

    async def _send(self, form: Form, target: str, words: Words, turn: int) -> None:
        fields, files = filled(form, words, self.world, turn)
        self.world.wait(milliseconds=1)
        if form.method == "get":
            answer = await self.browser.get(urlsplit(target).path, params=fields)
        elif form.uploads:
            answer = await self.browser.post(target, data=fields, files=files or {"none": ("", b"")})
        else:
            answer = await self.browser.post(target, data=fields)
        self._fault(answer)
        name = name_of(routes_of(self.world, form.method.upper()), target)
        self.sent[f"{name} {answer.status_code}"] = self.sent.get(f"{name} {answer.status_code}", 0) + 1
        if form.method == "get" and answer.status_code == 200 and is_html(answer):
            self.found[f"{name}?"] = [str(answer.request.url.raw_path, "ascii")]


def name_of(routes: dict[str, re.Pattern[str]], path: str) -> str | None:
    plain = urlsplit(path).path
    exact = (name for name, pattern in routes.items() if pattern.pattern == plain)
    return next(exact, None) or next((name for name, each in routes.items() if each.fullmatch(plain)), None)
