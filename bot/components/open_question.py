from math import exp
from typing import Any, Dict, List, Text

from rasa.engine.graph import ExecutionContext, GraphComponent
from rasa.engine.recipes.default_recipe import DefaultV1Recipe
from rasa.engine.storage.resource import Resource
from rasa.engine.storage.storage import ModelStorage
from rasa.shared.nlu.constants import ENTITIES, INTENT, INTENT_RANKING_KEY, TEXT
from rasa.shared.nlu.training_data.message import Message

from bot.components.normalise import is_bare

NOTHING = "nothing"
RANKED = 5


def talk_of(asked: Any) -> Text:
    """`field.name` -> `field`; no open question -> `nothing`."""
    return str(asked).split(".", 1)[0] if asked else NOTHING


@DefaultV1Recipe.register([DefaultV1Recipe.ComponentType.ENTITY_EXTRACTOR], is_trainable=False)
class OpenQuestion(GraphComponent):
    """Puts the open question of the turn into the slot `asked`, and reads a purpose in its light.

    What was asked makes some purposes likelier ("对" hardly answers to nothing), so the chances lean. An answer often
    looks like another purpose ("尽快处理" is a demand when a demand was asked), so while a question is open a change of
    subject must be clearer than an answer: below its bar it is taken for an answer.
    """

    @staticmethod
    def get_default_config() -> Dict[Text, Any]:
        """`leans`: for an open question (or its talk) the purposes whose log odds are raised or lowered, and by how
        much. `bars`: in the same way the least confidence of a purpose that leaves it.
        `answer`: the purpose taken instead. `same`: talks that go on as another one does. `bare`: what a message
        without words, or with nothing but a number, is taken for in a talk, unless it is one of `gestures`."""
        return {"leans": {}, "bars": {}, "answer": {}, "same": {}, "bare": {}, "gestures": []}

    def __init__(self, config: Dict[Text, Any]) -> None:
        leans: Dict[Text, Dict[Text, float]] = config["leans"]
        self._factors = {talk: {name: exp(by) for name, by in odds.items()} for talk, odds in leans.items()}
        self._bars: Dict[Text, Dict[Text, float]] = config["bars"]
        self._answer: Dict[Text, Text] = config["answer"]
        self._same: Dict[Text, Text] = config["same"]
        self._bare: Dict[Text, Text] = config["bare"]
        self._gestures = frozenset(config["gestures"])

    @classmethod
    def create(
        cls,
        config: Dict[Text, Any],
        model_storage: ModelStorage,
        resource: Resource,
        execution_context: ExecutionContext,
    ) -> "OpenQuestion":
        return cls(config)

    def process(self, messages: List[Message]) -> List[Message]:
        for message in messages:
            asked = (message.get("metadata") or {}).get("asked")
            talk = self._same.get(talk_of(asked), talk_of(asked))
            entity = {"entity": "asked", "value": talk, "start": 0, "end": 0, "extractor": type(self).__name__}
            message.set(ENTITIES, [entity], add_to_output=True)
            self._lean(message, {**self._factors.get(talk, {}), **self._factors.get(str(asked), {})})
            if talk in self._bare and self._says_nothing(message):
                message.set(INTENT, {"name": self._bare[talk], "confidence": 1.0}, add_to_output=True)
                message.set(INTENT_RANKING_KEY, [], add_to_output=True)
            intent = message.get(INTENT) or {}
            bars = {**self._bars.get(talk, {}), **self._bars.get(str(asked), {})}
            if intent.get("confidence", 0.0) < bars.get(intent.get("name"), 0.0):
                read = {"name": self._answer.get(talk, "inform"), "confidence": intent["confidence"]}
                message.set(INTENT, read, add_to_output=True)
        return messages

    def _says_nothing(self, message: Message) -> bool:
        text = message.get(TEXT) or ""
        purpose = (message.get(INTENT) or {}).get("name")
        return is_bare(text) and (purpose not in self._gestures or any(each.isnumeric() for each in text))

    def _lean(self, message: Message, factors: Dict[Text, float]) -> None:
        ranking = message.get(INTENT_RANKING_KEY) or []
        raised = [(each["name"], each["confidence"] * factors.get(each["name"], 1.0)) for each in ranking]
        total = sum(chance for _, chance in raised)
        if not total:
            return
        raised.sort(key=lambda each: -each[1])
        leaning = [{"name": name, "confidence": chance / total} for name, chance in raised]
        message.set(INTENT, leaning[0], add_to_output=True)
        message.set(INTENT_RANKING_KEY, leaning[:RANKED], add_to_output=True)
