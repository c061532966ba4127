"""From the one-page form to a registration, and back. Standard library and the published types only."""

from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any
from uuid import UUID

from casebackend.api.registration import Register
from casebackend.calendar.rules import SHANGHAI, local
from casebackend.matters.rules import PersonRole

PLAIN = (
    "matter_type", "source", "channel", "capacity", "amount", "occurred_on", "business_channel_a", "category_b",
    "cause_c", "basic_right", "referral_agency", "source_ref", "source_url", "regulator",
    "regulator_number", "regulator_due_on", "referral_due_on",
    "third_party", "personal_right", "facts", "demand", "group_size",
)  # fmt: skip
OF_A_PERSON = ("name", "sex", "phone", "caller_number", "id_number", "unified_code", "tier", "relation")
REPRESENTATIVES, OBJECTS = 5, 4
RECEIVED = "received_at"


def command_of(form: Mapping[str, str], units: Mapping[str, UUID], documents: Mapping[str, str]) -> Register:
    """`units`: ids by name. Whatever is empty was not said."""
    said = {name: value.strip() for name, value in form.items() if value.strip()}
    given: dict[str, Any] = {name: said[name] for name in PLAIN if name in said}
    if RECEIVED in said:
        given[RECEIVED] = _on_the_wall(said[RECEIVED])
    for name in ("unit", "responsible_unit"):
        if name in said:
            given[f"{name}_id"] = units.get(said[name], UUID(int=0))
    given["people"] = _people(said)
    given["objects"] = [
        {"kind": said.get(f"object{place}_kind", "product"), "value": said[f"object{place}_value"]}
        for place in range(OBJECTS)
        if f"object{place}_value" in said
    ]
    given["documents"] = [
        {"kind": kind, "original_seen": f"original_{kind}" in said} for kind in documents if f"document_{kind}" in said
    ]
    return Register.model_validate(given)


def _on_the_wall(text: str) -> datetime | str:
    """A form sends the time without its zone; what is no time stays as it is, to be refused by its name."""
    with suppress(ValueError):
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=SHANGHAI)
    return text


def _people(said: Mapping[str, str]) -> list[dict[str, str]]:
    people = []
    for role in PersonRole:
        if role is PersonRole.REPRESENTATIVE:
            continue
        person = {field: said[f"{role}_{field}"] for field in OF_A_PERSON if f"{role}_{field}" in said}
        if set(person) - {"sex", "tier"}:
            people.append({"role": str(role), **person})
    for place in range(REPRESENTATIVES):
        name, phone = said.get(f"representative{place}_name"), said.get(f"representative{place}_phone")
        if name or phone:
            person = {"role": str(PersonRole.REPRESENTATIVE)} | ({"name": name} if name else {})
            people.append(person | ({"phone": phone} if phone else {}))
    return people


def _plain(command: Register) -> dict[str, str]:
    found = {name: str(value) for name in PLAIN if (value := getattr(command, name)) not in (None, "")}
    received = command.received_at
    return found | ({RECEIVED: f"{local(received):%Y-%m-%dT%H:%M}"} if received is not None else {})


def form_from(command: Register, units: Mapping[UUID, str]) -> dict[str, str]:
    """The fields of the form as they stood when it was put aside."""
    found = _plain(command)
    for name in ("unit", "responsible_unit"):
        unit = getattr(command, f"{name}_id")
        if unit is not None:
            found[name] = units.get(unit, "")
    place = 0
    for person in command.people:
        prefix = str(person.role)
        if person.role is PersonRole.REPRESENTATIVE:
            prefix, place = f"representative{place}", place + 1
        for field in OF_A_PERSON:
            value = getattr(person, field)
            if value:
                found[f"{prefix}_{field}"] = str(value)
    for place, each in enumerate(command.objects[:OBJECTS]):
        found[f"object{place}_kind"], found[f"object{place}_value"] = str(each.kind), each.value
    for document in command.documents:
        found[f"document_{document.kind}"] = "1"
        if document.original_seen:
            found[f"original_{document.kind}"] = "1"
    return found
