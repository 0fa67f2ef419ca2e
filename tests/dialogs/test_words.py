"""The smallest parts: packed actions, event keys, languages, durations and prices."""

from dataclasses import replace
from datetime import date
from gettext import NullTranslations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.po import both_languages, texts
from dialogs.actions import (
    Action,
    AddPhrasing,
    EditProfile,
    ForMe,
    Help,
    Home,
    IgnoreGap,
    Interview,
    InterviewStep,
    ListContent,
    ListFunctions,
    ListServices,
    NoneOfThese,
    NotMine,
    Preferences,
    PublishProfile,
    RemoveSheet,
    ReportWrong,
    SendGap,
    SetLanguage,
    Show,
    ShowFunction,
    ShowGap,
    ShowGaps,
    Why,
    WriteQuestion,
    WriteSheet,
)
from dialogs.catalog import Localized, Money, is_for, is_theirs
from dialogs.events import Scope
from dialogs.messages import Button, Buttons, Item, Items, Message, Text, plain_text
from dialogs.packing import PACKED_LIMIT, UnreadableActionError, opens_form, pack, unpack
from dialogs.people import Person, language_of_locale
from dialogs.texts import Texts
from dialogs.turn import Context, language_for
from tests.company import ALICE, CATALOGUE, LAPTOP, NOON, TABLET
from tests.conversation import CHANNEL, DIRECT, said, taps

ACTIONS: tuple[Action, ...] = (
    Home(),
    Help(),
    ListFunctions(),
    ShowFunction(slug="it"),
    ListServices(slug="it"),
    Show(id="x", exchange="e"),
    Show(id="x"),
    NoneOfThese(exchange="e", question="où ?"),
    NotMine(id="x", exchange="e"),
    ForMe(question="« où » 🙂"),
    Preferences(),
    SetLanguage(language=None),
    SetLanguage(language="fr"),
    ReportWrong(id="x", exchange="e"),
    WriteQuestion(),
    WriteQuestion(slug="it"),
    Why(id="x", exchange="e", question="« où » ?"),
    Interview(),
    Interview(slug="it"),
    InterviewStep(slug="it", move="start"),
    InterviewStep(slug="it", move="back", question="missed"),
    EditProfile(slug="it"),
    EditProfile(slug="it", base="purpose_fr:0f1e2d"),
    PublishProfile(slug="it", base="0f1e2d"),
    ShowGaps(),
    ShowGaps(slug="it", start="g"),
    ShowGap(gap="g"),
    IgnoreGap(gap="g"),
    AddPhrasing(gap="g", id="x"),
    SendGap(gap="g"),
    ListContent(),
    ListContent(slug="it", after="x", to="remove"),
    WriteSheet(slug="it"),
    WriteSheet(slug="it", id="x", gap="g", base="0f1e2d"),
    RemoveSheet(id="x"),
)


@pytest.mark.parametrize("action", ACTIONS)
def test_an_action_comes_back_from_its_button(action: Action) -> None:
    assert unpack(pack(action)) == action


def test_only_actions_that_open_a_form_say_so() -> None:
    assert {action.kind for action in ACTIONS if opens_form(action)} == {
        "wrong",
        "write",
        "profile_edit",
        "gap_phrasing",
        "gap_send",
        "sheet",
        "sheet_remove",
    }


def test_an_action_too_long_for_a_button_is_refused_when_packed() -> None:
    with pytest.raises(ValueError, match="the limit is 2000"):
        pack(ForMe(question="x" * PACKED_LIMIT))


@pytest.mark.parametrize(
    "packed",
    ["", "null", "[]", "1", '["show",{}]', '["show",{"id":null}]', '["show",{"id":["a"]}]', '["show",{"id":"x","kind":"y"}]', '["show",["a"]]',
     '[[],{}]', '["language",{"language":"de"}]', '["request_claim",{"request":"r","over":"maybe"}]', '["reach",{"platform":"pager"}]',
     '["interview_step",{"slug":"it","move":"jump"}]', '["unheard_of",{}]', "[" * 100_000],
)  # fmt: skip
def test_what_no_button_of_this_version_holds_is_unreadable(packed: str) -> None:
    with pytest.raises(UnreadableActionError):
        unpack(packed)


@given(st.text() | st.recursive(st.none() | st.text(max_size=8), lambda inner: st.lists(inner, max_size=3), max_leaves=5).map(str))
def test_no_text_breaks_unpacking(packed: str) -> None:
    try:
        action = unpack(packed)
    except UnreadableActionError:
        return
    assert unpack(pack(action)) == action


def test_an_event_keeps_its_key_and_places_have_theirs() -> None:
    first = said("bonjour", gesture="Ev1")
    assert first.key == replace(first, text="autre").key
    assert first.key != said("bonjour", gesture="Ev2").key
    assert first.key != said("bonjour", gesture="Ev1", where=CHANNEL).key
    assert said("x", by="U1", where=CHANNEL).state_key != said("x", by="U2", where=CHANNEL).state_key
    assert DIRECT.key == "slack|T1|D1|"
    assert DIRECT.scope is Scope.PERSONAL


