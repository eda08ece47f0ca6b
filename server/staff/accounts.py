"""Local accounts: made, checked slowly, and locked for a while when somebody guesses.

Sources: OWASP ASVS 5.0 V6 (authentication); RFC 9106 (Argon2id, second recommended parameters);
NIST SP 800-63B section 3.1.1 (length before composition).
"""

import asyncio
import datetime
import unicodedata
from functools import cache
from typing import Any
from uuid import UUID

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from server.database.connection import current
from server.staff.tables import Account, Session

SHORTEST = 12
LONGEST = 256
NAME_LONGEST = 80
FREE_FAILURES = 5
FIRST_LOCK = datetime.timedelta(seconds=30)
LONGEST_LOCK = datetime.timedelta(hours=1)

_hasher = PasswordHasher()


class AccountError(Exception):
    """An account cannot be made or changed; the message says what to do."""


async def create_account(name: str, password: str) -> None:
    """Make an account for somebody who works with the figures.

    Args:
        name: what they sign in with; case does not matter.
        password: at least 12 characters.

    Raises:
        AccountError: the name or the password cannot be used, or the name is taken.
    """
    plain = _plain_name(name)
    _check_password(plain, password)
    hashed = await asyncio.to_thread(_hasher.hash, _plain(password))
    made = (
        await Account.insert(Account(name=plain, password=hashed))
        .on_conflict(target=Account.name, action="DO NOTHING")
        .returning(Account.id)
    )
    if not made:
        raise AccountError("This name is taken. Choose another, or change its password.")


async def change_password(name: str, password: str) -> None:
    """Give an account a new password; whoever is signed in with it is signed out.

    Raises:
        AccountError: no account has the name, or the password cannot be used.
    """
    plain = _plain_name(name)
    _check_password(plain, password)
    hashed = await asyncio.to_thread(_hasher.hash, _plain(password))
    changed = (
        await Account.update(
            {Account.password: hashed, Account.failures: 0, Account.locked_until: None}
        )
        .where(Account.name == plain)
        .returning(Account.id)
    )
    if not changed:
        raise AccountError("No account has this name. Check the spelling, or make the account.")
    await Session.delete().where(Session.account == changed[0]["id"])


async def verify(name: str, password: str, now: datetime.datetime) -> UUID | None:
    """Check a name and a password. An unknown name and a locked account take as long.

    Args:
        name: as typed.
        password: as typed.
        now: with time zone; decides whether the account is locked.

    Returns:
        The account, or None; nothing tells which of the two was wrong.
    """
    row = await _attempt(name, now)
    hashed = row["password"] if row else None
    right = await asyncio.to_thread(_matches, hashed, password)
    if row is None or not right:
        return None
    await Account.update({Account.failures: 0, Account.locked_until: None}).where(
        Account.id == row["id"]
    )
    account: UUID = row["id"]
    return account


async def _attempt(name: str, now: datetime.datetime) -> dict[str, Any] | None:
    """Count an attempt as failed before it is checked, so that parallel guesses count too."""
    async with current().transaction():
        rows = (
            await Account.update({Account.failures: Account.failures + 1})
            .where(
                Account.name == _plain(name)[:NAME_LONGEST].casefold(),
                Account.locked_until.is_null() | (Account.locked_until <= now),
            )
            .returning(Account.id, Account.password, Account.failures)
        )
        if rows and rows[0]["failures"] >= FREE_FAILURES:
            lock = lock_after(rows[0]["failures"])
            await Account.update({Account.locked_until: now + lock}).where(
                Account.id == rows[0]["id"]
            )
    return rows[0] if rows else None


def lock_after(failures: int) -> datetime.timedelta:
    """How long an account is locked after so many failures in a row; it doubles."""
    if failures < FREE_FAILURES:
        return datetime.timedelta(0)
    doublings = min(failures - FREE_FAILURES, 10)
    return min(FIRST_LOCK * (1 << doublings), LONGEST_LOCK)


def _matches(hashed: str | None, password: str) -> bool:
    try:
        return _hasher.verify(hashed or _nobody(), _plain(password)[: LONGEST + 1])
    except (VerificationError, InvalidHashError):
        return False


@cache
def _nobody() -> str:
    """A hash that is checked where there is no account."""
    return _hasher.hash("nobody has this password")


def _plain(text: str) -> str:
    """One spelling of what looks the same; NUL, which no database takes, is taken out."""
    return unicodedata.normalize("NFKC", text).replace("\0", "").strip()


def _plain_name(name: str) -> str:
    plain = _plain(name).casefold()
    if not plain or len(plain) > NAME_LONGEST or not plain.isprintable():
        raise AccountError(f"Give a name of 1 to {NAME_LONGEST} characters.")
    return plain


def _check_password(name: str, password: str) -> None:
    plain = _plain(password)
    if len(plain) < SHORTEST:
        raise AccountError(
            f"The password is too short. Use at least {SHORTEST} characters, such as four words."
        )
    if len(plain) > LONGEST:
        raise AccountError(f"The password is too long. Use at most {LONGEST} characters.")
    if len(set(plain.casefold())) < 6 or name in plain.casefold() or "fortell" in plain.casefold():
        raise AccountError(
            "The password is easy to guess. Use four words that have nothing to do with your name "
            "or with Fortell."
        )
