"""Turns annotated rows into tensors: what the network reads and what it should say."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from tokenizers import Encoding, Tokenizer
from torch import Tensor

from enumerations import EntityLabel, RedactionType
from nlp.codebook import codebook
from nlp.evaluation.files import CodedUnit, Narrative, Review, Row, Span, Tagged
from nlp.labels import AXES, LEARNT_FLAGS, TAGS
from nlp.redaction.names import lists
from nlp.words import first_tokens, word_spans

IGNORE = -100
_ENTITY = {
    RedactionType.PERSON: EntityLabel.PERSON,
    RedactionType.ORG: EntityLabel.ORGANISATION,
    RedactionType.PLACE: EntityLabel.LOCATION,
}


@dataclass
class Batch:
    """Inputs and targets; `body` is `mask` without the special tokens.

    -100 (tags, axes) and NaN (multi-label) mean: not annotated.
    """

    ids: Tensor
    mask: Tensor
    body: Tensor
    unit_rows: Tensor
    inside: Tensor
    boundary: Tensor
    tags: dict[str, Tensor]
    themes: Tensor
    axes: dict[str, Tensor]
    safety: Tensor


def make_batch(rows: Sequence[Row], tokenizer: Tokenizer, longest: int = 256) -> Batch:
    """Collate rows of any format.

    Args:
        rows: narratives, reviews or tagged sentences.
        tokenizer: of the network.
        longest: tokens to read of a text.
    """
    encodings: list[Encoding] = tokenizer.encode_batch([row.text for row in rows])
    for encoding in encodings:
        encoding.truncate(longest)
    size = max(len(encoding.ids) for encoding in encodings)
    shape = (len(rows), size)
    ids = torch.ones(shape, dtype=torch.long)
    mask = torch.zeros(shape, dtype=torch.bool)
    body = torch.zeros(shape, dtype=torch.bool)
    boundary = torch.full(shape, float("nan"))
    tags = {name: torch.full(shape, IGNORE) for name in TAGS}
    safety = torch.full((len(rows), len(LEARNT_FLAGS)), float("nan"))
    unit_rows: list[int] = []
    inside: list[Tensor] = []
    coded: list[CodedUnit] = []
    for i, (row, encoding) in enumerate(zip(rows, encodings, strict=True)):
        length = len(encoding.ids)
        ids[i, :length] = torch.tensor(encoding.ids)
        mask[i, :length] = True
        body[i, 1 : length - 1] = True
        words = word_spans(row.text)
        tokens = first_tokens(words, encoding.offsets)
        placed = [(w, t) for w, t in zip(words, tokens, strict=True) if t > 0]
        if isinstance(row, Tagged):
            _tag(tags["entities"][i], placed, row.entities, "entities")
        elif isinstance(row, Narrative):
            _tag(tags["identifying"][i], placed, row.pii, "identifying")
            _tag_own(tags["entities"][i], placed, row)
            starts = {unit.start for unit in row.units}
            for (start, _), token in placed:
                boundary[i, token] = float(start in starts)
            if row.safety is not None:
                flags = {flag.value for flag in row.safety}
                safety[i] = torch.tensor([float(flag in flags) for flag in LEARNT_FLAGS])
        for unit in _units(row):
            here = torch.zeros(size, dtype=torch.bool)
            for token, (start, end) in enumerate(encoding.offsets):
                here[token] = start < unit.end and end > unit.start
            if here.any():
                unit_rows.append(i)
                inside.append(here)
                coded.append(unit)
    return Batch(
        ids,
        mask,
        body,
        torch.tensor(unit_rows, dtype=torch.long),
        torch.stack(inside) if inside else torch.zeros((0, size), dtype=torch.bool),
        boundary,
        tags,
        _themes(coded),
        {axis: _axis(coded, axis) for axis in AXES},
        safety,
    )


def _units(row: Row) -> Sequence[CodedUnit]:
    if isinstance(row, Narrative):
        return row.units
    if isinstance(row, Review):
        return (CodedUnit(0, len(row.text), sentiment=row.sentiment),)
    return ()


def _tag(
    target: Tensor,
    placed: Sequence[tuple[tuple[int, int], int]],
    spans: Sequence[Span],
    name: str,
) -> None:
    index = {tag: i for i, tag in enumerate(TAGS[name])}
    for (start, end), token in placed:
        target[token] = 0
        for span in spans:
            if start < span.end and end > span.start:
                target[token] = index[f"{'B' if start <= span.start else 'I'}-{span.label}"]


def _tag_own(target: Tensor, placed: Sequence[tuple[tuple[int, int], int]], row: Narrative) -> None:
    """Entities of our own stories: marked are only those that identify, so that other names
    (NAV, Oslo) are left out of the loss."""
    spans = [
        Span(s.start, s.end, _ENTITY[RedactionType(s.label)])
        for s in row.pii
        if RedactionType(s.label) in _ENTITY
    ]
    _tag(target, placed, spans, "entities")
    keep = lists().keep
    for (start, end), token in placed:
        word = row.text[start:end]
        if target[token] == 0 and (word != word.lower() or word in keep):
            target[token] = IGNORE


def _themes(units: Sequence[CodedUnit]) -> Tensor:
    ids = codebook().theme_ids
    target = torch.full((len(units), len(ids)), float("nan"))
    for i, unit in enumerate(units):
        if unit.themes is not None:
            target[i] = torch.tensor([float(theme in unit.themes) for theme in ids])
    return target


def _axis(units: Sequence[CodedUnit], axis: str) -> Tensor:
    values = [getattr(unit, axis) for unit in units]
    return torch.tensor(
        [IGNORE if value is None else AXES[axis].index(value.value) for value in values],
        dtype=torch.long,
    )
