from datetime import date, datetime, timedelta
from urllib.parse import parse_qsl, quote
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import httpx
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import delete, select

from casebackend.access.guard import of_user
from casebackend.audit.model import AuditEntry
from casebackend.cases import lists, search
from casebackend.cases.conditions import CONDITIONS
from casebackend.cases.model import Case
from casebackend.cases.predicates import NONE, Kind
from casebackend.clocks.model import Timer
from casebackend.customers import service as customers
from casebackend.customers.model import Customer
from casebackend.demands.model import Supervision
from casebackend.grading.model import CaseHint
from casebackend.matters.catalogue import catalogue
from casebackend.paging import BadFilter
from casebackend.parties.model import BusinessObject, Party
from casebackend.staff.model import User
from casebackend.timeline.model import TimelineEntry
from tests.casebackend.cases.around import user
from tests.casebackend.cases.builders import ANSWERS, Desk, case_of, filed, unit
from tests.casebackend.cases.copies import copied
from tests.world import World

CHINA = ZoneInfo("Asia/Shanghai")
BAD = {
    "status": "nonsense", "unit": "1", "unit_tree": NONE, "handler": "x", "received_from": "2026-02-30",
    "filed_to": "9999-12-31", "promised_from": "0001-01-01", "amount_from": "NaN", "amount_to": "1e99",
    "overdue": "yes", "urged": "-1", "extension": "99999999999999999999", "satisfaction": "very",
    "q": "a\0b", "text": "长" * 101,
}  # fmt: skip


def test_there_are_at_least_twenty_conditions_and_each_has_a_label_of_its_own() -> None:
    assert len(CONDITIONS) >= 40
    assert len({condition.label for condition in CONDITIONS.values()}) == len(CONDITIONS)
    of_pages = {"name", "from", "to", "by", "queue", "tab", "cursor", "limit", "month", "outlet", "state"}
    assert not of_pages & set(CONDITIONS), "what a page means by a parameter, a list must not mean"


def test_a_list_calls_sources_and_matters_as_the_register_does_and_offers_no_kind_that_no_case_has() -> None:
    known = catalogue()
    assert CONDITIONS["source"].choices == {code: each.label for code, each in known.sources.items()}
    assert CONDITIONS["matter_type"].choices == {code: each.label for code, each in known.matters.items()}
    assert set(CONDITIONS["kind"].choices or {}) == {"first", "second"}


@given(st.dictionaries(st.sampled_from(sorted(CONDITIONS)), st.lists(st.text(max_size=30), max_size=3)))
def test_whatever_stands_in_a_url_is_read_or_refused_by_name(args: dict[str, list[str]]) -> None:
    found, refused = read(args)
    assert refused is None or refused in args
    again: dict[str, list[str]] = {}
    for name, word in search.as_pairs(found):
        again.setdefault(name, []).append(word)
    assert search.read(again) == found


def read(args: dict[str, list[str]]) -> tuple[search.Given, object]:
    try:
        return search.read(args), None
    except BadFilter as refusal:
        return {}, refusal.extensions["filter"]


async def test_a_bad_value_is_refused_by_the_name_of_its_parameter(world: World) -> None:
    browser = await Desk(world).browser("lead")
    for name, value in BAD.items():
        answer = await browser.get("/api/v1/cases/", params={name: value})
        assert (answer.status_code, answer.json()["filter"]) == (400, name)
    twice = await sought(browser, "phone=1&phone=2")
    assert (twice.status_code, twice.json()["filter"]) == (400, "phone")
    unknown = await sought(browser, "telephone=1")
    assert (unknown.status_code, unknown.json()["filter"]) == (400, "telephone")


async def sought(browser: httpx.AsyncClient, query: str) -> httpx.Response:
    """Asked for by a body: only there may a person be named."""
    conditions: dict[str, list[str]] = {}
    for name, word in parse_qsl(query):
        conditions.setdefault(name, []).append(word)
    return await browser.post("/api/v1/cases/search", json={"conditions": conditions, "purpose": "identity"})


