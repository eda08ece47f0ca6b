"""The form in which a service answers one theme: what was typed, and what is wrong with it."""

import datetime
import re
from dataclasses import dataclass, field
from typing import Any

from enumerations import ActionStatus, Attribution
from server.act.ledger import Answer

TEXT_LIMIT = 600
OWNER_LIMIT = 80
AIMS = (Attribution.INDIVIDUAL, Attribution.RELATION, Attribution.SITUATION)
FARTHEST = datetime.timedelta(days=731)


@dataclass(slots=True)
class Form:
    """What was typed, word for word; `errors` has a message's key and its numbers per field."""

    status: str = ""
    text: str = ""
    next_check: str = ""
    owner: str = ""
    began: str = ""
    aim: str = ""
    seen: str = ""
    errors: dict[str, tuple[str, dict[str, Any]]] = field(default_factory=dict)


def of_answer(answer: Answer | None) -> Form:
    """The form as it is opened."""
    if answer is None:
        return Form()
    return Form(
        status=answer.status.value,
        text=answer.text,
        next_check=_typed(answer.next_check),
        owner=answer.owner,
        began=_typed(answer.began),
        aim=answer.aim.value if answer.aim else "",
        seen=answer.version,
    )


def _typed(day: datetime.date | None) -> str:
    return "" if day is None else day.strftime("%d.%m.%Y")


def read(
    fields: dict[str, str], before: Answer | None, today: datetime.date
) -> tuple[Form, Answer | None]:
    """Check what was typed.

    Args:
        fields: the form's fields.
        before: the answer that is there; its date may stay although it has passed.
        today: the first day that a new date may be.

    Returns:
        The form, with errors where something is wrong, and the answer where nothing is.
    """
    form = Form(
        status=fields.get("status", ""),
        text=fields.get("text", "").strip(),
        next_check=fields.get("next_check", "").strip(),
        owner=" ".join(fields.get("owner", "").split()),
        began=fields.get("began", "").strip(),
        aim=fields.get("aim", ""),
        seen=fields.get("seen", ""),
    )
    if form.status not in set(ActionStatus):
        form.errors["status"] = ("status", {})
    if not form.text:
        form.errors["text"] = ("text_empty", {})
    elif len(form.text) > TEXT_LIMIT:
        form.errors["text"] = ("text_long", {"length": len(form.text), "limit": TEXT_LIMIT})
    if len(form.owner) > OWNER_LIMIT:
        numbers = {"length": len(form.owner), "limit": OWNER_LIMIT}
        form.errors["owner"] = ("text_long", numbers)
    if form.aim not in ("", *AIMS):
        form.errors["aim"] = ("aim", {})
    began = _began(form, today)
    day = _check_date(form, before, today)
    if form.errors:
        return form, None
    aim = Attribution(form.aim) if form.aim else None
    return form, Answer(ActionStatus(form.status), form.text, day, form.owner, began, aim)


def _began(form: Form, today: datetime.date) -> datetime.date | None:
    if not form.began:
        return None
    day = _date(form.began)
    if day is None:
        form.errors["began"] = ("date_wrong", {})
    elif day > today:
        form.errors["began"] = ("date_not_yet", {})
    return day


def _check_date(form: Form, before: Answer | None, today: datetime.date) -> datetime.date | None:
    if not form.next_check:
        if form.status == ActionStatus.PLANNED:
            form.errors["next_check"] = ("date_missing", {})
        return None
    day = _date(form.next_check)
    if day is None:
        form.errors["next_check"] = ("date_wrong", {})
    elif day < today and not (before and before.next_check == day):
        form.errors["next_check"] = ("date_past", {})
    elif day > today + FARTHEST:
        form.errors["next_check"] = ("date_far", {"latest": today + FARTHEST})
    return day


def _date(text: str) -> datetime.date | None:
    """A date as browsers send it (2027-03-01) or as people write it (1.3.2027)."""
    iso = re.fullmatch(r"(\d{4})-(\d{2})-(\d{2})", text, re.ASCII)
    spoken = re.fullmatch(r"(\d{1,2})\. ?(\d{1,2})\. ?(\d{4})", text, re.ASCII)
    try:
        if iso:
            return datetime.date(*map(int, iso.groups()))
        if spoken:
            return datetime.date(*map(int, reversed(spoken.groups())))
    except ValueError:
        return None
    return None
