"""F73: whoever writes sends what the type names, and nothing that is ours to say."""

import pytest
from pydantic import BaseModel, ValidationError

from casebackend.operations import OPERATIONS
from casebackend.schema import METADATA
from tests.casebackend.access import bodies
from tests.world import START

# Every column of every table, and what other systems call the same.
OURS = sorted(
    {column.name for table in METADATA.sorted_tables for column in table.columns}
    | {"org_id", "owner", "owner_id", "is_admin", "tenant_id", "permissions", "_id", "__class__"}
)


def nested(model: type[BaseModel], found: dict[str, type[BaseModel]]) -> dict[str, type[BaseModel]]:
    """The type and whatever types its fields are made of."""
    if model.__name__ in found:
        return found
    found[model.__name__] = model
    for field in model.model_fields.values():
        for part in _types(field.annotation):
            nested(part, found)
    return found


def _types(annotation: object) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [each for part in getattr(annotation, "__args__", ()) for each in _types(part)]


def written() -> dict[str, type[BaseModel]]:
    found: dict[str, type[BaseModel]] = {}
    for known in OPERATIONS.values():
        if known.request is not None:
            nested(known.request, found)
    return found


@pytest.mark.parametrize("name", sorted(written()))
def test_each_field_that_the_server_owns_is_refused(name: str) -> None:
    model = written()[name]
    body = bodies.body_of(model, START)
    for field in OURS:
        if field in model.model_fields:
            continue
        with pytest.raises(ValidationError) as refused:
            model.model_validate(body | {field: "1"})
        assert {each["type"] for each in refused.value.errors()} >= {"extra_forbidden"}, field


def test_there_is_much_to_refuse() -> None:
    assert len(OURS) > 200
    assert len(written()) > 60
