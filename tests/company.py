"""A small company for tests: two functions, what is open to all and what isn't, and the people who name the tests."""

from datetime import UTC, date, datetime

from dialogs.catalog import (
    Catalogue,
    Company,
    Contact,
    Effort,
    Entry,
    Free,
    Function,
    Localized,
    Money,
    Phrasings,
    Promise,
    Service,
)
from dialogs.people import DirectoryRow, Person

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)

COMPANY = Company(
    name="Vaubert",
    segments={
        "sales": Localized(fr="Équipes commerciales", en="Sales teams"),
        "field": Localized(fr="Techniciens", en="Field technicians"),
        "managers": Localized(fr="Managers", en="Managers"),
    },
)

LAPTOP = Service(
    id="it_laptop",
    title=Localized(fr="Remplacer un ordinateur portable", en="Replace a laptop"),
    body=Localized(
        fr="Votre portable est renouvelé tous les quatre ans. En panne, un prêt vous attend au support.",
        en="Your laptop is renewed every four years. When it breaks, a loan machine waits at the support desk.",
    ),
    included=(Localized(fr="le transfert des données", en="moving your data"),),
    not_included=(Localized(fr="les accessoires", en="accessories"),),
    promise=Promise(time=5, unit="working_days", of=Localized(fr="livraison", en="delivery")),
    tarif=Free(kind="free"),
    ask=Localized(fr="Une demande dans Guichet", en="A request in Guichet"),
    link="https://guichet.vaubert.example/portable",
    owner="malik.benali@vaubert.example",
    checked=date(2026, 9, 1),
    new_since=date(2026, 10, 1),
    phrasings=Phrasings(
        fr=("mon ordinateur portable est mort", "changer de PC", "portable en panne", "je veux une nouvelle machine", "écran de mon ordi cassé"),
        en=("my laptop died", "get a new computer", "replacement PC", "broken notebook screen", "swap my old machine"),
    ),
)
DEMO_KIT = Service(
    id="it_demo_kit",
    title=Localized(fr="Kit de démonstration", en="Demo kit"),
    body=Localized(fr="Un écran et un routeur pour vos rendez-vous chez un client.", en="A screen and a router for customer meetings."),
    audience=("sales",),
    tarif=Money(kind="money", amount=120, currency="EUR", per=Localized(fr="semaine", en="week")),
    owner="equipe-kit@vaubert.example",
    phrasings=Phrasings(
        fr=("emprunter un écran pour une démo", "kit de rendez-vous client", "matériel de démonstration", "routeur pour présentation", "valise démo"),
        en=("borrow a demo screen", "customer meeting kit", "demonstration gear", "router for a presentation", "demo suitcase"),
    ),
)
TABLET = Service(
    id="it_tablet",
    title=Localized(fr="Tablette de terrain", en="Field tablet"),
    body=Localized(fr="Une tablette cassée est échangée au dépôt.", en="A broken tablet is swapped at the depot."),
    audience=("field",),
    not_for=("managers",),
    tarif=Effort(kind="effort", time=1.5, unit="hours"),
    checked=date(2026, 8, 15),
    phrasings=Phrasings(
        fr=("ma tablette est cassée", "échange de tablette au dépôt", "écran tactile fendu", "tablette noyée sur chantier", "plus de tablette"),
        en=("my tablet broke", "swap a tablet at the depot", "cracked touchscreen", "tablet drowned on site", "no tablet any more"),
    ),
)
PASSWORD = Entry(
    id="it_password",
    question=Localized(fr="Comment changer mon mot de passe ?", en="How do I change my password?"),
    reply=Localized(fr="Sur le portail, choisissez Mot de passe oublié.", en="On the portal, choose Forgotten password."),
    owner="malik.benali@vaubert.example",
    phrasings=Phrasings(
        fr=(
            "mot de passe oublié",
            "réinitialiser mon mdp",
            "compte bloqué ce matin",
            "je n'arrive plus à me connecter",
            "expiration du code d'accès",
        ),
        en=("forgot my password", "reset login", "account locked this morning", "I can't sign in any more", "expired passcode"),
    ),
)
EXPENSES = Service(
    id="fin_expenses",
    title=Localized(fr="Notes de frais", en="Expense claims"),
    body=Localized(fr="Photographiez le ticket : vous êtes remboursé en cinq jours.", en="Photograph the receipt: you are reimbursed in five days."),
    promise=Promise(time=1, unit="working_days"),
    phrasings=Phrasings(
        fr=("me faire rembourser un repas", "note de frais", "ticket de parking à passer", "remboursement hôtel", "frais kilométriques"),
        en=("claim back a lunch", "expense claim", "parking receipt", "hotel refund", "mileage allowance"),
    ),
)
FRENCH_ONLY = Entry(
    id="fin_closing",
    question=Localized(fr="Quand ferme-t-on les comptes ?"),
    reply=Localized(fr="Le troisième jour ouvré du mois."),
    checked=date(2026, 7, 1),
    phrasings=Phrasings(fr=("date de clôture", "fin de mois comptable", "quand envoyer mes factures", "clôture annuelle", "calendrier des arrêtés")),
)
ENGLISH_ONLY = Entry(
    id="fin_audit",
    question=Localized(en="Who are our auditors?"),
    reply=Localized(en="Rivers & Co, until 2028."),
    phrasings=Phrasings(en=("statutory auditors", "who audits us", "name of the audit firm", "Rivers contact", "yearly accounts check")),
)

