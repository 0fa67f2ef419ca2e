"""Where a form came from: carried in the view itself, so that any process can take its submission."""

from dataclasses import dataclass

from adapters.slack.payload import MalformedPayloadError, identifier, optional_identifier
from dialogs.actions import FormAction
from dialogs.events import Reference, Scope
from dialogs.packing import pack

METADATA_LIMIT = 3000  # characters of a view's private_metadata


@dataclass(frozen=True, slots=True, kw_only=True)
class Origin:
    """The conversation in which a form was asked for, and the message whose button was tapped, if any."""

    reference: Reference
    message_id: str | None = None


def seal(origin: Origin, action: FormAction) -> str:
    """Return the private metadata of a form: five lines, at most `METADATA_LIMIT` characters.

    Lines rather than JSON, because a packed action (up to 2,000 characters) would double its quotes inside another JSON text.
    """
    place = origin.reference
    return "\n".join((place.conversation, place.thread or "", place.scope, origin.message_id or "", pack(action)))


def unseal(sealed: str, tenant: str) -> tuple[Origin, str]:
    """Return the origin of a form and its packed action, for the workspace that sent it. Raises MalformedPayloadError when `seal` didn't write it."""
    names = ("conversation", "thread", "scope", "message", "action")
    lines = dict(zip(names, sealed.split("\n"), strict=False))
    try:
        scope = Scope(lines.get("scope", ""))
    except ValueError as error:
        raise MalformedPayloadError("private_metadata isn't ours") from error
    reference = Reference(
        platform="slack",
        tenant=tenant,
        conversation=identifier(lines, "conversation"),
        scope=scope,
        thread=optional_identifier(lines, "thread"),
    )
    return Origin(reference=reference, message_id=optional_identifier(lines, "message")), lines.get("action", "")
