"""Each guard switched off, one at a time: wherever a module of ours calls one, and what the guards themselves consist
of. Found by what they are called and by what they answer, so that a new one is taken up by itself."""

import functools
import importlib
import inspect
import pkgutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from types import ModuleType, SimpleNamespace
from typing import Any

from sqlalchemy import bindparam, select, true

import casebackend
from casebackend import kept, preconditions
from casebackend.access import guard, matrix, reads, scope
from casebackend.access.principal import Kind, Principal
from casebackend.audit import service as audit
from casebackend.cases import queries as cases
from casebackend.cases import standing
from casebackend.cases.filing import SYSTEM
from casebackend.cases.model import Case
from casebackend.cases.rules import Status
from casebackend.customers.rules import Level
from casebackend.disclosures.rules import level_of
from casebackend.notices import queries as notices
from casebackend.notices.model import Notice
from casebackend.registration import drafts
from casebackend.registration.model import Registration
from casebackend.staff import service, sessions
from casebackend.staff.model import LoginSession, User
from casebackend.staff.rules import CASE_ROLES, Role, Stage
from casebackend.tokens import service as tokens
from tests.casebackend.access.cells import Cell, Want
from tests.casebackend.access.persons import SERVICES

NAMES = (
    "visible", "sees", "seen_by", "seen_conversations", "within", "scoped", "scope_of", "require_seen",
    "require_scope", "require_unbarred", "require_may_move", "why_barred", "acts_for", "granted",
)  # fmt: skip
# Where "everybody" means nothing, or where what is answered does not depend on who asks.
NOT_ABOUT_PEOPLE = frozenset({"casebackend.access.matrix.granted"})
type Off = Callable[..., Any]
type Patch = tuple[Any, str, Any]


@dataclass(frozen=True, slots=True)
class Mutant:
    """`patches`: what stands for what. `near`: which cells may show it, where that is not found by watching calls."""

    name: str
    patches: tuple[Patch, ...]
    near: Callable[[Cell], bool] | None = None


def modules() -> list[ModuleType]:
    """All of ours, whether somebody has imported them yet or not; what starts a program by itself is left out."""
    names = [each.name for each in pkgutil.walk_packages(casebackend.__path__, "casebackend.")]
    left_out = ("casebackend.migrations", "casebackend.__main__")
    return [importlib.import_module(name) for name in names if not name.startswith(left_out)]


def _off(function: Any) -> Off | None:
    """The same without what it keeps away."""
    about = inspect.signature(function)
    answers = str(about.return_annotation)
    people = [name for name, each in about.parameters.items() if each.annotation in (Principal, "Principal")]
    if function is scope.scope_of:
        return _async(lambda *_, **__: scope.EVERYTHING)
    if function is cases.scoped:
        return _async(lambda _, __, *columns: select(*columns).select_from(Case))
    if function is cases.seen_conversations:
        return _async(lambda _, __, ids: set(ids))
    if about.return_annotation is None:
        return _async(lambda *_, **__: None)
    if about.return_annotation is bool:
        return _async(lambda *_, **__: True)
    if "tuple[bool" in answers:
        return _async(lambda *_, **__: (True, None))
    if "Why" in answers:
        return _async(lambda *_, **__: None)
    if "ColumnElement" in answers:
        plain = lambda *_, **__: true()  # noqa: E731
        return _async(plain) if inspect.iscoroutinefunction(function) else plain
    return _as_everybody(function, people[0]) if people else None


def _async(function: Off) -> Off:
    async def off(*args: Any, **kwargs: Any) -> Any:
        return function(*args, **kwargs)

    return off


def _as_everybody(function: Any, name: str) -> Off:
    """As if our own program asked."""

    async def off(*args: Any, **kwargs: Any) -> Any:
        given = inspect.signature(function).bind(*args, **kwargs)
        given.arguments[name] = SYSTEM
        return await function(*given.args, **given.kwargs)

    return off


def call_sites() -> list[Mutant]:
    """Every module in whose words a guard stands: its own, and those that it took in by name."""
    found = []
    for module in (each for each in modules() if each is not scope):
        for name, value in vars(module).items():
            home = getattr(value, "__module__", "")
            known = inspect.isfunction(value) and value.__name__ in NAMES and home.startswith("casebackend.")
            if not known or f"{home}.{value.__name__}" in NOT_ABOUT_PEOPLE:
                continue
            off = _off(value)
            if off is not None:
                found.append(Mutant(f"{module.__name__}.{name}", ((module, name, off),)))
    return found


def _wants(*wanted: Want) -> Callable[[Cell], bool]:
    return lambda cell: cell.want in wanted


