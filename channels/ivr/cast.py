"""Who is who in a recorded call."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal, Self

from channels.ivr.vcon import Dialog, Party, Vcon

type Speaker = Literal["customer", "agent", "ivr"]
ROLES: dict[str, Speaker] = {
    "customer": "customer",
    "caller": "customer",
    "client": "customer",
    "agent": "agent",
    "callee": "agent",
    "contact_center": "agent",
    "supervisor": "agent",
    "sme": "agent",
    "ivr": "ivr",
    "bot": "ivr",
    "system": "ivr",
}
# Of every turn of a call in which who is who had to be guessed: a person confirms what was taken from it.
GUESSED = 0.5


@dataclass(frozen=True)
class Cast:
    speakers: list[Speaker]
    guessed: bool

    @classmethod
    def of(cls, vcon: Vcon) -> Self:
        """Many systems send names and numbers only. Then who rang us is the customer, and the others are ours."""
        labelled = [_labelled(party) for party in vcon.parties]
        unknown = [index for index, speaker in enumerate(labelled) if speaker is None]
        customer = _likely_customer(unknown, vcon) if unknown and "customer" not in labelled else None
        guess: list[Speaker] = ["customer" if index == customer else "agent" for index in range(len(labelled))]
        return cls(
            speakers=[speaker or guess[index] for index, speaker in enumerate(labelled)], guessed=len(unknown) > 1
        )

    def caller(self, parties: Sequence[Party]) -> str | None:
        for party, speaker in zip(parties, self.speakers, strict=True):
            if speaker == "customer" and party.tel:
                return party.tel.removeprefix("tel:").strip()[:32] or None
        return None


def _labelled(party: Party) -> Speaker | None:
    for named in (party.role, party.type):
        known = ROLES.get((named or "").strip().lower().replace("-", "_").replace(" ", "_"))
        if known:
            return known
    return "agent" if party.org or party.dept else None


def _likely_customer(unknown: list[int], vcon: Vcon) -> int:
    """The originator of a text is who wrote it; that of the call is who rang."""
    rang = (dialog.originator for dialog in vcon.dialog if _is_the_call(dialog) and dialog.originator in unknown)
    with_number = (index for index in unknown if vcon.parties[index].tel)
    return next((index for found in (rang, with_number) for index in found if index is not None), unknown[0])


def _is_the_call(dialog: Dialog) -> bool:
    return dialog.type != "text"
