"""docs/case-lifecycle.md, generated from the table; a test compares the two."""

from casebackend.cases.rules import IN_PROCESS, INITIAL, LIFECYCLE, OPEN, TERMINAL, Clock, Move, Status
from casebackend.cases.words import FIELD_LABELS, MOVE_LABELS, STATUS_LABELS

EVERYWHERE = (Move.WITHDRAW, Move.MERGE, Move.EDIT, Move.VOID)
CLOCKS = {Clock.LEGAL: "法定", Clock.INTERNAL: "内部"}


def mermaid() -> str:
    lines = ["stateDiagram-v2", f"  [*] --> {INITIAL}"]
    lines += [f"  {status}: {STATUS_LABELS[status]}" for status in Status]
    lines += [
        f"  {status} --> {arrow.to}: {move}" for (status, move), arrow in LIFECYCLE.items() if move not in EVERYWHERE
    ]
    lines += [f"  {status} --> [*]" for status in Status if status in TERMINAL]
    return "\n".join(lines)


def _clocks(names: frozenset[Clock]) -> str:
    return "、".join(CLOCKS[clock] for clock in Clock if clock in names) or "–"


def table() -> str:
    head = "| 从 | 动作 | 到 | 岗位 | 必填 | 停钟 | 起钟 |\n|---|---|---|---|---|---|---|"
    rows = [
        f"| {STATUS_LABELS[status]} `{status}` | {MOVE_LABELS[move]} `{move}` | {STATUS_LABELS[arrow.to]} `{arrow.to}` "
        f"| {', '.join(sorted(arrow.by))} | {'、'.join(FIELD_LABELS[field] for field in arrow.requires) or '–'} "
        f"| {_clocks(arrow.stops)} | {_clocks(arrow.starts)} |"
        for (status, move), arrow in LIFECYCLE.items()
    ]
    return "\n".join([head, *rows])


def _listed(statuses: frozenset[Status]) -> str:
    return "、".join(STATUS_LABELS[status] for status in Status if status in statuses)


def document() -> str:
    return f"""# Lifecycle of a complaint

Generated from `casebackend/cases/rules.py` by `python -m casebackend lifecycle`. Do not edit.

- 未结 (open): {_listed(OPEN)}
- 处理中 (in process, may be urged): {_listed(IN_PROCESS)}
- `withdraw`, `merge` and `edit` lead away from every open status before the reply (`edit` not from the draft itself),
  `void` from every status that is neither archived nor voided; the picture leaves these four out.
- `sign`, `approve_opinion`, `approve_reply` and the way back from there are taken by whom the chain of the case names
  (`casebackend/workflow/chain.yml`): the table names everybody who may be named.
- `reopen` is made by the decision of a review (核查) to have the complaint handled once more, and by nothing else.

```mermaid
{mermaid()}
```

{table()}
"""
