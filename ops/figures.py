"""One figure, one JSON line; the exit code of a bench says whether every bar was held."""

import json
from dataclasses import dataclass, field


@dataclass
class Figures:
    failed: bool = field(default=False, init=False)

    def show(
        self,
        figure: str,
        *,
        ours: float | None,
        peer: float | None = None,
        bar: float | None = None,
        at_least: bool = False,
        **more: object,
    ) -> None:
        """`ratio` is ours/peer; `bar` is the largest ratio (or, without a peer, the largest value) that still holds;
        with `at_least` the smallest."""
        ratio = ours / peer if ours is not None and peer else None
        measured = ratio if peer is not None else ours
        holds = None if bar is None or measured is None else (measured >= bar if at_least else measured <= bar)
        self.failed |= holds is False
        line = {"figure": figure, "ours": _short(ours), "peer": _short(peer), "ratio": _short(ratio), "bar": bar}
        print(json.dumps({**line, "holds": holds, **more}, ensure_ascii=False), flush=True)

    @property
    def exit_code(self) -> int:
        return int(self.failed)


def _short(value: float | None) -> float | None:
    return None if value is None else round(value, 4)
