"""The promise to those who are invited: the key that the round pins, and nothing untrue of it."""

import base64
import hashlib
import subprocess

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from enumerations import Language
from server import keys
from tests.attacks.markup import read
from tests.server.conftest import make_round
from tests.server.process import ROOT

pytestmark = [
    pytest.mark.anyio,
    pytest.mark.parametrize("database", ["sqlite"], indirect=True),
]
CODE = "LUNVIK26"
KEY = keys.write_key(rsa.generate_private_key(65537, keys.BITS).public_key())
SIGNER = "https://signer.example.no"


async def invited() -> None:
    await make_round(CODE, mode="invited", invited={"signer": SIGNER, "key": KEY})


@pytest.mark.parametrize("language", list(Language))
async def test_it_shows_the_key_in_three_forms_and_where_to_ask(
    client: httpx.AsyncClient, language: Language
) -> None:
    await invited()
    reply = await client.get(f"/r/{CODE}/loftet?lang={language}")
    assert reply.status_code == 200
    assert f'<html lang="{language}">' in reply.text
    page = read(reply.text)
    digest = hashlib.sha256(base64.b64decode(KEY)).hexdigest()
    assert [node.text for node in page.all("dd")] == [keys.fingerprint(KEY), KEY, digest]
    links = [node.attributes["href"] for node in page.all("a")]
    assert f"{SIGNER}/rounds/{CODE}" in links
    assert "https://www.rfc-editor.org/rfc/rfc9474" in links
    assert not list(page.all("script"))
    for name in ("frontend/svar/lib/blind.ts", "server/signer", "server/collect/tokens.py"):
        assert name in reply.text
        assert (ROOT / name).exists()


async def test_an_adviser_gets_the_digest_with_nothing_but_a_shell(
    client: httpx.AsyncClient,
) -> None:
    await invited()
    _, key, digest = (
        node.text for node in read((await client.get(f"/r/{CODE}/loftet")).text).all("dd")
    )
    made = subprocess.run(
        ["sh", "-c", "base64 -d | sha256sum"],
        input=key, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert made.stdout.split()[0] == digest


@pytest.mark.parametrize("language", list(Language))
async def test_a_round_without_invitations_has_no_promise(
    client: httpx.AsyncClient, language: Language
) -> None:
    await make_round(CODE)
    reply = await client.get(f"/r/{CODE}/loftet?lang={language}")
    assert reply.status_code == 404
    assert f'<html lang="{language}">' in reply.text
    assert "<dd" not in reply.text
    assert (await client.get("/r/INGEN99/loftet")).status_code == 404
