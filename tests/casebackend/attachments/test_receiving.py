import os
import resource
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from casebackend.attachments.errors import DiskFull, TooLarge, TypeRefused, UploadMalformed
from casebackend.attachments.receiving import MB, Limits, Receiver, require_room
from casebackend.attachments.sealing import Opened
from casebackend.attachments.store import Store, disk_hash
from tests.casebackend.attachments import samples

LIMITS = Limits(MB, 2 * MB, 3, 10 * MB, 10, 0)
BOUNDARY = "----tingsu"


def form(*parts: tuple[str, str | None, bytes]) -> bytes:
    """(field, file name, content)"""
    made = b""
    for name, filename, content in parts:
        named = f'; filename="{filename}"' if filename is not None else ""
        made += f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="{name}"{named}\r\n\r\n'.encode()
        made += content + b"\r\n"
    return made + f"--{BOUNDARY}--\r\n".encode()


async def in_pieces(content: bytes, size: int = 65_536) -> AsyncIterator[bytes]:
    for start in range(0, len(content), size):
        yield content[start : start + size]


@pytest.fixture
def store(tmp_path: Path) -> Store:
    return Store(tmp_path)


def lying_about(store: Store) -> list[str]:
    return [path.name for path in store.incoming.glob("*")] if store.incoming.exists() else []


@pytest.mark.parametrize("size", [7, 4_096, 1_000_000])
async def test_a_form_is_taken_whole_however_it_is_cut_on_the_way(store: Store, size: int) -> None:
    picture = samples.picture("PNG", (600, 400))
    body = form(("kind", None, b"file"), ("file", "凭证.exe", picture), ("file", "", b""), ("file", "a", samples.TEXT))
    upload = await Receiver(store, LIMITS).multipart(in_pieces(body, size), f"multipart/form-data; boundary={BOUNDARY}")
    assert upload.fields == {"kind": "file"}
    assert [(each.name, each.extension, each.size) for each in upload.files] == [
        ("凭证.exe", "png", len(picture)),
        ("a", "txt", len(samples.TEXT)),
    ]
    for each, content in zip(upload.files, (picture, samples.TEXT), strict=True):
        path = store.path(each.stored_as)
        assert disk_hash(path) == each.stored_as
        with Opened(path, each.key, each.identity) as opened:
            assert opened.read() == content
    assert lying_about(store) == []


async def test_each_limit_is_held_and_leaves_nothing_behind(store: Store) -> None:
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    text = b"x" * (MB + 1)
    four = [("file", f"{n}", samples.TEXT) for n in range(4)]
    for body, error in (
        (form(("file", "a", text)), TooLarge),
        (form(("file", "a", text[:-1]), ("file", "b", text[:-1]), ("file", "c", b"y")), TooLarge),
        (form(*four), TooLarge),
        (form(("file", "a", samples.TEXT), ("file", "b", samples.EXE)), TypeRefused),
        (form(("words", None, b"x" * 5_000)), UploadMalformed),
        (form(("file", "a", samples.TEXT))[:-20], UploadMalformed),
        (b"--other\r\n\r\n", UploadMalformed),
    ):
        with pytest.raises(error):
            await Receiver(store, LIMITS).multipart(in_pieces(body), kind)
    for wrong in ("application/json", "multipart/form-data", f"multipart/form-data; boundary={'x' * 5_000}"):
        with pytest.raises(UploadMalformed):
            await Receiver(store, LIMITS).multipart(in_pieces(form()), wrong)
    assert lying_about(store) == []
    assert list(store.names()) == []


async def test_a_body_that_does_not_end_is_cut_off_at_the_limit(store: Store) -> None:
    taken = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal taken
        yield f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n'.encode()
        while True:
            taken += 65_536
            yield b"x" * 65_536

    with pytest.raises(TooLarge):
        await Receiver(store, LIMITS).multipart(endless(), f"multipart/form-data; boundary={BOUNDARY}")
    assert taken < 2 * MB


async def test_the_last_room_on_the_disk_is_not_ours(store: Store) -> None:
    greedy = replace(LIMITS, reserve_bytes=2**62)
    with pytest.raises(DiskFull):
        require_room(store, greedy, None)
    with pytest.raises(DiskFull):
        await Receiver(store, greedy).whole(samples.TEXT, "a")
    with pytest.raises(TooLarge):
        require_room(store, LIMITS, 2 * MB + 1)
    require_room(store, LIMITS, None)


@contextmanager
def no_file_longer_than(most: int) -> Iterator[None]:
    """As a full disk does it: the write itself is refused, whatever was free before."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (most, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize("size", [20_000, 300_000, MB - 1])
async def test_f22_a_disk_that_is_full_in_the_middle_refuses_the_file_and_keeps_nothing_of_it(
    store: Store, size: int
) -> None:
    """However much the system has taken by then: at the first write, at a later one, at the last flush."""
    content = b"x" * size
    with no_file_longer_than(16_384):
        for _ in range(2):
            with pytest.raises(DiskFull):
                await Receiver(store, LIMITS).whole(content, "a.txt")
            assert lying_about(store) == []
    assert (await Receiver(store, LIMITS).whole(content, "a.txt")).size == size


async def test_only_wanted_types_where_only_some_are_wanted(store: Store) -> None:
    sounds = Receiver(store, LIMITS, within={"audio/wav"})
    assert (await sounds.whole(samples.wav(), "a")).extension == "wav"
    with pytest.raises(TypeRefused):
        await Receiver(store, LIMITS, within={"audio/wav"}).whole(samples.PDF, "a.wav")


async def test_only_old_files_count_as_abandoned(store: Store) -> None:
    received = await Receiver(store, LIMITS).whole(samples.TEXT, "a")
    half = store.begin(received.identity, received.key)
    now = datetime.now(UTC)
    assert list(store.abandoned(now)) == []
    for path in (half.path, store.path(received.stored_as)):
        os.utime(path, ((now - timedelta(hours=25)).timestamp(),) * 2)
    assert list(store.abandoned(now)) == [half.path]
    assert store.is_old(store.path(received.stored_as), now)
    half.dropped()
    half.dropped()
