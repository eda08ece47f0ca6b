"""Signed-in browsers. The cookie's secret is known to the browser only; we keep its SHA-256.

Source: OWASP ASVS 5.0 V7 (session management) and V3.5 (cross-site request forgery).
"""

import datetime
import hashlib
import hmac
import secrets
from uuid import UUID

from server.staff.tables import Session

LIFE = datetime.timedelta(hours=8)


async def begin(account: UUID, now: datetime.datetime) -> str:
    """Sign an account in; sessions that are over are cleared away.

    Returns:
        The secret for the cookie: 256 random bits.
    """
    token = new_token()
    await Session.delete().where(Session.expires <= now)
    await Session.insert(Session(token_hash=_hash(token), account=account, expires=now + LIFE))
    return token


async def is_valid(token: str, now: datetime.datetime) -> bool:
    """Whether somebody is signed in with this secret."""
    return await Session.exists().where(Session.token_hash == _hash(token), Session.expires > now)


async def account(token: str) -> UUID:
    """Whose session this is; for those whom the guard has let in."""
    rows = await Session.select(Session.account).where(Session.token_hash == _hash(token))
    found: UUID = rows[0]["account"]
    return found


async def end(token: str) -> None:
    """Sign out."""
    await Session.delete().where(Session.token_hash == _hash(token))


def new_token() -> str:
    """256 random bits as text."""
    return secrets.token_urlsafe(32)


def form_token(token: str) -> str:
    """What a form must carry to come from a page that was given this cookie."""
    return hmac.new(token.encode(), b"form", hashlib.sha256).hexdigest()


def is_form_token(given: str, token: str) -> bool:
    """Whether a form carries what `form_token` gave it; in constant time."""
    return hmac.compare_digest(given.encode(), form_token(token).encode())


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()
