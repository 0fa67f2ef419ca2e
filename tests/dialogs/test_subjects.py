"""What an event names: the closing it responds to, the voice it answers, the function and the period whose traces it asks for, a campaign's step."""

from datetime import date

import pytest

from dialogs.actions import Action, Home
from dialogs.campaign_actions import (
    AnswerStep,
    DropStep,
    ListCampaigns,
    PreviewStep,
    RecallStep,
    ReplyStep,
    ShowCampaign,
    ShowPlan,
    SteerCampaign,
    TakeStep,
    WriteCampaign,
    WriteStep,
)
from dialogs.events import Event
from dialogs.feedback_actions import (
    AnswerItem,
    AnswerVoice,
    CloseVoice,
    EndImprovement,
    NoteImprovement,
    RateTrace,
    SaySolved,
    ShowThemes,
    ShowTraces,
    WriteComment,
)
from dialogs.subjects import campaign_of, feedback_of, function_read, period_of, step_of, voice_of
from tests.conversation import asks_form, said, submits, taps

COMMENT, ANSWER, CLOSE = WriteComment(feedback="f1"), AnswerVoice(voice="v1"), CloseVoice(voice="v1")


@pytest.mark.parametrize(
    "event",
    [
        taps(SaySolved(feedback="f1", solved="yes")),
        taps(RateTrace(feedback="f1", trace="5")),
        taps(AnswerItem(feedback="f1", item="effort", value="1")),
        asks_form(COMMENT),
        submits(COMMENT, {}),
    ],
)
def test_each_gesture_of_a_response_names_its_closing_and_no_voice(event: Event) -> None:
    assert (feedback_of(event), voice_of(event)) == ("f1", None)


@pytest.mark.parametrize("event", [asks_form(ANSWER), submits(ANSWER, {}), asks_form(CLOSE), submits(CLOSE, {})])
def test_whoever_answers_a_voice_names_it_and_no_closing(event: Event) -> None:
    assert (voice_of(event), feedback_of(event)) == ("v1", None)


@pytest.mark.parametrize(
    ("event", "command", "function"),
    [
        (taps(ShowTraces(slug="it")), None, "it"),
        (taps(ShowTraces()), None, None),
        (taps(ShowThemes(slug="it")), None, "it"),
        (asks_form(NoteImprovement(slug="it")), None, "it"),
        (submits(EndImprovement(improvement="i1"), {}), None, None),
        (said("traces it"), ShowTraces(slug="it"), "it"),
        (said("home"), Home(), None),
        (said("my laptop died"), None, None),
    ],
)
def test_the_function_that_is_read_is_named_by_a_tap_or_in_words(event: Event, command: Action | None, function: str | None) -> None:
    assert function_read(event, command) == function


@pytest.mark.parametrize(
    ("event", "begins"),
    [
        (taps(ShowTraces(slug="it", begins="2026-11-02")), date(2026, 11, 2)),
        (taps(ShowThemes(slug="it", begins="2026-11-02")), date(2026, 11, 2)),
        (taps(ShowTraces(slug="it", begins="last week")), None),
        (taps(ShowTraces(slug="it")), None),
        (said("traces it"), None),
    ],
)
def test_a_period_is_named_by_its_first_day(event: Event, begins: date | None) -> None:
    assert period_of(event) == begins


RECALL, REPLY = RecallStep(campaign="c1", step="s1"), ReplyStep(campaign="c1", step="s1")


@pytest.mark.parametrize(
    "event",
    [
        taps(AnswerStep(campaign="c1", step="s1", answer="1")),
        taps(TakeStep(campaign="c1", step="s1", does="done")),
        asks_form(RECALL),
        submits(RECALL, {}),
        asks_form(REPLY),
        submits(REPLY, {}),
    ],
)
def test_each_gesture_about_a_campaigns_message_names_its_step(event: Event) -> None:
    assert step_of(event) == ("c1", "s1")


def test_other_gestures_name_no_step() -> None:
    assert step_of(taps(Home())) is None
    assert step_of(said("hello")) is None


@pytest.mark.parametrize(
    ("action", "named"),
    [
        (ShowCampaign(name="c1"), ("c1", None)),
        (PreviewStep(name="c1", step="s1", language="fr"), ("c1", None)),
        (DropStep(name="c1", step="s1", base="1"), ("c1", None)),
        (SteerCampaign(name="c1", move="pause", version="1"), ("c1", None)),
        (ListCampaigns(slug="it"), (None, "it")),
        (ShowPlan(), (None, None)),
        (Home(), (None, None)),
    ],
)
def test_a_tap_or_a_command_names_a_campaign_or_whose_campaigns_it_wants(action: Action, named: tuple[str | None, str | None]) -> None:
    assert campaign_of(taps(action), None) == named
    assert campaign_of(said("words"), action) == named


def test_a_form_names_the_campaign_that_it_writes_and_for_whom() -> None:
    assert campaign_of(asks_form(WriteCampaign(slug="it", name="c1")), None) == ("c1", "it")
    assert campaign_of(submits(WriteStep(name="c1"), {}), None) == ("c1", None)
