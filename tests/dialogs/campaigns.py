"""Campaigns of the small company: one that is barely begun, one that can be scheduled, one with all that a campaign can hold."""

from dataclasses import replace
from datetime import date, datetime, time

from dialogs.campaign import (
    Campaign,
    CampaignAudience,
    CampaignStatus,
    Control,
    Declared,
    Delay,
    Exit,
    Kept,
    Measured,
    Objective,
    Period,
    Question,
    Slice,
    Step,
    StepButton,
    StepPicture,
    Variant,
    Wave,
)
from dialogs.campaigning import AudienceGrant, Campaigning, Known, Reach, Tally
from dialogs.catalog import Localized
from dialogs.ladder import EvidenceKind, Stage
from tests.company import NOON

EVERYONE = AudienceGrant(kind="everyone")
MALIK_KEPT = "pseudonym-malik"  # what is kept of Malik where he writes, asks or approves
SOMEBODY = "pseudonym-somebody"

DRAFT = Campaign(name="passwords", function="it", titles=Localized(fr="Un mot de passe solide", en="A strong password"))

LEARN = Step(
    id="learn",
    stage=Stage.AWARENESS,
    kind="pedagogy",
    title=Localized(fr="Une phrase vaut mieux", en="A sentence is better"),
    content=Localized(
        fr="Quatre mots au hasard tiennent plus longtemps que huit signes, et se retiennent mieux.",
        en="Four words at random last longer than eight signs, and are easier to remember.",
    ),
    buttons=(
        StepButton(does="more", label=Localized(fr="En savoir plus", en="Tell me more"), sheet="it_password"),
        StepButton(does="later"),
    ),
)
CHANGE = Step(
    id="change",
    stage=Stage.ACTION,
    kind="gesture",
    title=Localized(fr="Changez-le en deux minutes", en="Change it in two minutes"),
    content=Localized(
        fr="Sur le portail, choisissez « Mot de passe oublié », puis quatre mots au hasard.",
        en="On the portal, choose “Forgotten password”, then four words at random.",
    ),
    buttons=(
        StepButton(does="done", label=Localized(fr="C'est fait", en="It's done")),
        StepButton(does="link", label=Localized(fr="Ouvrir le portail", en="Open the portal"), link="https://portail.vaubert.example/"),
        StepButton(does="reply"),
    ),
    after=Delay(time=3),
)
READY = replace(
    DRAFT,
    objective=Objective(
        task=Localized(fr="Que chacun ait une phrase de passe.", en="That everybody has a passphrase."),
        stage=Stage.ACTION,
        benchmark=Declared(kind="declared", share=0.2, source=Localized(fr="Enquête de mars 2026", en="Survey of March 2026")),
        target=0.4,
    ),
    audience=CampaignAudience(include=(Slice(segments=("sales", "field")),), exclude=(Slice(segments=("managers",)),)),
    period=Period(starts=date(2026, 12, 1), ends=date(2026, 12, 18)),
    control=Control(share=0.2),
    steps=(LEARN, CHANGE),
)

