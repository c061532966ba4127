"""Whether a link would lead anywhere for this reader: its route exists, and the matrix lets the reader call it."""

from sanic import Request
from sanic.exceptions import SanicException

from casebackend.access.matrix import Matrix


def may(request: Request, path: str, method: str = "GET") -> bool:
    app = request.app
    try:
        route, *_ = app.router.get(path, method, None)
    except SanicException:
        return False
    rights: Matrix = app.ctx.matrix
    name = str(route.name).removeprefix(f"{app.name}.")
    return rights.allows(request.ctx.principal, name, method=method, path=path)
