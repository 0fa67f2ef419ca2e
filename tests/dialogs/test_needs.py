"""What is gathered before deciding: nothing for a question, rights for a home, the newest catalogue for who edits it."""

from dataclasses import replace

import pytest

from dialogs.actions import AddPhrasing, Help, Home, IgnoreGap, ListContent, PublishProfile, Show, ShowGaps, WriteQuestion, WriteSheet
from dialogs.campaign_actions import AnswerStep, Diagnose, RecallStep, ReplyStep, ShowPlan, TakeStep, WriteCampaign
from dialogs.events import Event, Overheard, Sender
from dialogs.feedback_actions import (
    ChoosePause,
    ExportFeedback,
    ListVoices,
    NoteImprovement,
    RateTrace,
    ReadReceipt,
    Say,
    SayExpected,
    ShowTraces,
    WriteComment,
)
from dialogs.needs import INTERVIEW, Needs, needs_of
from dialogs.request_actions import AskHuman, ClaimRequest, MarkExchange, PhraseRequest
from dialogs.turn import State
from tests.company import CATALOGUE, NOON
from tests.conversation import CHANNEL, asks_form, opens_home, said, starts, submits, taps

NOTHING, RIGHTS, CONTENT, GAPS = Needs(), Needs(rights=True), Needs(rights=True, content=True), Needs(rights=True, content=True, gaps=True)
WORDS, REQUESTS, ANSWER = Needs(requests=True, stages=True), Needs(rights=True, requests=True), Needs(rights=True, content=True, requests=True)
STAGES, FEEDBACK, REACHED = Needs(stages=True), Needs(feedback=True, stages=True), Needs(stages=True, reached=True)
INTERVIEWED = State(dialog=INTERVIEW, version=1, kept={})


@pytest.mark.parametrize(
    ("event", "state", "needs"),
    [
        (said("mon portable est mort"), None, WORDS),
        (said("mon portable est mort", where=CHANNEL), None, WORDS),
        (said("mon portable est mort", where=replace(CHANNEL, thread=None)), None, STAGES),
        (said("pour les commerciaux"), INTERVIEWED, CONTENT),
        (said("lacunes"), INTERVIEWED, GAPS),
        (said("", private=True), None, REQUESTS),
        (said("demandes"), None, REQUESTS),
        (said("aide"), None, RIGHTS),
        (said("contenu finance"), None, CONTENT),
        (opens_home(), None, REQUESTS),
        (starts(), None, NOTHING),
        (taps(Home()), None, REQUESTS),
        (taps(ClaimRequest(request="r")), None, REQUESTS),
        (asks_form(AskHuman()), None, REQUESTS),
        (taps(Help()), None, RIGHTS),
        (taps(Show(id="it_laptop")), None, STAGES),
        (submits(WriteQuestion(), {"question": "?"}), None, STAGES),
        (taps(ShowGaps()), None, GAPS),
        (taps(IgnoreGap(gap="g")), None, GAPS),
        (taps(ListContent()), None, CONTENT),
        (taps(PublishProfile(slug="it", base="")), None, CONTENT),
        (asks_form(WriteSheet(slug="it")), None, CONTENT),
        (asks_form(WriteSheet(slug="it", request="r")), None, ANSWER),
        (asks_form(PhraseRequest(request="r", id="it_laptop")), None, ANSWER),
        (asks_form(MarkExchange(place="p", message="m", user="u")), None, NOTHING),
        (asks_form(WriteSheet(slug="it", gap="g")), None, GAPS),
        (submits(AddPhrasing(gap="g", id="it_laptop"), {}), None, GAPS),
        (Overheard(id="o", at=NOON, sender=Sender(user="U1"), reference=CHANNEL, text="?", message_id="m1"), None, REQUESTS),
        (taps(RateTrace(feedback="f", trace="1")), None, FEEDBACK),
        (submits(WriteComment(feedback="f"), {}), None, FEEDBACK),
        (taps(ChoosePause()), None, Needs(pauses=True)),
        (taps(SayExpected(request="r", value="1")), None, REQUESTS),
        (submits(Say(), {}), None, REQUESTS),
        (taps(ReadReceipt(secret="s")), None, NOTHING),
        (taps(ListVoices()), None, Needs(rights=True, voices=True)),
        (taps(ShowTraces()), None, Needs(rights=True, readings=True)),
        (asks_form(NoteImprovement(slug="it")), None, Needs(rights=True, readings=True)),
        (asks_form(ExportFeedback()), None, RIGHTS),
        (taps(AnswerStep(campaign="c", step="s", answer="1")), None, REACHED),
        (taps(TakeStep(campaign="c", step="s", does="done")), None, REACHED),
        (submits(RecallStep(campaign="c", step="s"), {}), None, REACHED),
        (asks_form(ReplyStep(campaign="c", step="s")), None, Needs(rights=True, requests=True, reached=True)),
        (taps(Diagnose(slug="it")), None, STAGES),
        (taps(ShowPlan()), None, Needs(campaigning=True)),
        (asks_form(WriteCampaign(slug="it")), None, Needs(rights=True, campaigning=True)),
    ],
)
def test_an_event_needs(event: Event, state: State | None, needs: Needs) -> None:
    assert needs_of(event, state, CATALOGUE) == needs
