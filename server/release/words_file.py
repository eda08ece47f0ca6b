"""A file of what people write for reports: read, every mistake told with its line, its schema.

It comes in by file until the staff pages can take it: quotes that were drawn and that two people
have approved, interpretations (two or more), questions, and figures from elsewhere with source,
year and definition.
"""

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import msgspec
import yaml

import exports
from enumerations import Language
from exports import Context, Interpretation, Question, Quote, Words
from server.line_file import Mistake, checked, misfits, text_of

LABEL_LIMIT, VALUE_LIMIT, SOURCE_LIMIT, DEFINITION_LIMIT = LIMITS = (60, 12, 40, 80)
"""Characters of a figure from elsewhere: four of them as long as this, and the politician's page
is one sheet still (tests/exports/test_exports_report_sheet.py)."""

ADVICE = {f"of length <= {limit}": f"Write at most {limit} characters" for limit in (*LIMITS, 400)}

Line = Annotated[str, msgspec.Meta(min_length=1)]
Texts = dict[Language, Line]


class QuoteEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A de-identified quote, as `fortell words draw` wrote it.

    `approved` are those who have read it and said that it may be shown; one that nobody has
    approved is left out. `service` is the service's key; left out, the quote stands on everybody's
    report alone. `seal` says that it was drawn and has not been changed.
    """

    theme: Line
    text: Annotated[str, msgspec.Meta(min_length=1, max_length=400)]
    approved: list[Line]
    service: Line = exports.ALL
    seal: str = ""


class InterpretationEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """Two or more ways to understand what is told of a theme or an area."""

    about: Line
    texts: list[Texts]


class QuestionEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A question to work on."""

    about: Line
    text: Texts


class ContextEntry(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """A figure from elsewhere; never without source, year and definition (F44)."""

    label: dict[Language, Annotated[Line, msgspec.Meta(max_length=LABEL_LIMIT)]]
    value: Annotated[Line, msgspec.Meta(max_length=VALUE_LIMIT)]
    source: Annotated[Line, msgspec.Meta(max_length=SOURCE_LIMIT)]
    year: Annotated[int, msgspec.Meta(ge=1900, le=2200)]
    definition: dict[Language, Annotated[Line, msgspec.Meta(max_length=DEFINITION_LIMIT)]]


class WordsFile(msgspec.Struct, forbid_unknown_fields=True, frozen=True):
    """The file; every part may be left out."""

    quotes: list[QuoteEntry] = []
    interpretations: list[InterpretationEntry] = []
    questions: list[QuestionEntry] = []
    context: list[ContextEntry] = []


Check = Callable[[WordsFile], Iterable[Mistake]]


class WordsError(Exception):
    """A file of words cannot be used; the message names each line and says what to do."""


def read(path: Path, more: Check = lambda file: ()) -> Words:
    """Read a file of words.

    Args:
        path: a YAML file.
        more: what else is wrong with a file of which each part is right by itself.

    Raises:
        WordsError: the file cannot be read or has mistakes.
    """
    return parse(text_of(path, WordsError), path.name, more)


def parse(text: str, name: str, more: Check = lambda file: ()) -> Words:
    """Read a file of words.

    Args:
        text: YAML.
        name: what the file is called, for messages.
        more: as for `read`.

    Raises:
        WordsError: the file has mistakes; the message gives each one's line and what to do.
    """

    def mistakes(data: Any) -> list[Mistake]:
        unfit = list(misfits(WordsFile, data, "$", ADVICE))
        if unfit:
            return unfit
        file = msgspec.convert(data, WordsFile)
        return [*_mistakes(file), *more(file)]

    return _words(msgspec.convert(checked(text, name, mistakes, WordsError), WordsFile))


def write(quotes: Iterable[QuoteEntry], top: str) -> str:
    """Return a file of drawn quotes that nobody has approved yet.

    Args:
        quotes: what was drawn.
        top: what whoever opens it is told, in lines.
    """
    entries = [msgspec.to_builtins(quote) for quote in quotes]
    said = yaml.safe_dump({"quotes": entries}, allow_unicode=True, sort_keys=False, width=1000)
    return "".join(f"# {line}\n" for line in top.splitlines()) + said


def schema() -> dict[str, Any]:
    """Return the file's JSON Schema, for editors that check while one writes."""
    return msgspec.json.schema(WordsFile)


def _mistakes(file: WordsFile) -> Iterator[Mistake]:
    """What types cannot say."""
    for index, quote in enumerate(file.quotes):
        people = {name.strip().casefold() for name in quote.approved}
        if people and len(people) < exports.APPROVERS:
            said = (
                f"a quote is approved by {exports.APPROVERS} different people. Let another read, "
                "or write [] to leave it out."
            )
            yield f"$.quotes[{index}].approved", said
    for index, entry in enumerate(file.interpretations):
        if len(entry.texts) < exports.INTERPRETATIONS:
            said = "one interpretation alone looks like the truth. Write two or more."
            yield f"$.interpretations[{index}].texts", said
    for path, texts in _texts(file):
        for language in Language:
            if language not in texts:
                yield path, f"the text lacks '{language.value}'. Write it in nb, nn and en."


def _texts(file: WordsFile) -> Iterator[tuple[str, Texts]]:
    for index, entry in enumerate(file.interpretations):
        for number, text in enumerate(entry.texts):
            yield f"$.interpretations[{index}].texts[{number}]", text
    for index, question in enumerate(file.questions):
        yield f"$.questions[{index}].text", question.text
    for index, context in enumerate(file.context):
        yield f"$.context[{index}].label", context.label
        yield f"$.context[{index}].definition", context.definition


def _words(file: WordsFile) -> Words:
    return Words(
        quotes=tuple(
            Quote(q.theme, q.text, q.service, tuple(q.approved)) for q in file.quotes if q.approved
        ),
        interpretations=tuple(
            Interpretation(entry.about, tuple(_plain(text) for text in entry.texts))
            for entry in file.interpretations
        ),
        questions=tuple(Question(q.about, _plain(q.text)) for q in file.questions),
        context=tuple(
            Context(_plain(c.label), c.value, c.source, c.year, _plain(c.definition))
            for c in file.context
        ),
    )


def _plain(text: Texts) -> dict[str, str]:
    return {language.value: said for language, said in text.items()}
