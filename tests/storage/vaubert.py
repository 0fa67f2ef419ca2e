"""The directory of these tests: Alice, Bob and Carol."""

from dialogs.people import DirectoryRow

ALICE_ROW = DirectoryRow(
    id="p1", email="alice@vaubert.example", name="Alice Martin", language="fr", site="Lyon", department="Ventes", segments=("sales",)
)
BOB_ROW = DirectoryRow(
    id="p2", email="bob@vaubert.example", name="Bob Leroy", language="fr", site="Lille", department="Exploitation", segments=("field",)
)
CAROL_ROW = DirectoryRow(
    id="p3", email="carol@vaubert.example", name="Carol Dunn", language="en", site="Lyon", department="IT", segments=("managers",)
)
DIRECTORY = (ALICE_ROW, BOB_ROW, CAROL_ROW)
