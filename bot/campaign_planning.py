"""Campaign planning: of one campaign at one version, what each of its people gets next, and what becomes of it when it's edited."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import KW_ONLY, dataclass, field, replace
from datetime import datetime
from uuid import UUID

from dialogs.audience import Addressee, left_out
from dialogs.campaign import CAMPAIGN, Campaign, Step, Variant
from dialogs.campaign_plan import (
    LOOK_LATER,
    PRIORITIES,
    Turn,
    before,
    delivery_key,
    has_next,
    is_timed_alike,
    kept_place,
    kind_of,
    look_again,
    next_turn,
    position_of,
    walks,
)
from dialogs.catalog import Function, Language
from dialogs.delivery import Delivery, Kind, Reason, Status
from dialogs.draw import ArmName, arm_of, variant_of, wave_of
from dialogs.gates import Hours
from dialogs.ladder import EvidenceKind
from dialogs.messages import Message
from dialogs.step_message import step_message
from dialogs.texts import Texts
from dialogs.working_time import WorkingHours
from storage import Session, addressees, campaigns, evidence, ledger, members
from storage.addressees import Asked
from storage.members import Entering, Member, Move, Planned
from storage.tables import CampaignRow


@dataclass
class Planning:
    """What planning one campaign needs; `ends` is when its period is over, `pictures` are the keys of its pictures by file.

    Each message is made once for all who get it: it says nothing of who they are.
    """

    campaign: Campaign
    function: Function
    texts: Mapping[Language, Texts]
    _: KW_ONLY
    pictures: Mapping[str, str]
    hours: Hours
    language: Language
    ends: datetime
    at: datetime
    _hours: dict[str | None, WorkingHours] = field(default_factory=dict)
    _beginnings: dict[tuple[ArmName, str | None, int], tuple[Turn | None, datetime | None]] = field(default_factory=dict)
    _messages: dict[tuple[str, str | None, Language, bool], Message] = field(default_factory=dict)

    @property
    def asked(self) -> Asked:
        """What is asked of each person."""
        return replace(addressees.asked_for(self.campaign, self.at, self.language), gets=False)

    def _hours_of(self, one: Addressee) -> WorkingHours:
        if one.timezone not in self._hours:
            self._hours[one.timezone] = self.hours(one.timezone)
        return self._hours[one.timezone]

    def enters(self, one: Addressee, people: int) -> Entering | None:
        """Return how somebody enters, None where they're left out. `people` is how many the audience has, for the waves."""
        if left_out(self.campaign.audience, one) is not None:
            return None
        arm = arm_of(self.campaign, one)
        turn, due_at = self._begins(arm, one, wave_of(self.campaign, one, people))
        return Entering(
            person=one.id,
            arm=arm,
            team=one.team,
            stage=one.stage,
            segments=one.segments,
            position=0 if turn is None else turn.position,
            step_id="" if turn is None else turn.step.id,
            delivery=None if turn is None or turn.not_before is None else self._delivery(one, turn.step, turn.not_before),
            due_at=due_at,
        )

    def _begins(self, arm: ArmName, one: Addressee, wave: int) -> tuple[Turn | None, datetime | None]:
        """Return whose turn it is first, and when to look again: the same for all of one arm and time zone who begin together."""
        key = (arm, one.timezone, wave)
        if key not in self._beginnings:
            turn = next_turn(self.campaign, arm, "", self.at, self._hours_of(one), wave=wave)
            self._beginnings[key] = turn, None if turn is None else self._due_at(arm, turn)
        return self._beginnings[key]

    def _due_at(self, arm: ArmName, turn: Turn) -> datetime | None:
        if turn.not_before is None:
            return self.at + LOOK_LATER
        return look_again(self.campaign, turn.step.id, max(turn.not_before, self.at)) if has_next(self.campaign, arm, turn.position) else None

    def moves(self, session: Session, due: Sequence[Member]) -> list[Move]:
        """Return how those move on who are to be looked at."""
        ones = addressees.of(session, replace(self.asked, stages=False, did=False), [each.person for each in due])
        left = self._left(session, [each for each in due if each.delivery is None])
        return [self._moves(each, ones.get(each.person), left.get(each.person, frozenset())) for each in due]

    def _left(self, session: Session, waiting: Sequence[Member]) -> Mapping[str, frozenset[EvidenceKind]]:
        entered: defaultdict[datetime, list[str]] = defaultdict(list)
        for each in waiting:
            entered[each.entered_at].append(each.person)
        found: dict[str, frozenset[EvidenceKind]] = {}
        for since, persons in entered.items():
            found |= evidence.kinds_left(session, persons, self.campaign.function, self.campaign.topic or "", since)
        return found

    def _moves(self, member: Member, one: Addressee | None, left: frozenset[EvidenceKind]) -> Move:
        campaign, here = self.campaign, position_of(self.campaign, member.step_id)
        if one is None:  # they aren't of the directory any more
            return Move(person=member.person, position=here or 0, step_id=member.step_id, key=member.delivery, due_at=None)
        one, hours = replace(one, team=member.team, segments=member.segments), self._hours_of(one)
        if member.delivery is None:  # they wait for evidence
            step_id = campaign.steps[here - 1].id if here else ""
            turn = next_turn(campaign, member.arm, step_id, self.at, hours, left=left)
        elif member.status in (Status.PLANNED, Status.SENDING):
            again = look_again(campaign, member.step_id, max(self.at, member.not_before or self.at))
            return Move(person=member.person, position=here or 0, step_id=member.step_id, key=member.delivery, due_at=again)
        else:
            turn = next_turn(campaign, member.arm, member.step_id, member.ended_at or self.at, hours)
        return self._move(one, member.arm, turn, member.step_id, member.delivery)

    def _move(self, one: Addressee, arm: ArmName, turn: Turn | None, step_id: str, key: UUID | None) -> Move:
        if turn is None:  # they've come to the end
            return Move(person=one.id, position=position_of(self.campaign, step_id) or 0, step_id=step_id, key=key, due_at=None)
        delivery = None if turn.not_before is None else self._delivery(one, turn.step, turn.not_before)
        waits_for = None if delivery is None else delivery.key
        due_at = self._due_at(arm, turn)
        return Move(person=one.id, position=turn.position, step_id=turn.step.id, key=waits_for, due_at=due_at, delivery=delivery)

    def _delivery(self, one: Addressee, step: Step, not_before: datetime) -> Delivery:
        variant = variant_of(self.campaign, step, one)
        return Delivery(
            key=delivery_key(self.campaign.name, step.id, one.id),
            kind=kind_of(step),
            cause_kind=CAMPAIGN,
            cause_id=self.campaign.name,
            to=one.id,
            message=self._message(step, variant, one.language),
            not_before=not_before,
            deadline=self.ends,
            function=self.campaign.function,
            step=step.id,
            variant=None if variant is None else variant.id,
            priority=PRIORITIES[self.campaign.priority],
        )

    def _message(self, step: Step, variant: Variant | None, language: Language, *, again: bool = False) -> Message:
        key = (step.id, None if variant is None else variant.id, language, again)
        if key not in self._messages:
            picture = None if step.picture is None else self.pictures.get(step.picture.file)
            without = ("later",) if again else ()
            t = self.texts[language]
            self._messages[key] = step_message(t, self.campaign, step, self.function, variant=variant, picture=picture, without=without)
        return self._messages[key]

    def replan(self, session: Session, row: CampaignRow, some: Sequence[Member], formers: Sequence[Campaign]) -> None:
        """Plan anew what is still planned for these members, as the campaign is now; `formers` is how it was, the newest first.

        What is planned of a step that's gone is skipped, and its people move on from the last step before it that's still there. So is what the
        control group would get of a step that's no survey any more.
        """
        ones = addressees.of(session, replace(self.asked, stages=False, did=False), [each.person for each in some])
        standing = [(each, replace(one, team=each.team, segments=each.segments)) for each in some if (one := ones.get(each.person)) is not None]
        theirs = {one.id: one for _, one in standing}
        planned = members.planned(session, row.name, list(theirs))
        arms = {each.person: each.arm for each, _ in standing}
        stays = [each for each in planned if (step := self.campaign.step(each.step)) is not None and walks(step, arms[each.person])]
        kept = {each.key for each in stays}
        members.skip(session, [each.key for each in planned if each.key not in kept], Reason.CANCELLED, self.at)
        self._rewrite(session, stays, theirs)
        self._retime(session, row, kept, standing, formers)
        members.move(session, row, [self._stays(each, formers) for each, _ in standing], self.at)

    def _rewrite(self, session: Session, planned: Sequence[Planned], theirs: Mapping[str, Addressee]) -> None:
        alike: defaultdict[tuple[str, str | None, Language, bool], list[UUID]] = defaultdict(list)
        turned: defaultdict[tuple[Kind, Kind], list[UUID]] = defaultdict(list)
        for each in planned:
            step, one = self.campaign.step(each.step), theirs[each.person]
            if step is not None:
                variant, again = variant_of(self.campaign, step, one), each.key != delivery_key(self.campaign.name, step.id, one.id)
                self._message(step, variant, one.language, again=again)
                alike[step.id, None if variant is None else variant.id, one.language, again].append(each.key)
                if each.kind is not kind_of(step):
                    turned[each.kind, kind_of(step)].append(each.key)
        for (former, kind), keys in turned.items():
            ledger.change_kind(session, keys, former, kind)
        for key, keys in alike.items():
            members.rewrite(session, keys, self._messages[key], key[1], PRIORITIES[self.campaign.priority], self.ends)

    def _retime(
        self, session: Session, row: CampaignRow, planned: set[UUID], standing: Sequence[tuple[Member, Addressee]], formers: Sequence[Campaign]
    ) -> None:
        """Move what is planned to when it'd have been planned for; where the times are as they were, what was put off since stays so."""
        campaign = self.campaign
        moved = {step.id for step in campaign.steps if any(each.step(step.id) and not is_timed_alike(each, campaign, step.id) for each in formers)}
        concerned = [(each, one) for each, one in standing if each.delivery in planned and each.step_id in moved]
        earlier = {each.person: before(campaign, each.arm, each.step_id) for each, _ in concerned}
        ends = members.ends(session, [delivery_key(campaign.name, step, person) for person, step in earlier.items()])
        people = self._audience(session, row) if campaign.wave and concerned else 0
        times: dict[UUID, datetime] = {}
        for each, one in concerned:
            step_id = earlier[each.person]
            ended = ends.get(delivery_key(campaign.name, step_id, each.person), each.entered_at)
            turn = next_turn(campaign, each.arm, step_id, ended, self._hours_of(one), wave=wave_of(campaign, one, people))
            if turn is not None and turn.not_before is not None and each.delivery is not None:
                times[each.delivery] = turn.not_before
        members.put(session, times)

    def _audience(self, session: Session, row: CampaignRow) -> int:
        """Return how many people the waves are spread over: while some of the directory hasn't been looked at, not only those who have entered."""
        if row.cursor is not None and row.audience is not None:
            return row.audience
        return members.count(session, row.name)

    def _stays(self, member: Member, formers: Sequence[Campaign]) -> Move:
        """Return where a member is on the steps as they are now; whoever came to their end, or isn't where they were, is looked at again."""
        former = next((each for each in formers if each.step(member.step_id) is not None), self.campaign)
        kept = member.step_id if self.campaign.step(member.step_id) else kept_place(former, self.campaign, member.step_id)
        position = position_of(self.campaign, kept)
        goes_on = has_next(self.campaign, member.arm, -1 if position is None else position)
        waits = member.delivery is None and kept == member.step_id and kept != ""
        due_at = self.at if goes_on or waits or kept != member.step_id else None
        return Move(person=member.person, position=position or 0, step_id=kept, key=member.delivery, due_at=due_at)


def hold(session: Session, name: str, version: int) -> CampaignRow | None:
    """Return a campaign to plan at a version, None where it's followed at another by now, or isn't there."""
    row = campaigns.hold(session, name)
    return row if row is not None and row.planned_version == version else None


def share(session: Session, name: str, version: int) -> CampaignRow | None:
    """Return a campaign to plan at a version, beside others who do; None where it's followed at another by now, or isn't there."""
    row = campaigns.share(session, name)
    return row if row is not None and row.planned_version == version else None
