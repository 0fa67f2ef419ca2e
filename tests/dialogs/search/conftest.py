"""A company of three functions, with its index on the real encoder."""

from collections.abc import Callable, Mapping, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from adapters.encoders.bundled import BundledEncoder
from dialogs.catalog import Catalogue, Company, Entry, Function, Localized, Phrasings, Service
from dialogs.search.index import Index, texts_of
from dialogs.search.match import Asked, Understood
from dialogs.search.understanding import Understanding
from tests.bot.encoders import real_encoder

Vector = NDArray[np.float32]
Ask = Callable[..., Understood]

PASSWORD = Entry(
    id="it_password",
    question=Localized(fr="Mot de passe oublié", en="Forgotten password"),
    reply=Localized(
        fr="Ouvrez la page de connexion et cliquez sur « Mot de passe oublié ». Un code arrive sur votre téléphone.",
        en="Open the sign-in page and click “Forgotten password”. A code reaches your phone.",
    ),
    phrasings=Phrasings(
        fr=(
            "j'ai oublié mon mot de passe",
            "impossible de me connecter ce matin",
            "réinitialiser le mdp de ma session",
            "mon compte est bloqué après trois essais",
            "comment changer de mot de passe",
        ),
        en=(
            "I forgot my password",
            "can't log in this morning",
            "reset my login",
            "my account is locked after three attempts",
            "how do I change my password",
        ),
    ),
)
LAPTOP = Service(
    id="it_laptop",
    title=Localized(fr="Remplacer un ordinateur portable", en="Replacing a laptop"),
    body=Localized(
        fr="Votre portable est renouvelé tous les quatre ans. En cas de panne, le support vous en prête un.",
        en="Your laptop is renewed every four years. When it breaks down, the support desk lends you one.",
    ),
    phrasings=Phrasings(
        fr=(
            "mon ordinateur rame",
            "je veux un nouveau PC",
            "mon portable est en panne",
            "changer de machine",
            "l'écran de mon ordi est cassé",
        ),
        en=("my computer is slow", "I want a new PC", "my laptop is broken", "get another machine", "the screen of my notebook cracked"),
    ),
)
BADGE = Entry(
    id="fac_badge",
    question=Localized(fr="Badge perdu ou hors service", en="Lost or broken badge"),
    reply=Localized(
        fr="Passez à l'accueil avec une pièce d'identité : un badge provisoire vous est remis.",
        en="Come to the front desk with your ID: you are given a temporary badge.",
    ),
    phrasings=Phrasings(
        fr=(
            "j'ai perdu mon badge",
            "mon badge ne marche plus",
            "la porte ne s'ouvre pas avec ma carte",
            "refaire une carte d'accès",
            "badge démagnétisé",
        ),
        en=(
            "I lost my badge",
            "my badge stopped working",
            "the door won't open with my card",
            "get a new access card",
            "badge doesn't beep any more",
        ),
    ),
)
LEAVE = Entry(
    id="hr_leave",
    question=Localized(fr="Poser des congés", en="Booking holidays"),
    reply=Localized(
        fr="Déposez vos dates dans le portail RH, votre responsable les valide sous trois jours.",
        en="Enter your dates in the HR portal; your manager approves them within three days.",
    ),
    phrasings=Phrasings(
        fr=(
            "comment poser mes congés",
            "combien de jours de vacances me reste-t-il",
            "je veux partir deux semaines en août",
            "demander un jour de repos",
            "solde de congés payés",
        ),
        en=(
            "how do I book holidays",
            "how many days off do I have left",
            "I want two weeks away in August",
            "request a day of leave",
            "annual leave balance",
        ),
    ),
)
PAYSLIP = Service(
    id="hr_payslip",
    title=Localized(fr="Bulletin de paie", en="Payslip"),
    body=Localized(
        fr="Votre bulletin est dans le coffre-fort numérique le 28 du mois. Une erreur ? La paie la corrige le mois suivant.",
        en="Your payslip is in the digital safe on the 28th. A mistake? Payroll corrects it the following month.",
    ),
    phrasings=Phrasings(
        fr=(
            "où trouver mon bulletin de paie",
            "ma fiche de salaire est fausse",
            "il manque une prime ce mois-ci",
            "télécharger mes bulletins de l'an dernier",
            "pas reçu ma paye",
        ),
        en=(
            "where is my payslip",
            "my salary slip is wrong",
            "a bonus is missing this month",
            "download last year's pay statements",
            "I wasn't paid",
        ),
    ),
)
REVIEW = Service(
    id="hr_review",
    title=Localized(fr="Préparer l'entretien annuel d'un collaborateur", en="Preparing a team member's annual review"),
    body=Localized(
        fr="Un guide et un modèle de compte rendu, pour les responsables d'équipe.",
        en="A guide and a report template, for team leaders.",
    ),
    audience=("managers",),
    not_for=("interns",),
    phrasings=Phrasings(
        fr=(
            "préparer l'entretien annuel de mon équipe",
            "trame d'évaluation d'un collaborateur",
            "comment noter mes gars cette année",
            "modèle de compte rendu d'évaluation",
            "fixer les objectifs de mes équipiers",
        ),
        en=(
            "prepare my team's annual review",
            "appraisal form for a team member",
            "how do I rate my people this year",
            "template of a review report",
            "set goals for my staff",
        ),
    ),
)
EXPENSES = Entry(
    id="fin_expenses",
    question=Localized(fr="Notes de frais", en="Expense claims"),
    reply=Localized(
        fr="Photographiez vos reçus dans Pilote : le remboursement arrive sous cinq jours ouvrés.",
        en="Photograph your receipts in Pilote: you are paid back within five working days.",
    ),
    phrasings=Phrasings(
        fr=(
            "comment me faire rembourser mon train",
            "note de frais pas encore payée",
            "j'ai avancé l'hôtel de ma poche",
            "où déposer mes tickets de restaurant client",
            "remboursement taxi",
        ),
        en=(
            "how do I get my train ticket paid back",
            "expense claim not paid yet",
            "I paid the hotel myself",
            "where do I send my client lunch receipts",
            "taxi reimbursement",
        ),
    ),
)
BUDGET = Entry(
    id="fin_budget",
    question=Localized(fr="Suivre le budget de son service", en="Following a department's budget"),
    reply=Localized(
        fr="Le tableau de bord du contrôle de gestion est mis à jour chaque lundi.",
        en="The controllers' dashboard is updated every Monday.",
    ),
    phrasings=Phrasings(fr=("où en est mon budget", "reste-t-il de l'argent sur mon centre de coûts"), en=("how much of my budget is left",)),
)

