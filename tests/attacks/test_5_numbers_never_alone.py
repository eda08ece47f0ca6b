"""Promise 5: a number carries n, unit, question, date and uncertainty; x and n belong together."""

import random
import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import cache
from itertools import combinations

import httpx
import polars as pl
import pytest

import exports
from enumerations import ActionStatus, AgeBand, Language, Level
from exports import Catalogue, Figure, Group, History, Kind, Page, Policy, Release, Status, Theme
from exports.instruments import items
from exports.messages import messages
from server.act import ledger
from server.act.ledger import Answer
from tests.attacks.markup import Node, read
from tests.server.conftest import keep_release, make_round
from tests.server.rounds import today, words

BASE, PERCENT_FROM = 5, 50
ASKED = [item.id for item in items().values() if item.values and not item.id.startswith("v6n")]
THEMES = {"A1": "A", "A2": "A", "C1": "C", "C2": "C"}
SERVICES = ("nav", "klubb")
MARKS = ([60, 20, 20], [20, 60, 20], [20, 20, 60], [40, 30, 30])
DAYS = ("2026-04-07", "2026-07-07", "2026-10-06")
CODE = "LUNVIK26"
anyio = pytest.mark.anyio
CATALOGUE = Catalogue(
    services=tuple(
        exports.Service(key, kind, words(key))
        for key, kind in zip(SERVICES, ("nav_kontor", "fritidsklubb"), strict=True)
    ),
    groups=tuple(Group(key, words(f"Område {key}")) for key in "AC"),
    themes=tuple(
        Theme(key, group, level, words(f"Tema {key[0]} {'x' * int(key[1])}"))
        for (key, group), level in zip(THEMES.items(), [*Level, Level.PRACTICE], strict=True)
    ),
    periods=("2026-Q1", "2026-Q2", "2026-Q3"),
)


EXPLAINED: tuple[list[str], ...] = (["individ"], ["situasjon"], ["relasjon", "situasjon"], [])


def tellers(count: int, service: str, period: str, seed: int) -> Iterator[dict[str, object]]:
    """Invented answers, of which most agree."""
    drawn = random.Random(seed)
    for number in range(count):
        told = [theme for theme in THEMES if drawn.random() < 0.5]
        values = {
            item: drawn.choice([*items()[item].values, items()[item].values[-1]]) for item in ASKED
        }
        first = told if number % 2 else None
        unsaid = [item for item in ASKED if items()[item].dont_know and drawn.random() < 0.3]
        yield (
            values
            | dict.fromkeys(unsaid)
            | {
                "id": f"{service}{period}{number:04}",
                "period": period,
                "services": [service],
                "age_band": drawn.choice([None, *(band.value for band in AgeBand)]),
                "has_story": drawn.random() < 0.8,
                "themes": told,
                "themes_positive": [theme for theme in told if drawn.random() < 0.7],
                "themes_first": first,
                "themes_proposed": first and ([] if number % 3 else first[:1]),
                "explained_by": EXPLAINED[number % len(EXPLAINED)],
                "dont_know": unsaid,
                "merk1": MARKS[number % len(MARKS)],
            }
        )


def frame(rows: list[dict[str, object]]) -> pl.DataFrame:
    texts = pl.List(pl.String)
    names = ["services", "themes", "themes_positive", "themes_first", "themes_proposed"]
    names += ["explained_by", "dont_know"]
    lists = dict.fromkeys(names, texts) | {"merk1": pl.List(pl.Int64)}
    return pl.DataFrame(rows, schema_overrides=lists | dict.fromkeys(ASKED, pl.Int64))


@cache
def releases() -> tuple[Release, ...]:
    """Three releases; the last keeps what it shows of the club, where few came since."""
    batches = (
        [("nav", "2026-Q1", 60), ("klubb", "2026-Q1", 42)],
        [("nav", "2026-Q2", 90)],
        [("nav", "2026-Q3", 80), ("klubb", "2026-Q3", 4)],
    )
    rows: list[dict[str, object]] = []
    made: tuple[Release, ...] = ()
    for day, batch in zip(DAYS, batches, strict=True):
        for service, period, count in batch:
            rows += tellers(count, service, period, seed=len(rows))
        policy = Policy(CATALOGUE)
        out = exports.release(frame(rows), policy, History(made), series="1", published=day)
        made = (*made, out)
    return made


