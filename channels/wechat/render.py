"""Several bubbles become one WeChat text of at most 2048 bytes; only what cannot fit goes on a further page."""

from collections.abc import Iterable, Iterator, Sequence

from channels.envelope import MessageView

LONGEST_TEXT = 2_048
MOST_PAGES = 5
GAP = "\n\n"
CUT = "……"


def menu(choices: Sequence[str]) -> str:
    """Numbered: WeChat texts have no buttons."""
    return "\n".join(f"{number}. {choice}" for number, choice in enumerate(choices, 1))


def bubble(message: MessageView) -> str:
    return f"{message.text}\n{menu(message.choices)}" if message.choices else message.text


def pages(messages: Iterable[MessageView]) -> list[str]:
    """In order, nothing left out, no character and, where it fits at all, no menu torn apart."""
    done: list[str] = []
    for piece in (piece for message in messages for piece in _pieces(bubble(message))):
        joined = done[-1] + GAP + piece if done else piece
        if done and size(joined) <= LONGEST_TEXT:
            done[-1] = joined
        else:
            done.append(piece)
    if len(done) > MOST_PAGES:
        done = [*done[: MOST_PAGES - 1], clip(done[MOST_PAGES - 1], LONGEST_TEXT - size(CUT)) + CUT]
    return done


def size(text: str) -> int:
    return len(text.encode())


def clip(text: str, limit: int) -> str:
    return text.encode()[:limit].decode(errors="ignore")


def _pieces(text: str) -> Iterator[str]:
    while size(text) > LONGEST_TEXT:
        head = clip(text, LONGEST_TEXT)
        line_end = head.rfind("\n", len(head) // 2)
        head = head[: line_end + 1] if line_end >= 0 else head
        yield head
        text = text[len(head) :]
    if text:
        yield text
