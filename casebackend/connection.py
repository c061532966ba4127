import base64

from casebackend.attachments.configured import scanning, upload_limits
from casebackend.attachments.store import Store
from casebackend.cases.recusing import of_a_notice
from casebackend.cases.words import NUMBERING, NumberPattern
from casebackend.customers.vault import Vault
from casebackend.database import Database
from casebackend.notices.hearing import HEARING
from casebackend.reserve import freed_when_full, reserve_of
from casebackend.settings import Settings


def open_database(settings: Settings, *, name: str = "tingsu") -> Database:
    """A database whose sessions carry the keys of the vault and of the audit chain, and for which the disk keeps a
    reserve."""
    database = Database(
        settings.database_url,
        name=name,
        info={
            "audit_key": base64.b64decode(settings.audit_key.get_secret_value()),
            "vault": Vault(
                settings.data_key.get_secret_value(),
                settings.index_key.get_secret_value() if settings.index_key else None,
            ),
            HEARING: of_a_notice,
            NUMBERING: NumberPattern(settings.case_number_letters, settings.case_number_digits),
            "files": Store(settings.var_dir / "attachments"),
            "exports": Store(settings.var_dir / "exports"),
            "scanning": scanning(settings),
            "upload_limits": upload_limits(settings),
        },
    )
    freed_when_full(database.engine, reserve_of(settings))
    return database