async def test_whoever_is_named_in_an_address_is_not_looked_for(world: World) -> None:
    browser = await Desk(world).browser("lead")
    named = {"customer": "张三丰", "phone": "13800138000", "paper": "11010519491231002X", "card": "0000"}
    held = {"q": "13800138000", "text": "卡号6222020000001234", "opinion": "11010519491231002X"}
    assert set(named) == {name for name, condition in CONDITIONS.items() if condition.personal}
    paths = ("/api/v1/cases/", "/api/v1/reports/detail", "/api/v1/reports/coding", "/api/v1/reports/hints")
    for path in paths:
        for name, word in (named | held).items():
            refused = await browser.get(path, params={name: word})
            assert (refused.status_code, refused.json()["type"]) == (400, "/problems/person-in-address"), (path, name)
            assert refused.json()["filter"] == name
            assert word not in refused.text
    for name, word in held.items():
        refused = await sought(browser, f"{name}={word}")
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/number-in-text")
    for name, word in named.items():
        refused = await browser.post("/api/v1/cases/search", json={"conditions": {name: [word]}})
        assert (refused.status_code, refused.json()["type"]) == (422, "/problems/search-purpose-missing")
    assert (await browser.post("/api/v1/cases/search", json={"queue": "nonsense"})).json()["filter"] == "queue"


async def test_a_search_by_body_turns_pages_and_each_is_a_line_of_the_audit(world: World) -> None:
    receipt = await filed(world)
    for _ in range(2):
        await copied(world, receipt.case_id)
    browser = await Desk(world).browser("lead")
    body = {"conditions": {"phone": ["13800138000"], "open": ["1"]}, "purpose": "regulator", "queue": "all", "limit": 2}
    first = (await browser.post("/api/v1/cases/search", json=body)).json()
    second = (await browser.post("/api/v1/cases/search", json=body | {"cursor": first["next"]})).json()
    assert (len(first["items"]), len(second["items"]), second["next"]) == (2, 1, None)
    async with world.database.reading() as session:
        lines = (await session.scalars(select(AuditEntry).where(AuditEntry.event == "case.searched"))).all()
    assert [(each.object, each.detail["purpose"]) for each in lines] == [("by:phone", "regulator")] * 2


async def with_people(world: World, first: UUID, odd: str) -> None:
    """What stands beside a case: the paper of the ordinary customer; tier, card and a demand on the odd one."""
    async with world.database.transaction() as session:
        customer = await session.get_one(Customer, (await session.get_one(Case, first)).customer_id)
        customers.known_by(session, customer, name=None, phone=None, id_number="11010519491231002X", now=world.time)
        case_id = (await session.scalars(select(Case.id).where(Case.number == odd))).one()
        made = {"case_id": case_id, "added_at": world.time, "added_by": "test"}
        session.add(Party(role="consumer", tier="private", **made))
        index = customers.vault(session).index("object.card", "6222020000001234")
        session.add(BusinessObject(
            kind="card", value_enc="", value_masked="**** 1234", value_index=index, finding="known", **made
        ))  # fmt: skip
        session.add(CaseHint(
            case_id=case_id, field="handling_unit_id", rank=1, name="济南历下支行", words=[], made_at=world.time,
            accepted_at=world.time,
        ))  # fmt: skip
        session.add(TimelineEntry(
            case_id=case_id, seq=998, at=world.time, actor="staff:lead", actor_name="李班长", kind="review.applied",
            detail={},
        ))  # fmt: skip
        session.add(TimelineEntry(
            case_id=case_id, seq=999, at=world.time, actor="worker", actor_name="系统", kind="case.moved",
            move="reopen", detail={},
        ))  # fmt: skip
        session.add(Supervision(
            case_id=case_id, timer_id=uuid4(), source="internal", demand="速办", opened_by=uuid4(),
            opened_by_name="督办人", opened_at=world.time, due_at=world.time + timedelta(days=3),
        ))  # fmt: skip


