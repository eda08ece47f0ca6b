"""Command line of the codebook: `fortell nlp codebook …`."""

from pathlib import Path

import click

from enumerations import Language
from nlp.codebook import Mapped, UnknownInHistory, map_themes
from nlp.codebook.lint import lint as lint_text
from nlp.codebook.own_file import read_own_themes
from nlp.codebook.source import Finding, Mistakes
from nlp.errors import ModelMissing

_FILE = click.Path(path_type=Path)


@click.group(name="codebook")
def codebook() -> None:
    """Check the codebook, follow themes through its versions, try own themes."""


@codebook.command()
@click.argument("file", type=_FILE)
def lint(file: Path) -> None:
    """Check a codebook FILE; says on which lines something is wrong, and what to do."""
    findings = lint_text(_read(file))
    if findings:
        raise click.ClickException(_listed(file, findings))
    click.echo(f"{file.name}: nothing to correct.")


@codebook.command("map")
@click.option("--from", "from_version", required=True, help="version that the ids are from")
@click.option("--to", "to_version", required=True, help="version to find them in")
@click.argument("ids", nargs=-1, required=True)
def map_(from_version: str, to_version: str, ids: tuple[str, ...]) -> None:
    """Say what the themes IDS of one version are in another, newer or older."""
    try:
        found = map_themes(ids, from_version, to_version)
    except UnknownInHistory as error:
        raise click.ClickException(str(error)) from error
    for mapped in found:
        click.echo(_line(mapped))


@codebook.command("try-theme")
@click.argument("file", type=_FILE)
@click.option(
    "--language",
    type=click.Choice([language.value for language in Language]),
    default=Language.BOKMAL.value,
    show_default=True,
)
def try_theme(file: Path, language: str) -> None:
    """Estimate how well the own themes in FILE work."""
    from nlp.codebook.own import Ground, engine_embed  # slow to import

    try:
        themes = read_own_themes(_read(file))
    except Mistakes as mistakes:
        raise click.ClickException(_listed(file, mistakes.findings)) from mistakes
    try:
        click.echo("Reading the background …", err=True)
        ground = Ground(engine_embed)
        estimates = [ground.estimate(theme) for theme in themes]
    except ModelMissing as error:
        raise click.ClickException(str(error)) from error
    click.echo("\n\n".join(estimate.text(Language(language)) for estimate in estimates))


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise click.ClickException(f"{file} is not UTF-8. Save the file as UTF-8.") from None
    except OSError as error:
        raise click.ClickException(
            f"{file} cannot be read ({error.strerror}). Give the path of a file."
        ) from error


def _listed(file: Path, findings: list[Finding]) -> str:
    lines = [f"{file.name}, line {f.line}: {f.message}." for f in findings]
    return "\n".join(lines)


def _line(mapped: Mapped) -> str:
    targets = " or ".join(mapped.to) or "no theme"
    if mapped.to and mapped.lost:
        targets += " or no theme"
    if mapped.to == (mapped.id,) and not mapped.because:
        return f"{mapped.id} → {targets} (unchanged)"
    how = "exact" if mapped.exact else "not exact" if mapped.to else "nothing to map to"
    because = "; ".join(f"{v.version} {c.kind}: {c.why}" for v, c in mapped.because)
    return f"{mapped.id} → {targets} ({how}; {because})"
