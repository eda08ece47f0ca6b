"""Command line of the language engine: `fortell nlp …`."""

import json
import os
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from nlp.codebook.cli import codebook
from nlp.errors import ModelMissing

if TYPE_CHECKING:
    from nlp.discovery import CodedUnit

_BATCH = 64
_PARTIAL = ".partial"


@click.group(name="nlp")
def nlp_group() -> None:
    """Work with the language engine."""


nlp_group.add_command(codebook)


@nlp_group.command()
@click.option("--input", "source", type=click.Path(path_type=Path), required=True)
@click.option("--output", "target", type=click.Path(path_type=Path), required=True)
def annotate(source: Path, target: Path) -> None:
    """Annotate stories: one JSON object {"id", "text"} per line in, one annotation per line out.

    The output grows in OUTPUT.partial and takes its name when it is whole. A run that was stopped
    continues where it was.
    """
    if target.is_dir():
        raise click.ClickException(f"{target} is a folder. Give the path of a file.")
    try:
        stories = sum(1 for _ in _read(source))
        partial = target.with_name(target.name + _PARTIAL)
        done = _resume(partial)
        if done:
            click.echo(f"Continuing after {len(done)} stories in {partial.name}.", err=True)
        with partial.open("ab") as output:
            written = len(done)
            rest = (story for story in _read(source) if story[0] not in done)
            while batch := list(islice(rest, _BATCH)):
                written += _write(output, batch)
                click.echo(f"{written} of {stories} stories annotated", err=True)
        partial.replace(target)
    except ModelMissing as error:
        raise click.ClickException(str(error)) from error
    except FileNotFoundError as error:
        raise click.ClickException(
            f"{_name(error)} does not exist. Check the path; the folder of the output must exist."
        ) from error
    except IsADirectoryError as error:
        raise click.ClickException(
            f"{_name(error)} is a folder. Give the path of a file."
        ) from error
    except PermissionError as error:
        raise click.ClickException(
            f"{_name(error)} cannot be opened. Check its permissions, or choose another path."
        ) from error
    except OSError as error:
        raise click.ClickException(
            f"Writing stopped: {error.strerror}. Make room, then run again; it continues."
        ) from error


@nlp_group.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path, exists=True))
@click.option("--card", type=click.Path(path_type=Path), help="Write the model card to this file.")
@click.option("--title", multiple=True, help="Heading of each file's section in the card.")
def evaluate(files: tuple[Path, ...], card: Path | None, title: tuple[str, ...]) -> None:
    """Measure the language engine on annotated FILES, each on its own.

    Three formats, told apart by their fields: narratives (text, sentences, pii, safety),
    NoReC_sentence (text, label), NorNE (tokens, tags).
    """
    from nlp.evaluation.engine import listen
    from nlp.evaluation.files import Unreadable, read
    from nlp.evaluation.report import report, write_card
    from nlp.heads import load_heads
    from nlp.pipeline import load

    sections = []
    try:
        engine = load()
        for number, file in enumerate(files):
            click.echo(f"Reading {file.name} …", err=True)
            lines = report(listen(read(file), engine))
            heading = title[number] if number < len(title) else file.name
            sections.append((heading, lines))
            click.echo("\n".join([f"## {heading}", "", *lines, ""]))
        if card:
            write_card(card, load_heads().meta, sections)
    except (ModelMissing, Unreadable) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(
            f"{_name(error)} cannot be read or written: {error.strerror}."
        ) from error


@nlp_group.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--memory", type=click.Path(path_type=Path, dir_okay=False), help="Keeps ids alike.")
def discover(source: Path, memory: Path | None) -> None:
    """Propose themes that the codebook lacks, from the stories in SOURCE, one line of JSON each.

    SOURCE has one JSON object {"id", "text"} per line, each of a respondent of its own. A proposal
    is for a person to accept, rename or reject. MEMORY keeps what a run found, so that the next one
    gives the same theme the same id; it holds no text.
    """
    from nlp.discovery import discover as find
    from nlp.discovery import read_earlier, write_earlier

    try:
        earlier = read_earlier(memory.read_text("utf-8")) if memory and memory.exists() else []
        proposals = find(_coded(source), earlier)
        if memory:
            partial = memory.with_name(memory.name + _PARTIAL)
            partial.write_text(write_earlier(proposals, earlier), "utf-8")
            partial.replace(memory)
    except (ModelMissing, ValueError) as error:
        raise click.ClickException(str(error)) from error
    except OSError as error:
        raise click.ClickException(
            f"{_name(error)} cannot be read or written: {error.strerror}."
        ) from error
    for proposal in proposals:
        shown = {k: v for k, v in asdict(proposal).items() if k != "centroid"}
        click.echo(json.dumps(shown, ensure_ascii=False))
    if not proposals:
        click.echo("Nothing that ten respondents share is without a theme.", err=True)


