"""The routes of the staff pages, all under /stab."""

from litestar import Router
from litestar.types import ControllerRouterHandler

from server import pages
from server.staff import copies, door, files, rounds, sign_in

routes: list[ControllerRouterHandler] = [
    Router(
        door.HOME,
        route_handlers=[
            sign_in.sign_in_page,
            sign_in.sign_in,
            sign_in.sign_out,
            rounds.rounds_page,
            rounds.ledger_page,
            rounds.answer_page,
            rounds.save_answer,
            rounds.delete_answer,
            rounds.preview,
            rounds.publish,
            copies.copies_page,
            copies.decide,
            files.data_file,
        ],
        exception_handlers={
            **pages.exception_handlers,
            door.NotSignedIn: door.on_not_signed_in,
            door.NotOurForm: door.on_not_our_form,
        },
        include_in_schema=False,
        request_max_body_size=door.BODY_LIMIT,
    )
]
