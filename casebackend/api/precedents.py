from casebackend.api.conversations import View


class Precedent(View):
    """An earlier complaint without its people. `number` and `unit` only for whoever may open it; `month` for others
    only where enough complaints share it. `alike`: in percent of what was asked. `compensation_band`: what the answer
    says was given back or paid."""

    number: str | None
    unit: str | None
    month: str | None
    category: str
    cause: str
    facts: str
    demand: str
    result: str
    outcome: str
    amount_band: str | None
    compensation_band: str | None
    days: int
    alike: int


class Precedents(View):
    """The most alike first."""

    precedents: list[Precedent]
