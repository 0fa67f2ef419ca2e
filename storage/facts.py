"""Facts: what a turn leaves behind, each to its own noun."""

from datetime import datetime, timedelta
from typing import Final, assert_never

from sqlmodel import Session

from dialogs.events import Event
from dialogs.facts import (
    CampaignEdited,
    CampaignSteered,
    CatalogueEdited,
    ChannelBound,
    ChannelUnbound,
    Chosen,
    DeliveryEdited,
    DeliveryPlanned,
    DeliveryRecalled,
    EvidenceLeft,
    ExchangeMarked,
    ExchangeOpened,
    ExpectationSaid,
    ExportAsked,
    Fact,
    FeedbackAsked,
    FeedbackGiven,
    FeedbackVoided,
    GapSettled,
    Greeted,
    ImprovementKept,
    Initiative,
    LanguageChosen,
    LanguageSpoken,
    NotMineSaid,
    PauseChosen,
    ProfileDrafted,
    ReachChosen,
    Refused,
    RequestKept,
    StepTaken,
    VoiceKept,
    WordKept,
    WrongSaid,
)
from dialogs.ladder import LASTS
from dialogs.people import Person
from dialogs.rights import Act
from storage import (
    audit,
    bindings,
    campaigns,
    catalog,
    deliveries,
    drafts,
    evidence,
    exchanges,
    exports,
    feedback,
    gaps,
    improvements,
    outside_exchanges,
    pauses,
    people,
    reached,
    requests,
    tallies,
    voices,
)

_CHANGED_AT_ONCE: Final = 100  # messages changed in one statement


def record(
    session: Session, fact: Fact, *, person: Person, event: Event, catalogue_version: int | None, at: datetime, lasts: timedelta = LASTS
) -> None:
    """Keep a fact. `catalogue_version` is the one that was answered from, None for the sample company; `at` is when the turn is taken.

    `lasts` is how long a stage holds without new evidence.
    """
    match fact:
        case ExchangeOpened():
            exchanges.open_(session, fact, person.id, event, catalogue_version)
        case Chosen(exchange=exchange, id=chosen):
            exchanges.choose(session, exchange, chosen)
        case NotMineSaid(exchange=exchange, id=sheet):
            exchanges.report(session, "not_mine", exchange, sheet, None, person.id, event)
        case WrongSaid(exchange=exchange, id=sheet, comment=comment):
            exchanges.report(session, "wrong", exchange, sheet, comment, person.id, event)
        case LanguageChosen(language=language):
            people.choose_language(session, person.id, language)
        case LanguageSpoken(language=language):
            people.speak(session, event, language)
        case Greeted():
            people.greet(session, person.id, event.at)
        case CatalogueEdited() | ProfileDrafted() | GapSettled() | Refused():
            _record_learning(session, fact, audit.pseudonym_of(session, person.id), at)
        case ReachChosen(platform=platform):
            people.choose_reach(session, person.id, platform)
        case ChannelBound() | ChannelUnbound():
            _record_channel(session, fact, audit.pseudonym_of(session, person.id), at)
        case FeedbackGiven() | ExpectationSaid() | PauseChosen():
            _record_response(session, fact, person.id, at)
        case VoiceKept() | ImprovementKept() | ExportAsked():
            _record_said(session, fact, audit.pseudonym_of(session, person.id), at)
        case EvidenceLeft(evidence=left):
            evidence.leave(session, left, at, lasts=lasts)
        case StepTaken(response=response):
            reached.respond(session, response)
        case CampaignEdited() | CampaignSteered():
            _record_campaign(session, fact, audit.pseudonym_of(session, person.id), at)
        case _:
            record_initiative(session, fact, at)


def record_initiative(session: Session, fact: Initiative, at: datetime) -> None:
    """Keep a fact that needn't come from somebody's gesture: the clock, or what a delivery came to, leaves such ones too."""
    match fact:
        case RequestKept(request=request, step=step, by=by, function=function):
            requests.keep(session, request, step, by, function, at)
        case WordKept(word=word):
            requests.keep_word(session, word)
        case DeliveryPlanned(delivery=delivery):
            deliveries.plan(session, delivery, at)
        case DeliveryEdited(key=key, message=message):
            deliveries.edit(session, key, message, at)
        case DeliveryRecalled(key=key):
            deliveries.recall(session, key, at)
        case ExchangeMarked():
            outside_exchanges.mark(session, fact)
        case FeedbackAsked(feedback=asked, prompt=prompt):
            feedback.ask(session, asked, at, prompt=prompt)
        case FeedbackVoided(exchange=exchange, client=client, at=when):
            feedback.void(session, exchange, when, client=client)
        case _:
            assert_never(fact)


