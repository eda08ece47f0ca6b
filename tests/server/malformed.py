"""Bodies that are nearly right: a good one with one thing, or one byte, that is not."""

import json
import random
from collections.abc import Callable
from typing import Any

CANARY = "kanarifugl"
"""Stands in much of what is made here; no reply may repeat it."""

ODD: tuple[Any, ...] = (
    None, True, False, -1, 0.5, -0.0, 2**53 + 1, 2**63, -(2**64), 10**30, "", " ", CANARY,
    CANARY * 400, "\0", "\u202e", "\ufeff", [], {}, [None], [CANARY], {CANARY: CANARY}, {"": 1},
    [[]], [CANARY] * 300, {f"{CANARY}{n}": n for n in range(300)}, "nb ", "1e5", "ﬀ", "💙" * 99,
)  # fmt: skip
"""Values in the place of a good one."""

RAW = (
    "NaN", "-Infinity", "1e999", "-1e999", "01", "+1", ".5", "0x10", "9" * 400, "'x'", "undefined",
    "tru", '"\\ud83d"', '"\\ude00\\ud83d"', '"\\x41"', '"\t"', '"\\u00"', "[" * 900,
    "[" * 900 + "]" * 900, '{"a":' * 600 + "1" + "}" * 600, "", "//", "[1,]", "{,}", '{"a" 1}',
)  # fmt: skip
"""Text in the place of a good value, most of it no JSON."""

TYPES = (
    "application/json", "application/json; charset=utf-16", "text/plain", "", "application/xml",
    "application/x-www-form-urlencoded", "multipart/form-data", "multipart/form-data; boundary=x",
    "application/msgpack", "image/png", f"{CANARY}/{CANARY}", "application/json, application/json",
)  # fmt: skip

HOLE = "a place that is filled afterwards"


def spoilt(chance: random.Random, good: dict[str, Any]) -> tuple[bytes, str]:
    """One body that is probably wrong, and its content type.

    Args:
        chance: decides what is wrong.
        good: what would be taken.
    """
    content = chance.choice(WAYS)(chance, good)
    return content, TYPES[0] if chance.random() < 0.9 else chance.choice(TYPES)


def _places(value: Any) -> list[tuple[Any, Any]]:
    """Every container in a value, with each of its keys."""
    if not isinstance(value, dict | list):
        return []
    keys = list(value) if isinstance(value, dict) else list(range(len(value)))
    return [(value, key) for key in keys] + [p for key in keys for p in _places(value[key])]


def _with(chance: random.Random, good: dict[str, Any], new: Any) -> dict[str, Any]:
    made: dict[str, Any] = json.loads(json.dumps(good))
    container, key = chance.choice(_places(made))
    container[key] = new
    return made


def _odd(chance: random.Random, good: dict[str, Any]) -> bytes:
    return json.dumps(_with(chance, good, chance.choice(ODD))).encode()


def _raw(chance: random.Random, good: dict[str, Any]) -> bytes:
    text = json.dumps(_with(chance, good, HOLE))
    return text.replace(f'"{HOLE}"', chance.choice(RAW)).encode()


def _lost(chance: random.Random, good: dict[str, Any]) -> bytes:
    made: dict[str, Any] = json.loads(json.dumps(good))
    container, key = chance.choice(_places(made))
    del container[key]
    return json.dumps(made).encode()


def _renamed(chance: random.Random, good: dict[str, Any]) -> bytes:
    made: dict[str, Any] = json.loads(json.dumps(good))
    inside = [(held, key) for held, key in _places(made) if isinstance(held, dict)]
    container, key = chance.choice(inside)
    name = chance.choice([CANARY, key.upper(), f"{key} ", f"{key}\0", "", "__proto__", "$", "æ"])
    container[name] = container.pop(key)
    return json.dumps(made).encode()


def _twice(chance: random.Random, good: dict[str, Any]) -> bytes:
    key = chance.choice(list(good))
    other = json.dumps(chance.choice([good[key], *ODD]))
    return json.dumps(good).encode()[:-1] + f', "{key}": {other}}}'.encode()


def _cut(chance: random.Random, good: dict[str, Any]) -> bytes:
    content = json.dumps(good).encode()
    return content[: chance.randrange(len(content))]


def _flipped(chance: random.Random, good: dict[str, Any]) -> bytes:
    content = bytearray(json.dumps(good).encode())
    for _ in range(chance.choice([1, 1, 3, 30])):
        content[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(content)


def _more(chance: random.Random, good: dict[str, Any]) -> bytes:
    content = json.dumps(good).encode()
    place = chance.randrange(len(content) + 1)
    extra = chance.choice([b"\0", b"\xff", b"\xed\xa0\x80", b"\\", b'"', b"{", b"]", b"\xc3", b" "])
    return content[:place] + extra * chance.choice([1, 2, 50]) + content[place:]


def _spelt(chance: random.Random, good: dict[str, Any]) -> bytes:
    text = json.dumps(good)
    code = chance.choice(["utf-16", "utf-32", "utf-8-sig", "utf-7", "cp037", "utf-16-le"])
    return text.encode(code)


def _other(chance: random.Random, good: dict[str, Any]) -> bytes:
    text = json.dumps(good).encode()
    return chance.choice(
        [
            b"", b" ", b"null", b"[]", b"{}", b'""', b"0", text * 2, b"[" + text + b"]", text[1:],
            text[:-1], b"\x1f\x8b" + text, f"<a>{CANARY}</a>".encode(), f"{CANARY}=1&a=b".encode(),
            b"--x\r\n" + text, chance.randbytes(200), json.dumps(CANARY).encode(),
            json.dumps(text.decode()).encode(), json.dumps(list(good.items())).encode(),
        ]
    )  # fmt: skip


WAYS: tuple[Callable[[random.Random, dict[str, Any]], bytes], ...] = (
    _odd, _odd, _raw, _lost, _renamed, _twice, _cut, _flipped, _more, _spelt, _other,
)  # fmt: skip
