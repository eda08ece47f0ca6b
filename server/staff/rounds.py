"""HTTP for following up rounds: the list, the change ledger, and publishing the card."""

import datetime
from dataclasses import dataclass
from typing import Any

from litestar import Response, get, post
from litestar.params import FromPath

from server import pages
from server.act import ledger
from server.act.ledger import Answer, Area, Decided, Subject
from server.act.routes import show as show_card
from server.collect import copies, live, rounds
from server.collect.live import LiveRound
from server.errors import Problem
from server.release import service
from server.staff import answer_form, door
from server.staff.answer_form import Form
from server.staff.door import AnyRequest, sent_from_our_page, signed_in


@get("/", guards=[signed_in])
async def rounds_page(request: AnyRequest) -> Response[str]:
    """Every round, the newest first. No figure stands here: none has passed the gate."""
    shown = [
        {
            "definition": definition,
            "status": (await live.live_round(definition.code, _today())).status,
            "released": await service.released_on(row.id),
            "published": await ledger.published_on(row.id),
            "copies": await copies.is_waiting(row.id),
        }
        for row, definition in reversed(await rounds.all_rounds())
    ]
    return door.page(request, "staff/rounds.html", rounds=shown)


@dataclass(frozen=True, slots=True)
class Ledger:
    """A round's change ledger as it stands."""

    found: LiveRound
    released: bool
    areas: list[Area]
    others: list[Subject]
    given: dict[str, Answer]
    published: datetime.date | None
    decided: list[Decided]

    @property
    def path(self) -> str:
        """Its address."""
        return f"{door.HOME}/{self.found.definition.code}/tiltak"

    @property
    def lacking(self) -> list[Subject]:
        """What must be answered before the card can be published."""
        return ledger.lacking(self.areas, self.given)

    def subject(self, key: str) -> Subject:
        """What can be answered under this id.

        Raises:
            Problem: neither the release nor an earlier answer has it.
        """
        known = [subject for area in self.areas for subject in area.subjects] + self.others
        found = next((subject for subject in known if subject.id == key), None)
        if found is None:
            raise Problem(404, "unknown_theme", "No such theme here.", "Go back to the list.")
        return found

    def may_delete(self, subject: Subject) -> bool:
        """A published card keeps its answers, but for what the release has stopped showing."""
        return subject.id in self.given and (self.published is None or subject.figure is None)


async def _open(code: str) -> Ledger:
    found = await live.live_round(code, _today())
    release = await service.latest(found.id)
    given = await ledger.answers(found.id)
    return Ledger(
        found=found,
        released=release is not None,
        areas=ledger.told(release) if release else [],
        others=ledger.not_shown(release, given),
        given=given,
        published=await ledger.published_on(found.id),
        decided=await ledger.decided(found.id),
    )


@get("/{code:str}/tiltak", guards=[signed_in])
async def ledger_page(request: AnyRequest, code: FromPath[str]) -> Response[str]:
    """What the latest release tells, each with the service's answer."""
    done = request.query_params.get("gjort", "")
    return _ledger_page(request, await _open(code), done=done)


def _ledger_page(
    request: AnyRequest, book: Ledger, *, done: str = "", stopped: bool = False
) -> Response[str]:
    return door.page(
        request,
        "staff/ledger.html",
        status=422 if stopped else 200,
        path=book.path,
        book=book,
        round=book.found.definition,
        tongue=pages.language_of(request),
        done=done if done in {"saved", "deleted", "published_now"} else "",
        stopped=stopped,
    )


@get("/{code:str}/tiltak/{theme:str}", guards=[signed_in])
async def answer_page(
    request: AnyRequest, code: FromPath[str], theme: FromPath[str]
) -> Response[str]:
    """The form to answer one theme or group of themes."""
    book = await _open(code)
    return _answer_page(request, book, theme, answer_form.of_answer(book.given.get(theme)))


def _answer_page(request: AnyRequest, book: Ledger, theme: str, form: Form) -> Response[str]:
    subject = book.subject(theme)
    return door.page(
        request,
        "staff/answer.html",
        status=422 if form.errors else 200,
        path=f"{book.path}/{subject.id}",
        book=book,
        round=book.found.definition,
        subject=subject,
        tongue=pages.language_of(request),
        form=form,
        limit=answer_form.TEXT_LIMIT,
        example=f"1.3.{_today().year + 1}",
    )


@post("/{code:str}/tiltak/{theme:str}", guards=[signed_in, sent_from_our_page])
async def save_answer(
    request: AnyRequest, code: FromPath[str], theme: FromPath[str]
) -> Response[Any]:
    """Keep an answer; when something is wrong, the form comes back with all that was typed."""
    book = await _open(code)
    subject = book.subject(theme)
    form, answer = answer_form.read(await door.form(request), book.given.get(theme), _today())
    if answer is None:
        return _answer_page(request, book, theme, form)
    other = await ledger.save(book.found.id, subject.id, answer, form.seen)
    if other is not None:
        form.seen = other.version
        form.errors["text"] = ("changed", {"text": other.text})
        return _answer_page(request, book, theme, form)
    return pages.redirect(request, f"{book.path}?gjort=saved")


@post("/{code:str}/tiltak/{theme:str}/slett", guards=[signed_in, sent_from_our_page])
async def delete_answer(
    request: AnyRequest, code: FromPath[str], theme: FromPath[str]
) -> Response[Any]:
    """Remove an answer."""
    book = await _open(code)
    if not book.may_delete(book.subject(theme)):
        raise Problem(
            409, "answer_stays", "A published card keeps its answers.", "Change the answer instead."
        )
    await ledger.delete(book.found.id, theme)
    return pages.redirect(request, f"{book.path}?gjort=deleted")


@get("/{code:str}/kort", guards=[signed_in])
async def preview(request: AnyRequest, code: FromPath[str]) -> Response[str]:
    """The card as it will be."""
    book = await _open(code)
    return await show_card(request, book.found, book.published, preview=True)


@post("/{code:str}/tiltak", guards=[signed_in, sent_from_our_page])
async def publish(request: AnyRequest, code: FromPath[str]) -> Response[Any]:
    """Publish the card, unless something told of has no answer."""
    book = await _open(code)
    if not book.released or await ledger.publish(book.found.id, book.areas, _today()):
        return _ledger_page(request, book, stopped=True)
    return pages.redirect(request, f"{book.path}?gjort=published_now")


def _today() -> datetime.date:
    return datetime.date.today()
