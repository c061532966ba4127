"""Whether a case that runs by a chain comes to its end: every step begins and ends, somebody may take each decision,
and no stretch of a complaint is without a limit. Standard library and the table of the lifecycle only."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from casebackend.cases.rules import LIFECYCLE, Move, Status
from casebackend.cases.words import MOVE_LABELS
from casebackend.workflow.rules import INTERNAL, Stand, Step, started_by, stopped_by, takers

M = Move
FIRST, SECOND = "first", "second"
COMPLAINTS = frozenset({FIRST, SECOND})
OF_MATTER = "matter."
DECIDED = (M.APPROVE_OPINION, M.APPROVE_REPLY)
# What handles a case: its level, whether a branch stands over it, and how that is said.
PLACES = (
    ("head", False, "总行"), ("department", False, "总行部门"), ("branch", True, "分行"), ("subbranch", True, "支行"),
    ("outlet", True, "网点"), ("department", True, "分行部门"),
)  # fmt: skip
TAKEN_IN = (M.SUBMIT, M.ACCEPT, M.DISPATCH)
JUDGED = (*TAKEN_IN, M.RECEIVE, M.PROPOSE, M.SIGN)
# The ways of a complaint along which somebody always has to have a limit, from its acceptance on.
WAYS = (
    (*JUDGED, M.APPROVE_OPINION, M.APPROVE_REPLY), (*JUDGED, M.RETURN_FOR_REWORK),
    (*JUDGED, M.APPROVE_OPINION, M.RETURN_FOR_REWORK), (*TAKEN_IN, M.RECEIVE, M.PROPOSE_REPLY),
    (*TAKEN_IN, M.SEND_BACK),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Known:
    """What a chain may name: limits by code and duties; `lengths`: new clocks that bring a limit with them.
    `closed_to`: the moves that its matter leaves out; `kept`: the steps of the present version."""

    clocks: Collection[str]
    duties: Collection[str]
    closed_to: Collection[str]
    kept: Sequence[Step]
    lengths: Collection[str] = ()


def problems(chain: str, steps: Sequence[Step], known: Known) -> list[str]:
    """All of them, in words; none when the chain may hold."""
    found = [*_doubles(steps), *_unnamed(steps, known), *_promises(steps, known)]
    found += [*_unreached(steps, known.closed_to), *_roles(steps), *_undecided(steps, known.closed_to)]
    if chain in COMPLAINTS:
        found += _gaps(steps)
    if chain == SECOND and not any(step.duty for step in [step for step in steps if step.is_node][-1:]):
        found.append("二次投诉的最后一个环节须指定承担职能，否则不能自动转办")
    return list(dict.fromkeys(found))


def _doubles(steps: Sequence[Step]) -> Iterator[str]:
    for what, values in (("代码", [step.code for step in steps]), ("时限", [step.clock for step in steps])):
        for value in sorted({each for each in values if values.count(each) > 1}):
            yield f"{what}“{value}”重复，每个环节须各不相同"


def _unnamed(steps: Sequence[Step], known: Known) -> Iterator[str]:
    for step in steps:
        if step.clock not in known.clocks and step.clock not in known.lengths:
            yield f"环节“{step.label}”的时限没有规定：请选择已有的时限，或填写工作日数"
        if step.clock in known.lengths and step.clock in known.clocks:
            yield f"环节“{step.label}”的时限已有规定，请在“时限与日历”调整，不在流程里填写"
        if step.clock in known.lengths and not step.clock.startswith(INTERNAL):
            yield f"环节“{step.label}”：只有内部环节可以在流程里新设时限"
        if step.duty is not None and step.duty not in known.duties:
            yield f"环节“{step.label}”的承担职能不存在"


def _promises(steps: Sequence[Step], known: Known) -> Iterator[str]:
    """What is promised of a matter, or owed by law, no flow takes away or moves."""
    found = {step.clock: (step.starts_on, step.stops_on) for step in steps}
    for step in known.kept:
        if step.clock.startswith(OF_MATTER) and found.get(step.clock) != (step.starts_on, step.stops_on):
            yield f"环节“{step.label}”是对客户承诺的时限，不能去掉，也不能改变起止"
    for step in steps:
        if step.clock.startswith(OF_MATTER) and step.clock not in {each.clock for each in known.kept}:
            yield f"环节“{step.label}”用的是其他事项对客户承诺的时限"


def _after(statuses: Collection[Status], closed_to: Collection[str]) -> set[tuple[Status, Move]]:
    """Every arrow that a case in one of these may still take."""
    seen: set[Status] = set()
    arrows: set[tuple[Status, Move]] = set()
    waiting = list(statuses)
    while waiting:
        status = waiting.pop()
        if status in seen:
            continue
        seen.add(status)
        for (source, move), arrow in LIFECYCLE.items():
            if source is status and move not in closed_to:
                arrows.add((source, move))
                waiting.append(arrow.to)
    return arrows


def _unreached(steps: Sequence[Step], closed_to: Collection[str]) -> Iterator[str]:
    every = _after([Status.DRAFT], closed_to)
    happen = {move for _, move in every}
    for step in steps:
        for move in sorted((step.starts_on | step.stops_on) - happen):
            yield f"环节“{step.label}”：这类事项不会经过“{MOVE_LABELS[Move(move)]}”"
        begun = {LIFECYCLE[source, move].to for source, move in every if move in step.starts_on}
        if not begun:
            yield f"环节“{step.label}”不可到达：没有动作使它开始"
        elif not {move for _, move in _after(begun, closed_to)} & step.stops_on:
            yield f"环节“{step.label}”不会结束：开始之后没有动作使它停止"


def _roles(steps: Sequence[Step]) -> Iterator[str]:
    """The table of the lifecycle names everybody who may be named at all."""
    for taker in (taker for step in steps for taker in step.takes):
        allowed = {role for (_, move), arrow in LIFECYCLE.items() if move == taker.move for role in arrow.by}
        if set(taker.roles) - allowed:
            yield f"“{MOVE_LABELS[Move(taker.move)]}”指定了不能办理该动作的岗位"


def _undecided(steps: Sequence[Step], closed_to: Collection[str]) -> Iterator[str]:
    """A chain that names who decides names somebody for every case; one that names nobody follows the four steps."""
    for move in DECIDED:
        if move in closed_to or not any(taker.move == move for step in steps for taker in step.takes):
            continue
        for level, in_branch, place in PLACES:
            for ordinary, which in ((True, "一般投诉"), (False, "重大、群体、监管转办和二次投诉")):
                named = takers(steps, move, level=level, ordinary=ordinary)
                if not any(in_branch or taker.stand is not Stand.BRANCH for taker in named):
                    yield f"{place}承办的{which}没有人可以“{MOVE_LABELS[move]}”，流程到不了答复"


def _gaps(steps: Sequence[Step]) -> Iterator[str]:
    nodes = [step for step in steps if step.is_node]
    for way in WAYS:
        running: set[str] = set()
        for place, move in enumerate(way):
            running = (running - set(stopped_by(nodes, move))) | set(started_by(nodes, move))
            signed_with_it = move is M.PROPOSE and M.SIGN in way[place:]
            if move is not M.SUBMIT and not running and not signed_with_it:
                yield f"“{MOVE_LABELS[move]}”之后没有任何环节计时，投诉会无人催办"
