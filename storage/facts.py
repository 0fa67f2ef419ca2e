"""Facts: what a turn leaves behind, each to its own noun."""

from datetime import datetime
from typing import assert_never

from sqlmodel import Session

from dialogs.events import Event
from dialogs.facts import (
    CatalogueEdited,
    ChannelBound,
    ChannelUnbound,
    Chosen,
    DeliveriesCancelled,
    DeliveryEdited,
    DeliveryPlanned,
    DeliveryRecalled,
    ExchangeMarked,
    ExchangeOpened,
    Fact,
    GapSettled,
    Greeted,
    Initiative,
    LanguageChosen,
    LanguageSpoken,
    NotMineSaid,
    ProfileDrafted,
    ReachChosen,
    Refused,
    RequestKept,
    WordKept,
    WrongSaid,
)
from dialogs.people import Person
from dialogs.rights import Act
from storage import audit, bindings, catalog, deliveries, drafts, exchanges, gaps, outside_exchanges, people, requests


def record(session: Session, fact: Fact, *, person: Person, event: Event, catalogue_version: int | None, at: datetime) -> None:
    """Keep a fact. `catalogue_version` is the one that was answered from, None for the sample company; `at` is when the turn is taken."""
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
        case DeliveriesCancelled(cause_kind=kind, cause_id=cause, kinds=kinds):
            deliveries.cancel(session, kind, cause, kinds, at)
        case ExchangeMarked():
            outside_exchanges.mark(session, fact)
        case _:
            assert_never(fact)


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
