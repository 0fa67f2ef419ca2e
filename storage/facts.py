"""Facts: what a turn leaves behind, each to its own noun."""

from datetime import datetime
from typing import assert_never

from sqlmodel import Session

from dialogs.events import Event
from dialogs.facts import (
    CatalogueEdited,
    Chosen,
    ExchangeOpened,
    Fact,
    GapSettled,
    Greeted,
    LanguageChosen,
    LanguageSpoken,
    NotMineSaid,
    ProfileDrafted,
    Refused,
    WrongSaid,
)
from dialogs.people import Person
from dialogs.rights import Act
from storage import audit, catalog, drafts, exchanges, gaps, people


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
        case _:
            assert_never(fact)


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
