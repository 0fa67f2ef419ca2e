"""The mandate: who may answer a function's clients, and who may without anyone's validation."""

from dialogs.catalog import Contact, Function
from dialogs.people import Person
from dialogs.rights import Act, may
from dialogs.turn import Context


def may_answer(context: Context, slug: str) -> bool:
    """Tell whether the person answers for a function: by a role, or as one of its contacts."""
    return may(context.grants, Act.ANSWER_REQUESTS, slug) or _contact(context, slug) is not None


def holds_mandate(context: Context, slug: str) -> bool:
    """Tell whether the person's words go to a function's clients without anyone's validation.

    A function none of whose contacts holds the mandate hasn't taken it up: whoever answers for it, answers.
    """
    if not holders(context, slug):
        return may_answer(context, slug)
    contact = _contact(context, slug)
    return may(context.grants, Act.APPROVE_ANSWERS, slug) or (contact is not None and contact.mandate)


def is_contact(person: Person, function: Function) -> bool:
    """Tell whether a person is one of a function's contacts."""
    email = (person.email or "").casefold()
    return any(contact.email.casefold() == email for contact in function.contacts)


def holders(context: Context, slug: str) -> tuple[str, ...]:
    """Return the names of a function's contacts who hold the mandate."""
    return tuple(contact.name for contact in _contacts(context, slug) if contact.mandate)


def _contact(context: Context, slug: str) -> Contact | None:
    email = (context.person.email or "").casefold()
    return next((contact for contact in _contacts(context, slug) if contact.email.casefold() == email), None)


def _contacts(context: Context, slug: str) -> tuple[Contact, ...]:
    function = context.catalogue.function(slug)
    return function.contacts if function else ()
