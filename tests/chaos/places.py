"""Who is where: the ids of workspaces, tenants, people and conversations, each of which tells the others.

Slack's app is installed in an organization, whose many workspaces one token serves; so which workspace a call is about is told by its conversation.
"""

ORGANIZATION = "E0FLEET"
SLACK_BOT, SLACK_BOT_ID = "U0FLEETBOT", "B0FLEETBOT"


def team(workspace: int) -> str:
    """Return a Slack workspace's id."""
    return f"T{workspace:02d}FLEET"


def user(workspace: int, number: int) -> str:
    """Return the id of somebody of a workspace."""
    return f"U{workspace:02d}X{number:06d}"


def workspace_of(place: str) -> int | None:
    """Return whose conversation, or person, that is; None for neither."""
    return int(place[1:3]) if place[:1] in ("U", "D") and place[1:3].isdecimal() else None


def tenant(number: int) -> str:
    """Return a Teams tenant's id."""
    return f"5a1e0000-0000-4000-8000-{number:012d}"


def account(number: int, person: int) -> str:
    """Return the id of somebody of a tenant."""
    return f"29:{number:02d}x{person:06d}"


def chat(number: int, person: int) -> str:
    """Return the id of somebody's own conversation in Teams."""
    return f"a:{number:02d}x{person:06d}"
