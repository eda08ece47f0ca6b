"""How a measure is said: "about x of n", a percentage only from n = 50, differences in words."""

from enumerations import Language
from exports.measures import Share
from exports.measures.differences import Difference, Verdict
from exports.measures.funnel import Place
from exports.measures.runs import RunChart
from exports.messages import messages

PERCENT_FROM = 50  # respondents; below it a percentage promises more than the answers hold


def about(share: Share, language: Language) -> str:
    """Say a share: "om lag 10 av 40", or "om lag 60 av 120 (50 %)"."""
    key = "about" if share.n < PERCENT_FROM else "about_percent"
    return messages(language)[key].format(x=share.x, n=share.n, percent=percent(share.x / share.n))


def between(share: Share, language: Language) -> str:
    """Say the 95 % interval of a share, in respondents below n = 50 and in per cent from there."""
    if share.n < PERCENT_FROM:
        low, high = (round(share.n * limit) for limit in (share.low, share.high))
        return messages(language)["between"].format(low=low, high=high, n=share.n)
    low, high = percent(share.low), percent(share.high)
    return messages(language)["between_percent"].format(low=low, high=high)


def compared(difference: Difference, language: Language) -> str:
    """Say a difference: "tydelig forskjell (middels stor)", "innenfor vanlig variasjon" …"""
    words = messages(language)
    said = words[f"difference.{difference.verdict}"]
    if difference.verdict is not Verdict.CLEAR or difference.effect is None:
        return said
    return f"{said} ({words[f'difference.size.{difference.effect.size}']})"


def placed(place: Place, language: Language) -> str:
    """Say where a service lies: over, within or under usual variation."""
    return messages(language)[f"measure.place.{place}"]


def moved(chart: RunChart, language: Language) -> str:
    """Say whether a level has shifted, or only varies as usual."""
    return messages(language)["measure.run.shift" if chart.shift else "measure.run.steady"]


def percent(part: float) -> int:
    """Return a part of one in whole per cent."""
    return round(100 * part)
