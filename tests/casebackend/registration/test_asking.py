"""While the core system takes its time to say what it knows of a card, others write."""

from sqlalchemy import select, update

from casebackend.parties.model import BusinessObject
from casebackend.parties.rules import Finding, ObjectKind
from casebackend.staff.model import User
from tests.casebackend.console.test_register import FORM, hidden
from tests.casebackend.registration.takers import STORY, Counter
from tests.world import World

CARD = {"kind": "card", "value": "6222 0212 3456 7890"}


class Slow:
    """A core system that somebody else's writing does not wait for: on SQLite it would never end within one's own."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.asked: list[str] = []

    async def find(self, kind: ObjectKind, value: str) -> Finding:
        self.asked.append(value)
        async with self.world.database.transaction() as session:
            await session.execute(update(User).where(User.login == "outlet").values(email="o@bank.example"))
        return Finding.KNOWN


async def test_it_is_asked_once_and_before_the_transaction_by_every_way_in(world: World) -> None:
    world.database.info["core"] = core = Slow(world)
    counter = Counter(world)
    number = (await counter.sure(objects=[CARD]))["number"]
    later = await counter.sends("agent", f"/cases/{number}/objects", {"kind": "account", "value": "11002200330044"})
    assert later.status_code == 201, later.text
    saved = await counter.sends("agent", "/registrations/", STORY | {"objects": [CARD]})
    assert core.asked == ["6222021234567890", "11002200330044"], "what is only put aside is not asked for"
    path = f"/registrations/{saved.json()['id']}/submit"
    assert (await counter.sends("agent", path, {}, read='"1"')).status_code == 201
    agent = await counter.desk.browser("agent")
    form = FORM | hidden((await agent.get("/register")).text) | {"object1_kind": "card", "object1_value": CARD["value"]}
    assert (await agent.post("/register", data=form | {"act": "save"})).status_code == 303
    assert len(core.asked) == 3
    page = (await agent.get("/register")).text
    sent = await agent.post("/register", data=form | hidden(page) | {"act": "submit"})
    assert sent.status_code == 303, sent.text
    page = (await agent.get(f"/cases/{number}")).text
    version = page.split('data-version="')[1].split('"')[0]
    named = {"kind": "card", "value": "6222021234567891", "version": version}
    assert (await agent.post(f"/cases/{number}/registration/objects", data=named)).status_code == 303
    assert core.asked[2:] == ["6222021234567890", "6222021234567890", "6222021234567891"]
    async with world.database.reading() as session:
        found = await session.execute(select(BusinessObject.kind, BusinessObject.finding))
        assert {tuple(row) for row in found if row.kind != "staff"} == {("card", "known"), ("account", "known")}


async def test_what_cannot_be_read_is_refused_as_before_and_nobody_is_asked(world: World) -> None:
    world.database.info["core"] = core = Slow(world)
    counter = Counter(world)
    number = (await counter.sure())["number"]
    broken = [await counter.registers(objects=[{"kind": "card"}])]
    broken.append(await counter.sends("agent", f"/cases/{number}/objects", {"kind": "card", "value": " "}))
    gone = await counter.sends("agent", "/registrations/00000000-0000-4000-8000-000000000000/submit", {}, read='"1"')
    assert [answer.status_code for answer in (*broken, gone)] == [422, 422, 404]
    assert core.asked == []
