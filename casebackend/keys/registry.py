"""Every column that holds a sealed value, in one list. A column that is not here would be lost with its old key; a
test compares this list with the schema and with what a filled database holds."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Sealed:
    """`row`: the column of the id that the value is sealed to. `batch`: how many are opened at once; fewer of what is
    large. `index`: the column of the blind index of the same value, and `kind`: the word it is made with, where
    {kind} is the row's own."""

    table: str
    column: str
    row: str = "id"
    batch: int = 200
    index: str | None = None
    kind: str = ""
    upper: bool = False


SEALED: tuple[Sealed, ...] = (
    Sealed("customers", "name_enc", index="name_index", kind="name"),
    Sealed("customers", "phone_enc", index="phone_index", kind="phone"),
    Sealed("customers", "id_number_enc", index="id_number_index", kind="id_number"),
    Sealed("personal_values", "value_enc"),
    Sealed("messages", "original_enc"),
    Sealed("registrations", "content_enc"),
    Sealed("registrations", "typed_enc"),
    Sealed("parties", "name_enc"),
    Sealed("parties", "phone_enc", index="phone_index", kind="phone"),
    Sealed("parties", "caller_enc"),
    Sealed("parties", "id_number_enc"),
    Sealed("business_objects", "value_enc", index="value_index", kind="object.{kind}", upper=True),
    Sealed("evidence_files", "content_enc", row="evidence_id", batch=4),
    Sealed("attachments", "key_enc"),
    Sealed("attachments", "preview_key_enc"),
    Sealed("second_factors", "secret_enc", row="user_id"),
    Sealed("staff_messages", "address"),
    Sealed("exports", "query_enc"),
    Sealed("exports", "key_enc"),
)
