"""A bank in which every word that anybody wrote is an attack."""

import base64
from collections.abc import Sequence
from typing import Any

from sqlalchemy import JSON, Column, String, Table, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncSession

from casebackend import editions
from casebackend.editions import Edition
from casebackend.schema import METADATA
from casebackend.staff.model import User
from tests.casebackend.candidates.builders import candidate_of, ended
from tests.casebackend.cases.builders import Desk, drafted, filed
from tests.casebackend.curation.desks import Curation
from tests.casebackend.hostile.pages import Walk
from tests.casebackend.hostile.payloads import MARK, Words
from tests.casebackend.registration.takers import CUSTOMER, Counter
from tests.casebackend.replies.desks import Replies
from tests.world import LOGINS, World

# What is hashed, signed or matched by its value is no text of a page.
LEFT = frozenset({"audit", "audit_heads", "editions", "idempotency", "outbox", "heartbeats", "leader_leases"})
# Chinese words that are codes: the program chooses by them, nobody writes them.
CODES = frozenset({
    "articles.kind", "cases.severity", "limits.severity", "timers.basis", "personal_values.token",
    "personal_values.kind", "grading_rules.when", "grading_rules.result", "disclosures.kinds", "limits.approver",
    "danger_rules.patterns", "danger_rules.phrases", "danger_rules.kind", "danger_rules.severity", "messages.severity",
})  # fmt: skip
ROOM = 2_000
CHINESE = range(0x4E00, 0x9FFF + 1)


async def furnished(world: World, words: Words) -> list[str]:
    """Customers and colleagues have written it through the services. Returns the addresses of what they wrote."""
    case_id, _ = await ended(world, facts=words.fit(), demand=words.fit())
    candidate = await candidate_of(world, case_id)
    assert candidate is not None
    entry = await Curation(world).drafts(title=words.fit(60), text=words.fit(), basis=words.fit(100))
    talk = (await world.says(words.fit(3_000), sender="hostile-1")).conversation_id
    draft, _ = await drafted(world, sender="hostile-3")
    receipt = await filed(world, sender="hostile-2")
    counter, desk = Counter(world), Desk(world)
    person = CUSTOMER | {"name": words.fit(30), "relation": words.fit(20)}
    made = await counter.sure(facts=words.fit(), demand=words.fit(), people=[person])
    await desk.reply_pending(receipt.case_id)
    line = ",".join(["机构代码,机构名称,简称,层级,上级机构代码\r\n0999", _cell(words.fit(60)), "x7", "部门", "0001"])
    content = {"content": base64.b64encode(line.encode()).decode()}
    run = await counter.sends("admin", "/imports", content)
    assert run.status_code in (200, 201), run.text
    held = await counter.sends("supervisor", f"/conversations/{talk}/holds", {"reason": words.fit()})
    assert held.status_code == 201, held.text
    canned = Replies(world)
    own, team = await canned.made("agent", "/own-replies"), await canned.made("agent", "/team-replies")
    number, around = made["number"], f"/console/conversations/{talk}"
    async with world.database.reading() as session:
        somebody = await session.scalar(select(User.id).where(User.login == "agent"))
    return [
        f"/cases/{receipt.number}", f"/cases/{number}", f"/conversations/{talk}", f"/conversations/{talk}/holds",
        f"{around}/messages?after=0", f"{around}/owner", f"{around}/suggestions", "/knowledge?q=年费",
        f"/drafts/{draft}", f"/security/accounts/{somebody}/certificates",
        f"/organisations/imports/{run.json()['id']}", f"/curation/articles/{entry['id']}/{entry['version']}",
        f"/candidates/{candidate.id}", f"/candidates/{candidate.id}/near", f"{around}/replies",
        f"/replies/own/{own['id']}", f"/replies/team/{team['id']}",
        *(f"/cases/{receipt.number}/{section}" for section in SECTIONS),
    ]  # fmt: skip


def _cell(text: str) -> str:
    return '"' + text.replace('"', '""') + '"'


SECTIONS = (
    "assignment", "attachments", "classification", "confirmation", "evidence", "extensions", "family", "history",
    "recordings",
    "recusals", "registration", "retention", "reveal", "reviews", "supervision", "surveys",
    "tasks", "tellings",
)  # fmt: skip


def holds_words(value: object) -> bool:
    return isinstance(value, str) and MARK not in value and any(ord(each) in CHINESE for each in value)


def stained(value: Any, words: Words, room: int) -> Any:
    """The same with the attack behind every text in it that holds words of people, as far as the column has room."""
    if isinstance(value, dict):
        return {name: stained(each, words, room) for name, each in value.items()}
    if isinstance(value, list):
        return [stained(each, words, room) for each in value]
    if not holds_words(value):
        return value
    return value + words.fit(room - len(value), of=value) if room > len(value) + len(MARK) else value


async def stain(world: World, words: Words) -> dict[str, int]:
    """Every column that holds words of people, of every table that there is, also what no form leads to."""
    done: dict[str, int] = {}
    async with world.database.transaction() as session:
        for table in METADATA.sorted_tables:
            if table.name not in LEFT:
                await _stain(session, table, words, done)
        for name in (await session.scalars(select(Edition.name))).all():
            await editions.changed(session, name)
    return done


async def _stain(session: AsyncSession, table: Table, words: Words, done: dict[str, int]) -> None:
    keys = list(table.primary_key)
    texts = [each for each in table.columns if _holds_texts(each) and f"{table.name}.{each.name}" not in CODES]
    if not texts:
        return
    rows = (await session.execute(select(*keys, *texts))).mappings().all()
    same: dict[tuple[str, int], Any] = {}
    for column in texts:
        room = getattr(column.type, "length", None) or ROOM
        changed = []
        for row in rows:
            # The same words stay the same everywhere: names are looked up by them.
            new = same.setdefault((repr(row[column.name]), room), stained(row[column.name], words, room))
            if new != row[column.name]:
                changed.append({f"k_{key.name}": row[key.name] for key in keys} | {"new": new})
        if changed:
            done[f"{table.name}.{column.name}"] = len(changed)
            where = [key == bindparam(f"k_{key.name}") for key in keys]
            statement = update(table).where(*where).values({column.name: bindparam("new", type_=column.type)})
            await (await session.connection()).execute(statement, changed)


def _holds_texts(column: Column[Any]) -> bool:
    return isinstance(column.type, String | JSON) and not column.primary_key and not column.foreign_keys


async def walked(world: World, words: Words, logins: Sequence[str], *, more: list[str], together: bool) -> list[Walk]:
    """Every colleague looks at every page that he has a link to, and fills in every form that he sees. `together`:
    nobody looks at a page, or fills in a form, that another one has had before."""
    desk, walks = Desk(world), list[Walk]()
    seen, sent = set[str](), set[str]()
    for login in logins or LOGINS:
        walk = Walk(world, await desk.browser(login), login, of_a_kind=1 if together else 2)
        if together:
            walk.seen, walk.done = seen, sent
        await walk.around(*more)
        await walk.fill_in(words)
        walks.append(walk)
    return walks
