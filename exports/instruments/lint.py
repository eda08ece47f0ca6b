"""Finds what is wrong in a file of instruments, and says what to do."""

import re
from collections.abc import Callable, Iterator
from math import gcd, lcm
from typing import Any, TypeGuard

from enumerations import Language

LICENSED = "licensed"
STATUSES = ("own", "ship", LICENSED)
"""Written here; free to share; or with a licence of its own, which whoever asks must have."""

INSTRUMENT = ("id", "name", "status", "licence", "source", "validated", "wording", "items")
ITEM = {"id", "type", "text", "theme", "figure", "scored", "ladder", "dont_know"}
SCALE = {"id", "name", "items", "minimum", "maximum", "min_answered", "cuts", "ladder"}
NEEDED = ("minimum", "maximum", "min_answered", "cuts", "ladder")
METHODS = ("mean", "sum")
LARGEST = 90_000
"""Highest total in parts of its unit: the squares of a million such add up exactly as floats."""

ID = re.compile(r"[a-z][a-z0-9_]{1,39}")
NEEDS = {
    "story": (),
    "choice": ("options",),
    "scale": ("minimum", "maximum", "anchor_min", "anchor_max"),
    "smileys": ("options",),
    "multiple": ("options",),
    "ranking": ("options",),
    "triad": ("poles",),
    "dyad": ("poles",),
    "stones": ("stones", "x", "y"),
}
"""What an item of each type must have; its instrument may have it for all of its items."""

ALSO = {"multiple": ("most",)}
"""What an item of a type may have besides."""

UNCOUNTED = ("story", "multiple", "ranking", "stones")
"""Types that the gate has no figure for."""

MARKED = ("triad", "dyad")
"""Types whose figure, if they have one, is a signification, and that nothing else has."""

FACES = range(1, 6)
MOST_STONES = 5
"""More than four or five things at a time cannot be weighed against each other (SenseMaker)."""

Entry = dict[str, Any]


def mistakes(data: Any) -> list[str]:
    """Check the content of a file of instruments.

    Args:
        data: what YAML made of it.

    Returns:
        One sentence or two a mistake, beginning with the id of what is wrong; empty when all is
        right.
    """
    entries = data.get("instruments") if isinstance(data, dict) else None
    if not _mappings(entries):
        return ["The file has no list `instruments`. Write one, each with an id and its items."]
    found: list[str] = []
    for number, entry in enumerate(entries, start=1):
        name = str(entry.get("id", f"instrument {number}"))
        if missing := [key for key in INSTRUMENT if key not in entry]:
            found.append(f"{name}: lacks {_quoted(missing)}. Write it.")
        elif not _mappings(entry["items"]):
            found.append(f"{name}: `items` is no list of items. Write at least one.")
        else:
            found += [f"{name}: {said}" for said in (*_texts(entry), *_head(entry))]
            for item in entry["items"]:
                found += [f"{name}.{item.get('id', '?')}: {said}" for said in _item(entry, item)]
    items = [item for entry in entries if _mappings(entry.get("items")) for item in entry["items"]]
    parts = [part for entry in entries for part in entry.get("subscales", [])]
    for known in (entries, items, [*entries, *parts] if _mappings(parts) else entries):
        ids = [str(one.get("id")) for one in known]
        twice = sorted({key for key in ids if ids.count(key) > 1})
        found += [f"{key}: this id stands twice. Give one of them another." for key in twice]
    return found


def _head(instrument: Entry) -> Iterator[str]:
    if instrument["status"] not in STATUSES:
        yield f"there is no status '{instrument['status']}'. Use one of: {', '.join(STATUSES)}."
    yield from _scales(instrument)