def last() -> Release:
    return releases()[-1]


def page(key: str, language: Language) -> Node:
    """A report, or with "" the index, as somebody sees it."""
    around = Page(
        organisation=words("Lunvik"),
        stylesheet="/static/innsikt.css",
        services={service: f"/rapport/{service}" for service in SERVICES},
        languages={"nb": "?lang=nb", "en": "?lang=en"},
    )
    if not key:
        return read(exports.render_index(last(), language, around))
    return read(exports.render_report(last(), key, language, around))


PAGES = [(key, language) for key in (*SERVICES, "*", "") for language in Language]
every_page = pytest.mark.parametrize(("key", "language"), PAGES)

OM_LAG = {"nb": "om lag {} av {}", "nn": "om lag {} av {}", "en": "about {} of {}"}
MELLOM = {"nb": "trolig mellom {} og {}", "nn": "truleg mellom {} og {}"}
MELLOM["en"] = "probably between {} and {}"


def about(language: Language) -> "re.Pattern[str]":
    """What is said of a share: x of n, and from n = 50 a percentage."""
    text = OM_LAG[language].format(r"(?P<x>\d+)", r"(?P<n>\d+)")
    return re.compile(text + r"(?: \((?P<percent>\d+)[\s ]?%\))?", re.IGNORECASE)


def between(language: Language) -> "re.Pattern[str]":
    """An interval: in respondents of n, or in per cent."""
    of = "of" if language == "en" else "av"
    text = MELLOM[language].format(r"(?P<low>−?\d+)", r"(?P<high>\d+)")
    return re.compile(text + rf"(?: {of} (?P<n>\d+)|[\s ]?(?P<percent>%))")


def check_share(found: "re.Match[str]") -> tuple[int, int]:
    """A share says what it may."""
    x, n = int(found["x"]), int(found["n"])
    assert x % BASE == n % BASE == 0
    assert 10 <= x <= n
    assert (found["percent"] is not None) == (n >= PERCENT_FROM)
    if found["percent"] is not None:
        assert int(found["percent"]) == round(100 * x / n)
    return x, n


def plain(language: Language) -> dict[str, str]:
    """The reports' messages, with every space an ordinary one."""
    return {key: " ".join(text.split()) for key, text in messages(language).items()}


@cache
def known_words(language: Language) -> "re.Pattern[str]":
    """Words with digits in them that are no figures: answers, ages, questions, dates, sentences."""
    text = plain(language)
    said = [text["about_means"].format(base=BASE, k=last().k), text["probably"]]
    said += [text["themes_note"]]
    said += [label for key, label in text.items() if key.startswith("category.")]
    for item in items().values():
        said += [item.text[language], *(option.label[language] for option in item.options)]
    found = [re.escape(one) for one in said if re.search(r"\d", one)]
    date = form(text["date"], day=r"\d+", month=r"\w+", year=r"\d{4}")
    dates = rf"{date}(?:, {date})*"
    found += [
        form(text["released"], number=str(last().number), date=date),
        form(text["reason.too_little_change"], dates=dates, k="1[05]"),
        form(text["reason.too_few"], k="1[05]"),
        form(text["reason.too_early"], first="30|45"),
        form(text["few_told"], k="1[05]", n=r"\d+[05]", labels=r"[^.]+"),
        form(text["explained.few"].removesuffix("."), k="1[05]", n=r"\d+[05]"),
        form(text["agreement_hidden"], k="1[05]"),
        form(text["reason.covered_by_group"], k="1[05]"),
        form(text["quarter"], quarter="[1-4]", year=r"\d{4}"),
        date,
    ]
    return re.compile("|".join(sorted(found, key=len, reverse=True)))


def form(message: str, **places: str) -> str:
    """A pattern of what a message says when its places are filled."""
    return re.escape(message).replace(r"\{", "{").replace(r"\}", "}").format(**places)


@dataclass
class Row:
    """A row of a chart, as drawn."""

    label: str = ""
    note: str = ""
    counts: list[int] = field(default_factory=list)
    widths: list[float] = field(default_factory=list)
    drawn: bool = False


