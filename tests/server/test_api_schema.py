"""The application keeps to the OpenAPI document that it publishes, whatever is sent."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from schemathesis import GenerationMode
from schemathesis.schemas import APIOperation
from schemathesis.specs.openapi.checks import positive_data_acceptance

from tests.server.process import Server, load_round, serving
from tests.server.rounds import CODE, answer
from tests.server.working import Working

EXAMPLES = 25
OPERATIONS = {
    "GET /health",
    "GET /api/rounds/{code}",
    "GET /api/rounds/{code}/card",
    "GET /api/rounds/{code}/others",
    "GET /api/rounds/{code}/release",
    "GET /api/rounds/{code}/release/{form}",
    "GET /api/rounds/{code}/work",
    "DELETE /api/workshops/{code}/cards/{card}",
    "GET /api/workshops/{code}",
    "GET /api/workshops/{code}/mine",
    "GET /api/workshops/{code}/work",
    "POST /api/workshops/{code}/phones",
    "PUT /api/workshops/{code}/cards/{card}",
    "PUT /api/workshops/{code}/choices/{card}",
    "PUT /api/workshops/{code}/votes",
    "POST /api/rounds/{code}/proposals",
    "POST /api/rounds/{code}/responses",
    "POST /api/rounds/{code}/withdrawals",
}


@pytest.fixture
def server(database: str, tmp_path: Path) -> Iterator[Server]:
    load_round(database)
    with serving(database, tmp_path / "log", worker="false") as running:
        yield running


def test_what_is_sent_at_random_gets_an_answer_that_the_document_describes(
    server: Server,
) -> None:
    schema = schemathesis.openapi.from_url(f"{server.url}/schema/openapi.json")
    operations = [found.ok() for found in schema.get_all_operations()]
    assert {operation.label for operation in operations} == OPERATIONS
    for operation in operations:
        attack(operation, GenerationMode.POSITIVE)
        if operation.body:
            attack(operation, GenerationMode.NEGATIVE)
    assert httpx.get(f"{server.url}/health").is_success
    assert "request_failed" not in server.log.read_text("utf-8")


def attack(operation: APIOperation, mode: GenerationMode) -> None:
    """Send what fits, or what does not, to the round that there is and to others.

    What fits may be refused: the document cannot say which questions a round asks.
    """

    @given(case=operation.as_strategy(generation_mode=mode), real=st.booleans())
    @settings(
        max_examples=EXAMPLES,
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case: schemathesis.Case, real: bool) -> None:
        if real and "code" in case.path_parameters:
            case.path_parameters["code"] = CODE
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    run()


def test_every_status_that_a_reader_can_meet_is_described(server: Server) -> None:
    document = httpx.get(f"{server.url}/schema/openapi.json").json()
    send = document["paths"]["/api/rounds/{code}/responses"]["post"]
    assert send["responses"].keys() >= {"201", "400", "403", "404", "410", "413", "503"}
    with httpx.Client(base_url=server.url, auth=Working()) as phone:
        replies = {
            "201": phone.post(f"/api/rounds/{CODE}/responses", json=answer()),
            "400": phone.post(f"/api/rounds/{CODE}/responses", json={}),
            "404": phone.post("/api/rounds/UKJENT/responses", json=answer()),
        }
    for status, reply in replies.items():
        assert str(reply.status_code) == status
        content = send["responses"][status]["content"]["application/json"]["schema"]
        name = content["$ref"].rsplit("/", 1)[1]
        assert reply.json().keys() == document["components"]["schemas"][name]["properties"].keys()
