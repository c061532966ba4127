"""Rasa imports TensorFlow with its neural components, whether a model has one or not: 400 MB and two seconds of CPU.
So it does with what only training and drawing need.

Here names are put in its place that can be imported, inherited from and called, but do nothing. It is only for a
process that serves, and only when every component of its model is known to do without; training is left as it is.
"""

import argparse
import importlib.abc
import importlib.machinery
import json
import sys
import tarfile
from pathlib import Path
from types import ModuleType
from typing import Any, Optional, Sequence

NEURAL = {"tensorflow", "tensorflow_addons", "tensorflow_hub", "tensorflow_text", "keras"}
LEFT_OUT = frozenset(NEURAL | {"sklearn", "scipy", "matplotlib", "PIL"})


# tests/bot holds that no module of ours imports any of LEFT_OUT except within training.
WITHOUT = (
    "bot.components.",
    "rasa.graph_components.",
    "rasa.core.policies.ensemble.",
    "rasa.core.policies.rule_policy.",
    "rasa.nlu.classifiers.fallback_classifier.",
    "rasa.nlu.classifiers.regex_message_handler.",
    "rasa.nlu.extractors.entity_synonyms.",
    "rasa.nlu.tokenizers.",
)


class _Kind(type):
    def __getattr__(cls, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing(name)


class Nothing(metaclass=_Kind):
    def __init__(self, *_: Any, **__: Any) -> None:
        pass

    def __call__(self, *_: Any, **__: Any) -> Any:
        return Nothing()


def _nothing(name: str) -> Any:
    return _Kind(name, (Nothing,), {})


class _Empty(ModuleType):
    __version__ = "0"
    __path__: Sequence[str] = ()

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return _nothing(name)


class _Finder(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(
        self, name: str, path: Optional[Sequence[str]], target: Optional[ModuleType] = None
    ) -> Optional[importlib.machinery.ModuleSpec]:
        if name.split(".", 1)[0] not in LEFT_OUT:
            return None
        return importlib.machinery.ModuleSpec(name, self, is_package=True)

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _Empty(spec.name)

    def exec_module(self, module: ModuleType) -> None:
        """Nothing is in it."""


def needed(model: Path) -> bool:
    """Whether the model has a component of which we do not know that it does without."""
    with tarfile.open(model) as archive:
        metadata = archive.extractfile("metadata.json")
        if metadata is None:
            return True
        nodes = json.load(metadata)["predict_schema"]["nodes"].values()
    return not all(node["uses"].startswith(WITHOUT) for node in nodes)


def leave_out_unless_needed(model: Path) -> bool:
    """Before anything of Rasa is imported; returns whether it was left out."""
    if LEFT_OUT & set(sys.modules) or needed(model):
        return False
    sys.meta_path.insert(0, _Finder())
    return True


def at_start(arguments: Sequence[str]) -> None:
    """Looks only for `--model`; what is wrong with the arguments is said by who reads all of them."""
    parser = argparse.ArgumentParser(add_help=False)
    parser.add_argument("--model", type=Path)
    model = parser.parse_known_args(arguments)[0].model
    if model is not None and model.is_file():
        leave_out_unless_needed(model)
