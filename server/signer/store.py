"""What the signer keeps: each round's key, and of each invitation a hash and what it was used for.

One SQLite file of its own, opened by nothing else. PostgreSQL would keep the order in which
invitations were used (row versions, transaction ids, write-ahead log), and share that log with
whatever else lives in the same cluster; here nothing of the kind exists. All rows of a round are
made at once, in the order of their hashes, and a use overwrites 32 bytes with 32 others in their
place. So the file depends on which invitations were used and not on their order: uses in another
order leave the very same bytes (a test does that). The rollback journal is cut at every commit.
The file's own time of change, which the disk keeps, tells when the last use was.
"""

import hashlib
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from threading import Lock
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

from server import keys

PATIENCE = 5.0
"""Seconds to wait for another command that has the file locked."""

APPLICATION = 0x466F7274
"""Marks the file as a signer's (SQLite's application_id), so that no collector opens it."""

UNUSED = bytes(32)
INVITATION_BYTES = 10
"""Ten random bytes, 80 bits, are an invitation: 16 letters and digits."""

TABLES = (
    "CREATE TABLE round (code TEXT PRIMARY KEY, public TEXT NOT NULL, private BLOB NOT NULL)",
    "CREATE TABLE invitation (hash BLOB PRIMARY KEY, round TEXT NOT NULL, used_for BLOB NOT NULL)",
)
PRAGMAS = (
    "PRAGMA journal_mode = TRUNCATE",
    "PRAGMA synchronous = FULL",
    "PRAGMA secure_delete = ON",
    "PRAGMA temp_store = MEMORY",
)


class SignerError(Exception):
    """The signer cannot do what was asked; the message says what to do."""


class UnknownRound(Exception):
    """No such round here."""


class UnknownInvitation(Exception):
    """The round has no such invitation."""


class InvitationUsed(Exception):
    """The invitation has its signature, and it was for another message."""


class Store:
    """The signer's file.

    Args:
        path: made when missing, readable by its owner only.

    Raises:
        SignerError: it cannot be opened, or is no signer's file.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = Lock()
        self._keys: dict[str, RSAPrivateKey] = {}
        try:
            path.touch(mode=0o600)
            self._connection = sqlite3.connect(
                path, timeout=PATIENCE, isolation_level=None, check_same_thread=False
            )
            self._prepare()
        except (OSError, sqlite3.Error) as error:
            raise SignerError(
                f"The signer's file {path} cannot be opened ({type(error).__name__}). Check "
                "FORTELL_SIGNER_DATABASE, and that this user may write there."
            ) from error

    def _prepare(self) -> None:
        with self._transaction():
            (mark,) = self._one("PRAGMA application_id")
            (tables,) = self._one("SELECT count(*) FROM sqlite_master")
            if mark != APPLICATION and tables:
                raise SignerError(
                    f"{self._path} is another program's database. The signer needs a file of its "
                    "own: set FORTELL_SIGNER_DATABASE."
                )
            if not tables:
                self._connection.execute(f"PRAGMA application_id = {APPLICATION}")
                for table in TABLES:
                    self._connection.execute(table)
        for pragma in PRAGMAS:
            self._connection.execute(pragma)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock:
            self._connection.execute("BEGIN IMMEDIATE")
            try:
                yield
            except BaseException:
                self._connection.execute("ROLLBACK")
                raise
            self._connection.execute("COMMIT")

    def _one(self, sql: str, *values: Any) -> Any:
        with closing(self._connection.execute(sql, values)) as cursor:
            return cursor.fetchone()

    def add_round(self, code: str, count: int) -> tuple[str, list[str]]:
        """Make a round's key and its invitations.

        Args:
            code: the round's.
            count: of invitations; more cannot be made later, for they would stand out.

        Returns:
            The public key, and the invitations, which are kept nowhere.

        Raises:
            SignerError: the round is here already.
        """
        key = rsa.generate_private_key(keys.EXPONENT, keys.BITS)
        public = keys.write_key(key.public_key())
        invitations = [keys.spelled(secrets.token_bytes(INVITATION_BYTES)) for _ in range(count)]
        with self._transaction():
            if self._one("SELECT 1 FROM round WHERE code = ?", code):
                raise SignerError(
                    f"The signer has the round {code} already. Its invitations were made once, "
                    f"and cannot be made again. If they are lost, run: fortell signer end {code}"
                )
            self._connection.execute(
                "INSERT INTO round VALUES (?, ?, ?)", (code, public, _der(key))
            )
            rows = [
                (text, code, UNUSED) for text in sorted(hash_of(code, one) for one in invitations)
            ]
            self._connection.executemany("INSERT INTO invitation VALUES (?, ?, ?)", rows)
        return public, invitations

    def end_round(self, code: str) -> None:
        """Forget a round's key and invitations; nobody can use one any more.

        Raises:
            SignerError: there is no such round.
        """
        with self._transaction():
            gone = self._connection.execute("DELETE FROM round WHERE code = ?", (code,))
            if not gone.rowcount:
                raise SignerError(f"The signer has no round {code}.")
            self._connection.execute("DELETE FROM invitation WHERE round = ?", (code,))

    def public_key(self, code: str) -> str:
        """A round's public key.

        Raises:
            UnknownRound: there is no such round.
        """
        with self._lock:
            found = self._one("SELECT public FROM round WHERE code = ?", code)
        if found is None:
            raise UnknownRound
        public: str = found[0]
        return public

    def private_key(self, code: str) -> RSAPrivateKey:
        """A round's private key; read from the file once.

        Raises:
            UnknownRound: there is no such round.
        """
        public = self.public_key(code)
        if public not in self._keys:
            with self._lock:
                found = self._one("SELECT private FROM round WHERE public = ?", public)
            if found is None:
                raise UnknownRound
            key = serialization.load_der_private_key(found[0], password=None)
            assert isinstance(key, RSAPrivateKey)  # noqa: S101 - add_round makes no other
            self._keys[public] = key
        return self._keys[public]

    def use(self, code: str, invitation: str, blinded: bytes) -> None:
        """Use an invitation for a blinded message, or see that it was used for this very one.

        What is kept is a hash of the blinded message, for a reply can be lost on its way. It says
        nothing of the message: blinding multiplies it with a number drawn evenly from all, so the
        product is as likely whichever the message is, even for who can break RSA.

        Args:
            code: the round's.
            invitation: as somebody typed it.
            blinded: what is to be signed.

        Raises:
            UnknownInvitation: the round has no such invitation.
            InvitationUsed: it was used for another message.
        """
        found, purpose = hash_of(code, invitation), hashlib.sha256(blinded).digest()
        with self._transaction():
            row = self._one("SELECT used_for FROM invitation WHERE hash = ?", found)
            if row is None:
                raise UnknownInvitation
            if row[0] == purpose:
                return
            if row[0] != UNUSED:
                raise InvitationUsed
            self._connection.execute(
                "UPDATE invitation SET used_for = ? WHERE hash = ?", (purpose, found)
            )


def hash_of(code: str, invitation: str) -> bytes:
    """What is kept of an invitation.

    Args:
        code: the round's, so that no invitation opens another round.
        invitation: as somebody typed it.
    """
    text = f"fortell invitation 1\0{code}\0{keys.plain(invitation)}"
    return hashlib.sha256(text.encode()).digest()


def _der(key: RSAPrivateKey) -> bytes:
    return key.private_bytes(
        serialization.Encoding.DER,
        serialization.PrivateFormat.PKCS8,
        serialization.NoEncryption(),
    )
