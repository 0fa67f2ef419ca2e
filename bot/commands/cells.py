"""Cells: what strangers wrote, safe to print in a terminal and to open in a spreadsheet."""

# how a cell begins that a spreadsheet would compute, in some locales in full width; owasp.org/www-community/attacks/CSV_Injection
_FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def harmless(cell: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return f"'{cell}" if cell.startswith(_FORMULA) else cell


def printable(text: str) -> str:
    """Return a text without what a terminal would obey: an account's name is whatever its owner calls themselves."""
    return "".join(letter for letter in text if letter.isprintable())
