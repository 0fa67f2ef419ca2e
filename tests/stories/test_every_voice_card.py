"""Every card and form of a voice, in French and in English, in private and from a channel, is one that Slack and Teams take, uncut."""

from dataclasses import replace
from datetime import date

import pytest

from dialogs import receipt
from dialogs.catalog import Language
from dialogs.detached import not_now
from dialogs.events import Event, Reference
from dialogs.facts import DeliveryEdited, DeliveryPlanned
from dialogs.feedback_actions import AnswerVoice, CloseVoice, ListVoices, ReadReceipt, Say, WriteComment
from dialogs.messages import Message, Reply
from dialogs.request import Party
from dialogs.router import decide
from dialogs.turn import Context
from dialogs.voice import LIMIT, Unnamed, Voice, VoiceKind, VoiceState
from dialogs.voice_card import SHOWN, unnamed_card
from tests.company import ALICE, CATALOGUE
from tests.conversation import CHANNEL, DIRECT, asks_form, said, submits, taps
from tests.dialogs.alice_asked import KARIM, about
from tests.dialogs.experts import ADMIN, ROOM
from tests.dialogs.spoken import hearing, idea, unnamed
from tests.dialogs.told import TEXTS
from tests.stories.shown_whole import problems

LONG = ("Bonjour, pourquoi le câble réseau de la salle de réunion n'est-il pas remplacé ? " * 60)[:LIMIT]
ANSWER = (LONG + LONG)[: SHOWN + 400]
NAMED = Party(id="karim", name="Karim-Emmanuel de La Rochefoucauld-Montbel", department="Direction des systèmes", site="Clermont-Ferrand")
OPEN = idea(text=LONG)
ANSWERED = replace(OPEN, state=VoiceState.ANSWERED, answer=ANSWER, answered_by=NAMED)
CLOSED = replace(ANSWERED, state=VoiceState.CLOSED, outcome=LONG, closed_by=NAMED)
NAMELESS = unnamed(text=LONG)
STANDINGS = (OPEN, ANSWERED, CLOSED, NAMELESS, replace(NAMELESS, state=VoiceState.ANSWERED, answer=ANSWER))


@pytest.fixture(params=["fr", "en"])
def language(request: pytest.FixtureRequest) -> Language:
    """The language of the replies."""
    return "fr" if request.param == "fr" else "en"


@pytest.fixture(params=[DIRECT, CHANNEL], ids=["private", "channel"])
def where(request: pytest.FixtureRequest) -> Reference:
    """From one's own conversation, or from a channel."""
    return DIRECT if request.param is DIRECT else CHANNEL


def replies(event: Event, context: Context) -> list[tuple[Event, Reply]]:
    """What is said, and what is sent, or changed, beside it."""
    turn = decide(None, event, context)
    sent = [fact.delivery.message for fact in turn.facts if isinstance(fact, DeliveryPlanned)]
    sent += [fact.message for fact in turn.facts if isinstance(fact, DeliveryEdited)]
    return [(event, reply) for reply in (*turn.replies, *sent)]


def test_saying_it(language: Language, where: Reference) -> None:
    values = {"function": "it", "kind": "idea", "text": LONG, "way": "named"}
    events: list[Event] = [
        said("say", where=where),
        said("say it", where=where),
        asks_form(Say(), where=where),
        asks_form(Say(slug="it"), where=where),
    ]
    for wrong in ({}, {"text": "x" * (LIMIT + 1)}, {"way": "anonymous"}, {"kind": ""}):
        events += [submits(action, values | wrong, where=where) for action in (Say(), Say(slug="it"))]
    events += [submits(Say(), {}, where=where), taps(ReadReceipt(secret="s" * 43), where=where)]
    here = about(language=language)
    for keepers in ({}, {"it": (KARIM,)}, {"it": (Party(id="x"),)}, {"": (KARIM,)}):
        at = replace(here, keepers=keepers)
        for context in (at, replace(at, desks={})):
            assert problems(reply for event in events for reply in replies(event, context)) == []


@pytest.mark.parametrize("voice", STANDINGS, ids=lambda one: f"{one.state}-{one.anonymous}")
def test_answering_it(language: Language, where: Reference, voice: Voice) -> None:
    at = replace(hearing(voice, language=language), person=replace(hearing().person, name=NAMED.name))
    form, closing = AnswerVoice(voice=voice.id), CloseVoice(voice=voice.id)
    events: list[Event] = [taps(ListVoices(slug="it"), where=where), asks_form(form, where=where), asks_form(closing, where=where)]
    events += [submits(action, {"text": typed}, where=where) for action in (form, closing) for typed in ("", LONG, LONG + "x")]
    assert problems(reply for event in events for reply in replies(event, at)) == []
    assert problems(reply for event in events for reply in replies(event, replace(at, person=ALICE))) == [], "refused"
    assert problems(reply for event in events for reply in replies(event, replace(at, voices=()))) == [], "gone meanwhile"


def test_the_list(language: Language, where: Reference) -> None:
    many = tuple(replace(STANDINGS[number % 2], id=f"v{number}", function=("it", "finance")[number % 2], author=NAMED) for number in range(23))
    for start in (None, "10", "20"):
        assert problems(replies(taps(ListVoices(start=start), where=where), hearing(*many, grants=ADMIN, language=language))) == []


def test_without_a_name(language: Language) -> None:
    at, event = about(language=language), taps(ReadReceipt(secret="s" * 43))
    words = Unnamed(function="it", kind=VoiceKind.PRAISE, text=LONG)
    shown: list[Message] = [receipt.given(at, words, "s" * 43)]
    shown += [receipt.read(at, "s" * 43, found) for found in (None, words, *STANDINGS[3:], replace(STANDINGS[4], outcome=LONG))]
    shown += [unnamed_card(TEXTS[language], CATALOGUE, slug, 12, ROOM, date(2026, 11, 20)).message for slug in ("it", "gone")]
    assert problems((event, message) for message in shown) == []
    gone = WriteComment(feedback="f1")
    sent = submits(gone, {"comment": LONG, "way": "detached"})
    assert problems((sent, reply) for reply in not_now(sent, at, gone)) == []