IT = Function(
    slug="it",
    names=Localized(fr="Direction des systèmes d'information", en="Information Technology"),
    also=("DSI", "IT", "SI", "informatique"),
    services=(LAPTOP,),
    entries=(PASSWORD,),
)
HR = Function(
    slug="hr",
    names=Localized(fr="Direction des ressources humaines", en="Human Resources"),
    also=("DRH", "RH", "HR"),
    services=(PAYSLIP, REVIEW),
    entries=(LEAVE,),
)
FINANCE = Function(
    slug="finance",
    names=Localized(fr="Direction administrative et financière", en="Finance"),
    also=("DAF", "compta"),
    entries=(EXPENSES, BUDGET),
)
FACILITIES = Function(slug="facilities", names=Localized(fr="Moyens généraux", en="Facilities"), also=("MG",), entries=(BADGE,))
RESEARCH = Function(slug="research", names=Localized(fr="Recherche et innovation", en="Research and Innovation"), also=("R&D", "labo"))
LEGAL = Function(slug="legal", names=Localized(fr="Direction juridique", en="Legal"))
PROCUREMENT = Function(slug="procurement", names=Localized(fr="Direction des achats", en="Procurement"), also=("Achats",))

CATALOGUE = Catalogue(company=Company(name="Vaubert"), functions=(IT, HR, FINANCE, FACILITIES, RESEARCH, LEGAL, PROCUREMENT))
EVERYBODY: frozenset[str] = frozenset()
MANAGERS = frozenset({"managers"})


class Encoding:
    """The bundled encoder, remembering how often it was asked, and for how many texts."""

    def __init__(self, encoder: BundledEncoder) -> None:
        self._encoder = encoder
        self.asked = 0
        self.texts = 0

    def __call__(self, texts: Sequence[str]) -> Vector:
        self.asked += 1
        self.texts += len(texts)
        return self._encoder.encode(texts)

    def one(self, text: str) -> Vector:
        vector: Vector = self([text])[0]
        return vector

    def vectors_of(self, catalogue: Catalogue) -> Mapping[str, Vector]:
        texts = texts_of(catalogue)
        return dict(zip(texts, self._encoder.encode(texts), strict=True))


@pytest.fixture(scope="session")
def encode() -> Encoding:
    return Encoding(real_encoder())


@pytest.fixture(scope="session")
def index(encode: Encoding) -> Index:
    return Index.build(CATALOGUE, encode.vectors_of(CATALOGUE))


@pytest.fixture(scope="session")
def understanding(index: Index) -> Understanding:
    return Understanding.build(CATALOGUE, index)


@pytest.fixture(scope="session")
def ask(understanding: Understanding, encode: Encoding) -> Ask:
    def asked(question: str, segments: frozenset[str] = EVERYBODY) -> Understood:
        return understanding.understand(Asked(text=question), encode, segments)

    return asked
