"""What a sentence is for: a linear model over character n-grams, stored as plain numbers.

A linear SVM trains in a moment; one temperature, fitted on sentences the model had not seen, turns its scores into
chances (docs/adr/0004)."""

import json
import re
import unicodedata
from collections import Counter
from typing import Any, Dict, List, Optional, Text

import numpy as np
from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.nlu.classifiers.classifier import IntentClassifier
from rasa.shared.nlu.constants import INTENT, TEXT
from rasa.shared.nlu.training_data.message import Message
from rasa.shared.nlu.training_data.training_data import TrainingData

from bot.components.normalise import normalise

FOLDS = 5
_WORD = re.compile(r"[a-z']{2,}")
BLANK = frozenset({"^", "$", "^$"})


def ngrams(text: Text) -> List[Text]:
    """Runs of one and two characters, the ends of the sentence marked: short answers differ by where they stop. Of
    what is written in letters whole words as well, and runs of four and five within them: where spaces are folded words
    would be lost, and three letters tell little."""
    folded = f"^{normalise(text)}$"
    runs = [folded[at : at + size] for size in (1, 2) for at in range(len(folded) - size + 1)]
    words = [f" {word} " for word in _WORD.findall(unicodedata.normalize("NFKC", text).lower())]
    longer = [word[at : at + size] for word in words for size in (4, 5) for at in range(len(word) - size + 1)]
    return [run for run in runs if run not in BLANK] + words + longer


def _sharpness(scores: np.ndarray, answers: np.ndarray) -> float:
    """The factor of the scores under which their softmax is least surprised by the answers."""
    from scipy.optimize import minimize_scalar  # noqa: PLC0415
    from scipy.special import logsumexp  # noqa: PLC0415

    def surprise(factor: float) -> float:
        scaled = scores * factor
        return float(np.mean(logsumexp(scaled, axis=1) - scaled[np.arange(len(answers)), answers]))

    return float(minimize_scalar(surprise, bounds=(0.5, 20.0), method="bounded").x)


class Weights:
    """`coef` and `bias` already carry the temperature: the softmax of the scores is the chance of each purpose."""

    def __init__(
        self, names: List[Text], terms: List[Text], idf: np.ndarray, coef: np.ndarray, bias: np.ndarray
    ) -> None:
        self.names, self.terms, self.idf, self.coef, self.bias = names, terms, idf, coef, bias
        self._place = {term: at for at, term in enumerate(terms)}

    @classmethod
    def fit(cls, texts: List[Text], purposes: List[Text], strictness: float) -> "Weights":
        """`strictness` is the inverse of regularisation. What only training needs is not there where a model serves."""
        from sklearn.feature_extraction.text import TfidfVectorizer  # noqa: PLC0415
        from sklearn.model_selection import StratifiedKFold, cross_val_predict  # noqa: PLC0415
        from sklearn.svm import LinearSVC  # noqa: PLC0415

        vectorizer = TfidfVectorizer(analyzer=ngrams, sublinear_tf=True)
        features = vectorizer.fit_transform(texts)
        model = LinearSVC(C=strictness, random_state=0).fit(features, purposes)
        folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
        unseen = cross_val_predict(
            LinearSVC(C=strictness, random_state=0), features, purposes, cv=folds, method="decision_function"
        )
        sharp = _sharpness(unseen, np.searchsorted(model.classes_, purposes))
        parts = (vectorizer.idf_, np.ascontiguousarray(model.coef_.T) * sharp, model.intercept_ * sharp)
        terms = [str(term) for term in vectorizer.get_feature_names_out()]
        return cls([str(name) for name in model.classes_], terms, *(part.astype(np.float32) for part in parts))

    def probabilities(self, text: Text) -> np.ndarray:
        counts = {self._place[term]: count for term, count in Counter(ngrams(text)).items() if term in self._place}
        if not counts:
            return np.full(len(self.names), 1 / len(self.names))
        at = np.fromiter(counts, dtype=np.int64, count=len(counts))
        values = (1 + np.log(np.fromiter(counts.values(), dtype=np.float32, count=len(counts)))) * self.idf[at]
        scores = values @ self.coef[at] / max(float(np.linalg.norm(values)), 1e-9) + self.bias
        raised = np.exp(scores - scores.max())
        return raised / raised.sum()


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.INTENT_CLASSIFIER], is_trainable=True)
class Purposes(GraphComponent, IntentClassifier):
    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        return {"strictness": 1.0}

    def __init__(
        self, config: Dict[Text, Any], storage: ModelStorage, resource: Resource, weights: Optional[Weights] = None
    ) -> None:
        self._config, self._storage, self._resource, self._weights = config, storage, resource, weights

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "Purposes":
        return cls(config, model_storage, resource)

    def train(self, training_data: TrainingData) -> Resource:
        examples = [example for example in training_data.intent_examples if example.get(TEXT)]
        texts = [example.get(TEXT) for example in examples]
        weights = Weights.fit(texts, [example.get(INTENT) for example in examples], self._config["strictness"])
        with self._storage.write_to(self._resource) as folder:
            (folder / "words.json").write_text(json.dumps({"names": weights.names, "terms": weights.terms}), "utf-8")
            np.savez(folder / "weights.npz", idf=weights.idf, coef=weights.coef, bias=weights.bias)
        self._weights = weights
        return self._resource

    @classmethod
    def load(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
        **_: Any,
    ) -> "Purposes":
        with model_storage.read_from(resource) as folder:
            words = json.loads((folder / "words.json").read_text("utf-8"))
            with np.load(folder / "weights.npz", allow_pickle=False) as numbers:
                weights = Weights(**words, idf=numbers["idf"], coef=numbers["coef"], bias=numbers["bias"])
        return cls(config, model_storage, resource, weights)

    def process_training_data(self, training_data: TrainingData) -> TrainingData:
        self.process(training_data.training_examples)
        return training_data

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            if self._weights is None or not message.get(TEXT):
                continue
            chances = self._weights.probabilities(message.get(TEXT))
            best = np.argsort(chances)[::-1]
            ranking = [{"name": self._weights.names[at], "confidence": float(chances[at])} for at in best]
            message.set(INTENT, ranking[0], add_to_output=True)
            message.set("intent_ranking", ranking, add_to_output=True)
        return messages
