"""数据目录: what is stored, tagged as personal or sensitive, for the security administrator and the auditor."""

from functools import partial
from urllib.parse import quote, urlencode

from sanic import HTTPResponse, Request
from sanic.response import raw

from casebackend.attachments.wire import AWAY_FROM_US
from casebackend.calendar.rules import local_date
from casebackend.console.rendering import console, minute, page
from casebackend.console.rights import may
from casebackend.exports.rules import MEDIA, Format
from casebackend.inventory.catalogue import inventory
from casebackend.inventory.routes import wanted
from casebackend.inventory.rules import HEADINGS, cells, is_overdue, of
from casebackend.inventory.sheet import as_csv

bp = console("inventory")
HERE = "/security/data"
FILTERS = ("table", "personal", "sensitive", "level", "source", "system")


@bp.get(HERE)
async def show(request: Request) -> HTTPResponse:
    known, today = inventory(), local_date(request.app.ctx.now())
    given = {name: request.args.get(name, "") for name in FILTERS}
    return page(
        request,
        "inventory.html",
        known=known,
        headings=HEADINGS,
        rows=[cells(known, item) for item in of(known, wanted(request))],
        given=given,
        asked=urlencode({name: word for name, word in given.items() if word}),
        overdue=is_overdue(known, today),
        can=partial(may, request),
    )


@bp.get(f"{HERE}/file")
async def file(request: Request) -> HTTPResponse:
    """What the page shows under the same conditions, with who took it out and when."""
    known, now = inventory(), request.app.ctx.now()
    me = request.ctx.principal
    said = f"数据目录（{known.reviewed_on} 复核） · {me.display_name}（{me.name}） · {minute(now)}"
    name = quote(f"数据目录-{local_date(now)}.csv", safe="")
    attached = f"attachment; filename=\"data-items.csv\"; filename*=UTF-8''{name}"
    return raw(
        as_csv(known, of(known, wanted(request)), said),
        headers=AWAY_FROM_US | {"Content-Disposition": attached},
        content_type=MEDIA[Format.CSV],
    )