async def test_each_condition_finds_the_case_and_its_opposite_does_not(world: World) -> None:
    """One case that differs in everything, another that is ordinary."""
    receipt = await filed(world)
    zhaoyang = (await case_of(world, receipt.case_id)).unit_id
    branch, jinan, qingdao = [await unit(world, name) for name in ("北京分行", "济南分行", "青岛分行")]
    lixia, person = UUID(await unit(world, "济南历下支行")), uuid4()
    moment = datetime(2026, 2, 10, 23, 30, tzinfo=CHINA)
    odd = await copied(
        world, receipt.case_id, number="TS20260210000009", status="closed", kind="second", matter_type="petition",
        source="referred", channel="letter", severity="重大投诉", lane="优先办理", category_b="票据",
        cause_c="因营销方式和手段引起的投诉", business_channel_a="网银渠道", basic_right="知情权", unit_id=None,
        handling_unit_id=lixia, receiving_unit_id=lixia, responsible_unit_id=lixia, handler_id=person,
        received_at=moment, filed_at=moment, closed_at=moment, promised_on=date(2026, 2, 20), amount="70000.50",
        responsible="partly", validity="valid", satisfaction="neutral", extension_level=2, urge_count=3, group_size=6,
        regulator_number="JG-2026-7", third_party="某某支付公司", customer_id=None, facts="信中所述另一件事",
        demand="请答复", findings="信中所述属实", judged_by=person, judged_at=moment, coded_by=uuid4(),
        told_by="channel", replied_at=moment, occurred_on=date(2025, 12, 31), referral_agency="某地银行业协会",
        source_ref="协转〔2026〕7号", creator="staff:agent", capacity="heir", decline_reason="already_decided",
        notice_form="letter", personal_right="copy", regulator="pboc", referral_due_on=date(2026, 2, 18),
        regulator_due_on=date(2026, 2, 19),
    )  # fmt: skip
    await with_people(world, receipt.case_id, odd)
    agent = (await user(world, "agent")).id
    ours = [
        "q=TS20260210", "number=ts2026021000", "text=另一件事", "opinion=属实", "status=closed&status=archived",
        "open=0", "kind=second",
        "matter_type=petition", "source=referred", "channel=letter", "severity=重大投诉", "lane=优先办理",
        "category_b=票据", "category_b_tree=支付结算", "cause_c=因营销方式和手段引起的投诉",
        "cause_c_tree=因营销方式和手段引起的投诉", "business_channel_a=网银渠道", "business_channel_a_tree=电子渠道",
        "basic_right=知情权", "unit=none", f"handling_unit={lixia}", f"handling_unit_tree={jinan}",
        f"concerned_tree={jinan}",
        f"receiving_unit={lixia}", f"receiving_unit_tree={jinan}", f"responsible_unit={lixia}",
        f"responsible_unit_tree={jinan}", f"handler={person}", "received_to=2026-02-10", "filed_to=2026-02-10",
        "received_from=2026-02-10&received_to=2026-02-10", "closed_from=2026-02-10", "closed_to=2026-02-10",
        "promised_from=2026-02-20&promised_to=2026-02-20", "amount_from=70000", "responsible=partly",
        "validity=valid", "satisfaction=neutral", "extended=1", "extension=petition", "overdue=0",
        "reviewed=1", "personal_right=copy", "urged=3", "group=1",
        "regulator_number=JG-2026-7", "third_party=支付", "status=closed&channel=letter&amount_from=1",
        "undelivered=1", "group_from=6", "referral_agency=银行业", "source_ref=〔2026〕7号", "occurred_to=2025-12-31",
        "replied_from=2026-02-10&replied_to=2026-02-10", "told_by=channel", "tier=private", "card=6222 0200 0000 1234",
        "supervised=1", f"registrar={agent}", "capacity=heir", "decline_reason=already_decided", "notice_form=letter",
        "regulator=pboc", "referral_due_from=2026-02-18&referral_due_to=2026-02-18",
        "regulator_due_from=2026-02-19&regulator_due_to=2026-02-19", "reopened=1", "hint_unit=first",
        "coded_twice=1", "recoded=cause_c.same", "judged_category_b=票据", "judged_business_channel_a=网银渠道",
        "judged_cause_c=因营销方式和手段引起的投诉", "hint_category_b=unsuggested", "hint_cause_c=unsuggested",
    ]  # fmt: skip
    theirs = [
        "q=年费", f"unit={zhaoyang}", f"unit_tree={branch}", f"concerned_tree={branch}",
        "received_from=2026-02-11", "filed_from=2026-02-11",
        "amount_to=200", "open=1", "responsible=none", "handler=none", "phone=13800138000", "overdue=1", "near_due=1",
        "lane=none", "extended=0", "reviewed=0", "personal_right=none", "undelivered=0",
        "group_to=5", "occurred_from=2026-01-01", "told_by=none",
        f"customer={quote(ANSWERS['name'])}", "phone=１３８ 0013 8000", "paper=11010519491231002x", "tier=none",
        "supervised=0", "late_by_law=1", "registrar=none", "capacity=self", "decline_reason=none", "notice_form=none",
        "regulator=none", "reopened=0", "hint_unit=unmade",
        "coded_twice=0", "hinted_category_b=信用卡", "hint_category_b=unjudged",
        "hinted_cause_c=因定价收费引起的投诉",
    ]  # fmt: skip
    nobody = [
        f"unit_tree={qingdao}",
        "phone=13900139000",
        f"customer={quote(ANSWERS['name'][:2])}",
        "paper=110105194912310021",
        "card=0000",
        "tier=gold",
        "group_from=7",
        "extension=2",
        "personal_right=delete",
        f"registrar={uuid4()}",
        "referral_due_from=2026-02-19",
        "text=%25",
        "urged=4",
        "number=000009",
        f"unit={uuid4()}",
        "recoded=cause_c",
    ]
    world.wait(days=40)
    desk = Desk(world)
    browser = await desk.browser("lead")
    for queries, expected in ((ours, [odd]), (theirs, [receipt.number]), (nobody, [])):
        for query in queries:
            private = any(f"{name}=" in query for name, condition in CONDITIONS.items() if condition.personal)
            asked = sought(browser, query) if private else desk.reads("lead", f"/cases/?{query}")
            items = (await asked).json()["items"]
            assert [row["number"] for row in items] == expected, query
            assert [row["supervised"] for row in items] == [number == odd for number in expected], query
    assert len((await desk.reads("lead", "/cases/?counted=1")).json()["items"]) == 2
    tried = {pair.split("=")[0] for query in (*ours, *theirs) for pair in query.split("&")} | {"counted"}
    assert tried == set(CONDITIONS)


