"""The codebook of this process: the one that ships, and the deployment's own themes."""

import hashlib
from dataclasses import replace
from pathlib import Path

from nlp.codebook import Codebook, codebook
from nlp.codebook.own_file import OwnTheme, read_own_themes

_own: list[OwnTheme] = []


def use_own_themes(path: Path) -> None:
    """Let a deployment's own themes stand beside the codebook's in this process.

    From now on `codebook_in_use()` has them, `nlp.load()` looks for them and `model_version()`
    names them.

    Args:
        path: a YAML file, see `read_own_themes` in `nlp.codebook.own_file`.

    Raises:
        ValueError: the file cannot be read or used; the message says where, and what to do.
    """
    try:
        found = read_own_themes(path.read_text("utf-8-sig"))
    except OSError as error:
        raise ValueError(f"{path} cannot be read ({error.strerror}).") from error
    except UnicodeDecodeError:
        raise ValueError(f"{path} is not UTF-8. Save the file as UTF-8.") from None
    except ValueError as error:
        raise ValueError(f"{path}: {error}.") from error
    _own[:] = found


def own_themes() -> tuple[OwnTheme, ...]:
    """Those that `use_own_themes` put in."""
    return tuple(_own)


def codebook_in_use() -> Codebook:
    """The codebook that ships, with the deployment's own themes after its own."""
    book = codebook()
    return replace(book, codes=(*book.codes, *(theme.code for theme in _own)))


def own_version() -> str:
    """Eight hexadecimal digits of what the own themes say; empty without any."""
    return hashlib.sha256(repr(_own).encode()).hexdigest()[:8] if _own else ""
