from pathlib import Path

import pytest

from knowledge.__main__ import main


def test_content_is_checked_built_and_found_from_the_command_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    root = str(tmp_path / "index")
    assert main(["check"]) == 0
    assert "合计" in capsys.readouterr().out
    assert main(["build", root]) == 0
    assert main(["find", root, "小额账户管理费", "--on", "2026-11-21"]) == 0
    assert "biz-small-account-fee" in capsys.readouterr().out


def test_bad_content_and_a_missing_index_end_with_a_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "bad.yml").write_text("entries: [{id: x}]", encoding="utf-8")
    assert main(["check", "--content", str(tmp_path)]) == 1
    assert "bad.yml: 条目 x" in capsys.readouterr().err
    assert main(["find", str(tmp_path), "年费"]) == 1
    assert "没有索引" in capsys.readouterr().err
