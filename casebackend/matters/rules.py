"""What may be registered, from where, and for whom somebody speaks. Standard library only; the data is matters.yml."""

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum


class MatterType(StrEnum):
    COMPLAINT = "complaint"
    ENQUIRY = "enquiry"
    SUGGESTION = "suggestion"
    PRAISE = "praise"
    OBJECTION = "objection"
    PETITION = "petition"
    REPORT = "report"
    PERSONAL_INFO = "personal_info"


class PersonalRight(StrEnum):
    """What somebody asks of his own personal data (个人信息保护法 第四十四至四十八条)."""

    ACCESS = "access"
    COPY = "copy"
    TRANSFER = "transfer"
    CORRECT = "correct"
    DELETE = "delete"
    RESTRICT = "restrict"
    EXPLAIN = "explain"


class Source(StrEnum):
    DIRECT = "direct"
    REFERRED = "referred"
    MONITORED = "monitored"
    REGULATOR = "regulator"
    PETITION = "petition"


class Capacity(StrEnum):
    SELF = "self"
    LEGAL_REPRESENTATIVE = "legal_representative"
    AGENT = "agent"
    HEIR = "heir"
    ORGANISATION = "organisation"


class DocumentKind(StrEnum):
    AUTHORISATION = "authorisation"
    AGENT_ID = "agent_id"
    KINSHIP = "kinship"
    GUARDIANSHIP = "guardianship"
    WRITTEN_COMPLAINT = "written_complaint"
    OTHER = "other"


class PersonRole(StrEnum):
    COMPLAINANT = "complainant"
    AGENT = "agent"
    GUARDIAN = "guardian"
    HEAD = "head"
    REPRESENTATIVE = "representative"


HEAD_OFFICE = "head"
LEGAL = "l1"
TO_UNIT = "unit"
RECEIVING = "receive."


@dataclass(frozen=True, slots=True)
class Matter:
    """`to`: "unit" for the unit that is named, else the code of the unit in charge of all such matters. `reviewed`:
    whether the organisation above a branch may be asked to look at its decision (核查). `answer`: what a reply has to
    hold; `remedies`: the words that its remedies have to name; `offers`, `offers_of_branch`: the texts that say so."""

    code: str
    label: str
    needs: tuple[str, ...]
    takes: tuple[str, ...]
    clock: str | None = None
    closed_to: frozenset[str] = frozenset()
    to: str | None = None
    notice_unit: str | None = None
    reviewed: bool = False
    answer: tuple[str, ...] = ("reply_facts",)
    remedies: tuple[str, ...] = ()
    offers: str | None = None
    offers_of_branch: str | None = None

    @property
    def fields(self) -> frozenset[str]:
        return frozenset(self.needs) | frozenset(self.takes)


@dataclass(frozen=True, slots=True)
class Origin:
    """A source. `takes` what the form shows besides; `reviewed_at` "head": only a colleague of head office accepts;
    `waives` what nobody can know there."""

    code: str
    label: str
    needs: tuple[str, ...] = ()
    takes: tuple[str, ...] = ()
    waives: frozenset[str] = frozenset()
    channel: str | None = None
    reviewed_at: str | None = None
    clock: str | None = None


@dataclass(frozen=True, slots=True)
class Regulator:
    """Who passed a matter on. `clock`: its own limit of law, where it is not that of the bank's complaints."""

    code: str
    label: str
    clock: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """A capacity: who else must be named, which fields and documents it takes; `may_name` and `may_ask` what may be
    named and asked for besides."""

    code: str
    label: str
    needs: tuple[str, ...] = ()
    people: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    may_name: tuple[str, ...] = ()
    may_ask: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class GroupRule:
    effective_from: date
    representatives: int
    major_from: int


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All of matters.yml. `territory`: by day, level of the complained-of unit to "self" or "parent"; `reviewers`: by
    source and day the code of the unit whose people accept it; `papers`: what somebody of a role brings, in whatever
    capacity; `rights`: what a person may ask of his data."""

    matters: Mapping[str, Matter]
    sources: Mapping[str, Origin]
    capacities: Mapping[str, Standing]
    documents: Mapping[str, str]
    originals: frozenset[str]
    people: Mapping[str, str]
    groups: Sequence[GroupRule]
    territory: Sequence[tuple[date, Mapping[str, str]]]
    regulators: Mapping[str, Regulator] = field(default_factory=dict)
    bot_unit: str | None = None
    reviewers: Sequence[tuple[str, date, str]] = ()
    papers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    rights: Mapping[str, str] = field(default_factory=dict)

    def takes(self, matter: str, name: str) -> bool:
        return name in self.matters[matter].fields

    def needed(self, matter: str, source: str, capacity: str) -> list[str]:
        """The mandatory fields of a registration, in the order of the form."""
        origin = self.sources[source]
        own = [field for field in self.matters[matter].needs if field not in origin.waives]
        return list(dict.fromkeys([*origin.needs, *own, *self.capacities[capacity].needs]))

    def people_needed(self, capacity: str, named: Iterable[str]) -> list[str]:
        held = set(named)
        return [role for role in self.capacities[capacity].people if role not in held]

    def documents_missing(
        self, capacity: str, received: Iterable[tuple[str, bool]], roles: Iterable[str] = ()
    ) -> list[str]:
        """`received`: kind and whether the original was seen. A copy of what must be an original does not count."""
        held = {kind for kind, original in received if original or kind not in self.originals}
        brought = [kind for role in roles for kind in self.papers.get(role, ())]
        return [kind for kind in dict.fromkeys([*self.capacities[capacity].documents, *brought]) if kind not in held]

    def group_rule(self, day: date) -> GroupRule:
        return _in_force(self.groups, day, lambda rule: rule.effective_from)

    def handled_by(self, level: str, day: date) -> str:
        return _in_force(self.territory, day, lambda rule: rule[0])[1].get(level, "self")

    def reviewed_by(self, source: str, day: date) -> str | None:
        """The code of the unit whose people take in what came from this source; None where anybody may."""
        dated = [row for row in self.reviewers if row[0] == source and row[1] <= day]
        return max(dated, key=lambda row: row[1])[2] if dated else None

    def own_clock(self, source: str | None) -> str | None:
        """Of a source that is to be looked into faster than others, from its registration to its acceptance."""
        origin = self.sources.get(source or Source.DIRECT)
        return origin.clock if origin is not None and (origin.clock or "").startswith(RECEIVING) else None

    def allows(self, matter: str, move: str) -> bool:
        """Whether this move of the lifecycle is open to a matter of this type."""
        return move not in self.matters[matter].closed_to


def _in_force[T](dated: Sequence[T], day: date, since: Callable[[T], date]) -> T:
    """The newest that holds on `day`; before the first one, the first."""
    held = sorted(dated, key=since)
    return next((each for each in reversed(held) if since(each) <= day), held[0])


def is_legal(matter: Matter) -> bool:
    """Only a consumer complaint runs the limit of law (令2020年第3号 Art. 2)."""
    return matter.clock == LEGAL


def missing(needed: Collection[str], given: Collection[str]) -> list[str]:
    return [field for field in needed if field not in given]
