import threading
from collections.abc import Callable, Collection, Sequence
from datetime import date
from pathlib import Path

from knowledge.articles import Audience, Kind
from knowledge.completions import Completer, Completion
from knowledge.fusion import Answer
from knowledge.index import CURRENT, META, IndexUnusable, current_folder, open_current
from knowledge.present import Held, Present
from knowledge.query import parse
from knowledge.snapshot import Bounds, Looked, Order, Shelves, Snapshot
from knowledge.snapshot import Hit as Hit

Generation = tuple[Path, int, int]


class Search:
    """One searcher for all threads; replaced, never refreshed, when `current` leads elsewhere or more is known of what
    is published at present than the files hold."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._one_at_a_time = threading.Lock()
        self._held: tuple[Generation, Held] | None = None
        self._present: Present | None = None
        self._one_reads_all = threading.Lock()
        self._completing: tuple[Generation, Completer] | None = None

    def take(self, present: Present) -> None:
        self._present = present

    def find(
        self,
        query: str,
        *,
        on: date,
        kinds: Collection[Kind] | None = None,
        audience: Audience | None = None,
        limit: int = 10,
    ) -> list[Hit]:
        bounds = Bounds(on, None if kinds is None else frozenset(kinds), audience=audience)
        return self._ask(lambda held: held.files.find(parse(query), bounds, 0, limit))

    def look(
        self,
        query: str,
        bounds: Bounds,
        *,
        order: Order = Order.RELEVANCE,
        start: int = 0,
        limit: int = 20,
        answers: Sequence[Answer] = (),
    ) -> Looked:
        """Without words: everything within the bounds, the newest first. `answers`: what the arrays say to a question
        in plain words, the best first."""
        return self._ask(lambda held: held.look(query, bounds, order, start, limit, answers))

    def shelves(self, bounds: Bounds) -> Shelves:
        return self._ask(lambda held: held.files.shelves(bounds))

    def complete(self, typed: str, *, on: date, audience: Audience | None = None, limit: int = 8) -> list[Completion]:
        return self._completer().complete(typed, on=on, audience=audience, limit=limit)

    @property
    def content_digest(self) -> str:
        return self._ask(lambda held: held.files.content_digest)

    def _completer(self) -> Completer:
        """To read all entries takes seconds where they are many: meanwhile searches go on, and who types is offered
        what there was before."""
        generation, held = _settled(self._root, lambda: _generation(self._root)), self._completing
        if held is not None and (held[0] == generation or self._one_reads_all.locked()):
            return held[1]
        with self._one_reads_all:
            if self._completing is None or self._completing[0] != generation:
                opened = _settled(self._root, lambda: open_current(self._root))
                self._completing = (generation, Snapshot(opened).completer())
            return self._completing[1]

    def _ask[T](self, question: Callable[[Held], T]) -> T:
        with self._one_at_a_time:
            return question(_settled(self._root, self._current))

    def _current(self) -> Held:
        generation, present, held = _generation(self._root), self._present, self._held
        if held is None or held[0] != generation:
            held = (generation, Held(open_current(self._root), present))
        elif held[1].present is not present:
            held = (generation, Held(held[1].opened, present))
        self._held = held
        return held[1]


def _settled[T](root: Path, read: Callable[[], T]) -> T:
    """Builders in a row may prune a generation while it is being read: then the next one is read."""
    while True:
        led = _led(root)
        try:
            return read()
        except IndexUnusable:
            if _led(root) == led:
                raise


def _led(root: Path) -> Path | None:
    """Where `current` leads, whether there is something or not."""
    try:
        return (root / CURRENT).readlink()
    except OSError:
        return None


def _generation(root: Path) -> Generation:
    folder = current_folder(root)
    try:
        sealed = (folder / META).stat()
    except OSError as error:
        raise IndexUnusable(f"{folder.name}: 读不出索引") from error
    return folder, sealed.st_ino, sealed.st_mtime_ns