def chart_rows(svg: Node) -> list[Row]:
    rows = [Row()]
    for node in svg.all():
        kind = node.attributes.get("class", "").split()[:1]
        if (kind == ["chart-label"] and rows[-1].drawn) or (
            kind == ["chart-track"] and rows[-1].drawn
        ):
            rows.append(Row())
        row = rows[-1]
        if kind == ["chart-label"]:
            row.label = f"{row.label} {node.text}".strip()
        elif kind == ["chart-note"]:
            row.note = f"{row.note} {node.text}".strip()
        elif kind == ["chart-count"]:
            row.counts.append(int(node.text))
        elif kind == ["chart-bar"]:
            row.widths.append(float(node.attributes["width"]))
        row.drawn = row.drawn or kind == ["chart-track"]
    return rows


def table_rows(section: Node) -> Iterator[tuple[list[str], list[str]]]:
    """(heads, cells) of every row of a section's tables."""
    for table in section.all("table"):
        heads = [node.text for node in table.all("th") if node.attributes["scope"] == "col"]
        for row in list(table.all("tr"))[1:]:
            yield heads, [cell.text for cell in row.all() if cell.tag in {"th", "td"}]


def charted(root: Node) -> list[tuple[Node, Node]]:
    """(section, chart) of every measure that has a chart."""
    found = [
        (section, svg) for section in root.all("section", "measure") for svg in section.all("svg")
    ]
    assert len(found) == len(list(root.all("svg")))
    return found


def test_the_releases_have_what_this_file_attacks() -> None:
    shown = [figure for figure in last().figures if figure.visible]
    assert {figure.kind for figure in shown} == set(Kind)
    assert {figure.status for figure in last().figures} == set(Status)
    sizes = [figure.n or 0 for figure in shown]
    assert min(sizes) < PERCENT_FROM < max(sizes)


@pytest.mark.parametrize("number", range(len(DAYS)))
def test_every_released_figure_carries_what_it_needs(number: int) -> None:
    out = releases()[number]
    for figure in out.figures:
        if not figure.visible:
            bare = replace(figure, reason=None, status=Status.HIDDEN)
            cell = (figure.kind, figure.subject, figure.service, figure.period, figure.k)
            assert bare == Figure(*cell, Status.HIDDEN), figure.id
            continue
        assert figure.n is not None
        assert figure.as_of is not None
        assert figure.as_of.published == DAYS[figure.as_of.number - 1] <= out.published
        counts = [count.x for count in figure.categories]
        assert all(x % BASE == 0 and 10 <= x <= figure.n + BASE for x in (*counts, figure.n))
        assert abs(sum(counts) - figure.n) <= BASE / 2 * (len(counts) + 1)
        assert (figure.mean is not None) == (figure.kind is Kind.SCALE)
        if figure.kind is Kind.SCALE:
            assert figure.low is not None
            assert figure.high is not None
            assert figure.mean is not None
            assert figure.low <= figure.mean <= figure.high
            assert figure.low < figure.high


def test_x_and_n_come_from_the_same_release() -> None:
    """A kept figure is the old one, whole."""
    kept = [figure for figure in last().figures if figure.status is Status.KEPT]
    assert len(kept) > 10
    for figure in kept:
        assert figure.as_of is not None
        old = releases()[figure.as_of.number - 1].by_id[figure.id]
        assert old.status is Status.SHOWN
        assert replace(figure, status=old.status, reason=old.reason, k=old.k) == old


@every_page
def test_every_number_that_is_read_is_a_share_or_known_words(key: str, language: Language) -> None:
    root = page(key, language)
    others = root.without("chart-svg", "numbers", "who-lead", "measure-intro")
    read_out = [node.text for node in others.leaves()]
    read_out += [row.note for _, svg in charted(root) for row in chart_rows(svg)]
    shares = 0
    for text in read_out:
        left = known_words(language).sub("", text)
        for found in about(language).finditer(left):
            check_share(found)
            shares += 1
        assert len(list(between(language).finditer(left))) <= len(
            list(about(language).finditer(left))
        )
        left = between(language).sub("", about(language).sub("", left))
        assert not re.search(r"\d", left), text
    assert shares > 3


