"""Cuts the vocabulary of the starting encoder to what Nordic and English text uses."""

import re
from collections import Counter
from collections.abc import Iterable

from tokenizers import Regex, Tokenizer, models, normalizers, pre_tokenizers, processors

SPECIAL = ("<s>", "<pad>", "</s>", "<unk>")
UNKNOWN = SPECIAL.index("<unk>")
MASK = "<mask>"
_LATIN = re.compile(r"[▁a-zA-ZæøåÆØÅäöÄÖéèêóòôüáàíñçÉÈÓÒÔÜ'’-]+|[▁\d]+|[▁\W]+")
_PICTURE = re.compile("[\u2600-\u27bf\U0001f300-\U0001faff]")


def make_tokenizer(pieces: list[tuple[str, float]]) -> Tokenizer:
    """A unigram tokenizer as XLM-R's (SentencePiece, NFKC), whose first four pieces are special."""
    tokenizer = Tokenizer(models.Unigram(pieces, unk_id=3, byte_fallback=False))
    tokenizer.normalizer = normalizers.Sequence(
        [normalizers.NFKC(), normalizers.Replace(Regex(r"\s+"), " ")]
    )
    tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<s> $A </s>", special_tokens=[("<s>", 0), ("</s>", 2)]
    )
    return tokenizer


def choose_pieces(pieces: list[tuple[str, float]], texts: Iterable[str], count: int) -> list[int]:
    """Rows of the vocabulary to keep, in their order.

    Kept are the special pieces, single letters, signs and pictures, every piece that the texts use
    (the most used first when there is too little room), and then the most probable pieces in Latin
    letters.

    Args:
        pieces: all pieces with their scores, most probable first.
        texts: text of the languages to serve.
        count: how many pieces to keep.
    """
    full = make_tokenizer(pieces)
    used: Counter[int] = Counter()
    for encoding in full.encode_batch(list(texts)):
        used.update(encoding.ids)
    keep = set(range(len(SPECIAL)))
    for row, (piece, _) in enumerate(pieces):
        bare = piece.removeprefix("▁")
        if (len(bare) <= 1 and _LATIN.fullmatch(piece)) or _PICTURE.search(piece):
            keep.add(row)
    for row, _ in used.most_common():
        if len(keep) >= count:
            break
        keep.add(row)
    for row, (piece, _) in enumerate(pieces):
        if len(keep) >= count:
            break
        if _LATIN.fullmatch(piece):
            keep.add(row)
    return sorted(keep)
