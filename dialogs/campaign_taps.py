"""Taps on campaigns: which dialog decides upon one."""

from typing import assert_never

from dialogs import campaign_list, campaign_steering, diagnostic, plan, step_preview, step_taps
from dialogs.campaign_actions import (
    AnswerStep,
    Diagnose,
    DropStep,
    ListCampaigns,
    OfCampaigns,
    OfStep,
    PreviewStep,
    ShowCampaign,
    ShowPlan,
    SteerCampaign,
    TakeStep,
)
from dialogs.events import Event
from dialogs.turn import Context, Turn


def tapped(event: Event, context: Context, action: OfStep | OfCampaigns | ShowPlan) -> Turn:
    """Decide upon a tap that opens no form: for whom a message reached, for who writes campaigns, for whoever reads the plan."""
    match action:
        case AnswerStep():
            return step_taps.answered(event, context, action)
        case TakeStep():
            return step_taps.taken(event, context, action)
        case Diagnose():
            return diagnostic.asked(event, context, action)
        case ShowPlan():
            return plan.show(event, context, action)
        case ListCampaigns():
            return campaign_list.list_campaigns(event, context, action)
        case ShowCampaign():
            return campaign_list.show(event, context, action)
        case PreviewStep():
            return step_preview.preview(event, context, action)
        case DropStep():
            return campaign_steering.dropped(event, context, action)
        case SteerCampaign():
            return campaign_steering.steered(event, context, action)
        case _:
            assert_never(action)
