"""Secondary suppression: what the audit needs least is kept back, until it proves nothing."""

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import replace

import polars as pl

from exports.disclosure.audit import audit
from exports.disclosure.catalogue import Kind, cell_name
from exports.disclosure.document import Figure, Finding, History, Reason, Release, Status
from exports.disclosure.progress import Progress, silent
from exports.errors import AuditError

NAMED = 5  # findings that an error tells of


def hold_back(
    release: Release,
    history: History,
    instead: Mapping[str, Figure],
    progress: Progress = silent,
) -> Release:
    """Return the release with so much held back that nothing is proven of fewer than k people.

    Args:
        release: as the rules let it out, with members.
        history: every release and file before it.
        instead: what is shown for each figure shown anew, if that is held back.
        progress: is told how far each audit has come.

    Raises:
        AuditError: what is proven is not proven by figures of this release alone or with others,
            so that nothing can be held back. Nothing may be published.
    """
    while found := _new(release, history, progress):
        chosen = _least(found, release)
        if not chosen:
            raise AuditError(_message(found), tuple(found))
        release = _without(release, chosen, instead)
    return release


def _new(release: Release, history: History, progress: Progress) -> list[Finding]:
    """Return what is proven with this release, and was not before."""
    done = audit(
        (*history.releases, release),
        history.exports,
        release.catalogue,
        since=release.number,
        progress=progress,
    )
    return [finding for finding in done.findings if not finding.known]


def _least(findings: Sequence[Finding], release: Release) -> set[str]:
    """Return figures of this release, one or more of each finding's.

    "Don't know" goes before what was answered, and small figures before large ones.

    Where a finding is of earlier figures alone, new figures of their question prove it, or those of
    the themes in a group: all of these wait.
    """
    held: set[str] = set()
    anew = {figure.id for figure in release.figures if figure.status is Status.SHOWN}
    for finding in sorted(findings, key=lambda finding: finding.tables[0].figure):
        names = {table.figure for table in finding.tables if table.number == release.number}
        names &= anew
        if not names:
            held |= _bearing(finding.tables[0].figure, anew, release)
        elif not names & held:
            held.add(min(names, key=lambda name: _worth(release.by_id[name])))
    return held


def _worth(figure: Figure) -> tuple[bool, int, str]:
    return figure.kind is not Kind.DONT_KNOW, figure.n or 0, figure.id


def _bearing(name: str, anew: Set[str], release: Release) -> set[str]:
    """Return new figures of the same question as a figure, or else of its group of themes."""
    subject = name.split("/")[1] if "/" in name else ""
    groups = {theme.id: theme.group for theme in release.catalogue.themes}
    group = groups.get(subject, subject)
    subjects = {one: release.by_id[one].subject for one in anew}
    same = {one for one, of in subjects.items() if of == subject}
    return same or {one for one, of in subjects.items() if groups.get(of, of) == group}


def _without(release: Release, held: Iterable[str], instead: Mapping[str, Figure]) -> Release:
    """Return the release with the figures as they would be if nothing were shown anew."""
    figures = tuple(
        replace(instead[figure.id], reason=Reason.HELD_BACK) if figure.id in held else figure
        for figure in release.figures
    )
    gone: dict[str, list[str]] = {}
    for name in held:
        figure = release.by_id[name]
        column = f"{figure.kind}/{figure.subject}"
        gone.setdefault(column, []).append(cell_name(figure.service, figure.period))
    members = release.read_members(*release.member_columns).with_columns(
        pl.when(~pl.col("cell").is_in(cells)).then(column).alias(column)
        for column, cells in gone.items()
    )
    return replace(release, figures=figures, members=members)


def _message(findings: Sequence[Finding]) -> str:
    told = "; ".join(str(finding) for finding in findings[:NAMED])
    return (
        f"Nothing is published: {len(findings)} groups smaller than the threshold would be known. "
        f"{told}. Leave out what has been added since the last release, or retract what was wrong."
    )
