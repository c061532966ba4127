"""A multipart body, taken apart as it comes."""

from dataclasses import dataclass, field

from python_multipart.exceptions import MultipartParseError
from python_multipart.multipart import MultipartParser, parse_options_header

from casebackend.attachments.errors import UploadMalformed
from casebackend.attachments.store import Incoming


@dataclass(slots=True)
class Part:
    name: str = ""
    filename: str | None = None
    text: bytearray = field(default_factory=bytearray)
    file: Incoming | None = None


class Parts:
    """What the parser says, as (part, data) or, at the end of a part, (part, None)."""

    def __init__(self, boundary: bytes) -> None:
        self._events: list[tuple[Part, bytes | None]] = []
        self._part = Part()
        self._header, self._value = bytearray(), bytearray()
        self._whole = False
        try:
            self._parser = MultipartParser(
                boundary,
                {
                    "on_part_begin": self._begun,
                    "on_header_field": lambda data, start, end: self._header.extend(data[start:end]),
                    "on_header_value": lambda data, start, end: self._value.extend(data[start:end]),
                    "on_header_end": self._header_ended,
                    "on_part_data": self._data,
                    "on_part_end": lambda: self._events.append((self._part, None)),
                    "on_end": self._ended,
                },
            )
        except (MultipartParseError, ValueError) as error:
            raise UploadMalformed from error

    def fed(self, piece: bytes) -> list[tuple[Part, bytes | None]]:
        try:
            self._parser.write(piece)
        except MultipartParseError as error:
            raise UploadMalformed from error
        events, self._events = self._events, []
        return events

    def ended(self) -> None:
        """A body that stops before its last boundary lost something on the way."""
        if not self._whole:
            raise UploadMalformed

    def _ended(self) -> None:
        self._whole = True

    def _begun(self) -> None:
        self._part = Part()

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._events.append((self._part, data[start:end]))

    def _header_ended(self) -> None:
        if bytes(self._header).lower() == b"content-disposition":
            _, options = parse_options_header(bytes(self._value))
            self._part.name = options.get(b"name", b"").decode("utf-8", "replace")
            filename = options.get(b"filename")
            self._part.filename = None if filename is None else filename.decode("utf-8", "replace")
        self._header.clear()
        self._value.clear()
