"""Every card that the bot sends of its own accord, in French and in English, is one that Slack and Teams take, uncut."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import pytest

from dialogs.catalog import Language
from dialogs.client_words import LIMIT
from dialogs.correction import told
from dialogs.delivery import Ended, Kind, Reason, Status
from dialogs.digest import digest
from dialogs.facts import DeliveryEdited, DeliveryPlanned, Initiative
from dialogs.gap import Gap, GapKind, GapQuestion
from dialogs.messages import Message
from dialogs.request import REQUEST, WORD, Outcome, Request, RequestStatus
from dialogs.request_aftermath import after
from dialogs.request_card import card, handed_card, word_as_client, word_as_expert
from dialogs.request_clock import escalate, remind, stranded
from tests.company import CATALOGUE, IT, LAPTOP, NOON
from tests.conversation import said
from tests.dialogs.asked import AROUND, ASKED, BOB, TEAMS_CHANNEL
from tests.dialogs.asked import WORD as SAID
from tests.dialogs.told import TEXTS
from tests.stories.shown_whole import problems

LONG = ("Bonjour, où en est le remplacement du câble réseau de la salle de réunion ? " * 60)[:LIMIT]
WORDS = tuple(replace(SAID, id=UUID(int=n), side="expert" if n % 2 else "client", author=BOB, text=f"{n} {LONG}"[:LIMIT]) for n in range(8))
LATER = NOON + timedelta(days=1)


def gap(number: int, kind: GapKind) -> Gap:
    question = GapQuestion(text=f"{number} {LONG}", language="fr", kind=kind, asked_at=NOON)
    return Gap(id=f"g{number}", function="it", questions=(question,), count=number, kinds=((kind, number),))


def standings(language: Language) -> Iterator[Request]:
    asked = replace(ASKED, question=LONG[:2000], language=language, desk_language=language, words=WORDS, hops=2, tried=("it_laptop", "it_password"))
    yield asked
    yield replace(asked, discreet=True)
    taken = replace(asked, status=RequestStatus.CLAIMED, expert=BOB, claimed_at=NOON)
    yield taken
    yield replace(taken, status=RequestStatus.WAITING)
    for outcome in Outcome:
        yield replace(taken, status=RequestStatus.CLOSED, closed_at=NOON, outcome=outcome)


def said_by(facts: tuple[Initiative, ...]) -> Iterator[Message]:
    for fact in facts:
        match fact:
            case DeliveryPlanned(delivery=delivery):
                yield delivery.message
            case DeliveryEdited(message=message):
                yield message
            case _:
                pass


def endings(request: Request) -> Iterator[Message]:
    word = request.words[-1]
    ended = Ended(key=word.id, kind=Kind.REPLY, cause_kind=WORD, cause_id=request.id, status=Status.UNKNOWN, reason=Reason.UNANSWERED)
    yield from said_by(after(ended, request, AROUND, NOON))
    for reason in Reason:
        yield from said_by(after(replace(ended, status=Status.FAILED, reason=reason), request, AROUND, NOON))
    lost = replace(ended, key=request.card or UUID(int=0), cause_kind=REQUEST, status=Status.FAILED, reason=Reason.REFUSED, reference=request.desk)
    yield from said_by(after(lost, request, AROUND, NOON))


def messages(language: Language) -> Iterator[Message]:
    t = TEXTS[language]
    late = replace(IT, services=tuple(replace(LAPTOP, id=f"s{n}", review_by=NOON.date() - timedelta(days=n)) for n in range(1, 9)))
    gaps = (*(gap(n, "wrong") for n in range(1, 7)), *(gap(n, "unanswered") for n in range(7, 13)))
    waiting = digest(t, late, gaps, 12, NOON.date())
    assert waiting is not None
    yield waiting
    yield told(TEXTS, CATALOGUE, UUID(int=1), "alice", "it_laptop", language).message
    yield told(TEXTS, CATALOGUE, UUID(int=1), "alice", "gone", language).message
    for request in standings(language):
        yield card(t, CATALOGUE, request)
        for word in request.words[:2]:
            yield word_as_client(t, CATALOGUE, request, word)
            yield word_as_expert(t, CATALOGUE, request, word)
    request = next(standings(language))
    yield handed_card(t, CATALOGUE, request, to="finance", by=BOB, reason=LONG[:500])
    around = replace(AROUND, language=language)
    for facts in (remind(around, request, LATER), escalate(around, request, LATER), stranded(around, replace(request, thread=None), LATER)):
        assert facts
        yield from said_by(facts)
    for side in request.words[-2:]:
        yield from endings(replace(request, words=(side,)))
    yield from endings(replace(request, desk=TEAMS_CHANNEL))


@pytest.mark.parametrize("language", ["fr", "en"])
def test_every_card_of_the_bots_own_accord_is_shown_whole(language: Language) -> None:
    shown = list(messages(language))
    assert len(shown) > 60
    assert {message.language for message in shown[:20]} == {language}
    assert problems((said("?"), message) for message in shown) == []
