"""`pourqui campaign`: what functions teach, from the file to the verdict."""

import typer

from bot.commands.campaign_calendar import add_calendar
from bot.commands.campaign_content import add_content
from bot.commands.campaign_preview import add_preview
from bot.commands.campaign_report import add_report
from bot.commands.campaign_rights import add_rights
from bot.commands.campaign_status import add_status
from bot.commands.campaign_steering import add_steering
from dialogs.texts import Texts


def campaigns(t: Texts) -> typer.Typer:
    """Return the group of commands."""
    app = typer.Typer(help=t("Campaigns: check a file, load it, see whom it reaches, follow it, read its report."), no_args_is_help=True)
    for add in (add_content, add_preview, add_calendar, add_steering, add_status, add_report, add_rights):
        add(app, t)
    return app
