"""spaCy component that finds the deployment's own themes."""

from collections.abc import Sequence
from typing import Any

from spacy.language import Language
from spacy.tokens import Doc

from nlp.codebook import codebook
from nlp.codebook.in_use import own_themes
from nlp.codebook.own import Detector, Ground, Verdict, engine_embed, find
from nlp.components.document import ThemeDict
from nlp.components.heads import PROPOSALS
from nlp.errors import UnfitTheme

_DIGITS = 3


@Language.factory(
    "fortell_own_themes",
    requires=["doc._.units", "doc._.unit_vectors", "doc._.themes"],
    assigns=["doc._.units", "doc._.themes"],
)
def make_own_themes(nlp: Language, name: str) -> "OwnThemes":
    """Create the component from the themes of `nlp.use_own_themes`; takes some ten seconds.

    RETURNS (OwnThemes): the component.

    RAISES (UnfitTheme): a theme's estimate says that it must not be used.
    RAISES (ModelMissing): the engine, or the texts that the themes are told from, cannot be loaded.
    """
    ground = Ground(engine_embed)
    detectors, certain, rates = [], [], {}
    for theme in own_themes():
        estimate = ground.estimate(theme)
        if estimate.verdict is Verdict.DO_NOT_USE:
            raise UnfitTheme(
                f"The own theme {theme.id} cannot be told from its phrases: "
                f"{estimate.recall.count} of {estimate.recall.of} were found. Write narrower "
                "phrases, or take it out. To read more: fortell nlp codebook try-theme FILE"
            )
        if estimate.verdict is Verdict.GOOD_ENOUGH:
            certain.append(theme.id)
        detectors.append(ground.fit(theme))
        rates[theme.id] = round(estimate.right_when_rare, _DIGITS)
    return OwnThemes(detectors, rates, certain)


class OwnThemes:
    """Adds own themes to `doc._.themes`, the proposals; those good enough also to `doc._.units`.

    The probability is the share of finds that are right where one unit in a hundred is about the
    theme: a few phrases give no probability of one text. No words are shown for an own theme.
    """

    def __init__(
        self, detectors: Sequence[Detector], rates: dict[str, float], certain: Sequence[str]
    ) -> None:
        self._detectors, self._rates, self._certain = detectors, rates, frozenset(certain)
        self._limit = codebook().max_codes_per_unit

    def __call__(self, doc: Doc) -> Doc:
        """Look for own themes in one document.

        doc (Doc): a document with coded units.
        RETURNS (Doc): the same document.
        """
        if not doc._.units:
            return doc
        found = find(self._detectors, doc._.unit_vectors)
        for unit, ids in zip(doc._.units, found, strict=True):
            sure = [theme for theme in ids if theme in self._certain]
            unit["themes"] = self._with(unit["themes"] or [], sure, self._limit)
        told = dict.fromkeys(theme for ids in found for theme in ids)
        doc._.themes = self._with(doc._.themes, told, PROPOSALS)
        return doc

    def _with(self, themes: list[ThemeDict], ids: Any, limit: int) -> list[ThemeDict]:
        """Most probable first; where there are too many, the least probable of the codebook go."""
        own = [ThemeDict(id=theme, p=self._rates[theme]) for theme in ids][:limit]
        kept = themes[: limit - len(own)]
        return sorted([*kept, *own], key=lambda theme: -theme["p"])
