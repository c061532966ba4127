"""What a message that puts something right tells besides. Pure."""

from casebackend.drafts.rules import Field, FieldState
from casebackend.drafts.values import TO_BE_FOUND, Understood, text_value


def keep(understood: Understood) -> None:
    """The name of a unit that is not ours stays with the story, for whoever finds it."""
    unit = understood.corrected.get(Field.UNIT)
    if unit is not None and unit.state is FieldState.UNKNOWN and unit.display.endswith(TO_BE_FOUND):
        told = text_value(f"机构改为{unit.display.removesuffix(TO_BE_FOUND)}")
        understood.values[Field.FACTS] = told