IT = Function(
    slug="it",
    names=Localized(fr="Direction des systèmes d'information", en="Information Technology"),
    also=("IT", "DSI", "informatique"),
    purpose=Localized(fr="Donner à chacun des outils fiables.", en="To give everybody dependable tools."),
    clients=(Localized(fr="Tous les salariés", en="All employees"),),
    partners=("finance", Localized(fr="nos opérateurs", en="our carriers")),
    posture=Localized(fr="Nous rappelons toujours.", en="We always call back."),
    proof=(Localized(fr="9 demandes sur 10 closes dans la journée", en="9 requests in 10 closed the same day"),),
    co_built_with=("sales", "unknown-slug"),
    contacts=(
        Contact(
            name="Malik Benali", email="malik.benali@vaubert.example", role=Localized(fr="Responsable du support", en="Head of support"), mandate=True
        ),
        Contact(name="Claire Vasseur", email="claire.vasseur@vaubert.example"),
    ),
    services=(LAPTOP, DEMO_KIT, TABLET),
    entries=(PASSWORD,),
)
FINANCE = Function(
    slug="finance",
    names=Localized(fr="Direction financière", en="Finance"),
    also=("DAF", "compta", "accounting"),
    services=(EXPENSES,),
    entries=(FRENCH_ONLY, ENGLISH_ONLY),
)
CATALOGUE = Catalogue(company=COMPANY, functions=(IT, FINANCE))

ALICE = Person(
    id="alice",
    name="Alice Martin",
    email="alice.martin@solane.example",
    site="Lyon",
    department="Ventes",
    timezone="Europe/Paris",
    segments=frozenset({"sales"}),
    linked=True,
    greeted=True,
)
BOB = Person(
    id="bob",
    name="Bob Dupont",
    email="bob.dupont@solane.example",
    site="Lille",
    department="Exploitation",
    segments=frozenset({"field"}),
    linked=True,
)
CHARLIE = Person(id="charlie", name="Charlie Autre", stranger=True)
DANA = Person(id="dana", name="Dana")  # wrote to us, but the directory doesn't know her

DIRECTORY = (
    DirectoryRow(
        id="p1", email="alice.martin@solane.example", name="Alice Martin", language="fr", site="Lyon", department="Ventes", segments=("sales",)
    ),
    DirectoryRow(
        id="p2", email="bob.dupont@solane.example", name="Bob Dupont", language="fr", site="Lille", department="Exploitation", segments=("field",)
    ),
    DirectoryRow(
        id="p3", email="carol.petit@solane.example", name="Carol Petit", language="en", site="Lyon", department="IT", segments=("managers",)
    ),
)
