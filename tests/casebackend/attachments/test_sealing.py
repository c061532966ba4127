import io
from pathlib import Path
from uuid import UUID, uuid4

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from casebackend.attachments.sealing import CHUNK, TAG, Broken, Opened, new_key
from casebackend.attachments.store import Store

ME, OTHER = UUID(int=1), UUID(int=2)


def sealed(folder: Path, plain: bytes, key: bytes, identity: UUID = ME) -> Path:
    file = Store(folder).begin(identity, key)
    for start in range(0, len(plain), 100_000):
        file.write(plain[start : start + 100_000])
    file.ended()
    file.synced()
    return file.path


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, bytes, bytes]:
    key, plain = new_key(), bytes(range(256)) * 800
    return sealed(tmp_path_factory.mktemp("sealed"), plain, key), key, plain


@pytest.mark.parametrize("size", [0, 1, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK])
def test_what_is_sealed_opens_to_the_last_byte(tmp_path: Path, size: int) -> None:
    key, plain = new_key(), b"x" * size
    path = sealed(tmp_path, plain, key)
    with Opened(path, key, ME) as opened:
        assert (opened.size, opened.read()) == (size, plain)


@settings(max_examples=60, deadline=None)
@given(start=st.integers(0, 220_000), length=st.integers(1, 150_000))
def test_any_part_can_be_read_alone(whole: tuple[Path, bytes, bytes], start: int, length: int) -> None:
    path, key, plain = whole
    with io.BufferedReader(Opened(path, key, ME)) as opened:
        opened.seek(start)
        assert opened.read(length) == plain[start : start + length]


def test_no_plain_byte_lies_on_the_disk(tmp_path: Path) -> None:
    path = sealed(tmp_path, "张三丰的身份证".encode() * 50, new_key())
    assert "张三丰".encode() not in path.read_bytes()
    assert path.stat().st_mode & 0o077 == 0


def test_a_changed_cut_moved_or_swapped_file_does_not_open(whole: tuple[Path, bytes, bytes], tmp_path: Path) -> None:
    path, key, _ = whole
    sound, copy = path.read_bytes(), tmp_path / "copy"
    one, two, three = (4 + place * (CHUNK + TAG) for place in range(3))
    changed = {
        "a flipped bit": sound[:5_000] + bytes([sound[5_000] ^ 1]) + sound[5_001:],
        "cut after a chunk": sound[:two],
        "cut within a chunk": sound[:-7],
        "two chunks swapped": sound[:one] + sound[two:three] + sound[one:two] + sound[three:],
        "no file of ours": b"RIFF" + sound[4:],
        "nothing": b"",
    }
    for what, content in changed.items():
        copy.write_bytes(content)
        with pytest.raises(Broken), Opened(copy, key, ME) as opened:
            opened.read()
        assert what
    for other_key, identity in ((new_key(), ME), (key, OTHER), (key, uuid4())):
        with pytest.raises(Broken), Opened(path, other_key, identity) as opened:
            opened.read()