def _record_response(session: Session, fact: FeedbackGiven | ExpectationSaid | PauseChosen, person: str, at: datetime) -> None:
    match fact:
        case FeedbackGiven(feedback=asked, given=given, at=when):
            feedback.give(session, asked, given, when)
        case ExpectationSaid(request=request, value=value):
            feedback.expect(session, request, person, value, at)
        case PauseChosen(function=function, over=True):
            pauses.end(session, person, function)
        case PauseChosen(function=function, until=until):
            pauses.choose(session, person, function, until, at)
        case _:
            assert_never(fact)


def _record_said(session: Session, fact: VoiceKept | ImprovementKept | ExportAsked, actor: str, at: datetime) -> None:
    match fact:
        case VoiceKept(voice=voice, step=step):
            voices.keep(session, voice, at)
            if step != "said":
                detail = {"step": step}
                audit.append(session, actor=actor, act=Act.ANSWER_VOICES.value, function=voice.function, subject=voice.id, at=at, detail=detail)
        case ImprovementKept(improvement=improvement):
            improvements.keep(session, improvement)
        case ExportAsked(export=export):
            exports.ask(session, export, at)
            act = Act.EXPORT_FEEDBACK if export.depth == "protected" else Act.EXPORT_RESPONSES
            reason = {"reason": export.reason} if export.reason else {}
            taken = {"depth": export.depth, "form": export.form, **export.filters, **reason}
            audit.append(session, actor=actor, act=act.value, function=export.filters.get("function"), subject=export.id, at=at, detail=taken)
        case _:
            assert_never(fact)


def _record_campaign(session: Session, fact: CampaignEdited | CampaignSteered, actor: str, at: datetime) -> None:
    match fact:
        case CampaignEdited(campaign=campaign):
            kept, detail, act = campaigns.edit(session, fact, actor, at), {"step": "edit"}, Act.WRITE_CAMPAIGNS
            name = campaign.name
        case CampaignSteered(name=name, move=move):
            kept, detail = campaigns.steer(session, fact, actor, at), {"step": move} | ({"message": fact.step} if fact.step else {})
            act = Act.APPROVE_CAMPAIGNS if move in ("approve", "return") else Act.WRITE_CAMPAIGNS if move in ("test", "submit") else Act.RUN_CAMPAIGNS
        case _:
            assert_never(fact)
    if kept is not None:
        if isinstance(fact, CampaignSteered):
            _change_sent(session, fact, at)
        detail |= {"version": str(kept.version)}
        audit.append(session, actor=actor, act=act.value, function=kept.campaign.function, subject=name, at=at, detail=detail)


def _change_sent(session: Session, fact: CampaignSteered, at: datetime) -> None:
    """Correct or take back what a step said, a few hundred messages at most (`campaign_confirmation`): where it's sent, and where it's planned."""
    step = fact.step or ""
    match fact.move:
        case "recall":
            while tallies.recall_step(session, fact.name, step, at, _CHANGED_AT_ONCE) == _CHANGED_AT_ONCE:
                continue
        case "correct":
            for variant, message in fact.messages:
                while tallies.correct_step(session, fact.name, step, variant, message.language, message, at, _CHANGED_AT_ONCE) == _CHANGED_AT_ONCE:
                    continue
        case _:
            return


def _record_channel(session: Session, fact: ChannelBound | ChannelUnbound, actor: str, at: datetime) -> None:
    match fact:
        case ChannelBound(desk=desk):
            bindings.bind(session, desk, actor, at)
            function, detail = desk.function, {"channel": desk.reference.key} | ({"service": desk.service} if desk.service else {})
        case ChannelUnbound(function=function, service=service):
            bindings.unbind(session, function, service)
            detail = {"service": service} if service else {}
        case _:
            assert_never(fact)
    audit.append(session, actor=actor, act=Act.BIND_CHANNEL.value, function=function, subject=None, at=at, detail=detail)


def _record_learning(session: Session, fact: CatalogueEdited | ProfileDrafted | GapSettled | Refused, actor: str, at: datetime) -> None:
    match fact:
        case CatalogueEdited(catalogue=catalogue, act=act, function=function, subject=subject):
            loaded = catalog.load(session, catalogue, actor, at)
            if loaded.new:
                detail = {"version": str(loaded.number)}
                audit.append(session, actor=actor, act=act.value, function=function, subject=subject, at=at, detail=detail)
        case ProfileDrafted(function=function, draft=draft):
            drafts.keep(session, function, draft, actor, at)
        case GapSettled(gap=gap, function=function, decision=decision, subject=subject):
            gaps.settle(session, gap, decision, subject, actor, at)
            detail = {"decision": decision} if subject is None else {"decision": decision, "subject": subject}
            audit.append(session, actor=actor, act=Act.SETTLE_GAPS.value, function=function, subject=gap, at=at, detail=detail)
        case Refused(act=act, function=function, subject=subject):
            audit.append(session, actor=actor, act=act.value, function=function, subject=subject, at=at, outcome="refused")
        case _:
            assert_never(fact)