@every_page
def test_nothing_claims_more_than_the_answers_hold(key: str, language: Language) -> None:
    text = page(key, language).text
    assert not re.search(r"\d[.,]\d+[\s ]?%", text)
    assert not re.search(r"signifikan|significan|\bp\s?[<=]", text.casefold())
    fixed = known_words(language)
    for found in re.finditer(r"(\d+)[\s ]?%", fixed.sub("", text)):
        assert 0 <= int(found[1]) <= 100


@every_page
def test_a_chart_can_be_read_without_seeing_it(key: str, language: Language) -> None:
    root = page(key, language)
    for section, svg in charted(root):
        assert svg.attributes["role"] == "img"
        assert all(root.by_id(name).text for name in svg.attributes["aria-labelledby"].split())
        tables = list(section.all("table"))
        assert tables
        for table in tables:
            assert next(table.all("caption")).text
            assert all(node.attributes["scope"] in {"col", "row"} for node in table.all("th"))
            assert len(list(table.all("tr"))) > 1


@every_page
def test_a_chart_has_the_numbers_of_its_table_and_its_bars_their_length(
    key: str, language: Language
) -> None:
    for section, svg in charted(page(key, language)):
        table = {cells[0]: cells[1:] for _, cells in table_rows(section)}
        label = ""
        for row in chart_rows(svg):
            label = row.label or label
            found = about(language).search(row.note)
            assert found is not None, (label, row.note)
            x, n = check_share(found)
            cells = table[label]
            if any(about(language).fullmatch(cell) for cell in cells):
                assert found[0] in cells
                assert row.counts == ([x] if row.counts else [])
            else:
                *parts, whole = [int(cell) for cell in cells if cell.isdigit()]
                assert n == whole
                sums = {
                    min(sum(some), n)
                    for size in range(1, len(parts) + 1)
                    for some in combinations(parts, size)
                }
                assert x in sums
                assert set(row.counts) <= set(parts)
            assert all(count % BASE == 0 for count in row.counts)
            assert drawn_to_scale(row.widths, n)


def drawn_to_scale(widths: list[float], n: int) -> bool:
    """Whether bars are as long as rounded counts make them: a length can tell an exact count."""
    for whole in range(n, n + 5 * BASE, BASE):
        steps = [width * whole / 360 / BASE for width in widths]
        if all(abs(step - round(step)) < 0.02 for step in steps):
            return True
    return False


@every_page
def test_every_row_of_a_table_has_n_uncertainty_and_date(key: str, language: Language) -> None:
    text = plain(language)
    for section in page(key, language).all("section", "measure"):
        for heads, cells in table_rows(section):
            row = dict(zip(heads, cells, strict=True))
            if text["column.n"] not in row:
                assert all(
                    cell == text["not_shown"] or about(language).fullmatch(cell)
                    for cell in cells[1:]
                )
                continue
            n = int(row[text["column.n"]])
            assert n % BASE == 0
            assert known_words(language).fullmatch(row[text["column.as_of"]])
            net = row.get(text["column.net"])
            likely = [cell for head, cell in row.items() if between(language).search(cell)]
            if net is not None and n < PERCENT_FROM:
                assert net == text["net_few"]
                continue
            assert len(likely) == 1, row
            found = between(language).search(likely[0])
            assert found is not None
            assert bool(found["percent"]) == (n >= PERCENT_FROM)
            if found["n"]:
                assert int(found["n"]) == n
                assert 0 <= int(found["low"]) <= int(found["high"]) <= n
            counts = [int(cell) for cell in cells[1 : heads.index(text["column.n"])]]
            assert all(count % BASE == 0 for count in counts)
            if net is None:
                assert abs(sum(counts) - n) <= BASE / 2 * (len(counts) + 1)


MEAN = r"(\d[.,]\d) [^.]*\(\w+ \w+ ([−]?\d[.,]\d) \w+ (\d[.,]\d)\)"


