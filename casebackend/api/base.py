"""What every wire type stands on, whichever room it is of."""

from pydantic import BaseModel, ConfigDict, field_validator

from casebackend.api.values import storable


class Command(BaseModel):
    """Base of everything that is sent to us: an unknown field is refused, and what cannot be stored."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    _storable = field_validator("*")(storable)


class View(BaseModel):
    """Base of everything that we answer."""

    model_config = ConfigDict(from_attributes=True)
