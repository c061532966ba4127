from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from casebackend.attachments.clamd import Clamd
from casebackend.attachments.ports import ScannerAway, Verdict
from tests.casebackend.attachments.clamd_double import ClamdDouble
from tests.casebackend.attachments.samples import EICAR


async def pieces(content: bytes, size: int = 7_000) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.mark.parametrize("unix", [False, True])
async def test_a_stream_is_scanned_over_either_kind_of_socket(tmp_path: Path, unix: bool) -> None:
    async with ClamdDouble.listening(str(tmp_path / "clamd.sock") if unix else None) as double:
        scanner = Clamd(double.address)
        large = bytes(300_000)
        assert await scanner.scan(pieces(large)) == Verdict(None)
        assert await scanner.scan(pieces(EICAR)) == Verdict("Eicar-Test-Signature")
        assert await scanner.scan(pieces(b"")) == Verdict(None)
        assert double.streams == [large, EICAR, b""]


@pytest.mark.parametrize("mood", ["silent", "hang_up", "too_large"])
async def test_no_answer_is_no_verdict(mood: str) -> None:
    async with ClamdDouble.listening() as double:
        double.mood = mood
        with pytest.raises(ScannerAway):
            await Clamd(double.address, seconds=0.3).scan(pieces(bytes(100_000)))


async def test_nobody_there_is_no_verdict() -> None:
    async with ClamdDouble.listening() as double:
        gone = double.address
    with pytest.raises(ScannerAway):
        await Clamd(gone).scan(pieces(b"x"))
    for wrong in ("clamd.sock", "http://a:1", "tcp://"):
        with pytest.raises(ValueError, match="clamd"):
            Clamd(wrong)