@every_page
def test_a_mean_stands_with_its_interval(key: str, language: Language) -> None:
    if not key:
        return
    means = [
        (figure.mean, figure.low, figure.high)
        for subject in ("lt1", "mt10")
        if (figure := last().figure(Kind.SCALE, subject, key)) and figure.visible
    ]
    said = [
        tuple(float(part.replace(",", ".")) for part in found.groups())
        for node in page(key, language).all("div", "measure-intro")
        if (found := re.search(MEAN, node.text))
    ]
    assert said == means
    assert said


def alone(node: Node, figure: Figure | None, language: Language) -> bool:
    """Whether a text that shows a figure lacks its n."""
    assert figure is not None
    assert figure.visible
    return not re.search(
        rf"\b(?:av|of|from|n =|blant|among) (?:om lag |about )?{figure.n}\b", node.text
    )


@pytest.mark.parametrize("language", Language)
def test_a_mean_has_its_n_beside_it(language: Language) -> None:
    meeting = page("nav", language).by_id("meeting-h").text
    root = page("nav", language)
    section = next(s for s in root.all("section", "measure") if meeting in s.text)
    figure = last().figure(Kind.SCALE, "mt10", "nav")
    assert not alone(next(section.all("div", "measure-intro")), figure, language)


@pytest.mark.parametrize("language", Language)
def test_ages_have_their_n(language: Language) -> None:
    lead = next(page("nav", language).all("p", "who-lead"))
    assert not alone(lead, last().figure(Kind.AGE, "age_band", "nav"), language)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("key", ["nav", "*", ""])
def test_agreement_has_its_interval_and_its_date(key: str, language: Language) -> None:
    figure = last().figure(Kind.AGREEMENT, "themes", key or "*")
    assert figure is not None
    start = plain(language)["machine"]
    said = next(node for node in page(key, language).leaves() if node.text.startswith(start))
    assert not alone(said, figure, language)
    assert between(language).search(said.text)
    assert (figure.status is Status.KEPT) == ("2026" in said.text)


@pytest.mark.parametrize("language", Language)
@pytest.mark.parametrize("place", ["who", "works"])
def test_an_older_number_says_how_old_it_is(place: str, language: Language) -> None:
    figure = last().figure(Kind.ANSWERED, "responses", "klubb")
    assert figure is not None
    assert figure.status is Status.KEPT
    section = next(page("klubb", language).all("section", place))
    assert "2026" in section.text


@anyio
@pytest.mark.parametrize("language", Language)
async def test_the_card_says_every_number_with_its_n(
    client: httpx.AsyncClient, language: Language
) -> None:
    row = await make_round(CODE)
    for number, out in enumerate(releases(), start=1):
        await keep_release(row, out, number)
    areas = ledger.told(last())
    subjects = [subject for area in areas for subject in area.subjects]
    assert len(subjects) > 3
    for subject in subjects:
        said = Answer(ActionStatus.DONE, "Gjort.", None)
        await ledger.save(row.id, subject.id, said, "")
    await ledger.publish(row.id, areas, today())
    shown = await client.get(f"/r/{CODE}/hva-skjedde?lang={language}")
    articles = list(read(shown.text).all("article"))
    assert len(articles) == len(subjects)
    for article in articles:
        text = article.text
        label = next(article.all("h2")).text
        assert any(check_share(found) for found in about(language).finditer(text)), label
        assert not re.search(r"\d", about(language).sub("", text).replace(label, ""))
    data = (await client.get(f"/api/rounds/{CODE}/card?lang={language}")).json()["answers"]
    for entry in data:
        for said_text in (entry["mentioned"], entry["positive"]):
            assert said_text is None or about(language).fullmatch(said_text)


@anyio
async def test_others_are_told_of_with_n_uncertainty_and_date(client: httpx.AsyncClient) -> None:
    row = await make_round(CODE)
    for number, out in enumerate(releases(), start=1):
        await keep_release(row, out, number)
    told = (await client.get(f"/api/rounds/{CODE}/others")).json()
    mentions = [*told["themes"], *told["areas"]]
    assert len(mentions) > 3
    for mention in mentions:
        assert DAYS[0] <= mention["published"] <= told["published"] == DAYS[-1]
        for language in Language:
            found = about(language).fullmatch(mention["about"][language])
            assert found is not None
            assert check_share(found) == (mention["x"], mention["n"])
            assert between(language).fullmatch(mention["between"][language])
            assert mention["label"][language]
