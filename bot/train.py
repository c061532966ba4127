"""Trains the model unless its inputs are unchanged: `python bot/train.py` prints the path of the model."""

import argparse
import contextlib
import hashlib
import io
import os
import sys
from pathlib import Path
from typing import Iterator

ROOT = Path(__file__).resolve().parent.parent
INPUTS = (
    "bot/domain",
    "bot/components",
    "bot/lexicon",
    "training_data/nlu",
    "training_data/rules",
    "training_data/stories",
)


def _inputs(config: Path) -> Iterator[Path]:
    yield config
    yield ROOT / "bot" / "requirements.lock"
    for folder in INPUTS:
        yield from sorted(
            path for path in (ROOT / folder).rglob("*") if path.is_file() and path.suffix in {".yml", ".py", ".txt"}
        )


def content_hash(config: Path) -> str:
    digest = hashlib.sha256()
    for path in _inputs(config):
        digest.update(path.relative_to(ROOT).as_posix().encode() if ROOT in path.parents else path.name.encode())
        digest.update(hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:12]


def model_path(config: Path, out: Path) -> Path:
    return out / f"tingsu-{content_hash(config)}.tar.gz"


def train(config: Path, out: Path) -> Path:
    """A half-written archive never gets the final name, so an interrupted training is simply repeated."""
    model = model_path(config, out)
    if model.exists():
        return model
    # TensorFlow is not needed to find that nothing changed
    from rasa.api import train as rasa_train  # noqa: PLC0415

    from bot import logs  # noqa: PLC0415

    logs.configure()
    out.mkdir(parents=True, exist_ok=True)
    building = f"building-{os.getpid()}"
    said = io.StringIO()
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        result = rasa_train(
            domain=str(ROOT / "bot" / "domain"),
            config=str(config),
            training_files=[str(ROOT / "training_data" / part) for part in ("nlu", "rules")],
            output=str(out),
            fixed_model_name=building,
            force_training=True,
        )
    if result.code or not result.model:
        raise SystemExit(f"{said.getvalue()}\ntraining failed")
    os.replace(result.model, model)
    return model


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--config", type=Path, default=ROOT / "bot" / "config.yml")
    parser.add_argument("--out", type=Path, default=ROOT / "var" / "models")
    arguments = parser.parse_args()
    sys.stdout.write(f"{train(arguments.config.resolve(), arguments.out.resolve())}\n")


if __name__ == "__main__":
    sys.path[0] = str(ROOT)
    from bot.environment import prepare

    prepare()
    main()
