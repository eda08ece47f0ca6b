"""Finds what is wrong in a codebook file, with the line and what to do."""

import re
from collections.abc import Iterator
from typing import Any

from nlp.codebook.history import problems, read_history
from nlp.codebook.source import Finding, Mistakes, Place, check_shape, read

_POLES = {"pos": "positive", "neg": "negative"}
_POINTER = re.compile(r"→ *([A-Z]\d+(?:/[A-Z]\d+)*)")
Problem = tuple[Place, str]


def lint(text: str) -> list[Finding]:
    """Check a codebook: its shape first, then whether its parts fit together.

    Args:
        text: content of a codebook file.

    Returns:
        Findings by line; empty when there is nothing to do.
    """
    try:
        source = read(text)
    except Mistakes as mistakes:
        return mistakes.findings
    if findings := check_shape(source, "codebook.schema.json"):
        return findings
    return sorted({source.finding(*problem) for problem in _problems(source.data)})


def _problems(book: dict[str, Any]) -> Iterator[Problem]:
    themes = [row["id"] for part in ("codes", "meta_codes") for row in book[part]]
    yield from _ids(book)
    yield from _groups(book)
    yield from _phrases(book, set(themes))
    yield from _pointers(book, {id_.partition("_")[0] for id_ in themes})
    for place, message in problems(read_history(book["history"]), book["version"], themes):
        yield ("history", *place), message


def _ids(book: dict[str, Any]) -> Iterator[Problem]:
    seen: set[str] = set()
    short: dict[str, str] = {}
    for place, row in _rows(book):
        if row["id"] in seen:
            yield (*place, "id"), "this id stands twice; give one of them another"
        seen.add(row["id"])
        if place[0] not in ("codes", "meta_codes"):
            continue
        letters = row["id"].partition("_")[0]
        other = short.setdefault(letters, row["id"])
        if other != row["id"]:
            yield (*place, "id"), f"{letters} is {other} already; take another number"


def _rows(book: dict[str, Any]) -> Iterator[tuple[Place, dict[str, Any]]]:
    """Everything that has an id, values of axes left out: they may share ids between axes."""
    for part in ("groups", "codes", "meta_codes"):
        for number, row in enumerate(book[part]):
            yield (part, number), row
    for number, row in enumerate(book["safety_flags"]["flags"]):
        yield ("safety_flags", "flags", number), row


def _groups(book: dict[str, Any]) -> Iterator[Problem]:
    known = {group["id"] for group in book["groups"]}
    for number, code in enumerate(book["codes"]):
        place = ("codes", number, "group")
        if code["group"] not in known:
            yield place, f"there is no group {code['group']}; add it under groups or choose another"
        elif not code["id"].startswith(code["group"]):
            yield place, f"the id begins with {code['id'][0]}; id and group must agree"
    used = {code["group"] for code in book["codes"]}
    for number, group in enumerate(book["groups"]):
        if group["id"] not in used:
            yield ("groups", number), "no theme is in this group; remove it or give it a theme"
    for name, axis in book["axes"].items():
        ids = [value["id"] for value in axis["values"]]
        for number, id_ in enumerate(ids):
            if id_ in ids[:number]:
                yield ("axes", name, "values", number), "this value stands twice; remove one"


def _phrases(book: dict[str, Any], themes: set[str]) -> Iterator[Problem]:
    first: dict[str, str] = {}
    most = book["max_codes_per_unit"]
    for number, code in enumerate(book["codes"]):
        present = {example["p"] for example in code["examples"]}
        for pole, word in _POLES.items():
            if pole not in present:
                yield ("codes", number, "examples"), f"add a {word} phrase (p: {pole})"
        for i, example in enumerate(code["examples"]):
            place: Place = ("codes", number, "examples", i)
            also = example.get("also", [])
            for k, id_ in enumerate(also):
                if id_ == code["id"]:
                    yield (*place, "also", k), "the phrase has this theme already; remove it"
                elif id_ not in themes:
                    yield (*place, "also", k), f"there is no theme {id_}; correct the id"
            if 1 + len(also) > most:
                yield (*place, "also"), f"a phrase may have {most} themes; remove some"
            said = " ".join(example["t"].casefold().split())
            if said in first:
                yield place, f"{first[said]} has this phrase; write another, or use `also`"
            first.setdefault(said, code["id"])
    for number, narrative in enumerate(book.get("narratives", [])):
        for id_ in narrative["expect"]:
            if id_ not in themes:
                yield ("narratives", number, "expect", id_), f"there is no theme {id_}; correct it"


def _pointers(book: dict[str, Any], known: set[str]) -> Iterator[Problem]:
    """`→ A2` in a definition points at a theme that must be there."""
    for number, code in enumerate(book["codes"]):
        for field in ("def", "include", "exclude"):
            for named in _POINTER.findall(code[field]):
                for short in named.split("/"):
                    if short not in known:
                        yield ("codes", number, field), f"→ {short} is no theme; correct it"