def _by(*names: str) -> Callable[[Cell], bool]:
    return lambda cell: cell.person.startswith(names) and cell.want in (Want.DENIED, Want.ANONYMOUS)


def _about(place: str) -> Callable[[Cell], bool]:
    return lambda cell: cell.want is Want.AWAY and cell.route.ids[:1] == (place,)


def _with(word: str, *names: str) -> Callable[[Cell], bool]:
    """Those refused although some of their kind may."""
    rows = matrix.load().rows
    opens = {name for name, row in rows.items() if any(each.startswith(word) for each in row)}
    return lambda cell: cell.person.startswith(names) and cell.want is Want.DENIED and cell.route.name in opens


def _allowing(more: Callable[[Principal, frozenset[str], str, str], bool]) -> Off:
    usual = matrix.Matrix.allows

    def allows(self: matrix.Matrix, principal: Principal, route: str, *, method: str, path: str) -> bool:
        row = self.rows.get(route, frozenset())
        return usual(self, principal, route, method=method, path=path) or more(principal, row, method, path)

    return allows


def _finding(change: Callable[[Any], Any]) -> Off:
    usual = sessions.find_session

    async def find(*args: Any, **kwargs: Any) -> Any:
        row = await usual(*args, **kwargs)
        return None if row is None else change(row)

    return find


def _alive(left_out: str) -> Off:
    def is_alive(**given: Any) -> bool:
        now = given["now"]
        told = {
            "idle": now < given["idle_until"], "expired": now < given["expires_at"], "ended": given["ended_at"] is None,
        }  # fmt: skip
        return all(holds for name, holds in told.items() if name != left_out)

    return is_alive


async def _silent(*_: Any, **__: Any) -> None:
    return None


def _any_token(request: Any) -> str:
    return str(request.headers.get("x-csrf-token") or "")


def _crossing(cell: Cell) -> bool:
    return cell.want is Want.CROSS


def _staff_word(principal: Principal, row: frozenset[str], *_: str) -> bool:
    return "staff" in row and principal.kind is not Kind.ANONYMOUS


def _of_guards() -> Iterator[Mutant]:
    allows = matrix.Matrix
    yield Mutant("the matrix", ((allows, "allows", lambda *_, **__: True),), _wants(Want.DENIED, Want.ANONYMOUS))
    for role in Role:
        held = frozenset({str(role)})

        def more(principal: Principal, row: frozenset[str], _: str, __: str, held: frozenset[str] = held) -> bool:
            return bool(principal.roles & held)

        yield Mutant(
            f"role check of {role}", ((allows, "allows", _allowing(more)),), _by(f"only-{role}".replace("_", "-"))
        )
    yield Mutant("staff means staff", ((allows, "allows", _allowing(_staff_word)),), _by("pending", "token", "bot"))
    tester = lambda who, _, __, path: "service:tester" in who.roles and "/api/" in path  # noqa: E731
    yield Mutant("the tester only reads", ((allows, "allows", _allowing(tester)),), _by("tester"))
    pages = lambda who, _, method, __: "service:tester" in who.roles and method == "GET"  # noqa: E731
    yield Mutant("the tester only reads the API", ((allows, "allows", _allowing(pages)),), _by("tester"))
    programs = lambda who, row, *_: who.kind is Kind.SERVICE and any("service:" in word for word in row)  # noqa: E731
    yield Mutant("each program its own rows", ((allows, "allows", _allowing(programs)),), _with("service:", *SERVICES))
    scopes = lambda who, row, *_: who.name.startswith("token:") and any("scope:" in word for word in row)  # noqa: E731
    yield Mutant("each token its own scopes", ((allows, "allows", _allowing(scopes)),), _with("scope:", "token:"))
    yield Mutant("csrf and origin", ((guard, "_same_site", lambda *_: None),), _crossing)
    yield Mutant("origin", ((guard, "_host_of", lambda _: "casebackend"),), _crossing)
    yield Mutant("csrf token", ((guard, "csrf_of", _any_token),), _crossing)
    yield Mutant(
        "a whole token", ((guard, "_same", lambda ours, sent: sent.startswith(ours) or not sent),), _by("forged")
    )
    for left_out in ("idle", "expired", "ended"):
        yield Mutant(f"session {left_out}", ((sessions, "is_alive", _alive(left_out)),), _by(left_out))
    yield Mutant("user switched off", ((sessions, "OF_A_SESSION", _without_active()),), _by("disabled"))
    full = _finding(lambda row: SimpleNamespace(**dict(row._mapping) | {"stage": Stage.FULL}))
    yield Mutant("login not finished", ((service, "find_session", full),), _by("pending"))
    yield Mutant("token revoked", ((tokens, "is_live", lambda **_: True),), _by("token:revoked"))