WORDS = {Kind.FLAG: "1", Kind.DAY: "2026-03-01", Kind.AMOUNT: "1", Kind.COUNT: "1", Kind.UNIT: str(UUID(int=1)),
         Kind.PERSON: str(UUID(int=1))}  # fmt: skip


async def test_the_limit_of_law_is_missed_by_what_is_late_now_and_by_what_was_answered_late(world: World) -> None:
    receipt = await filed(world)
    kinds = {"running late": ("l1", -1, None), "ended late": ("l2", -5, -4), "in time": ("l1", -4, -5),
             "within the bank": ("internal.total", -1, None), "still open": ("l1", 1, None)}  # fmt: skip
    numbers = {}
    async with world.database.transaction() as session:
        await session.execute(delete(Timer))
    for name, (kind, due, stopped) in kinds.items():
        numbers[await copied(world, receipt.case_id)] = name
        async with world.database.transaction() as session:
            case_id = (await session.scalars(select(Case.id).where(Case.number == list(numbers)[-1]))).one()
            session.add(Timer(
                case_id=case_id, kind=kind, label=name, amount=1, unit="calendar_days", origin_at=world.time,
                started_at=world.time, near_at=world.time, derivation="", due_at=world.time + timedelta(days=due),
                stopped_at=None if stopped is None else world.time + timedelta(days=stopped),
            ))  # fmt: skip
    desk = Desk(world)
    for asked, expected in (("1", {"running late", "ended late"}), ("0", {"in time", "within the bank", "still open"})):
        items = (await desk.reads("lead", f"/cases/?late_by_law={asked}")).json()["items"]
        assert {numbers[row["number"]] for row in items if row["number"] in numbers} == expected


async def test_a_list_holds_as_many_as_are_counted_under_each_condition(world: World) -> None:
    """The list asks by a statement that is kept, the count by one that is put together on the spot."""
    receipt = await filed(world)
    await copied(world, receipt.case_id, lane="优先办理", unit_id=None, handler_id=uuid4())
    async with world.database.reading() as session:
        lead = of_user((await session.scalars(select(User).where(User.login == "lead"))).one())
        for name, condition in CONDITIONS.items():
            some = WORDS.get(condition.kind) or next(iter(condition.choices or {}), "x%_/")
            words = [some, *(["0"] if condition.kind is Kind.FLAG else [])]
            words += [NONE] if condition.many and not name.endswith("_tree") else []
            for word in words if condition.kind is not Kind.CHOICE else [some]:
                wanted = search.read({name: [word]})
                found, _ = await lists.page(session, lead, now=world.time, given=wanted)
                where = await search.clauses(session, wanted, now=world.time)
                assert len(found) == await lists.count(session, lead, where=where, most=9), (name, word)