def test_a_message_says_itself_in_plain_words_in_its_language() -> None:
    items = Items(
        items=(Item(title="Un", detail=None, open="Ouvrir", action=Home()), Item(title="Deux", detail="deux jours", open="Ouvrir", action=Home()))
    )
    row = Buttons(buttons=(Button(label="Aller", action=Home()),))
    assert plain_text(Message(language="fr", blocks=(Text(text="Voici"), items, row))) == "Voici\n• Un\n• Deux (deux jours)\n[Aller]"


@pytest.mark.parametrize(
    ("locale", "language"),
    [("fr-FR", "fr"), ("fr_CA", "fr"), ("en-GB", "en"), ("EN", "en"), ("de-DE", None), ("", None), (None, None), ("french", None)],
)
def test_a_platforms_locale_tells_one_of_our_languages(locale: str | None, language: str | None) -> None:
    assert language_of_locale(locale) == language


def test_the_language_of_a_reply() -> None:
    somebody = Person(id="p", locale="en-US", directory_language="fr")
    written = said("x", locale="fr-FR")
    assert language_for(written, replace(somebody, language="en"), "fr", "fr") == "en", "the explicit choice comes first"
    assert language_for(written, somebody, "en", "fr") == "en", "then the message's own language"
    assert language_for(written, somebody, None, "en") == "fr", "then the platform's locale, as the event tells it"
    assert language_for(said("x"), somebody, None, "fr") == "en", "or as the profile told it"
    assert language_for(said("x"), replace(somebody, locale="de"), None, "en") == "fr", "then the directory's"
    assert language_for(said("x"), Person(id="q"), None, "en") == "en", "then the company's"


def test_a_tap_goes_on_in_the_language_last_written() -> None:
    somebody = Person(id="p", locale="en-US", spoken_language="fr")
    assert language_for(taps(Home()), somebody, None, "en") == "fr"
    assert language_for(taps(Home()), replace(somebody, language="en"), None, "fr") == "en", "but not against an explicit choice"
    assert language_for(said("x"), somebody, None, "en") == "en", "a message too short to tell follows the platform's locale"


def test_a_context_speaks_its_language() -> None:
    assert Context(person=ALICE, catalogue=CATALOGUE, texts=both_languages(), language="en").t("Help") == "Help"


@pytest.mark.parametrize(
    ("time", "unit", "french", "english"),
    [
        (1, "minutes", "1 minute", "1 minute"),
        (0, "hours", "0 heure", "0 hours"),
        (1.5, "hours", "1,5 heure", "1.5 hours"),
        (2, "working_hours", "2 heures ouvrées", "2 working hours"),
        (3, "days", "3 jours", "3 days"),
        (5, "working_days", "5 jours ouvrés", "5 working days"),
    ],
)
def test_durations_are_said_as_people_do(time: float, unit: str, french: str, english: str) -> None:
    assert texts("fr").duration(time, unit) == french  # type: ignore[arg-type]
    assert texts("en").duration(time, unit) == english  # type: ignore[arg-type]


def test_prices_and_dates_are_said_as_people_do() -> None:
    price = Money(kind="money", amount=1234.5, currency="EUR")
    assert texts("en").tarif(price) == "€1,234.50"
    assert texts("fr").tarif(price).replace("\N{NARROW NO-BREAK SPACE}", " ").replace("\N{NO-BREAK SPACE}", " ") == "1 234,50 €"
    assert texts("fr").day(date(2026, 9, 1)) == "1 sept. 2026"
    assert texts("en").day(date(2026, 9, 1)) == "1 Sept 2026"
    assert Texts("en", NullTranslations())("{who}!", who="You") == "You!"


def test_a_text_missing_in_a_language_is_shown_in_the_other() -> None:
    assert Localized(fr="oui").said_in("en") == ("oui", "fr")
    assert Localized(en="yes").said_in("fr") == ("yes", "en")
    assert Localized(en="yes", fr="oui").to("en") == "yes"


def test_an_audience_is_a_hard_filter() -> None:
    assert is_for(LAPTOP, frozenset())
    assert not is_theirs(LAPTOP, frozenset({"field"}))
    assert is_theirs(TABLET, frozenset({"field"}))
    assert not is_for(TABLET, frozenset({"sales"}))
    assert not is_for(TABLET, frozenset({"field", "managers"})), "not_for wins"


def test_a_catalogue_finds_what_it_holds() -> None:
    assert CATALOGUE.function("gone") is None
    assert CATALOGUE.sheet("gone") is None
    assert [sheet.id for _, sheet in CATALOGUE.sheets()][:2] == ["it_laptop", "it_demo_kit"]
    assert NOON.tzinfo is not None
