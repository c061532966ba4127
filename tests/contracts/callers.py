"""Who asks at random, and the ids of what exists, so that random requests get further than the door."""

import asyncio
import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import requests
from schemathesis import Case
from sqlalchemy import select

from casebackend.assist.model import SuggestionUse
from casebackend.attachments.model import Attachment
from casebackend.cases import model as cases
from casebackend.connection import open_database
from casebackend.conversations import model as conversations
from casebackend.database import Database
from casebackend.demands.model import Supervision
from casebackend.evidence.model import Evidence
from casebackend.extensions.model import Extension, Material
from casebackend.families.model import CaseLink
from casebackend.notices.model import Notice
from casebackend.organisations.model import Organisation
from casebackend.registration.model import Registration
from casebackend.reviews.model import Review
from casebackend.staff.model import User
from casebackend.tasks.model import Task
from tests.contracts.bank import Bank
from tests.contracts.customer import WORKER
from tests.contracts.deskwork import EXAMPLES
from tests.contracts.served import Served
from tests.world import LOGINS, TOKENS

type Ids = dict[str, list[str]]
KINDS: dict[str, Any] = {
    "reference": cases.Case.number,
    "case_id": cases.Case.id,
    "conversation_id": conversations.Conversation.id,
    "message_id": conversations.Message.id,
    "turn_id": conversations.Turn.id,
    "delivery_id": conversations.Delivery.id,
    "task_id": Task.id,
    "extension_id": Extension.id,
    "material_id": Material.id,
    "review_id": Review.id,
    "item_id": Supervision.id,
    "notice_id": Notice.id,
    "registration_id": Registration.id,
    "link_id": CaseLink.id,
    "evidence_id": Evidence.id,
    "attachment_id": Attachment.id,
    "use_id": SuggestionUse.id,
    "user_id": User.id,
    "unit_id": Organisation.id,
}
# Other names of the same things.
ALSO = {
    "number": "reference", "master_number": "reference", "assignee_id": "user_id", "handling_unit_id": "unit_id",
    "responsible_unit_id": "unit_id", "receiving_unit_id": "unit_id", "unit": "unit_id", "handling_unit": "unit_id",
    "handler": "user_id", "person": "user_id", "cosigners": "user_id",
}  # fmt: skip
PAIRS = {
    ("conversation_id", "message_id"): (conversations.Message.conversation_id, conversations.Message.id),
    ("reference", "evidence_id"): (Evidence.case_id, Evidence.id),
    ("reference", "attachment_id"): (Attachment.case_id, Attachment.id),
    ("reference", "link_id"): (CaseLink.case_id, CaseLink.id),
}
NO_WAITING = {"wait_seconds": 0}
SPARES = 4


async def _spares(database: Database) -> list[str]:
    """People who may be disabled, transferred and given passwords without ending the session of somebody who asks."""
    async with database.transaction() as session:
        unit = await session.scalar(select(Organisation.id).limit(1))
        made = [
            User(
                id=uuid4(), login=f"spare-{uuid4().hex[:12]}", display_name="备用", staff_no="S", password_hash="",
                organisation_id=unit, roles=["handler"],
            )
            for _ in range(SPARES)
        ]  # fmt: skip
        session.add_all(made)
    return [str(user.id) for user in made]


async def _ids(served: Served) -> Ids:
    database = open_database(served.settings)
    found: Ids = {}
    spares = await _spares(database)
    async with database.reading() as session:
        for name, column in KINDS.items():
            rows = (await session.scalars(select(column).limit(200))).all()
            found[name] = [str(value) for value in rows]
        for (_, name), columns in PAIRS.items():
            for owner, value in (await session.execute(select(*columns).limit(200))).all():
                found.setdefault(f"{name} of {owner}", []).append(str(value))
                found.setdefault(f"owners of {name}", []).append(str(owner))
    await database.dispose()
    found["dictionary"] = ["business_category_B", "reason_C"]
    named = {name: found[kind] for name, kind in ALSO.items()}
    return found | named | {"worker": [WORKER], "user_id": spares} | _times()