def _without_active() -> Any:
    """The session is found, whoever it is of."""
    found = select(*sessions.OF_A_SESSION.selected_columns).select_from(LoginSession)
    return found.join(User, User.id == LoginSession.user_id).where(LoginSession.secret_hash == bindparam("hashed"))


def _of_scope() -> Iterator[Mutant]:
    away = _wants(Want.AWAY, Want.IN)
    everybody = frozenset(Role)
    yield Mutant("administrators have no scope", ((scope, "CASE_ROLES", everybody), (cases, "CASE_ROLES", everybody)))
    yield Mutant("a branch is not the head office", ((scope, "BRANCHES", frozenset()),), away)
    wide = _async(lambda *_: scope.EVERYTHING)
    yield Mutant("downwards only", ((scope, "scope_below", wide),), away)
    usual = scope.scope_of

    async def of_unit(session: Any, principal: Principal) -> scope.Scope:
        return await usual(session, replace(principal, scope_unit_id=None))

    patches = tuple((each, "scope_of", of_unit) for each in modules() if vars(each).get("scope_of") is usual)
    yield Mutant("the narrowed root", patches, lambda cell: cell.person == "narrowed")
    over = lambda cell: cell.want is Want.AWAY and cell.about in ("closed", "left")  # noqa: E731
    yield Mutant("over is over", ((cases, "OPEN", frozenset(Status)),), over)
    yield Mutant("by duty", ((cases, "BY_DUTY", CASE_ROLES),), over)


def _of_traces() -> Iterator[Mutant]:
    denied = _wants(Want.DENIED)
    yield Mutant("a refusal of the guard is written down", ((audit, "record", _silent),), denied)
    yield Mutant("what is hidden is written down", ((reads, "_record", _silent),), _wants(Want.AWAY, Want.CROSS))


def _everywhere(function: Any, off: Off) -> tuple[Patch, ...]:
    """In its own module and wherever it was taken in by name."""
    return tuple((each, name, off) for each in modules() for name, value in vars(each).items() if value is function)


async def _any_draft(session: Any, by: Principal, registration_id: Any, **_: Any) -> Any:
    return await session.get_one(Registration, registration_id)


async def _any_notice(session: Any, notice_id: Any, by: Principal) -> Any:
    return await session.get(Notice, notice_id)


def _of_business() -> Iterator[Mutant]:
    """Shown by the deeds of extras.py and by things of other people."""
    yield Mutant("If-Match", ((preconditions, "require", lambda *_: None),))
    yield Mutant("If-Match is asked for", ((preconditions, "wanted", lambda _: "*"),))
    yield Mutant("in charge", _everywhere(standing.in_charge, lambda *_: True))
    yield Mutant("own work", _everywhere(standing.own_work, _async(lambda *_: False)))
    yield Mutant("only asked", _everywhere(standing.has_say, _async(lambda *_, **__: True)))
    yield Mutant("how much a role is shown", _everywhere(level_of, lambda *_: Level.PLAIN))
    yield Mutant("a draft of one's own", ((drafts, "mine", _any_draft),), _about("registration_id"))
    yield Mutant("a notice of one's own", ((notices, "own", _any_notice),), _about("notice_id"))


def all_mutants() -> list[Mutant]:
    return [*_of_guards(), *_of_scope(), *_of_traces(), *_of_business(), *call_sites()]


@contextmanager
def switched_off(mutant: Mutant) -> Iterator[None]:
    before = [(where, name, vars(where)[name] if not isinstance(where, type) else where.__dict__[name])
              for where, name, _ in mutant.patches]  # fmt: skip
    kept._kept.clear()
    for where, name, off in mutant.patches:
        setattr(where, name, off)
    try:
        yield
    finally:
        for where, name, usual in before:
            setattr(where, name, usual)
        kept._kept.clear()


class Calls:
    """Who calls which guard: a look at each call site while the cells run as usual."""

    def __init__(self, sites: list[Mutant]) -> None:
        self.now: set[str] = set()
        self._usual: list[Patch] = []
        for site in sites:
            [(module, name, _)] = site.patches
            self._watch(module, name, site.name)

    def _watch(self, module: Any, name: str, called: str) -> None:
        usual = getattr(module, name)
        self._usual.append((module, name, usual))

        @functools.wraps(usual)
        def noted(*args: Any, **kwargs: Any) -> Any:
            self.now.add(called)
            return usual(*args, **kwargs)

        setattr(module, name, noted)

    def taken(self) -> set[str]:
        """Since the last call."""
        found, self.now = self.now, set()
        return found

    def end(self) -> None:
        for module, name, usual in self._usual:
            setattr(module, name, usual)
