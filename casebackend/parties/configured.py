"""Which core system these settings mean."""

from collections.abc import Callable
from datetime import datetime

from casebackend.database import Database
from casebackend.parties.core_http import HttpCore
from casebackend.parties.doubles import ConsoleCore
from casebackend.parties.ports import Core, NoCore
from casebackend.settings import Settings


def install(database: Database, settings: Settings, *, now: Callable[[], datetime]) -> None:
    """Into each session that begins from now on; where nobody has installed any, nothing is checked."""
    database.info["core"] = core(settings, now=now)


def core(settings: Settings, *, now: Callable[[], datetime]) -> Core:
    if settings.core_objects == "demo":
        return ConsoleCore()
    if settings.core_objects == "none" or settings.core_bank_url is None or settings.core_bank_secret is None:
        return NoCore()
    secret, seconds = settings.core_bank_secret.get_secret_value(), settings.core_bank_seconds
    return HttpCore(settings.core_bank_url, secret, seconds=seconds, now=now)
