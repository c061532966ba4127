"""What was taken down wrongly, put right by one signed correction."""

from datetime import date
from decimal import Decimal
from typing import Self

from pydantic import AwareDatetime, Field, model_validator

from casebackend.api.conversations import Command
from casebackend.api.registration import ByHand
from casebackend.matters.rules import PersonalRight, Source

OF_THE_PERSON = ("name", "phone", "id_number", "unified_code")


class CorrectRegistration(Command):
    """What is not given stays; `amount` null says that there is none. Of another `source` everything that it asks for
    is given with it. `received_at`: when the paper or the call really came in; `channel`: needed where a matter turns
    out not to be a regulator's. `profile`: by which set of internal limits it runs. `personal_right`: of a request
    about personal data only."""

    name: str | None = Field(default=None, max_length=80)
    phone: str | None = Field(default=None, max_length=32)
    id_number: str | None = Field(default=None, max_length=32)
    unified_code: str | None = Field(default=None, max_length=18)
    amount: Decimal | None = Field(default=None, ge=0, max_digits=16, decimal_places=2)
    received_at: AwareDatetime | None = None
    profile: str | None = Field(default=None, max_length=32)
    source: Source | None = None
    channel: ByHand | None = None
    regulator: str | None = Field(default=None, max_length=16)
    regulator_number: str | None = Field(default=None, max_length=40)
    regulator_due_on: date | None = None
    referral_agency: str | None = Field(default=None, max_length=80)
    source_ref: str | None = Field(default=None, max_length=80)
    source_url: str | None = Field(default=None, max_length=500, pattern=r"^https?://\S+$")
    referral_due_on: date | None = None
    personal_right: PersonalRight | None = None
    reason: str = Field(min_length=2, max_length=500, pattern=r"\S")

    @model_validator(mode="after")
    def something(self) -> Self:
        if not self.model_fields_set - {"reason"}:
            raise ValueError("nothing to correct")
        return self

    @property
    def amends_amount(self) -> bool:
        return "amount" in self.model_fields_set
