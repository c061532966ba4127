"""Words that stand in bot/lexicon and go into a response as a value."""

from pathlib import Path

import yaml

LEXICON = Path(__file__).resolve().parents[1] / "bot" / "lexicon"
MOMENTS: dict[str, str] = yaml.safe_load((LEXICON / "moments.yml").read_text("utf-8"))
