"""Files: they hold what went out and nothing else, and the same input gives the same bytes."""

import csv
import hashlib
import json
import shutil
import subprocess
import time
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from typing import Any

import duckdb
import polars as pl
import pyreadstat
import pytest
import yaml
from exports_synthetic import catalogue, frame
from lxml import etree

from exports import (
    FileError,
    Policy,
    Release,
    Service,
    Study,
    formats,
    release,
    write,
    write_codebook,
    write_csv,
    write_folder,
    write_parquet,
)
from exports.formats import render
from exports.formats.base import COLUMNS, labelled, table

OUT = release(frame(400, catalogue()), Policy(catalogue()), series="1", published="2026-10-01")
NAMES = [
    "budget",
    "citation",
    "codebook",
    "csv",
    "csvw",
    "datasheet",
    "dcat",
    "ddi",
    "dta",
    "licence",
    "parquet",
    "privacy",
    "sav",
]
"""Formats of a release."""
STUDY = Study(
    "FJORD1",
    {"nb": "Høst i «Fjordvik»", "nn": "Haust i «Fjordvik»", "en": "Autumn in “Fjordvik”"},
    {"nb": "Fjordvik kommune", "nn": "Fjordvik kommune", "en": "Fjordvik & co <municipality>"},
)
PSPP = shutil.which("pspp")
SCHEMA = Path(__file__).parent / "ddi" / "codebook.xsd"


def test_each_module_of_the_folder_is_a_format() -> None:
    assert list(formats(Release)) == NAMES
    assert list(formats()) == sorted([*NAMES, "qdpx"])


def test_csv_and_parquet_hold_every_published_number() -> None:
    csv = pl.read_csv(render(OUT, "csv"), schema_overrides=dict(_types()))
    parquet = pl.read_parquet(BytesIO(render(OUT, "parquet")))
    assert csv.equals(parquet)
    counts = csv.filter((pl.col("status") == "shown") & pl.col("statistic").is_null())
    shown = counts.select("kind", "subject", "x", "n", "mean")
    expected = [
        (figure.kind, figure.subject, count.x, figure.n, figure.mean)
        for figure in OUT.figures
        for count in figure.categories
    ]
    assert shown.rows() == expected
    told = csv.filter(pl.col("statistic").is_not_null())
    assert told.height
    assert told.select("kind", "n", "statistic", "value", "value_low", "value_high").rows() == [
        (figure.kind, figure.n, one.name, one.value, one.low, one.high)
        for figure in OUT.figures
        for one in figure.estimates
    ]
    assert told.select("category", "x").null_count().row(0) == (told.height,) * 2
    hidden = csv.filter(pl.col("status") == "hidden")
    assert hidden.height
    assert hidden.select("x", "n", "mean", "category").null_count().row(0) == (hidden.height,) * 4


