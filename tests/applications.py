"""Sanic keeps every application that was ever made, by its blueprints and its route caches too.

A thousand worlds would be 2 GB, and each collection of garbage a pause of seconds in which deadlines pass.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import lru_cache
from itertools import product
from types import SimpleNamespace
from typing import Any
from uuid import uuid4

import sanic.signals
import sanic_routing.route
import sanic_routing.router
from sanic import Sanic
from sanic.router import Router
from sqlalchemy.dialects.postgresql import psycopg
from sqlalchemy.dialects.sqlite import aiosqlite

from casebackend.app import create_app, equip
from casebackend.curation import knowledge_files
from casebackend.database import Database
from casebackend.settings import Settings

type App = Sanic[Any, Any]
_idle: list[App] = []
_compiled: dict[Any, Any] = {}


def taken(settings: Settings, database: Database, now: Callable[[], datetime]) -> App:
    """One application serves one world after the other: its routes are the same for all, and cost more than a bank."""
    if not _idle:
        made = create_app(settings, database, now=now, name=f"world-{uuid4().hex}")
        made.config.TOUCHUP = False  # rewrites the methods of Sanic for a few per cent of speed
        return made
    app = _idle.pop()
    app.ctx = SimpleNamespace()
    equip(app, settings, database, now=now)
    return app


def returned(app: App) -> None:
    _idle.append(app)


def quickened() -> None:
    """What Sanic works out from the names of routes alone is worked out once; an application is started more than once.

    It would compile the same text for each application, and parse and print it again only to show it."""
    Sanic.test_mode = True
    routing = sanic_routing.router
    shown = SimpleNamespace(parse=_same, unparse=_same, fix_missing_locations=_same)
    vars(routing).update(ast=shown, compile=lru_cache(maxsize=16)(compile))
    parts = lru_cache(maxsize=4096)(sanic_routing.utils.path_to_parts)
    for module in (routing, sanic_routing.route, sanic.signals):
        vars(module).update(path_to_parts=parts)
    # What one engine has compiled serves the others; what happens on an engine goes to its own listeners still.
    alike = {"__hash__": lambda self: hash(type(self)), "__eq__": lambda self, other: type(self) is type(other)}
    for dialect, (name, method) in product((aiosqlite.dialect, psycopg.dialect_async), alike.items()):
        setattr(dialect, name, method)
    # A test waits for the files of search; a process of their own would take longer than they do.
    vars(knowledge_files).update(APART=None, PATIENCE_SECONDS=600.0, FIRST_SECONDS=600.0, RETRY_SECONDS=0.0)


def compiled_once(database: Database) -> Database:
    """Each bank has engines of its own, and each engine would compile every statement anew."""
    for engine in (database.engine, database._read_engine):
        engine.sync_engine.update_execution_options(compiled_cache=_compiled)
    return database


def _same(text: str) -> str:
    return text


@contextmanager
def forgotten() -> Iterator[None]:
    """Applications made inside are let go of at the end; those made before stay."""
    before = set(Sanic._app_registry)
    yield
    made = [app for name, app in Sanic._app_registry.items() if name not in before]
    for app in made:
        Sanic.unregister_app(app)
        for blueprint in app.blueprints.values():
            blueprint.reset()
    if made:
        Router.get.cache_clear()
        Router.find_route_by_view_name.cache_clear()
