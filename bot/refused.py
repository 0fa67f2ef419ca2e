"""Why a value is refused, in a person's words: settings and the command line pass on what pydantic says, in English and to programmers."""

import re
from collections.abc import Callable, Iterable
from functools import partial
from typing import TypeAlias

Saying: TypeAlias = Callable[..., str]
Phrase: TypeAlias = tuple[str, Saying]  # a pattern, and how what it names is said


def why(t: Saying, told: str) -> str:
    """Return pydantic's reason in the language of `t`; one that isn't known stays as it is."""
    return rephrased(value_phrases(t), told)


def rephrased(phrases: Iterable[Phrase], told: str) -> str:
    """Return a text whose known phrases are said in our own words."""
    for pattern, say in phrases:
        told = re.sub(pattern, partial(_said, say), told, flags=re.MULTILINE)
    return told


def value_phrases(t: Saying) -> tuple[Phrase, ...]:
    """Return pydantic's phrases."""
    return (
        (r"^Value error, ", lambda: ""),
        (r"Input should be a valid integer.*", lambda: t("a whole number is wanted")),
        (r"Input should be a valid number.*", lambda: t("a number is wanted")),
        (r"Input should be a valid boolean.*", lambda: t("true or false is wanted")),
        (r"Input should be greater than or equal to (?P<least>\S+)", lambda least: t("at least {least} is wanted", least=least)),
        (r"Input should be greater than (?P<floor>\S+)", lambda floor: t("more than {floor} is wanted", floor=floor)),
        (r"Input should be less than or equal to (?P<most>\S+)", lambda most: t("at most {most} is wanted", most=most)),
        (r"String should match pattern '(?P<pattern>.+)'", lambda pattern: t("the form {pattern} is wanted", pattern=pattern)),
        (r"Input should be (?P<first>'.+') or (?P<last>'.+')", lambda first, last: t("{first} or {last} is wanted", first=first, last=last)),
    )


def _said(say: Saying, match: re.Match[str]) -> str:
    return say(**match.groupdict())
