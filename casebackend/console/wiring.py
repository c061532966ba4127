from typing import Any

from sanic import Blueprint, Sanic

from casebackend.access import guard, headers
from casebackend.console import account, login, rendering
from casebackend.staff.passwords import Passwords

STATIC = rendering.HOME / "static"


def install(app: Sanic[Any, Any]) -> None:
    """Guard, headers, pages and login of the web process."""
    app.ctx.templates = rendering.environment()
    app.ctx.passwords = Passwords()
    guard.install(app)
    headers.install(app)
    files = Blueprint("console_static")
    files.static("/static", STATIC, name="file")
    for blueprint in (files, login.bp, account.bp):
        app.blueprint(blueprint)

    @app.after_server_stop
    async def stop(*_: Any) -> None:
        app.ctx.passwords.close()
