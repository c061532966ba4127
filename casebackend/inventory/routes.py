from dataclasses import asdict

from sanic import Blueprint, HTTPResponse, Request, json

from casebackend.api.inventory import DataItem, DataItemPage
from casebackend.calendar.rules import local_date
from casebackend.inventory.catalogue import inventory
from casebackend.inventory.rules import Inventory, Item, Wanted, is_overdue, of
from casebackend.paging import BadFilter, cut, one_of

bp = Blueprint("data_items", url_prefix="/data-items")
FLAGS = {"yes": True, "no": False}


def wanted(request: Request) -> Wanted:
    """From table, personal, sensitive, level, source and system; what the catalogue does not know is refused."""
    known = inventory()
    codes = {"table": known.tables, "level": known.levels, "source": known.sources, "system": known.systems}
    given: dict[str, str | None] = {name: request.args.get(name) or None for name in codes}
    for name, word in given.items():
        if word is not None and word not in codes[name]:
            raise BadFilter(name)
    personal, sensitive = (one_of(FLAGS.__getitem__, request, name) for name in ("personal", "sensitive"))
    return Wanted(personal=personal, sensitive=sensitive, **given)


def _view(known: Inventory, item: Item) -> DataItem:
    return DataItem(content=known.tags[item.tag], **asdict(item))


@bp.get("/")
async def listing(request: Request) -> HTTPResponse:
    """Metadata of the release only: nothing of the database is read."""
    known = inventory()
    shown, following = cut(request, of(known, wanted(request)), lambda item: item.name)
    answer = DataItemPage(
        items=[_view(known, item) for item in shown],
        reviewed_on=known.reviewed_on,
        overdue=is_overdue(known, local_date(request.app.ctx.now())),
        next=following,
    )
    return json(answer.model_dump(mode="json"))
