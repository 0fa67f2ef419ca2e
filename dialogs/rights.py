"""Rights: who may do what, in one table."""

from collections.abc import Mapping, Set
from dataclasses import dataclass
from enum import StrEnum
from typing import Final


class Role(StrEnum):
    """What somebody is to a function, or to the company (admin, auditor). Everybody is an employee, which needs no grant."""

    EMPLOYEE = "employee"
    EXPERT = "expert"
    AUTHOR = "author"
    OWNER = "owner"
    ADMIN = "admin"
    AUDITOR = "auditor"


class Act(StrEnum):
    """What needs a right."""

    READ_GAPS = "read_gaps"  # the questions that a function couldn't answer
    SETTLE_GAPS = "settle_gaps"  # add a phrasing, send to another function, ignore
    WRITE_CONTENT = "write_content"  # write or correct a service or an entry
    REMOVE_CONTENT = "remove_content"
    DRAFT_PROFILE = "draft_profile"  # the interview
    PUBLISH_PROFILE = "publish_profile"
    RESTORE_CONTENT = "restore_content"  # go back to a former version, which concerns every function
    EXPORT_CONTENT = "export_content"
    ANSWER_REQUESTS = "answer_requests"  # take, answer, hand on, close; a function's contacts may too
    APPROVE_ANSWERS = "approve_answers"  # send what somebody without the mandate proposes; whoever holds the mandate may too
    BIND_CHANNEL = "bind_channel"
    READ_VOICES = "read_voices"  # what people say of their own accord
    ANSWER_VOICES = "answer_voices"
    READ_TRACES = "read_traces"  # published scores, themes and comments
    NOTE_IMPROVEMENTS = "note_improvements"
    EXPORT_FEEDBACK = "export_feedback"  # in classes of five, without names
    EXPORT_RESPONSES = "export_responses"  # every row as it is, with or without names: only with a reason
    WRITE_CAMPAIGNS = "write_campaigns"  # draft, edit, send it to oneself
    RUN_CAMPAIGNS = "run_campaigns"  # schedule, pause, resume, cancel, correct, recall
    APPROVE_CAMPAIGNS = "approve_campaigns"  # as a second person
    READ_CAMPAIGNS = "read_campaigns"  # who gets what, and the whole report; the plan is open to everybody
    TELL_EVIDENCE = "tell_evidence"  # bring acts in from a file
    SET_LIMITS = "set_limits"  # take less of people's attention than everybody may
    GRANT_ROLES = "grant_roles"
    READ_AUDIT = "read_audit"
    PRIVACY = "privacy"  # export or erase all that is held about somebody


OF_A_FUNCTION: Final = frozenset({Role.EXPERT, Role.AUTHOR, Role.OWNER})

_MAY: Final[Mapping[Act, frozenset[Role]]] = {
    Act.READ_GAPS: frozenset({Role.EXPERT, Role.AUTHOR, Role.OWNER, Role.ADMIN}),
    Act.SETTLE_GAPS: frozenset({Role.AUTHOR, Role.OWNER, Role.ADMIN}),
    Act.WRITE_CONTENT: frozenset({Role.AUTHOR, Role.OWNER, Role.ADMIN}),
    Act.REMOVE_CONTENT: frozenset({Role.OWNER, Role.ADMIN}),
    Act.DRAFT_PROFILE: frozenset({Role.AUTHOR, Role.OWNER, Role.ADMIN}),
    Act.PUBLISH_PROFILE: frozenset({Role.OWNER, Role.ADMIN}),
    Act.RESTORE_CONTENT: frozenset({Role.ADMIN}),
    Act.EXPORT_CONTENT: frozenset({Role.AUTHOR, Role.OWNER, Role.ADMIN, Role.AUDITOR}),
    Act.ANSWER_REQUESTS: frozenset({Role.EXPERT, Role.AUTHOR, Role.OWNER, Role.ADMIN}),
    Act.APPROVE_ANSWERS: frozenset({Role.OWNER, Role.ADMIN}),
    Act.BIND_CHANNEL: frozenset({Role.OWNER, Role.ADMIN}),
    Act.READ_VOICES: frozenset({Role.EXPERT, Role.AUTHOR, Role.OWNER, Role.ADMIN}),
    Act.ANSWER_VOICES: frozenset({Role.EXPERT, Role.AUTHOR, Role.OWNER, Role.ADMIN}),
    Act.READ_TRACES: frozenset({Role.EXPERT, Role.AUTHOR, Role.OWNER, Role.ADMIN, Role.AUDITOR}),
    Act.NOTE_IMPROVEMENTS: frozenset({Role.OWNER, Role.ADMIN}),
    Act.EXPORT_FEEDBACK: frozenset({Role.OWNER, Role.ADMIN, Role.AUDITOR}),
    Act.EXPORT_RESPONSES: frozenset({Role.ADMIN}),
    Act.WRITE_CAMPAIGNS: frozenset({Role.AUTHOR, Role.OWNER, Role.ADMIN}),
    Act.RUN_CAMPAIGNS: frozenset({Role.OWNER, Role.ADMIN}),
    Act.APPROVE_CAMPAIGNS: frozenset({Role.OWNER, Role.ADMIN}),
    Act.READ_CAMPAIGNS: frozenset({Role.AUTHOR, Role.OWNER, Role.ADMIN, Role.AUDITOR}),
    Act.TELL_EVIDENCE: frozenset({Role.ADMIN}),
    Act.SET_LIMITS: frozenset({Role.OWNER, Role.ADMIN}),
    Act.GRANT_ROLES: frozenset({Role.ADMIN}),
    Act.READ_AUDIT: frozenset({Role.ADMIN, Role.AUDITOR}),
    Act.PRIVACY: frozenset({Role.ADMIN}),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Grant:
    """A role that somebody holds: for one function (expert, author, owner), or for the company (admin, auditor), where `function` is None.

    Raises ValueError for a role of a function without one, a role of the company with one, and for `employee`, which nobody has to be granted.
    """

    role: Role
    function: str | None = None

    def __post_init__(self) -> None:
        """Refuse what isn't a grant."""
        if self.role is Role.EMPLOYEE or (self.role in OF_A_FUNCTION) != (self.function is not None):
            raise ValueError(f"{self.role} isn't granted {'for a function' if self.function else 'without a function'}")


def may(grants: Set[Grant], act: Act, function: str | None = None) -> bool:
    """Tell whether somebody with these grants may do this to this function.

    None is the company as a whole, for which a role of one function isn't enough.
    """
    return any(grant.role in _MAY[act] and grant.function in (None, function) for grant in grants)


def roles_for(act: Act) -> tuple[Role, ...]:
    """Return the roles that give this right, those of a function first."""
    return tuple(role for role in Role if role in _MAY[act])


def functions_for(grants: Set[Grant], act: Act, functions: tuple[str, ...]) -> tuple[str, ...]:
    """Return those of these functions on which somebody with these grants may do this, in their order."""
    return tuple(slug for slug in functions if may(grants, act, slug))