BASELINE = Step(
    id="baseline",
    stage=Stage.AWARENESS,
    kind="survey",
    title=Localized(fr="Une question rapide", en="A quick question"),
    content=Localized(fr="Une question, un clic.", en="One question, one tap."),
    question=Question(
        kind="recall", ask=Localized(fr="Pour un mot de passe, vers qui vous tournez-vous ?", en="For a password, whom would you turn to?")
    ),
)
STORY = Step(
    id="story",
    stage=Stage.AWARENESS,
    kind="internal_proof",
    title=Localized(fr="Ce qui est arrivé au dépôt", en="What happened at the depot"),
    content=Localized(
        fr="En mars, un mot de passe deviné a arrêté le dépôt une journée. Depuis, chacun y a sa phrase.",
        en="In March, a guessed password stopped the depot for a day. Since then, everybody there has a sentence.",
    ),
    variants=(
        Variant(
            id="for_sales",
            content=Localized(
                fr="Chez un client, votre portable ouvre toute l'offre : une phrase de passe la garde.",
                en="At a customer's, your laptop opens the whole offer: a passphrase keeps it safe.",
            ),
            segments=("sales",),
        ),
        Variant(id="short", content=Localized(fr="Une phrase, et le dépôt tourne.", en="One sentence, and the depot runs."), share=0.5),
    ),
    picture=StepPicture(file="depot.png", alt=Localized(fr="Le dépôt, un lundi matin", en="The depot on a Monday morning")),
    buttons=(StepButton(does="more"), StepButton(does="ask")),
    after=Delay(time=1),
)
QUIZ = Step(
    id="quiz",
    stage=Stage.COMPREHENSION,
    kind="quiz",
    title=Localized(fr="Lequel tient le plus longtemps ?", en="Which one lasts longest?"),
    content=Localized(fr="Trois mots de passe, un seul tient plus d'un siècle.", en="Three passwords, only one lasts over a century."),
    question=Question(
        kind="quiz",
        ask=Localized(fr="Lequel tient le plus longtemps ?", en="Which one lasts longest?"),
        options=(
            Localized(fr="P@ssw0rd!", en="P@ssw0rd!"),
            Localized(fr="cheval agrafe pluie vert", en="horse staple rain green"),
            Localized(fr="le prénom du chat", en="the cat's name"),
        ),
        right=2,
        explain=Localized(fr="La longueur compte plus que les signes.", en="Length matters more than signs."),
    ),
    at=datetime.combine(date(2026, 12, 8), time(10)),
)
OPINION = Step(
    id="opinion",
    stage=Stage.CONVICTION,
    kind="opinion",
    title=Localized(fr="Votre avis", en="Your view"),
    content=Localized(fr="Dites-le en un clic.", en="Say it in one tap."),
    question=Question(kind="opinion", ask=Localized(fr="Une phrase de passe vaut l'effort.", en="A passphrase is worth the effort.")),
    after=Delay(time=2),
)
WELL_DONE = Step(
    id="well_done",
    stage=Stage.ACTION,
    kind="success",
    title=Localized(fr="Merci", en="Thank you"),
    content=Localized(fr="Votre phrase est en place : le dépôt dort mieux.", en="Your sentence is in place: the depot sleeps better."),
    when=(EvidenceKind.GESTURE,),
)
FULL = replace(
    READY,
    name="passphrases",
    titles=Localized(fr="Des phrases de passe", en="Passphrases"),
    topic="passwords",
    objective=replace(READY.objective, benchmark=Measured(kind="measured")),
    control=Control(share=0.3, by="team"),
    wave=Wave(people=200),
    priority="high",
    steps=(BASELINE, STORY, QUIZ, OPINION, replace(CHANGE, after=Delay(time=24, unit="hours")), WELL_DONE),
    exits=(Exit(stage=Stage.ACTION, by=(EvidenceKind.GESTURE, EvidenceKind.SERVICE_USED)),),
)


def kept(campaign: Campaign = READY, status: CampaignStatus = CampaignStatus.DRAFT, *, version: int = 1, by: str = MALIK_KEPT) -> Kept:
    """Return a campaign as it's kept."""
    return Kept(campaign=campaign, version=version, status=status, edited_by=by, edited_at=NOON)


def campaigning(*every: Kept, reach: Reach | None = None, tally: Tally | None = None) -> Campaigning:
    """Return these campaigns as they're gathered for Malik, who may reach everybody in IT's name."""
    known = tuple(Known(kept=each, reach=reach, tally=tally) for each in every)
    return Campaigning(
        known=known,
        me=MALIK_KEPT,
        granted={"it": frozenset({EVERYONE})},
        departments=("Exploitation", "IT", "Ventes"),
        sites=("Lille", "Lyon"),
        names={MALIK_KEPT: "Malik Benali", SOMEBODY: "Nadia Roche"},
    )
