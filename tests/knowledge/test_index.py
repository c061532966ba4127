import multiprocessing
import stat
from multiprocessing.synchronize import Event
from pathlib import Path

import pytest

from knowledge.analyzer import default_lexicon
from knowledge.articles import content_digest
from knowledge.index import CURRENT, IndexUnusable, build, open_current
from knowledge.locking import IndexBusy, sole_writer
from tests.knowledge.sample import article


def hold_the_lock(root: Path, held: Event, done: Event) -> None:
    with sole_writer(root):
        held.set()
        done.wait(20)


def files_of(root: Path) -> list[Path]:
    return sorted((root / CURRENT).resolve().iterdir())


def test_an_index_knows_the_content_it_was_built_from(tmp_path: Path) -> None:
    articles = [article(), article(id="other")]
    build(tmp_path, articles)
    assert open_current(tmp_path, expected_digest=content_digest(articles)).content_digest == content_digest(articles)


def test_only_the_owner_may_enter_the_index_directory(tmp_path: Path) -> None:
    folder = build(tmp_path / "index", [article()])
    assert stat.S_IMODE(folder.stat().st_mode) == stat.S_IMODE(folder.parent.stat().st_mode) == 0o700


def test_a_missing_index_is_reported_unusable(tmp_path: Path) -> None:
    with pytest.raises(IndexUnusable):
        open_current(tmp_path)
    (tmp_path / CURRENT).symlink_to("gen-7")
    with pytest.raises(IndexUnusable):
        open_current(tmp_path)


def test_a_truncated_index_file_is_reported_unusable(tmp_path: Path) -> None:
    build(tmp_path, [article()])
    for path in files_of(tmp_path):
        whole = path.read_bytes()
        for length in {0, 1, len(whole) // 2, len(whole) - 1}:
            path.write_bytes(whole[:length])
            with pytest.raises(IndexUnusable):
                open_current(tmp_path)
        path.write_bytes(whole)
    open_current(tmp_path)


def test_a_flipped_bit_anywhere_is_reported_unusable(tmp_path: Path) -> None:
    build(tmp_path, [article()])
    damaged = 0
    for path in files_of(tmp_path):
        whole = path.read_bytes()
        for at in range(0, len(whole), max(1, len(whole) // 80)):
            path.write_bytes(whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :])
            with pytest.raises(IndexUnusable):
                open_current(tmp_path)
            damaged += 1
        path.write_bytes(whole)
    assert damaged >= 200


def test_a_lost_index_file_is_reported_unusable(tmp_path: Path) -> None:
    build(tmp_path, [article()])
    for path in files_of(tmp_path):
        whole = path.read_bytes()
        path.unlink()
        with pytest.raises(IndexUnusable):
            open_current(tmp_path)
        path.write_bytes(whole)


def test_an_index_of_other_content_is_reported_unusable(tmp_path: Path) -> None:
    build(tmp_path, [article()])
    with pytest.raises(IndexUnusable, match="最新"):
        open_current(tmp_path, expected_digest=content_digest([article(version=2)]))


def test_an_index_made_with_another_lexicon_is_reported_unusable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(tmp_path, [article()])
    monkeypatch.setattr(default_lexicon(), "fingerprint", "another")
    with pytest.raises(IndexUnusable, match="分词"):
        open_current(tmp_path)


def test_the_last_two_generations_are_kept(tmp_path: Path) -> None:
    for version in range(1, 5):
        build(tmp_path, [article(version=version)])
    assert sorted(path.name for path in tmp_path.glob("gen-*")) == ["gen-3", "gen-4"]
    assert (tmp_path / CURRENT).resolve().name == "gen-4"


def test_a_failed_build_leaves_the_old_index_in_service(tmp_path: Path) -> None:
    build(tmp_path, [article()])
    broken = article(id="broken", effective_from=None)
    with pytest.raises((AttributeError, TypeError)):
        build(tmp_path, [article(version=2), broken])
    assert open_current(tmp_path, expected_digest=content_digest([article()]))
    build(tmp_path, [article(version=2)])
    assert open_current(tmp_path, expected_digest=content_digest([article(version=2)]))


def test_a_second_builder_is_turned_away_and_the_next_one_is_not(tmp_path: Path) -> None:
    context = multiprocessing.get_context("spawn")
    held, done = context.Event(), context.Event()
    other = context.Process(target=hold_the_lock, args=(tmp_path, held, done))
    other.start()
    assert held.wait(20)
    with pytest.raises(IndexBusy):
        build(tmp_path, [article()])
    done.set()
    other.join(20)
    build(tmp_path, [article()])


def test_what_a_killed_builder_left_is_cleared_and_what_was_served_stays(tmp_path: Path) -> None:
    build(tmp_path, [article()])
    for number in (2, 3):
        (tmp_path / f"gen-{number}").mkdir()
    build(tmp_path, [article(version=2)])
    assert sorted(path.name for path in tmp_path.glob("gen-*")) == ["gen-1", "gen-4"]