@pytest.mark.parametrize("name", ["csv", "parquet"])
def test_duckdb_reads_every_row_letter_and_number(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{name}"
    write(OUT, path, name, STUDY)
    options = ", header=true, all_varchar=true, encoding='utf-8'" if name == "csv" else ""
    found = duckdb.sql(f"SELECT * FROM read_{name}('{path}'{options})")
    assert found.columns == list(COLUMNS)
    expected = table(OUT).rows()
    if name == "parquet":
        assert found.fetchall() == expected
        return
    read = [tuple(value or None for value in row) for row in found.fetchall()]
    typed = pl.DataFrame(read, schema=dict.fromkeys(COLUMNS, pl.String), orient="row")
    assert typed.cast(dict(_types())).rows() == expected


def test_every_catalogue_word_survives_each_way_of_reading(tmp_path: Path) -> None:
    """Names with letters that programs trip over, through SPSS, Stata and Parquet and back."""
    strange = {"nb": "Åse «Ø» 'æ' \"c\", đŋŧ – 😬", "nn": "Ø", "en": "O"}
    terms = replace(catalogue(), services=(Service("s0", "nav_kontor", strange),))
    answers = frame(60, terms)
    made = release(answers, Policy(terms), series="1", published="2026-10-01")
    for name, reader in (("sav", pyreadstat.read_sav), ("dta", pyreadstat.read_dta)):
        path = tmp_path / f"x.{name}"
        write(made, path, name, STUDY)
        back, _ = reader(path, output_format="polars")
        assert strange["nb"] in set(back["service_label"])


def _types() -> list[tuple[str, pl.DataType]]:
    return [(name, kind) for name, (kind, _) in COLUMNS.items()]


@pytest.mark.parametrize("name", NAMES)
def test_the_same_release_gives_the_same_bytes(name: str) -> None:
    first = render(OUT, name, STUDY)
    if name in {"sav", "dta"}:
        time.sleep(1.1)  # the library stamps the second
    assert render(Release.from_bytes(OUT.to_bytes()), name, STUDY) == first


def read_sav(path: Path) -> tuple[pl.DataFrame, Any]:
    frame, about = pyreadstat.read_sav(path, output_format="polars")
    return frame, about


@pytest.mark.parametrize("name", ["sav", "dta"])
def test_statistics_programs_get_every_number_key_and_label(name: str, tmp_path: Path) -> None:
    path = tmp_path / f"x.{name}"
    write(OUT, path, name, STUDY)
    reader = pyreadstat.read_sav if name == "sav" else pyreadstat.read_dta
    back, about = reader(path, output_format="polars")
    sheet = labelled(OUT, STUDY, "nb")
    for known in sheet.variables:
        assert about.column_names_to_labels[known.name] == known.label["nb"]
        sent = sheet.frame[known.name]
        if sent.dtype == pl.String:
            assert back[known.name].to_list() == sent.fill_null("").to_list()
        else:
            assert back[known.name].cast(sent.dtype).to_list() == sent.to_list()
    assert about.file_label == "Høst i «Fjordvik»: utgivelse 1"
    assert back.height == table(OUT).height
    assert "Fortalt på annen måte" in back["category_label"].to_list()
    assert max(len(name) for name in back.columns) <= 32


@pytest.mark.skipif(PSPP is None, reason="PSPP is not installed (Debian: apt-get install pspp)")
def test_pspp_reads_the_sav_as_it_was_written(tmp_path: Path) -> None:
    write(OUT, tmp_path / "x.sav", "sav", STUDY)
    rows = pspp(tmp_path, "x.sav")
    sheet = labelled(OUT, STUDY, "nb")
    assert list(rows[0]) == sheet.frame.columns
    assert len(rows) == sheet.frame.height
    for row, sent in zip(rows, sheet.frame.iter_rows(named=True), strict=True):
        for name, value in sent.items():
            said = row[name].strip()
            same = float(said) == value if isinstance(value, int | float) else said == (value or "")
            assert same, (name, said, value)


def pspp(folder: Path, name: str) -> list[dict[str, str]]:
    """Rows of a .sav as PSPP reads them, missing as ""."""
    script = f"GET FILE='{folder / name}'.\nSAVE TRANSLATE /OUTFILE='{folder / 'x.csv'}' /TYPE=CSV"
    script += " /FIELDNAMES /CELLS=VALUES /REPLACE.\n"
    (folder / "x.sps").write_text(script, "utf-8")
    done = subprocess.run(
        [str(PSPP), str(folder / "x.sps")], capture_output=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stdout
    with (folder / "x.csv").open(encoding="utf-8") as file:
        return list(csv.DictReader(file))


def test_the_ddi_is_accepted_by_its_schema_and_names_every_column() -> None:
    content = render(OUT, "ddi", STUDY)
    root = etree.fromstring(content)
    schema().assertValid(root)
    found = root.iterfind(".//{*}dataDscr/{*}var")
    assert [variable.get("name") for variable in found] == list(COLUMNS)
    assert root.findtext(".//{*}stdyDscr//{*}titl") == "Høst i «Fjordvik»: utgivelse 1"
    wrong = etree.fromstring(
        content.replace(b"<titl ", b"<title ").replace(b"</titl>", b"</title>")
    )
    assert not schema().validate(wrong)


def schema() -> etree.XMLSchema:
    return etree.XMLSchema(etree.parse(SCHEMA, etree.XMLParser(no_network=True)))


def test_csvw_describes_the_columns_of_the_csv_beside_it(tmp_path: Path) -> None:
    write_folder(OUT, tmp_path, ["csv", "csvw"], STUDY)
    (path,) = tmp_path.glob("*.csv-metadata.json")
    described = json.loads(path.read_text("utf-8"))
    header = (tmp_path / described["url"]).read_text("utf-8").splitlines()[0]
    columns = described["tableSchema"]["columns"]
    assert [column["titles"] for column in columns] == header.split(",")
    kinds = {column["name"]: column["datatype"] for column in columns}
    assert (kinds["x"], kinds["mean"], kinds["category"]) == ("integer", "double", "string")
    assert all(set(column["dc:description"]) == {"nb", "nn", "en"} for column in columns)


def test_the_citation_is_yaml_and_names_who_asked() -> None:
    said = yaml.safe_load(render(OUT, "citation", STUDY))
    assert said["title"] == "Høst i «Fjordvik»: utgivelse 1"
    assert said["authors"] == [{"name": "Fjordvik kommune"}]
    assert str(said["date-released"]) == OUT.published


def test_the_catalogue_record_quotes_what_turtle_must_quote() -> None:
    text = render(OUT, "dcat", STUDY).decode()
    for needed in (
        "a dcat:Dataset",
        "dct:title",
        "dct:publisher",
        "dcat:theme",
        "dcat:contactPoint",
    ):
        assert needed in text
    assert '"Høst i «Fjordvik»: utgivelse 1"@nb' in text
    assert '"Fjordvik & co <municipality>"@en' in text


def test_the_budget_columns_carry_their_warning_in_every_row() -> None:
    rows = pl.read_csv(render(OUT, "budget", STUDY))
    growth = [f for f in OUT.figures if f.kind == "growth" and f.visible]
    assert rows.height == len(growth) > 0
    assert rows["antall_svar"].to_list() == [figure.n for figure in growth]
    assert rows["advarsel"].str.contains("ikke en suksessrate").all()


def test_the_codebook_tells_of_every_column_kind_reason_and_subject() -> None:
    text = render(OUT, "codebook").decode()
    used = {figure.subject for figure in OUT.figures} - {"responses"}
    used |= {str(figure.kind) for figure in OUT.figures} | set(COLUMNS)
    used |= {str(figure.reason) for figure in OUT.figures if figure.reason}
    used |= {
        count.id for figure in OUT.figures for count in figure.categories if count.id.isalpha()
    }
    for name in used:
        assert f"| {name} |" in text, name
    for name in ("besok", "besok1", "besok2", "merk3"):
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
    with pytest.raises(FileError, match="codebook, csv, csvw"):
        write(OUT, tmp_path / "figures.xls", "xls")


def test_a_folder_has_a_manifest_and_goes_on_after_an_interruption(tmp_path: Path) -> None:
    folder = tmp_path / "new" / "folder"
    manifest = write_folder(OUT, folder, NAMES, STUDY)
    sums = dict(reversed(line.split("  ")) for line in manifest.read_text("utf-8").splitlines())
    files = {path.name: path.read_bytes() for path in folder.iterdir() if path != manifest}
    assert sums == {name: hashlib.sha256(content).hexdigest() for name, content in files.items()}
    assert len(files) == len(NAMES)
    (folder / "fjord1-utgivelse-1.csv").unlink()
    told: list[Path] = []
    write_folder(OUT, folder, NAMES, STUDY, told.append)
    assert len(told) == len(NAMES) + 1
    assert {p.name: p.read_bytes() for p in folder.iterdir() if p != manifest} == files
    (folder / "fjord1-utgivelse-1.csv").write_text("another file", "utf-8")
    with pytest.raises(FileError, match="exists"):
        write_folder(OUT, folder, NAMES, STUDY)
