"""Sanic keeps every application that was ever made, by its blueprints and its route caches too.

A thousand worlds would be 2 GB, and each collection of garbage a pause of seconds in which deadlines pass.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sanic import Sanic
from sanic.router import Router


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
