"""A detail of a sheet: the short answer to "how long?", "how much?", "who is that?", with the whole of it one tap away."""

import re
from collections.abc import Iterator
from typing import Final, Literal, assert_never

from dialogs.actions import QUESTION_LIMIT, NotMine, Why
from dialogs.catalog import Contact, Function, Language, Service, Sheet
from dialogs.events import Event
from dialogs.feedback import Occasion
from dialogs.feedback_row import feedback_id, solved_row
from dialogs.for_me import for_me
from dialogs.human_button import human_button
from dialogs.messages import Block, Button, Buttons, Field, Fields, Link, Note, Text, Title, clipped
from dialogs.referral import opening, referral
from dialogs.search.followup import own_terms
from dialogs.search.match import Detail, Previous
from dialogs.search.text import folded, sentences, terms
from dialogs.sheet import answer, badge, contact_line, only_in
from dialogs.stage_aware import manner_for
from dialogs.texts import Texts
from dialogs.turn import Context, is_public

_NUMBER: Final = (
    r"(?:\d+(?:st|nd|rd|th|er|e|eme)?|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|first|second|third|last|same|next|few"
    r"|each|every|une?|deux|trois|quatre|cinq|sept|huit|neuf|dix|douze|quinze|vingt|premiere?s?|deuxieme|troisieme|derniere?s?|quelques|meme|prochaine?"
    r"|chaque|tous les|toutes les|within the|dans la|dans l')"
)
_TELLS: Final = {
    # what a sentence says when it tells how long, or when
    Detail.DELAY: re.compile(
        rf"\b{_NUMBER}[- ]?(?:full |working |business )?(?:minutes?|hours?|days?|weeks?|fortnight|months?|years?|shift|quarters?"
        r"|heures?|jours?|semaines?|quinzaine|mois|ans?|annees?|matin|trimestres?)\b"
        r"|\b\d+ ?h\b|\b\d{1,2} ?(?:a|p)\.?m\b|\b\d{1,2}:\d\d\b|\bquarante-huit\b"
        r"|\b(?:immediately|straight away|at once|instant(?:ly)?|overnight|tomorrow|yearly|monthly|weekly|daily|tout de suite|immediatement|aussitot"
        r"|lendemain|sur-le-champ|jour meme)\b"
        r"|\b(?:mon|tues|wednes|thurs|fri|satur|sun)days?\b|\b(?:lundi|mardi|mercredi|jeudi|vendredi|samedi|dimanche)s?\b"
        r"|\b(?:january|february|march|april|june|july|august|september|october|november|december)\b"
        r"|\b(?:janvier|fevrier|mars|avril|mai|juin|juillet|aout|septembre|octobre|novembre|decembre)\b"
    ),
    Detail.PRICE: re.compile(
        r"[€£$]|\beuros?\b|\b(?:free|no charge|charged?|costs?|pays?|paid|prices?|fees?|gratuite?s?|gratuitement|coute|coutent|couts?"
        r"|facture[es]?|prix|paye[es]?|paie|paient|frais|budget|offerte?s?|rien a payer)\b"
    ),
}
_QUOTED: Final = 100  # characters of the question before, where a follow-up says what it goes on from
_SENTENCES: Final = 2  # quoted at most: a detail is short, and the whole is a tap away


def told(t: Texts, function: Function, sheet: Sheet, detail: Detail, language: Language) -> tuple[Field, ...]:
    """Return what a sheet states of a detail in so many words: its promise, its price, how to ask, whom to turn to; empty where it doesn't."""
    return tuple(_fields(t, function, sheet, detail, language))


def _fields(t: Texts, function: Function, sheet: Sheet, detail: Detail, language: Language) -> Iterator[Field]:
    service = sheet if isinstance(sheet, Service) else None
    match detail:
        case Detail.WHO:
            if contact := _contact(function, sheet):
                role = f", {contact.role.to(language)}" if contact.role else ""
                yield Field(label=t("Contact"), value=f"{contact.name}{role} ({contact.email})")
            elif sheet.owner:
                yield Field(label=t("Contact"), value=sheet.owner)
        case Detail.DELAY:
            if service and service.promise:
                yield Field(label=t("Promise"), value=t.promise(service.promise))
        case Detail.PRICE:
            if service and service.tarif:
                yield Field(label=t("Price"), value=t.tarif(service.tarif))
        case Detail.HOW:
            if service and service.ask:
                yield Field(label=t("How to ask"), value=service.ask.to(language))
        case _:
            assert_never(detail)


