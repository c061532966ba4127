"""Decisions that a reader could break without noticing."""

import re
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).resolve().parent.parent
OURS = ("casebackend", "channels", "actions", "knowledge", "ops", "bot")
TRACKED = [
    ROOT / name
    for name in subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard"], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout.splitlines()
    if (ROOT / name).is_file()
]
SOURCES = [path for path in TRACKED if path.suffix == ".py" and path.relative_to(ROOT).parts[0] in OURS]
WORDS_OF_THE_SEEDS = (
    "齐鲁银行", "齐鲁卡", "济南市商业银行", "96588", "聚星源", "比格德塔", "泉城", "建亚", "朗新",
)  # fmt: skip
REAL_BANKS = (
    "工商银行", "农业银行", "中国银行", "建设银行", "交通银行", "招商银行", "邮储银行", "民生银行", "兴业银行",
    "光大银行", "中信银行", "浦发银行", "平安银行", "华夏银行", "广发银行",
)  # fmt: skip


def places(pattern: str, *, but: frozenset[str] = frozenset()) -> list[str]:
    found = []
    for path in SOURCES:
        name = str(path.relative_to(ROOT))
        if name in but:
            continue
        for number, line in enumerate(path.read_text().splitlines(), 1):
            if re.search(pattern, line):
                found.append(f"{name}:{number}")
    return found


def test_only_the_database_commits() -> None:
    database = frozenset({"casebackend/database.py", "casebackend/migrations/env.py"})
    not_the_business = ("knowledge/index.py", "bot/tracker_store.py")
    assert [place for place in places(r"\.commit\(", but=database) if not place.startswith(not_the_business)] == []


def test_only_the_case_writes_its_status() -> None:
    assert places(r"\bcase\.status\s*=[^=]", but=frozenset({"casebackend/cases/model.py"})) == []


def test_a_searcher_is_never_refreshed() -> None:
    assert [place for place in places(r"\.refresh\(") if place.startswith("knowledge/")] == []


def test_secrets_are_compared_in_constant_time() -> None:
    assert places(r"(token|secret|signature)\w*\s*[!=]=\s*\w*(token|secret|signature|expected|given)") == []


def test_nothing_below_the_edge_reads_a_clock() -> None:
    nouns = [place for place in places(r"datetime\.now\(|time\.time\(") if place.startswith("casebackend/")]
    edge = (
        "casebackend/app.py",
        "casebackend/worker.py",
        "casebackend/__main__.py",
        "casebackend/installing.py",
        "casebackend/migrations/",
    )
    assert [place for place in nouns if not place.startswith(edge) and "/commands.py" not in place] == []


@pytest.mark.parametrize("room", ["utils", "helpers", "common", "misc", "manager"])
def test_no_room_is_a_dumping_ground(room: str) -> None:
    assert [path for path in TRACKED if room in path.relative_to(ROOT).with_suffix("").parts] == []


def test_no_source_file_is_a_giant() -> None:
    written = [path for path in SOURCES if "versions" not in path.parts]
    assert [str(path) for path in written if len(path.read_text().splitlines()) > 400] == []


def test_locks_name_no_registry() -> None:
    locks = [path for path in TRACKED if path.suffix == ".lock"]
    assert len(locks) >= 4
    for lock in locks:
        assert not re.search(r"https?://|--(extra-)?index-url|--find-links", lock.read_text()), lock


def test_rasa_never_selects_the_domain() -> None:
    """rasa-sdk 3.21 answers 449 to a request without one."""
    endpoint = yaml.safe_load((ROOT / "endpoints.yml").read_text())["action_endpoint"]
    assert not endpoint.get("enable_selective_domain", False)


@pytest.mark.parametrize("word", WORDS_OF_THE_SEEDS + REAL_BANKS)
def test_no_real_bank_and_nothing_of_the_seeds_is_in_the_product(word: str) -> None:
    readable = {".py", ".yml", ".yaml", ".html", ".md", ".js", ".css", ".txt", ".json"}
    this = Path(__file__)
    found = [p for p in TRACKED if p.suffix in readable and p != this and word in p.read_text(errors="ignore")]
    assert found == []