def _times() -> Ids:
    """Near enough to the present for the rules that look at it."""
    now = datetime.now(UTC)
    future = (now + timedelta(days=2)).isoformat()
    days = [(now + timedelta(days=days)).date().isoformat() for days in (1, 40)]
    names = ("received_at", "at", "applied_at", "requested_at", "told_at")
    return {name: [now.isoformat()] for name in names} | {
        "due_at": [future],
        "effective_from": days,
        "day": days,
        "on": days,
    }


def ids(served: Served) -> Ids:
    return asyncio.run(_ids(served))


class Callers:
    """`staff` by login, `programs` by name: a session each, as it is used against the running program."""

    def __init__(self, served: Served, cookies: dict[str, dict[str, str]]) -> None:
        self.served = served
        self.headers = cookies | {
            f"service:{name}": {"Authorization": f"Bearer {token}"} for name, token in TOKENS.items()
        }
        self.sessions = {name: requests.Session() for name in self.headers}

    def of(self, allowed: set[str], roles: dict[str, frozenset[str]]) -> list[str]:
        """Agent, supervisor, a program; and one who may, where none of these may."""
        programs = sorted(name for name in allowed if name in ("service:actions", "service:channels"))
        found = ["agent", "supervisor", *(programs[:1] or ["service:actions"])]
        may = [login for login, held in roles.items() if held & allowed]
        return found if programs or not may or set(found) & set(may) else [*found, may[0]]

    def send(self, case: Case[Any], caller: str) -> Any:
        return case.call(
            base_url=self.served.address, session=self.sessions[caller], headers=self.headers[caller], timeout=30
        )


def with_ids(case: Case[Any], known: Ids, chance: random.Random) -> Case[Any]:
    """Puts ids of what exists in place of most of the random ones; If-Match is let pass half of the time."""
    for name in case.path_parameters or {}:
        if known.get(name) and chance.random() < 0.8:
            case.path_parameters[name] = chance.choice(known[name])
    known = known | _belonging(case, known, chance)
    for name in case.query if isinstance(case.query, dict) else ():
        if known.get(name) and chance.random() < 0.5:
            case.query[name] = chance.choice(known[name])
    if case.headers is not None and "If-Match" in case.headers and chance.random() < 0.7:
        case.headers["If-Match"] = chance.choice(["*", "*", '"1"'])
    example = EXAMPLES.get(case.operation.definition.raw["operationId"])
    if example is not None and isinstance(case.body, dict) and chance.random() < 0.4:
        own = chance.sample(sorted(case.body), min(chance.randrange(2), len(case.body)))
        case.body = example | {name: case.body[name] for name in own}
    if isinstance(case.body, dict | list):
        case.body = _body(case.body, known, chance)
    return case


def _belonging(case: Case[Any], known: Ids, chance: random.Random) -> Ids:
    """A message of that conversation, a piece of evidence of that case."""
    found: Ids = {}
    for owner, name in PAIRS:
        if owner in (case.path_parameters or {}) and known.get(f"owners of {name}") and chance.random() < 0.8:
            chosen = chance.choice(known[f"owners of {name}"])
            mine = chance.choice(known[f"{name} of {chosen}"])
            if name == "message_id":
                case.path_parameters[owner], found[name] = chosen, [mine]
            elif name in case.path_parameters:
                case.path_parameters[owner], case.path_parameters[name] = chosen, mine
    return found


def _body(value: Any, known: Ids, chance: random.Random, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: NO_WAITING.get(key, _body(each, known, chance, key)) for key, each in value.items()}
    if isinstance(value, list):
        return [_body(each, known, chance, name) for each in value]
    if isinstance(value, str) and known.get(name) and chance.random() < 0.8:
        return chance.choice(known[name])
    return value


async def _logged_in(served: Served) -> dict[str, dict[str, str]]:
    async with Bank.open(served) as bank:
        return {login: _headers(dict((await bank.staff(login)).headers)) for login in LOGINS}


def _headers(headers: dict[str, str]) -> dict[str, str]:
    return {name: value for name, value in headers.items() if name in ("cookie", "origin", "x-csrf-token")}


@contextmanager
def callers(served: Served) -> Iterator[Callers]:
    found = Callers(served, asyncio.run(_logged_in(served)))
    yield found
    for session in found.sessions.values():
        session.close()
