"""What the sample company's people do with a campaign's message: made up, but the same each time, and made as real gestures."""

from collections.abc import Sequence
from hashlib import blake2b
from typing import Final

from dialogs.campaign import Campaign
from dialogs.campaign_actions import AnswerStep, TakeStep
from dialogs.ladder import Stage
from dialogs.packing import UnreadableActionError, unpack

# of a hundred: who answers a question at all, who knows the right answer, who finds it worth it, who makes the gesture, who reads more
_ANSWERS: Final = 65
_KNOWS: Final = 70
_DOES: Final = 38
_READS: Final = 30
_ACTS: Final = {False: 12, True: 46}  # who acts in the end, without and with the message that shows how
_OPINIONS: Final = (3, 8, 24, 65, 100)  # a 1, a 2 … a 5, added up


class Colleagues:
    """Chooses the button that somebody of the sample company taps, if any; of these campaigns, what is right is known."""

    def __init__(self, campaigns: Sequence[Campaign]) -> None:
        self._campaigns = {campaign.name: campaign for campaign in campaigns}
        self._shown: set[str] = set()  # who got a message that leads to action

    def choose(self, person: str, values: Sequence[str]) -> int | None:
        """Return which of a message's buttons somebody taps, None for none."""
        actions = [_read(value) for value in values]
        if any(self._leads_to_action(action) for action in actions):
            self._shown.add(person)
        answers = [(index, action) for index, action in enumerate(actions) if isinstance(action, AnswerStep)]
        if answers:
            _, asked = answers[0]
            if _of_hundred(person, asked.campaign, asked.step, "answers") >= _ANSWERS:
                return None
            wanted = self._answer(person, asked)
            return next((index for index, action in answers if action.answer == wanted), None)
        for does, share in (("done", _DOES), ("more", _READS)):
            for index, action in enumerate(actions):
                if isinstance(action, TakeStep) and action.does == does and _of_hundred(person, action.campaign, action.step, does) < share:
                    return index
        return None

    def acts(self, person: str) -> bool:
        """Tell whether somebody acts by now: some do anyway, more of those who were shown how."""
        return _of_hundred(person, "presses the button") < _ACTS[person in self._shown]

    def _leads_to_action(self, action: object) -> bool:
        if not isinstance(action, TakeStep) or (campaign := self._campaigns.get(action.campaign)) is None:
            return False
        step = campaign.step(action.step)
        return step is not None and step.stage is Stage.ACTION

    def _answer(self, person: str, asked: AnswerStep) -> str | None:
        campaign = self._campaigns.get(asked.campaign)
        step = campaign.step(asked.step) if campaign else None
        if campaign is None or step is None or step.question is None:
            return None
        drawn = _of_hundred(person, asked.campaign, asked.step, "answer")
        match step.question.kind:
            case "quiz":
                wrong = 1 + drawn % len(step.question.options)
                return str(step.question.right if drawn < _KNOWS else wrong)
            case "opinion":
                return str(1 + next(index for index, up_to in enumerate(_OPINIONS) if drawn < up_to))
            case "recall":
                return campaign.function if drawn < _KNOWS else None


def _read(value: str) -> object:
    try:
        return unpack(value)
    except UnreadableActionError:
        return None


def _of_hundred(*what: str) -> int:
    return int.from_bytes(blake2b("|".join(what).encode(), digest_size=8).digest(), "big") % 100