def unit(items: int, min_answered: int, *, of_sum: bool) -> int:
    """Return the parts of one that every mean, or sum, of `min_answered` to `items` is whole in."""
    answered = range(min_answered, items + 1)
    return lcm(*(size // gcd(size, items) if of_sum else size for size in answered))


def _scales(instrument: Entry) -> Iterator[str]:
    """What is wrong with the scale and the subscales."""
    scored = [item.get("id") for item in instrument["items"] if item.get("scored", True)]
    whole = (
        [("the scale", {"items": scored} | instrument["scale"])] if "scale" in instrument else []
    )
    parts = instrument.get("subscales", [])
    if parts and not _mappings(parts):
        yield "`subscales` is no list of scales. Write each with an id, a name and its items."
        return
    if "scale" in instrument:
        whole = {"items": scored} | instrument["scale"]
        yield from (f"the scale {said}" for said in _scale(instrument, scored, whole))
    for number, part in enumerate(parts, start=1):
        missing = [key for key in ("id", "name", "items") if not part.get(key)]
        if missing:
            yield f"subscale {number} needs {_quoted(missing)}. Write it."
        else:
            name = f"subscale {part['id']}"
            yield from (f"{name} {said}" for said in _scale(instrument, scored, part))


def _scale(instrument: Entry, scored: list[Any], scale: Entry) -> Iterator[str]:
    """What is wrong with one scale."""
    if missing := [key for key in NEEDED if key not in scale]:
        yield f"needs {_quoted(missing)}. Write it."
        return
    for key in sorted(scale.keys() - {*SCALE, "method", "reversed"}):
        yield f"has no `{key}`. Remove it."
    of_items = scale["items"]
    for item in [item for item in of_items if item not in scored]:
        yield f"counts '{item}', which is not scored. Correct the id."
    for item in [item for item in scale.get("reversed", []) if item not in of_items]:
        yield f"turns '{item}' round, which it does not score. Correct the id."
    if scale.get("method", "mean") not in METHODS:
        yield f"has no method '{scale['method']}'. Use one of: {', '.join(METHODS)}."
    elif not 1 <= scale["min_answered"] <= len(of_items):
        yield f"needs `min_answered` from 1 to {len(of_items)}."
    else:
        yield from _ends(instrument, scale)
    if not scale["minimum"] < scale["maximum"]:
        yield "needs a `minimum` below its `maximum`."
    cuts = scale["cuts"]
    if cuts != sorted(set(cuts)) or not all(scale["minimum"] < c <= scale["maximum"] for c in cuts):
        yield "needs `cuts` in rising order, above `minimum` and up to `maximum`."
    codes = list(range(len(cuts) + 1))
    for step in scale["ladder"]:
        if sorted(code for merged in step.values() for code in merged) != codes:
            yield f"has bands {codes}, and a step of its `ladder` does not hold each of them once."


def _ends(instrument: Entry, scale: Entry) -> Iterator[str]:
    """What is wrong with the lowest and the highest total."""
    of_sum, size = scale.get("method") == "sum", len(scale["items"])
    times = size if of_sum else 1
    said = (scale["minimum"], scale["maximum"])
    for item in (instrument | item for item in instrument["items"] if item["id"] in scale["items"]):
        values = [option["value"] for option in item.get("options", [])]
        low = item.get("minimum", min(values, default=None))
        high = item.get("maximum", max(values, default=None))
        if low is None or high is None or (low * times, high * times) != said:
            yield f"goes from {said[0]} to {said[1]}, and '{item['id']}' does not. Correct it."
    largest = max(map(abs, said)) * unit(size, scale["min_answered"], of_sum=of_sum)
    if largest > LARGEST:
        yield "has too many totals to be counted exactly. Raise `min_answered`."


def _item(instrument: Entry, item: Entry) -> Iterator[str]:
    """What is wrong with one item; what it lacks itself, its instrument may have."""
    if not isinstance(item.get("id"), str) or not ID.fullmatch(item["id"]):
        yield "the id must be 2 to 40 small letters, digits and _, beginning with a letter."
    whole = instrument | {"text": None, "theme": None} | item
    kind = whole.get("type", "choice")
    if kind not in NEEDS:
        yield f"there is no type '{kind}'. Use one of: {', '.join(NEEDS)}."
        return
    allowed = {*ITEM, *NEEDS[kind], *ALSO.get(kind, ())}
    for key in sorted(item.keys() - allowed):
        yield f"a {kind} has no `{key}`. Remove it, or change the type."
    missing = [key for key in ("text", *NEEDS[kind]) if whole.get(key) is None]
    if missing:
        yield f"a {kind} needs {_quoted(missing)}. Write it."
        return
    if kind in UNCOUNTED and whole.get("figure") is not None:
        yield f"the gate has no figure for a {kind}. Write `figure: null`."
    if (whole.get("figure") == "signification") != (kind in MARKED) and whole.get("figure"):
        yield "`figure: signification` is for triads and dyads, and they have no other."
    yield from CHECKS.get(kind, _nothing)(whole)


def _nothing(item: Entry) -> Iterator[str]:
    yield from ()


def _options(item: Entry) -> Iterator[str]:
    options = item["options"]
    if not _mappings(options) or len(options) < 2:
        yield "needs at least two options. Add some."
        return
    kind = item.get("type", "choice")
    extra = {"smileys": {"face"}, "multiple": {"alone"}}.get(kind, set())
    values = [option.get("value") for option in options]
    if not all(isinstance(value, int) and not isinstance(value, bool) for value in values):
        yield "every option needs a `value` that is a whole number."
    elif len(set(values)) < len(values):
        yield "two options have the same value. Give each its own."
    for option in options:
        if not isinstance(option.get("label"), dict):
            yield f"option {option.get('value')} needs a `label`. Write it."
        for key in sorted(option.keys() - {"value", "label", *extra}):
            yield f"an option of a {kind} has no `{key}`. Remove it."
        if not isinstance(option.get("alone", False), bool):
            yield "`alone` is true or false."


def _smileys(item: Entry) -> Iterator[str]:
    yield from _options(item)
    faces = [o.get("face") for o in item["options"]] if _mappings(item["options"]) else []
    if faces != [face for face in FACES if face in faces]:
        yield "every smiley needs a `face` from 1 (sad) to 5 (glad), each once, the saddest first."


def _multiple(item: Entry) -> Iterator[str]:
    yield from _options(item)
    most = item.get("most")
    if most is not None and not (isinstance(most, int) and 1 <= most <= len(item["options"])):
        yield "`most` must be between 1 and the number of options. Correct it or leave it out."


def _poles(number: int) -> Callable[[Entry], Iterator[str]]:
    def check(item: Entry) -> Iterator[str]:
        poles = item["poles"]
        if not _mappings(poles) or len(poles) != number:
            yield f"needs exactly {number} poles, each with an id and a label."
            return
        yield from _marks("pole", poles)

    return check


def _stones(item: Entry) -> Iterator[str]:
    stones = item["stones"]
    if not _mappings(stones) or not 1 <= len(stones) <= MOST_STONES:
        yield f"needs 1 to {MOST_STONES} stones, each with an id and a label."
        return
    yield from _marks("stone", stones)
    for key in ("x", "y"):
        axis = item[key]
        if not isinstance(axis, dict) or axis.keys() != {"min", "max"}:
            yield f"`{key}` needs `min` and `max`: what the two ends are called."


def _marks(what: str, marks: list[Entry]) -> Iterator[str]:
    ids = [mark.get("id") for mark in marks]
    if any(not isinstance(id_, str) or not ID.fullmatch(id_) for id_ in ids):
        yield f"every {what} needs an `id` of small letters."
    elif len(set(ids)) < len(ids):
        yield f"two {what}s have the same id. Give each its own."
    for mark in marks:
        if mark.keys() != {"id", "label"} or not isinstance(mark["label"], dict):
            yield f"a {what} has an `id` and a `label`, and nothing else."


CHECKS: dict[str, Callable[[Entry], Iterator[str]]] = {
    "choice": _options,
    "smileys": _smileys,
    "multiple": _multiple,
    "ranking": _options,
    "triad": _poles(3),
    "dyad": _poles(2),
    "stones": _stones,
}


def _texts(entry: Any) -> Iterator[str]:
    """A text that some language lacks, wherever in the instrument it stands."""
    if isinstance(entry, dict) and any(language in entry for language in Language):
        lacking = [lang.value for lang in Language if not _said(entry.get(lang))]
        if lacking:
            some = next((text for text in entry.values() if _said(text)), "a text")
            yield f"“{some}” is not said in {', '.join(lacking)}. Write it, in quotes."
    elif isinstance(entry, dict | list):
        for value in entry.values() if isinstance(entry, dict) else entry:
            yield from _texts(value)


def _said(text: Any) -> bool:
    """Whether it is a text; without quotes, YAML makes a truth value of the word No."""
    return isinstance(text, str) and bool(text.strip())


def _mappings(entries: Any) -> TypeGuard[list[Entry]]:
    """Whether something is a list of mappings, and not empty."""
    return isinstance(entries, list) and bool(entries) and all(isinstance(e, dict) for e in entries)


def _quoted(keys: list[str]) -> str:
    return ", ".join(f"`{key}`" for key in keys)
