"""Themes of a deployment's own, from a few phrases: nothing is trained, and an estimate is honest.

A theme is told from other texts by a linear discriminant: the phrases' mean against the mean of a
background, in the background's own covariance (Fisher 1936; shrunk as in Friedman 1989). Phrases
that sound alike but do not belong move the direction away from them (Rocchio 1971). The limit lets
one in a hundred background texts pass. numpy only.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from math import ceil, floor, sqrt
from pathlib import Path
from statistics import NormalDist
from typing import Any

import numpy as np
import numpy.typing as npt
import yaml

from enumerations import Language
from nlp.codebook import codebook
from nlp.codebook.own_file import OwnTheme
from nlp.errors import ModelMissing

Matrix = npt.NDArray[np.float64]
Embed = Callable[[Sequence[str]], npt.NDArray[np.floating[Any]]]

FOLDS = 10
ANSWERS = 1000
LEAST_BACKGROUND = 100
_PASS = 0.01
# Chosen with the untrained encoder: themes of the codebook tried as own ones, and three narrow
# themes with counter-examples.
_SHRINK = 3.0
_AWAY = 0.25
_FEW = 15
_SHOWN = 5
# Of a theme that may be used: least recall, most false alarms; and how rare a rare theme is.
_RECALL = 0.5
_ALARMS = 0.05
_RARE = 0.01
_BATCH = 64
_UNNEEDED = ("fortell_language", "fortell_evidence", "fortell_safety")
_Z = NormalDist().inv_cdf(0.975)
_TEXTS = Path(__file__).parent / "own_themes.texts.yaml"


class Verdict(StrEnum):
    """What an own theme may be used for."""

    GOOD_ENOUGH = "good_enough"
    WEAK = "weak"
    DO_NOT_USE = "do_not_use"


@dataclass(frozen=True)
class Background:
    """Texts that are about something else. Invented ones only: an estimate shows some of them.

    phrases: short ones, as in the codebook.
    answers: units as they stand in answers. Without them the figures would be flattering, because
        phrases in a codebook are shorter and plainer than what people write.
    """

    phrases: tuple[str, ...]
    answers: tuple[str, ...]


@dataclass(frozen=True)
class Share:
    """`count` of `of`, and the 95 % interval of the share (Wilson 1927)."""

    count: int
    of: int

    @property
    def share(self) -> float:
        """The share, 0 to 1; 0 where there is nothing to count."""
        return self.count / self.of if self.of else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """Both ends of the interval, 0 to 1."""
        if not self.of:
            return 0.0, 1.0
        centre = self.share + _Z * _Z / (2 * self.of)
        half = _Z * sqrt(self.share * (1 - self.share) / self.of + (_Z / (2 * self.of)) ** 2)
        scale = 1 + _Z * _Z / self.of
        return max((centre - half) / scale, 0.0), min((centre + half) / scale, 1.0)


@dataclass(frozen=True)
class Estimate:
    """How well an own theme works, every text judged by a model that has not seen it.

    id: of the theme.
    recall: phrases that were found.
    alarms_phrases: phrases of the codebook that were taken for the theme.
    alarms_answers: units of invented answers that were taken for it; some may be about it.
    spared: counter-examples that were rightly left out.
    missed: phrases that were not found.
    mistaken: the background texts most like the theme among those that were taken for it.
    """

    id: str
    recall: Share
    alarms_phrases: Share
    alarms_answers: Share
    spared: Share
    missed: tuple[str, ...]
    mistaken: tuple[str, ...]

    @property
    def verdict(self) -> Verdict:
        """Good enough: recall surely above a half, false alarms surely below one in twenty."""
        alarms = (self.alarms_phrases, self.alarms_answers)
        if self.recall.share < _RECALL or any(a.share > _ALARMS for a in alarms):
            return Verdict.DO_NOT_USE
        if self.recall.interval[0] >= _RECALL and all(a.interval[1] <= _ALARMS for a in alarms):
            return Verdict.GOOD_ENOUGH
        return Verdict.WEAK

    @property
    def precision_when_rare(self) -> tuple[float, float]:
        """Share of finds that are right when one unit in a hundred is about the theme, 0 to 1."""
        low, high = self.recall.interval
        least, most = self.alarms_answers.interval
        return _precision(low, most), _precision(high, least)

    @property
    def right_when_rare(self) -> float:
        """The same share, 0 to 1, as it was counted."""
        return _precision(self.recall.share, self.alarms_answers.share)

    def text(self, language: Language) -> str:
        """The estimate in plain words.

        Args:
            language: of the words; phrases stay as they were written.
        """
        said = _texts()[language]
        right = self.precision_when_rare
        lines = [
            f"{self.id}: {said['verdict'][self.verdict]}",
            _fill(said["recall"], self.recall, 100),
            _fill(said["alarms_phrases"], self.alarms_phrases, 1000),
            _fill(said["alarms_answers"], self.alarms_answers, 1000),
        ]
        if self.spared.of:
            lines.append(_fill(said["spared"], self.spared, 100))
        lines.append(said["precision"].format(low=floor(right[0] * 10), high=ceil(right[1] * 10)))
        lines.append(said["one_hand"])
        if self.recall.of < _FEW:
            lines.append(said["few"].format(n=self.recall.of, enough=_FEW))
        lines.append(said["advice"][self.verdict])
        for name, texts in (("missed", self.missed), ("mistaken", self.mistaken)):
            if texts:
                lines += [said[name], *(f"  - {text}" for text in texts)]
        return "\n".join(lines)


@dataclass(frozen=True)
class Detector:
    """Finds one own theme: `vectors @ weight > limit`."""

    id: str
    weight: Matrix
    limit: float

    def finds(self, vectors: npt.NDArray[np.floating[Any]]) -> npt.NDArray[np.bool_]:
        """Which units have the theme.

        Args:
            vectors: of shape (units, 384), rows of length one, such as `doc._.unit_vectors`.

        Returns:
            Booleans of shape (units,). There is no probability: a few phrases do not give one.
        """
        found: npt.NDArray[np.bool_] = np.asarray(vectors, np.float64) @ self.weight > self.limit
        return found


class Ground:
    """A background, read once for many themes.

    Args:
        embed: turns texts into unit vectors, float of shape (texts, width), rows of length one.
        background: None takes the codebook's phrases and some of the project's invented answers.

    Raises:
        ModelMissing: the background that ships is not there.
        ValueError: the background has fewer than 100 texts, or `embed` gives something else.
    """

    def __init__(self, embed: Embed, background: Background | None = None) -> None:
        background = background or shipped_background()
        self._phrases = len(background.phrases)
        self._texts = (*background.phrases, *background.answers)
        if len(self._texts) < LEAST_BACKGROUND:
            raise ValueError(
                f"A background needs {LEAST_BACKGROUND} texts or more, so that rare false alarms "
                f"can be counted; it has {len(self._texts)}."
            )
        self._embed = embed
        self._vectors = _embedded(embed, self._texts)
        self._folds = np.arange(len(self._texts)) % FOLDS
        self._whole = _Space(self._vectors)
        self._without = [_Space(self._vectors[self._folds != fold]) for fold in range(FOLDS)]

    def fit(self, theme: OwnTheme) -> Detector:
        """Make a detector of an own theme.

        Args:
            theme: as `read_own_themes` gives it.
        """
        phrases, counters = self._read(theme.phrases), self._read(theme.counter_examples)
        weight = self._whole.direction(phrases, counters)
        limit = _limit(self._outside(phrases, counters)) + float(self._whole.center @ weight)
        return Detector(theme.id, weight, limit)

    def estimate(self, theme: OwnTheme) -> Estimate:
        """Say how well an own theme works.

        Each phrase is left out in turn, and the detector is made without it. Background texts are
        judged in tenths, each by a model and a limit that come from the other nine.

        Args:
            theme: as `read_own_themes` gives it.
        """
        phrases, counters = self._read(theme.phrases), self._read(theme.counter_examples)
        found = [
            self._judge(np.delete(phrases, i, 0), counters, phrases[i]) for i in range(len(phrases))
        ]
        taken = [
            self._judge(phrases, np.delete(counters, i, 0), counters[i])
            for i in range(len(counters))
        ]
        scores = self._outside(phrases, counters)
        limits = np.array([_limit(scores[self._folds != fold]) for fold in range(FOLDS)])
        excess = scores - limits[self._folds]
        alarms = excess > 0
        loudest = [i for i in np.argsort(-excess, kind="stable")[:_SHOWN] if alarms[i]]
        return Estimate(
            theme.id,
            Share(sum(found), len(found)),
            Share(int(alarms[: self._phrases].sum()), self._phrases),
            Share(int(alarms[self._phrases :].sum()), len(alarms) - self._phrases),
            Share(len(taken) - sum(taken), len(taken)),
            tuple(text for text, hit in zip(theme.phrases, found, strict=True) if not hit),
            tuple(self._texts[i] for i in loudest),
        )

    def _judge(self, phrases: Matrix, counters: Matrix, row: Matrix) -> bool:
        weight = self._whole.direction(phrases, counters)
        score = float((row - self._whole.center) @ weight)
        return score > _limit(self._outside(phrases, counters))

    def _outside(self, phrases: Matrix, counters: Matrix) -> Matrix:
        """Scores of all background texts, each in a space that does not know it."""
        scores = np.empty(len(self._vectors))
        for fold, space in enumerate(self._without):
            rows = self._vectors[self._folds == fold]
            scores[self._folds == fold] = (rows - space.center) @ space.direction(phrases, counters)
        return scores

    def _read(self, texts: Sequence[str]) -> Matrix:
        return _embedded(self._embed, texts, self._vectors.shape[1])


class _Space:
    """Centre and shrunk inverse covariance of some texts."""

    def __init__(self, vectors: Matrix) -> None:
        self.center: Matrix = vectors.mean(axis=0)
        rows = vectors - self.center
        covariance = rows.T @ rows / len(rows)
        floor_ = max(_SHRINK * float(np.trace(covariance)) / len(covariance), 1e-9)
        self._inverse = np.linalg.inv(covariance + floor_ * np.eye(len(covariance)))

    def direction(self, phrases: Matrix, counters: Matrix) -> Matrix:
        away = self.center
        if len(counters):
            away = (1 - _AWAY) * away + _AWAY * counters.mean(axis=0)
        result: Matrix = self._inverse @ (phrases.mean(axis=0) - away)
        return result


def find(detectors: Iterable[Detector], vectors: npt.NDArray[np.floating[Any]]) -> list[list[str]]:
    """Own themes of each unit.

    Args:
        detectors: of all own themes.
        vectors: of shape (units, 384), rows of length one, such as `doc._.unit_vectors`.
    """
    found: list[list[str]] = [[] for _ in vectors]
    for detector in detectors:
        for number in np.flatnonzero(detector.finds(vectors)) if len(vectors) else ():
            found[number].append(detector.id)
    return found


def shipped_background() -> Background:
    """The codebook's phrases, and one unit of each of 1000 invented answers.

    Raises:
        ModelMissing: the invented answers are not there.
    """
    from nlp.training.corpora import OWN, read_own

    book = codebook()
    phrases = [example.text for code in book.codes for example in code.examples]
    phrases += [text for meta in book.meta_codes for text in meta.examples]
    told = [answer for answer in read_own() if answer.units]
    if len(told) < ANSWERS:
        raise ModelMissing(
            f"The invented answers under {OWN.parent.name}/{OWN.name} are missing. Reinstall "
            "fortell, or give a background of your own."
        )
    answers = []
    for number in range(ANSWERS):
        answer = told[number * len(told) // ANSWERS]
        unit = answer.units[number % len(answer.units)]
        answers.append(answer.text[unit.start : unit.end])
    return Background(tuple(phrases), tuple(answers))


def engine_embed(texts: Sequence[str]) -> npt.NDArray[np.float32]:
    """Embed texts as the engine embeds units: de-identified, rows of length one.

    Args:
        texts: phrases or units; one that the engine cuts in several gets their mean.

    Returns:
        float32 of shape (texts, 384); zeros for a text without words.

    Raises:
        ModelMissing: the engine cannot be loaded.
    """
    from nlp.encoder import DIMENSIONS
    from nlp.pipeline import shipped

    clean = [text.encode("utf-8", "replace").decode() for text in texts]
    vectors = np.zeros((len(clean), DIMENSIONS), np.float32)
    for number, doc in enumerate(shipped().pipe(clean, batch_size=_BATCH, disable=_UNNEEDED)):
        if doc._.units:
            vectors[number] = doc._.unit_vectors.sum(axis=0)
    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    vectors /= np.where(lengths > 0, lengths, 1)
    return vectors


def _embedded(embed: Embed, texts: Sequence[str], width: int | None = None) -> Matrix:
    if not texts and width:
        return np.empty((0, width))
    vectors = np.asarray(embed(texts), np.float64)
    fits = vectors.ndim == 2 and len(vectors) == len(texts) and bool(np.isfinite(vectors).all())
    if not fits or width not in (None, vectors.shape[1]):
        raise ValueError(
            f"`embed` gave an array of shape {vectors.shape} for {len(texts)} texts. It must give "
            "one row of finite numbers for each text, always of the same width."
        )
    return vectors


def _limit(scores: Matrix) -> float:
    """The score that one in a hundred background texts passes."""
    return float(np.quantile(scores, 1 - _PASS, method="higher"))


def _precision(recall: float, alarms: float) -> float:
    right, wrong = _RARE * recall, (1 - _RARE) * alarms
    return right / (right + wrong) if right + wrong else 0.0


def _fill(line: str, share: Share, per: int) -> str:
    low, high = share.interval
    return line.format(
        count=share.count, of=share.of, low=floor(low * per), high=ceil(high * per), per=per
    )


@cache
def _texts() -> dict[str, Any]:
    texts: dict[str, Any] = yaml.safe_load(_TEXTS.read_text(encoding="utf-8"))
    return texts