def _contact(function: Function, sheet: Sheet) -> Contact | None:
    """Return who answers for this sheet, else the first to turn to in the function."""
    owner = next((contact for contact in function.contacts if contact.email == sheet.owner), None)
    return owner or (function.contacts[0] if function.contacts else None)


def quoted(sheet: Sheet, detail: Detail, language: Language) -> str:
    """Return the sentences of a sheet that tell a detail, as they stand, or nothing."""
    tells = _TELLS.get(detail)
    said = sentences(sheet.body.to(language)) if tells else ()
    return " ".join([sentence for sentence in said if tells and tells.search(folded(sentence))][:_SENTENCES])


def passage(sheet: Sheet, question: str, language: Language) -> str | None:
    """Return the sentence of a sheet that shares most words with a follow-up, as it stands; None where none shares any."""
    wanted = frozenset(own_terms(question))
    ranked = [(len(wanted.intersection(terms(sentence))), sentence) for sentence in sentences(sheet.body.to(language))]
    shared, sentence = max(ranked, key=lambda each: each[0], default=(0, ""))
    return sentence if shared else None


def not_told(t: Texts, detail: Detail) -> str | None:
    """Say that a sheet doesn't tell a detail, None for the one that its whole text is about: how to get it."""
    match detail:
        case Detail.DELAY:
            return t("This answer doesn't say how long it takes.")
        case Detail.PRICE:
            return t("This answer doesn't say what it costs.")
        case Detail.WHO:
            return t("This answer doesn't say whom to turn to.")
        case Detail.HOW:
            return None
        case _:
            assert_never(detail)


def short_answer(
    event: Event,
    context: Context,
    function: Function,
    sheet: Sheet,
    *,
    exchange: str,
    question: str,
    whole: str,
    detail: Detail | None,
    before: Previous | None,
) -> tuple[Block, ...]:
    """Return the whole answer, or the part of it that a question asks for, with the whole one tap away."""
    t, language = context.t, context.language
    human = human_button(t, question=whole, slug=function.slug, sheet=sheet.id, exchange=exchange, public=is_public(event))
    row = solved_row(t, feedback_id(exchange, Occasion.ANSWER), "card")
    if before is None and detail is Detail.WHO:
        return (*referral(context, function, sheet, (opening(context, sheet, exchange),), human), *row)
    part = _part(context, function, sheet, question, detail) if before and before.sheet == sheet.id else ()
    if not part:
        public = is_public(event)
        blocks = answer(context, function, sheet, exchange=exchange, today=event.at.date(), public=public, question=clipped(whole, QUESTION_LIMIT))
        return (Note(text=t("This goes on from “{question}”.", question=clipped(before.question, _QUOTED))), *blocks) if before else blocks
    all_of_it: Literal["yes"] | None = "yes" if manner_for(context, function, sheet, public=is_public(event)) == "direct" else None
    buttons: list[Button | Link] = [opening(context, sheet, exchange, t("The whole answer"), whole=all_of_it), human]
    if detail is Detail.HOW and isinstance(sheet, Service) and sheet.link:
        buttons.insert(0, Link(label=t("Make the request"), url=sheet.link, primary=True))
    buttons += for_me(t, whole, public=is_public(event))
    mistaken = Button(label=t("Not what I asked"), action=NotMine(id=sheet.id, exchange=exchange))
    why = Button(label=t("Why this answer?"), action=Why(id=sheet.id, exchange=exchange, question=clipped(whole, QUESTION_LIMIT)))
    _, spoken = sheet.body.said_in(language)
    return (
        Title(text=sheet.title.to(language), badge=badge(function, language)),
        *part,
        *((Note(text=only_in(t, spoken)),) if spoken != language else ()),
        Buttons(buttons=tuple(buttons)),
        *row,
        Buttons(buttons=(mistaken, why), quiet=True),
    )


def _part(context: Context, function: Function, sheet: Sheet, question: str, detail: Detail | None) -> tuple[Block, ...]:
    """Return what a sheet tells of a detail, or in answer to a follow-up's own words; nothing where the whole of it is the answer."""
    t, language = context.t, context.language
    if detail is None:
        sentence = passage(sheet, question, language)
        return (Text(text=sentence),) if sentence else ()
    if fields := told(t, function, sheet, detail, language):
        return (Fields(fields=fields),)
    if sentence := quoted(sheet, detail, language):
        return (Text(text=sentence),)
    blocks: list[Block] = []
    if missing := not_told(t, detail):
        blocks.append(Text(text=missing))
        if reach := contact_line(t, function, language):
            blocks.append(Note(text=reach))
    return tuple(blocks)
