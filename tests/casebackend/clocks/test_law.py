from pathlib import Path

import yaml

from casebackend.clocks.limits import SEED

LAW = Path("docs/law.md").read_text()


def test_the_published_table_of_limits_is_the_one_in_force() -> None:
    published = {}
    for line in LAW.splitlines():
        cells = [cell.replace("`", "").strip() for cell in line.strip("|").split("|")]
        if len(cells) == 7 and cells[1].startswith("20"):
            published[cells[0]] = (cells[1], cells[2].split()[0], cells[6])
    in_force = {
        f"{row['code']} {row.get('severity', '')}".strip(): (
            row["effective_from"].isoformat(),
            str(row["amount"]),
            row["evidence"],
        )
        for row in yaml.safe_load(SEED.read_text())
    }
    assert published == in_force
