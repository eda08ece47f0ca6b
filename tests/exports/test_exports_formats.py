"""Files: they hold the release and nothing else, and the same release gives the same bytes."""

from io import BytesIO
from pathlib import Path

import polars as pl
import pytest
from exports_synthetic import catalogue, frame

from exports import (
    FileError,
    Policy,
    Release,
    formats,
    release,
    write,
    write_codebook,
    write_csv,
    write_parquet,
)
from exports.formats.base import COLUMNS

OUT = release(frame(400, catalogue()), Policy(catalogue()), series="1", published="2026-10-01")


def test_each_module_of_the_folder_is_a_format() -> None:
    assert list(formats()) == ["codebook", "csv", "parquet"]


def test_csv_and_parquet_hold_every_published_number() -> None:
    csv = pl.read_csv(formats()["csv"].render(OUT), schema_overrides=dict(_types()))
    parquet = pl.read_parquet(BytesIO(formats()["parquet"].render(OUT)))
    assert csv.equals(parquet)
    shown = csv.filter(pl.col("status") == "shown").select("kind", "subject", "x", "n", "mean")
    expected = [
        (figure.kind, figure.subject, count.x, figure.n, figure.mean)
        for figure in OUT.figures
        for count in figure.categories
    ]
    assert shown.rows() == expected
    hidden = csv.filter(pl.col("status") == "hidden")
    assert hidden.height
    assert hidden.select("x", "n", "mean", "category").null_count().row(0) == (hidden.height,) * 4


def _types() -> list[tuple[str, pl.DataType]]:
    return [(name, kind) for name, (kind, _) in COLUMNS.items()]


@pytest.mark.parametrize("name", ["codebook", "csv", "parquet"])
def test_the_same_release_gives_the_same_bytes(name: str) -> None:
    again = Release.from_bytes(OUT.to_bytes())
    assert formats()[name].render(OUT) == formats()[name].render(again)


def test_the_codebook_tells_of_every_column_kind_reason_and_subject() -> None:
    text = formats()["codebook"].render(OUT).decode()
    used = {figure.subject for figure in OUT.figures} - {"responses"}
    used |= {str(figure.kind) for figure in OUT.figures} | set(COLUMNS)
    used |= {str(figure.reason) for figure in OUT.figures if figure.reason}
    used |= {
        count.id for figure in OUT.figures for count in figure.categories if count.id.isalpha()
    }
    for name in used:
        assert f"| {name} |" in text, name
    for name in ("besok", "besok1", "besok2", "merking", "merk1"):
        assert f"| {name} |" not in text, "no release can have a figure of it"


def test_files_are_written_once_and_errors_say_what_to_do(tmp_path: Path) -> None:
    for writer, suffix in (
        (write_csv, ".csv"),
        (write_parquet, ".parquet"),
        (write_codebook, ".md"),
    ):
        path = tmp_path / f"figures{suffix}"
        writer(OUT, path)
        content = path.read_bytes()
        with pytest.raises(FileError, match="exists"):
            writer(OUT, path)
        assert path.read_bytes() == content
    with pytest.raises(FileError, match="Make the folder"):
        write_csv(OUT, tmp_path / "missing" / "figures.csv")
    with pytest.raises(FileError, match="codebook, csv, parquet"):
        write(OUT, tmp_path / "figures.sav", "sav")
