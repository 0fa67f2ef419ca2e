"""What `pourqui doctor` finds in the platforms' credentials."""

import re
from collections.abc import Iterator
from typing import Final

from bot.commands.finding import Finding
from bot.settings import Settings
from dialogs.texts import Texts

_GUID: Final = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")


def look_at_slack(chosen: Settings, t: Texts) -> Iterator[Finding]:
    """Look whether Slack's credentials have their form, and are all there."""
    if chosen.slack_bot_token is None and chosen.slack_signing_secret is None and chosen.slack_app_token is None:
        return
    forms = (
        ("SLACK_BOT_TOKEN", chosen.slack_bot_token, r"xoxb-[\w-]{6,}", "xoxb-…"),
        ("SLACK_SIGNING_SECRET", chosen.slack_signing_secret, r"[0-9a-f]{32}", t("32 hexadecimal characters")),
        ("SLACK_APP_TOKEN", chosen.slack_app_token, r"xapp-[\w-]{6,}", "xapp-…"),
    )
    for name, secret, form, shown in forms:
        if secret is not None:
            right = re.fullmatch(form, secret.get_secret_value())
            yield Finding(what=name, seen=t("set"), to_do=None if right else t("this isn't its form: {form}", form=shown))
    if not chosen.slack_on:
        yield Finding(
            what="Slack", seen=t("off"), to_do=t("it needs SLACK_BOT_TOKEN, and SLACK_SIGNING_SECRET (HTTP) or SLACK_APP_TOKEN (Socket Mode)")
        )


def look_at_teams(chosen: Settings, t: Texts) -> Iterator[Finding]:
    """Look whether Teams' credentials have their form, and are all there."""
    if not (chosen.teams_app_id or chosen.teams_app_password or chosen.teams_tenant_id):
        return
    for name, value in (("TEAMS_APP_ID", chosen.teams_app_id), ("TEAMS_TENANT_ID", chosen.teams_tenant_id)):
        if value is not None:
            right = _GUID.fullmatch(value)
            yield Finding(
                what=name, seen=value, to_do=None if right else t("this isn't its form: {form}", form="00000000-0000-0000-0000-000000000000")
            )
    insecure = [url for url in chosen.teams_service_urls if not url.startswith("https://")]
    if insecure:
        yield Finding(what="TEAMS_SERVICE_URLS", seen=", ".join(insecure), to_do=t("service URLs start with https://"))
    if not chosen.teams_on:
        yield Finding(what="Teams", seen=t("off"), to_do=t("it needs TEAMS_APP_ID, TEAMS_APP_PASSWORD and, for a SingleTenant app, TEAMS_TENANT_ID"))