@nlp_group.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--theme", required=True, help="Id of a theme, such as C2_ventetid.")
def summarise(source: Path, theme: str) -> None:
    """Pick the sentences of the stories in SOURCE that stand for a theme, and those against.

    SOURCE has one JSON object {"id", "text"} per line, each of a respondent of its own. The result
    is one JSON object; every sentence names the unit that it is.
    """
    from nlp.summaries import TooFew
    from nlp.summaries import summarise as pick

    try:
        summary = pick(_coded(source), theme)
    except (ModelMissing, TooFew) as error:
        raise click.ClickException(str(error)) from error
    click.echo(json.dumps(asdict(summary), ensure_ascii=False, indent=1))


def _coded(source: Path) -> "list[CodedUnit]":
    from nlp.annotation import whole
    from nlp.discovery import coded_units
    from nlp.pipeline import load

    units: list[CodedUnit] = []
    stories = ((whole(text), identifier) for identifier, text in _read(source))
    for doc, identifier in load().pipe(stories, as_tuples=True, batch_size=_BATCH):
        numbers = range(1, len(doc._.units) + 1)
        units += coded_units(doc, identifier, [f"{identifier}/{number}" for number in numbers])
    return units


def _name(error: OSError) -> str:
    return str(error.filename)


def _read(source: Path) -> Iterator[tuple[str, str]]:
    """Yield (id, text) of each line; messages name the line, never what it says."""
    seen: set[str] = set()
    with source.open("rb") as file:
        for number, raw in enumerate(file, start=1):
            where = f"{source.name}, line {number}"
            try:
                line = raw.decode("utf-8-sig" if number == 1 else "utf-8")
            except UnicodeDecodeError:
                raise click.ClickException(f"{where}: not UTF-8. Save the file as UTF-8.") from None
            if not line.strip():
                continue
            try:
                story = json.loads(line)
            except (ValueError, RecursionError):
                raise click.ClickException(
                    f"{where}: not JSON. Each line must be one JSON object."
                ) from None
            if not isinstance(story, dict):
                raise click.ClickException(f'{where}: not an object. Write {{"id": …, "text": …}}.')
            for field in ("id", "text"):
                if not isinstance(story.get(field), str):
                    raise click.ClickException(f'{where}: add the field "{field}" as a string.')
            identifier = story["id"]
            if not identifier or not identifier.isprintable():
                raise click.ClickException(f'{where}: "id" must hold visible characters.')
            if identifier in seen:
                raise click.ClickException(f'{where}: "id" occurs before. Give each story its own.')
            seen.add(identifier)
            yield identifier, story["text"]


def _resume(partial: Path) -> set[str]:
    """Ids that a stopped run has written; a half-written last line is cut off."""
    if not partial.exists():
        return set()
    done: set[str] = set()
    whole = 0
    with partial.open("r+b") as file:
        for line in file:
            if not line.endswith(b"\n"):
                break
            try:
                done.add(json.loads(line)["id"])
            except (ValueError, KeyError, TypeError):
                raise click.ClickException(
                    f"{partial.name} was not written by this command. Remove it, then run again."
                ) from None
            whole += len(line)
        file.truncate(whole)
    return done


def _write(output: BinaryIO, batch: Iterable[tuple[str, str]]) -> int:
    from nlp.annotation import annotate as annotate_stories  # spaCy is slow to import

    ids, texts = zip(*batch, strict=True)
    lines = [json.dumps(row, ensure_ascii=False) for row in annotate_stories(texts, ids)]
    output.write(("\n".join(lines) + "\n").encode("utf-8"))
    output.flush()
    os.fsync(output.fileno())
    return len(lines)
