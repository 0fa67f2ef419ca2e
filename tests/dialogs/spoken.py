"""What alice says to IT of her own accord, in a test's words; and who answers."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import NAMESPACE_OID, uuid5

from dialogs.actions import FormAction
from dialogs.catalog import Catalogue, Language
from dialogs.events import Event
from dialogs.facts import VoiceKept
from dialogs.messages import Form, FormErrors
from dialogs.people import Person
from dialogs.request import Party
from dialogs.rights import Grant
from dialogs.router import decide
from dialogs.turn import Context, Turn
from dialogs.voice import ANONYMOUS, Voice, VoiceKind, VoiceState
from tests.company import BOB, CATALOGUE, NOON
from tests.conversation import submits
from tests.dialogs.alice_asked import DESK
from tests.dialogs.experts import IT_EXPERT, MALIK
from tests.dialogs.told import context

CARD = uuid5(NAMESPACE_OID, "voice")
HERS = Party(id="alice", name="Alice Martin", site="Lyon", department="Ventes", language="en")


def idea(**changes: Any) -> Voice:
    """Alice's idea for IT, in her name."""
    first = Voice(
        id="v1",
        function="it",
        kind=VoiceKind.IDEA,
        text="Lend us headsets.",
        language="en",
        month="2026-11",
        author=HERS,
        said_at=NOON - timedelta(days=1),
        desk_language="en",
        card=CARD,
    )
    return replace(first, **changes)


def unnamed(**changes: Any) -> Voice:
    """Somebody's criticism of IT, without a name."""
    first = Voice(
        id=f"{ANONYMOUS}{uuid5(NAMESPACE_OID, 'unnamed')}",
        function="it",
        kind=VoiceKind.CRITICISM,
        text="Nobody picks up the phone.",
        month="2026-11",
    )
    return replace(first, **changes)


def answered_by(party: Party, voice: Voice, answer: str = "We have ten.") -> Voice:
    return replace(voice, state=VoiceState.ANSWERED, answer=answer, answered_by=party if voice.author else None)


def hearing(
    *voices: Voice, by: Person = MALIK, grants: frozenset[Grant] | None = None, language: Language = "en", catalogue: Catalogue = CATALOGUE
) -> Context:
    """What a decision about these voices looks at: bob may by his role, the others as contacts of IT."""
    held = grants if grants is not None else IT_EXPERT if by is BOB else frozenset[Grant]()
    at = context(by, language=language, catalogue=catalogue)
    return replace(at, voices=voices, grants=held, desks={("it", None): DESK})


def hears(event: Event, *voices: Voice, by: Person = MALIK, grants: frozenset[Grant] | None = None) -> Turn:
    """What comes of an expert's gesture about these voices."""
    return decide(None, event, hearing(*voices, by=by, grants=grants))


def sends(action: FormAction, text: str, *voices: Voice, by: Person = MALIK, grants: frozenset[Grant] | None = None) -> Turn:
    """What comes of a form that an expert filled in."""
    return hears(submits(action, {"text": text}), *voices, by=by, grants=grants)


def voice_kept(turn: Turn) -> Voice:
    """The voice as it is after a turn."""
    (kept,) = (fact for fact in turn.facts if isinstance(fact, VoiceKept))
    return kept.voice


def mended(turn: Turn) -> Mapping[str, str]:
    """What a submission has to mend, by its input; nothing was kept."""
    (errors,) = turn.replies
    assert isinstance(errors, FormErrors)
    assert turn.facts == ()
    return {error.input: error.text for error in errors.errors}


def form_in(turn: Turn) -> Form:
    (reply,) = turn.replies
    assert isinstance(reply, Form | FormErrors)
    return reply.form if isinstance(reply, FormErrors) else reply
