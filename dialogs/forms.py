"""Forms: which dialog opens one, or says why it can't be opened; and which reads it back."""

from typing import TypeAlias, assert_never

from dialogs import (
    ask,
    ask_human,
    authoring,
    campaign_form,
    client_requests,
    expert_words,
    export_form,
    feedback_comment,
    gap_decisions,
    improvements,
    profile_draft,
    request_answer,
    request_closing,
    request_handing,
    say,
    step_form,
    step_words,
    support_exchange,
    voice_answers,
)
from dialogs.actions import AddPhrasing, EditProfile, FormAction, RemoveSheet, ReportWrong, SendGap, WriteQuestion, WriteSheet
from dialogs.campaign_actions import CampaignForm, RecallStep, ReplyStep, WriteCampaign, WriteStep
from dialogs.events import Event, FormSubmitted
from dialogs.feedback_actions import AnswerVoice, CloseVoice, EndImprovement, ExportFeedback, FeedbackForm, NoteImprovement, Say, WriteComment
from dialogs.request_actions import AddToRequest, AnswerRequest, AskHuman, CloseRequest, HandRequest, MarkExchange, PhraseRequest
from dialogs.turn import Context, Turn

# all forms but the question's, which is answered like one that was asked
FilledIn: TypeAlias = (
    ReportWrong
    | AddPhrasing
    | SendGap
    | WriteSheet
    | RemoveSheet
    | EditProfile
    | AskHuman
    | AddToRequest
    | AnswerRequest
    | HandRequest
    | CloseRequest
    | PhraseRequest
    | MarkExchange
    | FeedbackForm
    | CampaignForm
)


def opened(event: Event, context: Context, action: FormAction) -> Turn:
    """Open a form, or say why it can't be opened; what was remembered of the conversation stays."""
    match action:
        case ReportWrong():
            return Turn(replies=(ask.wrong_form(context, action),))
        case WriteQuestion():
            return Turn(replies=(ask.write_form(context, action),))
        case WriteSheet():
            return authoring.open_sheet(event, context, action)
        case RemoveSheet():
            return authoring.ask_removal(event, context, action)
        case AddPhrasing():
            return gap_decisions.open_phrasing(event, context, action)
        case SendGap():
            return gap_decisions.open_sending(event, context, action)
        case EditProfile():
            return profile_draft.open_form(event, context, action)
        case AskHuman():
            return ask_human.open_form(event, context, action)
        case AddToRequest():
            return client_requests.open_adding(event, context, action)
        case AnswerRequest():
            return expert_words.open_answer(event, context, action)
        case HandRequest():
            return request_handing.open_handing(event, context, action)
        case CloseRequest():
            return request_closing.open_closing(event, context, action)
        case PhraseRequest():
            return request_answer.open_phrasing(event, context, action)
        case MarkExchange():
            return support_exchange.open_form(event, context, action)
        case WriteComment():
            return feedback_comment.open_form(event, context, action)
        case Say():
            return say.open_form(event, context, action)
        case AnswerVoice():
            return voice_answers.open_answer(event, context, action)
        case CloseVoice():
            return voice_answers.open_closing(event, context, action)
        case NoteImprovement():
            return improvements.open_form(event, context, action)
        case EndImprovement():
            return improvements.open_end(event, context, action)
        case ExportFeedback():
            return export_form.open_form(event, context, action)
        case RecallStep():
            return step_words.open_recall(event, context, action)
        case ReplyStep():
            return step_words.open_reply(event, context, action)
        case WriteCampaign():
            return campaign_form.open_form(event, context, action)
        case WriteStep():
            return step_form.open_form(event, context, action)
        case _:
            assert_never(action)


def submitted(event: FormSubmitted, context: Context, action: FilledIn) -> Turn:
    """Read a form back: what was written in it, or what to mend."""
    match action:
        case ReportWrong():
            return ask.wrong_said(event, context, action)
        case WriteSheet():
            return authoring.sheet_written(event, context, action)
        case RemoveSheet():
            return authoring.removal_confirmed(event, context, action)
        case AddPhrasing():
            return gap_decisions.phrasing_added(event, context, action)
        case SendGap():
            return gap_decisions.sent(event, context, action)
        case EditProfile():
            return profile_draft.completed(event, context, action)
        case AskHuman():
            return ask_human.handed(event, context, action)
        case AddToRequest():
            return client_requests.added(event, context, action)
        case AnswerRequest():
            return expert_words.answered(event, context, action)
        case HandRequest():
            return request_handing.handed(event, context, action)
        case CloseRequest():
            return request_closing.closed(event, context, action)
        case PhraseRequest():
            return request_answer.phrasing_added(event, context, action)
        case MarkExchange():
            return support_exchange.marked(event, context, action)
        case WriteComment():
            return feedback_comment.written(event, context, action)
        case Say():
            return say.said(event, context, action)
        case AnswerVoice():
            return voice_answers.answered(event, context, action)
        case CloseVoice():
            return voice_answers.closed(event, context, action)
        case NoteImprovement():
            return improvements.noted(event, context, action)
        case EndImprovement():
            return improvements.ended(event, context, action)
        case ExportFeedback():
            return export_form.asked(event, context, action)
        case RecallStep():
            return step_words.recalled(event, context, action)
        case ReplyStep():
            return step_words.replied(event, context, action)
        case WriteCampaign():
            return campaign_form.written(event, context, action)
        case WriteStep():
            return step_form.written(event, context, action)
        case _:
            assert_never(action)
