"""Pages that the server renders: one layout, one catalogue per language, nothing inline.

Templates lie in the room that owns them. The language is `?lang=`, else what the browser asks
for, else bokmål; a chosen language follows in every link, so no cookie is needed.
"""

import datetime
import json
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from litestar import Request, Response
from litestar.exceptions import HTTPException
from litestar.response import Redirect

from enumerations import Language
from server import errors
from server.errors import Body, Problem

AnyRequest = Request[Any, Any, Any]

HERE = Path(__file__).parent
HTML = "text/html"
ALIASES = {"no": Language.BOKMAL}

_environment = Environment(
    loader=FileSystemLoader(HERE.parent),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


@cache
def messages(language: Language) -> dict[str, Any]:
    """The texts of every page in one language."""
    text = (HERE / "messages" / f"{language}.json").read_text("utf-8")
    found: dict[str, Any] = json.loads(text)
    return found


def language_of(request: AnyRequest) -> Language:
    """The language that a page is shown in."""
    return _chosen(request) or _accepted(request.headers.get("accept-language", ""))


def _chosen(request: AnyRequest) -> Language | None:
    return _language(request.query_params.get("lang", ""))


def _language(tag: str) -> Language | None:
    primary = tag.strip().lower().partition("-")[0]
    if primary in ALIASES:
        return ALIASES[primary]
    return Language(primary) if primary in set(Language) else None


def _accepted(header: str) -> Language:
    """The best of an Accept-Language header (RFC 9110, section 12.5.4)."""
    wishes = []
    for wish in header.split(","):
        tag, _, weight = wish.partition(";q=")
        language = _language(tag)
        if language is not None:
            wishes.append((_weight(weight), language))
    return max(wishes, key=lambda wish: wish[0], default=(1.0, Language.BOKMAL))[1]


def _weight(text: str) -> float:
    try:
        return float(text or 1)
    except ValueError:
        return 0.0


def address(request: AnyRequest, path: str) -> str:
    """A path of ours with the chosen language, if one was chosen."""
    chosen = _chosen(request)
    if chosen is None:
        return path
    return f"{path}{'&' if '?' in path else '?'}lang={chosen}"


def redirect(request: AnyRequest, path: str) -> Redirect:
    """Send the browser on to a path of ours, to be fetched with GET."""
    return Redirect(address(request, path), status_code=303)


def date_text(day: datetime.date | str, language: Language) -> str:
    """A date in words, such as "3. mars 2026".

    Args:
        day: a date, or its ISO form.
        language: of the words.
    """
    if isinstance(day, str):
        day = datetime.date.fromisoformat(day)
    words = messages(language)["date"]
    text: str = words["form"].format(
        day=day.day, month=words["months"][day.month - 1], year=day.year
    )
    return text


def written_in(words: Mapping[Any, str], language: Language) -> tuple[str, str]:
    """A text in a language, or in the first that it has; and which one that is."""
    found = language if words.get(language) else next(iter(words))
    return words[found], str(found)


def page(
    request: AnyRequest, template: str, *, status: int = 200, path: str = "", **values: Any
) -> Response[str]:
    """Render a page.

    Args:
        request: tells the language and the address.
        template: path below `server/`, such as "staff/rounds.html".
        status: HTTP status.
        path: address of this page in other languages, where it is not the request's own.
        values: what the template names; `about` is a round's address, if the page is about one.
    """
    language = language_of(request)
    content = _environment.get_template(template).render(
        t=messages(language),
        language=language.value,
        languages=_switch(request, path or request.url.path),
        to=lambda target: address(request, target),
        date=lambda day: date_text(day, language),
        sentence=lambda text: text[:1].upper() + text[1:],
        text_of=lambda words: written_in(words, language)[0],
        lang_of=lambda words: written_in(words, language)[1],
        **values,
    )
    return Response(
        content, status_code=status, media_type=HTML, headers={"Content-Language": language.value}
    )


def document(template: str, **values: Any) -> str:
    """Render a page that is printed or opened from a disk, in all languages at once.

    Args:
        template: path below `server/`.
        values: what the template names, beside `t`: the texts of every language.
    """
    texts = {language.value: messages(language) for language in Language}
    return _environment.get_template(template).render(t=texts, **values)


def _switch(request: AnyRequest, path: str) -> list[tuple[str, str, str]]:
    """(language, its own name, address) of this page in each language."""
    kept = [(key, value) for key, value in request.query_params.multi_items() if key != "lang"]
    return [
        (
            language.value,
            messages(language)["language_name"],
            f"{path}?{urlencode([*kept, ('lang', language.value)])}",
        )
        for language in Language
    ]


def _as_page(
    answer: Callable[[AnyRequest, Any], Response[Body]],
) -> Callable[[AnyRequest, Any], Response[str]]:
    """Turn one of the server's error answers into a page."""

    def handler(request: AnyRequest, error: Any) -> Response[str]:
        said = answer(request, error)
        known = messages(language_of(request))["problems"]
        problem = known.get(said.content.code, known["failed"])
        shown = page(request, "pages/problem.html", status=said.status_code or 500, problem=problem)
        shown.headers.update(said.headers)
        return shown

    return handler


exception_handlers: dict[int | type[Exception], Any] = {
    Problem: _as_page(errors.on_problem),
    HTTPException: _as_page(errors.on_http),
    Exception: _as_page(errors.on_error),
}
"""For routers whose errors people read in a browser."""
