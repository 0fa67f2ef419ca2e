"""Who made a gesture, and whether they belong to our company, as far as a payload tells."""

from dataclasses import dataclass

from adapters.slack.payload import Payload, first, identifier, optional_identifier, optional_section, words
from dialogs.events import Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class Installation:
    """Who we are in Slack: our workspace, its organization (Enterprise Grid) if any, our bot's user id."""

    team: str
    enterprise: str | None
    user: str


def tenant_of_event(payload: Payload) -> str:
    """Return the workspace for which an event was delivered: in a shared channel, `team_id` may be another company's."""
    return optional_identifier(first(payload, "authorizations"), "team_id") or identifier(payload, "team_id")


def tenant_of_interaction(payload: Payload) -> str:
    """Return the workspace in which our app is installed; `team` is null when a whole organization installed it."""
    view, team = optional_section(payload, "view"), optional_section(payload, "team")
    installed = optional_identifier(view, "app_installed_team_id") or optional_identifier(team, "id")
    return installed or identifier(optional_section(payload, "user"), "team_id")


def author_of_event(payload: Payload, event: Payload, user: str, ours: Installation | None) -> Sender:
    """Return the sender of a message or of another event; a guest when their team is another company's."""
    authorization, profile = first(payload, "authorizations"), optional_section(event, "user_profile")
    team = optional_identifier(event, "user_team") or optional_identifier(event, "team")
    known = _known(ours, tenant_of_event(payload), optional_identifier(authorization, "enterprise_id"))
    return Sender(
        user=user,
        name=words(profile, "real_name") or None,
        guest=_is_guest(team, known, shared=payload.get("is_ext_shared_channel") is True),
    )


def author_of_interaction(payload: Payload, ours: Installation | None) -> Sender:
    """Return who tapped, submitted or used a shortcut. `username` is a handle, not a name to greet somebody by: it's left out."""
    user = optional_section(payload, "user")
    enterprise = optional_identifier(optional_section(payload, "enterprise"), "id")
    known = _known(ours, tenant_of_interaction(payload), enterprise)
    return Sender(user=identifier(user, "id"), guest=_is_guest(optional_identifier(user, "team_id"), known, shared=False))


def _known(ours: Installation | None, tenant: str, enterprise: str | None) -> frozenset[str]:
    return frozenset(filter(None, (ours.team, ours.enterprise) if ours else (tenant, enterprise)))


def _is_guest(team: str | None, ours: frozenset[str], *, shared: bool) -> bool:
    """Tell whether a team shows somebody of another company.

    In an organization (an `E…` id among ours), another workspace `T…` may be a sister of ours: only a channel that is shared with another
    company makes it a stranger. The profile, fetched later, knows better.
    """
    if team is None or team in ours:
        return False
    return shared or team.startswith("E") or not any(name.startswith("E") for name in ours)
