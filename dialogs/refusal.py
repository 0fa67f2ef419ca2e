"""Refusals: what one may not do here, why, and who can; each leaves a line in the audit log."""

from typing import assert_never

from dialogs.catalog import Function
from dialogs.events import Event, Scope
from dialogs.facts import Refused
from dialogs.messages import Block, Message, Note, Place, Text, Title
from dialogs.rights import OF_A_FUNCTION, Act, Role, roles_for
from dialogs.sheet import badge
from dialogs.texts import Texts
from dialogs.turn import Context, Turn


def refused(event: Event, context: Context, act: Act, function: str | None, subject: str | None = None) -> Turn:
    """Refuse, in private, an act that the person has no right to; `subject` is what they tried it on: a sheet's id, a gap's, a function's slug.

    Whether they may is the caller's question (`rights.may`); what was remembered of the conversation is forgotten.
    """
    t, found = context.t, context.catalogue.function(function) if function else None
    blocks: list[Block] = [
        Title(text=_act(t, act), badge=badge(found, context.language) if found else None),
        Text(text=_reason(t, act)),
        Text(text=_who(t, act)),
        Text(text=_whom_to_ask(context, found)),
    ]
    if not context.person.linked:
        blocks.append(Note(text=t("I can't place you in the directory yet, and rights go with the directory.")))
    place = Place.HERE if event.reference.scope is Scope.PERSONAL else Place.PRIVATE
    return Turn(
        replies=(Message(language=context.language, blocks=tuple(blocks), place=place),),
        facts=(Refused(act=act, function=function, subject=subject),),
    )


def _act(t: Texts, act: Act) -> str:
    match act:
        case Act.READ_GAPS:
            return t("I can't show you the questions left unanswered")
        case Act.SETTLE_GAPS:
            return t("You can't settle the questions left unanswered")
        case Act.WRITE_CONTENT:
            return t("You can't write what I answer here")
        case Act.REMOVE_CONTENT:
            return t("You can't remove what I answer here")
        case Act.DRAFT_PROFILE:
            return t("You can't draft this profile")
        case Act.PUBLISH_PROFILE:
            return t("You can't publish this profile")
        case Act.RESTORE_CONTENT:
            return t("You can't bring back a former version of the catalogue")
        case Act.EXPORT_CONTENT:
            return t("You can't export the catalogue")
        case Act.ANSWER_REQUESTS:
            return t("You can't answer for this function")
        case Act.APPROVE_ANSWERS:
            return t("You can't send somebody else's answer")
        case Act.BIND_CHANNEL:
            return t("You can't choose where this function's requests go")
        case Act.READ_VOICES:
            return t("I can't show you what people say to this function")
        case Act.ANSWER_VOICES:
            return t("You can't answer what people say to this function")
        case Act.READ_TRACES:
            return t("I can't show you the traces of this function")
        case Act.NOTE_IMPROVEMENTS:
            return t("You can't note improvements for this function")
        case Act.EXPORT_FEEDBACK:
            return t("You can't export the feedback")
        case Act.EXPORT_RESPONSES:
            return t("You can't export every response as it is")
        case Act.WRITE_CAMPAIGNS:
            return t("You can't write campaigns for this function")
        case Act.RUN_CAMPAIGNS:
            return t("You can't start or stop this function's campaigns")
        case Act.APPROVE_CAMPAIGNS:
            return t("You can't approve this function's campaigns")
        case Act.READ_CAMPAIGNS:
            return t("I can't show you who gets this function's campaigns")
        case Act.TELL_EVIDENCE:
            return t("You can't bring acts in from a file")
        case Act.SET_LIMITS:
            return t("You can't change how often this function asks")
        case Act.GRANT_ROLES:
            return t("You can't give or take back roles")
        case Act.READ_AUDIT:
            return t("I can't show you the audit log")
        case Act.PRIVACY:
            return t("You can't export or erase what is kept about somebody")
        case _:
            assert_never(act)


def _reason(t: Texts, act: Act) -> str:
    match act:
        case Act.READ_GAPS:
            return t("They are people's own words, so only those who answer for the function read them.")
        case Act.SETTLE_GAPS | Act.WRITE_CONTENT | Act.DRAFT_PROFILE:
            return t("It speaks for the function, so only those it has chosen write it.")
        case Act.REMOVE_CONTENT | Act.PUBLISH_PROFILE:
            return t("Everybody sees the change at once, so only those who answer for the function make it.")
        case Act.ANSWER_REQUESTS:
            return t("Whoever asks expects an answer from the function, so only those it has chosen give it.")
        case Act.APPROVE_ANSWERS:
            return t("It's up to those who may answer without anyone's validation, and to the owners.")
        case Act.BIND_CHANNEL:
            return t("All that people ask the function would come there, so only those who answer for it decide.")
        case Act.RESTORE_CONTENT | Act.GRANT_ROLES:
            return t("It concerns every function at once, so few people may.")
        case Act.EXPORT_CONTENT:
            return t("It takes out all that the functions have written, so only those who work on it may.")
        case Act.READ_VOICES | Act.ANSWER_VOICES:
            return t("People say it to the function, so only those who answer for it read it and reply.")
        case Act.READ_TRACES:
            return t("It's about those who give the help, so only they and those who answer for them read it.")
        case Act.NOTE_IMPROVEMENTS | Act.SET_LIMITS:
            return t("It's a promise that the function makes, so only those who answer for it make it.")
        case Act.EXPORT_FEEDBACK | Act.EXPORT_RESPONSES:
            return t("It holds what people said in confidence, so few people may take it out.")
        case Act.WRITE_CAMPAIGNS | Act.RUN_CAMPAIGNS | Act.APPROVE_CAMPAIGNS:
            return t("It takes many people's attention in the function's name, so only those it has chosen may.")
        case Act.READ_CAMPAIGNS:
            return t("It says where people stand, so few people read it; the function's plan is open to you: “plan”.")
        case Act.TELL_EVIDENCE:
            return t("It moves people's stages for every function, so few people may.")
        case Act.READ_AUDIT:
            return t("It says who did what, so few people read it.")
        case Act.PRIVACY:
            return t("It's all that is kept about a person, so few people may.")
        case _:
            assert_never(act)


def _who(t: Texts, act: Act) -> str:
    names = {
        Role.EXPERT: t("experts"),
        Role.AUTHOR: t("authors"),
        Role.OWNER: t("owners"),
        Role.ADMIN: t("admins"),
        Role.AUDITOR: t("auditors"),
    }
    roles = roles_for(act)
    named = ", ".join(names[role] for role in roles)
    return t("Who may, for each function: {roles}.", roles=named) if OF_A_FUNCTION.intersection(roles) else t("Who may: {roles}.", roles=named)


def _whom_to_ask(context: Context, function: Function | None) -> str:
    """Name the function's first contact, unless that is the very person who is refused, and the admins, who give the right."""
    t = context.t
    contact = function.contacts[0] if function and function.contacts else None
    if contact is None or contact.email == context.person.email:
        return t("Please ask an admin of pourqui: they can give you this right.")
    return t("Please ask {name} ({email}), or an admin of pourqui, who can give you this right.", name=contact.name, email=contact.email)
