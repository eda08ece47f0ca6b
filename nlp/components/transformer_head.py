"""spaCy component that puts a `transformers` model in the place of one head.

It runs after the engine's own heads and overwrites what that head said. The labels of the model
(`id2label` of its configuration) must be the values of the head, in any order; its licence and
figures must be stated, because they stand in the engine's meta data from then on.

Needs the extra `transformers`. The model is read from a folder, or fetched from the Hugging Face
hub when the pipeline is built; no text ever leaves the machine. Only safetensors are read, and no
code that lies beside a model is run.
"""

import hashlib
import threading
from collections.abc import Iterable, Iterator, Mapping, Sequence
from importlib import import_module
from itertools import islice
from pathlib import Path
from typing import Any, TypedDict, cast

import numpy as np
import numpy.typing as npt
import yaml
from spacy.language import Language
from spacy.tokens import Doc

import nlp.components.document  # noqa: F401 (registers the attributes)
from enumerations import SafetyFlag
from nlp.codebook import codebook
from nlp.components.document import EntityDict, ThemeDict, Unit
from nlp.errors import ModelMissing
from nlp.heads import choose_themes, in_story, sigmoid, softmax, tag_spans
from nlp.labels import AXES, LEARNT_FLAGS, TAGS
from nlp.safety import phrase_flags
from nlp.words import first_tokens, word_spans

HEADS = ("themes", *AXES, "safety", "entities")
_SEVERAL = ("themes", "safety")
_LONGEST = 512
_DIGITS = 3
_PROPOSALS = 5
_UNCERTAIN = 0.5
_ADVICE = (
    "Give the folder of a model in safetensors, or the name of one on the Hugging Face hub; a name "
    "needs the network the first time. A model that needs code of its own cannot be used."
)
Shares = npt.NDArray[np.float32]


class Replacement(TypedDict, total=False):
    """What the configuration says of the model that takes a head's place.

    model, licence and figures are required; the rest are those of `fortell_transformer_head`.
    """

    model: str
    licence: str
    figures: dict[str, Any]
    revision: str | None
    threshold: float
    batch_size: int


class HeadCard(TypedDict):
    """What the engine says of a head that was replaced; `version` changes with the weights."""

    model: str
    revision: str | None
    licence: str
    figures: dict[str, Any]
    version: str


def labels_of(head: str) -> tuple[str, ...]:
    """The labels that a model must have to take the place of a head.

    Args:
        head: one of `HEADS`.

    Raises:
        ValueError: there is no such head.
    """
    if head not in HEADS:
        raise ValueError(
            f"{head!r} is no head that can be replaced. Choose from: {', '.join(HEADS)}."
        )
    if head == "themes":
        return codebook().theme_ids
    if head == "safety":
        return LEARNT_FLAGS
    return AXES.get(head) or TAGS["entities"]


def replaced_heads(engine: Language) -> dict[str, HeadCard]:
    """Heads of a pipeline that a `transformers` model stands in for: model, licence, figures.

    Args:
        engine: a pipeline; empty result when it has only its own heads.
    """
    return cast("dict[str, HeadCard]", dict(engine.meta.get("replaced_heads", {})))


def read_replacements(path: Path) -> dict[str, Replacement]:
    """Read a YAML file that names the models which take the place of heads.

    Args:
        path: a mapping from heads to `model`, `licence`, `figures` and, if wanted, `revision`,
            `threshold`, `batch_size`. A folder may be named relative to the file.

    Raises:
        ValueError: the file cannot be read, or a head or setting is unknown or missing.
    """
    try:
        found = yaml.safe_load(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ValueError(
            f"{path.name} cannot be read as YAML. Check its path and its indentation."
        ) from error
    check_replacements(found)
    for wanted in found.values():
        if (path.parent / wanted["model"]).is_dir():
            wanted["model"] = str((path.parent / wanted["model"]).resolve())
    return cast("dict[str, Replacement]", found)


def check_replacements(found: object) -> None:
    """Check what a configuration says of replaced heads.

    Args:
        found: should be a mapping from heads to `Replacement`.

    Raises:
        ValueError: it is not; the message says what to write.
    """
    if not isinstance(found, Mapping):
        raise ValueError("Replaced heads must be a mapping from heads to models.")
    known = set(Replacement.__annotations__)
    for head, wanted in found.items():
        labels_of(str(head))
        if not isinstance(wanted, Mapping) or set(wanted) - known:
            raise ValueError(
                f"The replacement of {head!r} must be a mapping with no other settings than: "
                f"{', '.join(sorted(known))}."
            )
        _check_statement(str(head), wanted)


def _check_statement(head: str, wanted: Mapping[str, Any]) -> None:
    model, licence, figures = (wanted.get(name) for name in ("model", "licence", "figures"))
    if not isinstance(model, str) or not model.strip():
        raise ValueError(f"Name the model that takes the place of {head!r}. {_ADVICE}")
    if not isinstance(licence, str) or not licence.strip():
        raise ValueError(f"State the licence of {model} (licence), such as Apache-2.0.")
    if not isinstance(figures, Mapping) or not figures:
        raise ValueError(
            f"State the figures of {model} (figures): how good it is and on which data, such as "
            "{macro_f1: 0.71, data: NoReC_sentence test}."
        )


@Language.factory(
    "fortell_transformer_head",
    requires=["doc._.redacted", "doc._.units", "doc._.unit_spans"],
    assigns=["doc._.units", "doc._.themes", "doc._.safety", "doc._.entities"],
    default_config={
        "head": "",
        "model": "",
        "licence": "",
        "figures": {},
        "revision": None,
        "threshold": 0.5,
        "batch_size": 32,
        "num_threads": None,
    },
)
def make_transformer_head(
    nlp: Language,
    name: str,
    head: str,
    model: str,
    licence: str,
    figures: dict[str, Any],
    revision: str | None,
    threshold: float,
    batch_size: int,
    num_threads: int | None,
) -> "TransformerHead":
    """Create the component; the model's card goes into `nlp.meta["replaced_heads"]`.

    head (str): themes, sentiment, attribution, change, utterance, safety or entities.
    model (str): folder of the model, or its name on the Hugging Face hub.
    licence (str): the model's licence; required.
    figures (dict[str, Any]): how good the model is, and on what; required.
    revision (str | None): commit of the model on the hub; None takes the newest.
    threshold (float): probability from which a theme or safety flag is given.
    batch_size (int): windows of text per call of the model.
    num_threads (int | None): CPU threads of PyTorch in this process; None leaves them.
    RETURNS (TransformerHead): the component.
    RAISES (ModelMissing, ValueError): the extra or the model is missing; licence or figures are
        not stated; the model's labels are not the head's.
    """
    labels = labels_of(head)
    if not 0 < threshold <= 1:
        raise ValueError("threshold must be a probability: above 0, at most 1.")
    _check_statement(head, {"model": model, "licence": licence, "figures": figures})
    reader = Reader(model, revision, labels, head == "entities", batch_size, num_threads)
    component = TransformerHead(head, reader, threshold)
    component.card = {
        "model": model,
        "revision": revision,
        "licence": licence,
        "figures": figures,
        "version": hashlib.sha256(f"{reader.digest} {threshold}".encode()).hexdigest()[:8],
    }
    nlp.meta.setdefault("replaced_heads", {})[head] = component.card
    return component


class Reader:
    """A `transformers` model with its tokenizer, on the CPU.

    A text longer than the model can take is read in windows that do not overlap.

    Args:
        model: folder or name on the hub.
        revision: commit on the hub.
        labels: what the model must tell apart, in the order wanted of its logits.
        tokens: whether it labels tokens rather than texts.
        batch_size: windows per call.
        num_threads: CPU threads of PyTorch; None leaves them.

    Raises:
        ModelMissing: the extra or the model is missing.
        ValueError: the model is of another kind, or its labels are others.
    """

    def __init__(
        self,
        model: str,
        revision: str | None,
        labels: Sequence[str],
        tokens: bool,
        batch_size: int = 32,
        num_threads: int | None = None,
    ) -> None:
        if batch_size < 1:
            raise ValueError("batch_size must be at least 1.")
        self._torch, transformers = _libraries()
        if num_threads:
            self._torch.set_num_threads(num_threads)
        kind = "TokenClassification" if tokens else "SequenceClassification"
        self._model, self._tokenizer = _load(self._torch, transformers, model, revision, kind)
        own = self._model.config.id2label
        _check_labels(model, [own[i] for i in sorted(own)], labels)
        place = {label: i for i, label in own.items()}
        self._order = [place[label] for label in labels]
        self._batch_size = batch_size
        # Two threads must not set the limits of one tokenizer at the same time.
        self._lock = threading.Lock()
        self._length = _window(self._model.config, self._tokenizer)
        self.digest = _digest(self._model)

    def texts(self, texts: Sequence[str], several: bool) -> Shares:
        """Probabilities of texts.

        Args:
            texts: of any length.
            several: whether a text may have several labels. The windows of a long text then give
                their highest probability, otherwise their mean.

        Returns:
            float32 of shape (texts, labels).
        """
        owners, windows = self._cut(texts)
        logits = np.stack(self._run(windows))
        shares = sigmoid(logits) if several else softmax(logits)
        mine = [shares[np.asarray(owners) == number] for number in range(len(texts))]
        return np.stack([rows.max(axis=0) if several else rows.mean(axis=0) for rows in mine])

    def words(
        self, texts: Sequence[str], words: Sequence[Sequence[tuple[int, int]]]
    ) -> list[Shares]:
        """Probabilities of words, each read at its first token.

        Args:
            texts: of any length.
            words: for each text the spans of its words, in code points.

        Returns:
            For each text float32 of shape (words, labels). A word that the tokenizer drops gets
            the first label.
        """
        owners, windows = self._cut(texts)
        offsets: list[list[tuple[int, int]]] = [[] for _ in texts]
        shares: list[list[Any]] = [[] for _ in texts]
        for owner, window, rows in zip(owners, windows, self._run(windows), strict=True):
            for (start, end), row in zip(window["offset_mapping"], rows, strict=True):
                if end > start:
                    offsets[owner].append((start, end))
                    shares[owner].append(softmax(row))
        nothing = np.eye(1, len(self._order), dtype=np.float32)[0]
        found = []
        for spans, tokens, read in zip(words, offsets, shares, strict=True):
            places = first_tokens(list(spans), tokens)
            chosen = [read[i] if i >= 0 else nothing for i in places]
            found.append(np.asarray(chosen, np.float32).reshape(-1, len(self._order)))
        return found

    def _cut(self, texts: Sequence[str]) -> tuple[list[int], list[dict[str, Any]]]:
        """Windows in order, and for each the number of its text."""
        with self._lock:
            encoded = self._tokenizer(
                list(texts),
                truncation=True,
                max_length=self._length,
                return_overflowing_tokens=True,
                return_offsets_mapping=True,
            )
        owners = encoded.pop("overflow_to_sample_mapping")
        count = len(encoded["input_ids"])
        return owners, [{name: encoded[name][i] for name in encoded} for i in range(count)]

    def _run(self, windows: list[dict[str, Any]]) -> list[Shares]:
        """Logits of each window, the columns in the order of the wanted labels.

        They have shape (labels,) or, from a model that labels tokens, (tokens, labels).
        """
        sizes = [len(window["input_ids"]) for window in windows]
        order = sorted(range(len(windows)), key=sizes.__getitem__)
        found: dict[int, Shares] = {}
        for start in range(0, len(order), self._batch_size):
            numbers = order[start : start + self._batch_size]
            batch = [
                {name: value for name, value in windows[i].items() if name != "offset_mapping"}
                for i in numbers
            ]
            padded = self._tokenizer.pad(batch, padding_side="right", return_tensors="pt")
            with self._torch.inference_mode():
                logits = self._model(**padded).logits.numpy()[..., self._order]
            for i, rows in zip(numbers, logits, strict=True):
                found[i] = rows if rows.ndim == 1 else rows[: sizes[i]]
        return [found[i] for i in range(len(windows))]


class TransformerHead:
    """Overwrites what one head said.

    - sentiment, attribution, change, utterance: the value in each of `doc._.units`, read from the
      de-identified text of the unit alone.
    - themes: the same, and `doc._.themes`; `evidence` is emptied, for it spoke of the other model.
    - safety: the learnt flags of `doc._.safety`, read from the de-identified story. A flag that a
      phrase raises stays (recall first), and so does S_identifiserende.
    - entities: `doc._.entities`, read from the text as it was given in.

    `card` holds model, licence, figures and version.
    """

    card: HeadCard

    def __init__(self, head: str, reader: Reader, threshold: float = 0.5) -> None:
        self.head, self._reader, self._threshold = head, reader, threshold
        self._labels = labels_of(head)

    def __call__(self, doc: Doc) -> Doc:
        """Read one document.

        doc (Doc): a document that the engine's own heads have coded.
        RETURNS (Doc): the same document.
        """
        return next(self.pipe([doc]))

    def pipe(self, stream: Iterable[Doc], *, batch_size: int = 64) -> Iterator[Doc]:
        """Read many documents, a batch at a time.

        stream (Iterable[Doc]): documents that the engine's own heads have coded.
        batch_size (int): documents whose texts go to the model together.
        YIELDS (Doc): the same documents, in order.
        """
        documents = iter(stream)
        read = {"entities": self._entities, "safety": self._safety}.get(self.head, self._units)
        while batch := list(islice(documents, batch_size)):
            read(batch)
            yield from batch

    def _entities(self, docs: list[Doc]) -> None:
        words = [word_spans(doc.text) for doc in docs]
        shares = self._reader.words([doc.text for doc in docs], words)
        for doc, spans, rows in zip(docs, words, shares, strict=True):
            found: list[EntityDict] = [
                {"start": start, "end": end, "label": label}
                for start, end, label in tag_spans(rows, spans, self._labels)
            ]
            doc._.entities = found

    def _safety(self, docs: list[Doc]) -> None:
        shares = self._reader.texts([doc._.redacted for doc in docs], several=True)
        for doc, row in zip(docs, shares, strict=True):
            flags = {flag.value for flag in phrase_flags(doc._.redacted)}
            flags |= {SafetyFlag.IDENTIFYING.value} & set(doc._.safety)
            flags |= {
                flag for flag, p in zip(LEARNT_FLAGS, row, strict=True) if p >= self._threshold
            }
            doc._.safety = [flag.value for flag in SafetyFlag if flag.value in flags]

    def _units(self, docs: list[Doc]) -> None:
        texts = [doc._.redacted[start:end] for doc in docs for start, end in doc._.unit_spans]
        if not texts:
            return
        shares = iter(self._reader.texts(texts, several=self.head in _SEVERAL))
        for doc in docs:
            rows = list(islice(shares, len(doc._.unit_spans)))
            doc._.units = [
                self._coded(unit, row) for unit, row in zip(doc._.units, rows, strict=True)
            ]
            if self.head == "themes" and rows:
                doc._.themes = self._proposals(in_story(np.array(rows)))

    def _coded(self, unit: Unit, row: Shares) -> Unit:
        coded = unit.copy()
        if self.head == "themes":
            limits = np.full(len(row), self._threshold, np.float32)
            chosen = choose_themes(row, limits, self._labels, codebook().max_codes_per_unit)
            coded["themes"] = [{"id": theme, "p": round(p, _DIGITS)} for theme, p in chosen]
            coded["evidence"] = []
            sure = bool(chosen) and chosen[0][1] >= _UNCERTAIN
        else:
            cast("dict[str, Any]", coded)[self.head] = self._labels[int(row.argmax())]
            sure = bool(row.max() >= _UNCERTAIN)
        unsure = {*unit["uncertain"], self.head} - ({self.head} if sure else set())
        coded["uncertain"] = [head for head in HEADS if head in unsure]
        return coded

    def _proposals(self, story: Shares) -> list[ThemeDict]:
        order = np.argsort(-story, kind="stable")[:_PROPOSALS]
        return [{"id": self._labels[i], "p": round(float(story[i]), _DIGITS)} for i in order]


def _libraries() -> tuple[Any, Any]:
    try:
        return import_module("torch"), import_module("transformers")
    except ImportError as error:
        raise ModelMissing(
            "A head is to be replaced by a transformers model, and PyTorch or transformers is not "
            'installed. Run: pip install "fortell[transformers]"'
        ) from error


def _load(
    torch: Any, transformers: Any, name: str, revision: str | None, kind: str
) -> tuple[Any, Any]:
    local = Path(name).is_dir()
    if not local and (Path(name).is_absolute() or name.startswith(".")):
        raise ModelMissing(f"There is no folder {name}. {_ADVICE}")
    where: dict[str, Any] = {"local_files_only": local, "trust_remote_code": False}
    if revision and not local:
        where["revision"] = revision
    try:
        tokenizer = transformers.AutoTokenizer.from_pretrained(name, use_fast=True, **where)
        model, report = getattr(transformers, f"AutoModelFor{kind}").from_pretrained(
            name, dtype=torch.float32, use_safetensors=True, output_loading_info=True, **where
        )
    except Exception as error:  # the hub, safetensors and tokenizers raise errors of their own
        raise ModelMissing(f"The model {name} cannot be loaded. {_ADVICE}") from error
    if report["missing_keys"]:
        raise ValueError(
            f"{name} was not trained as a {kind} model: it has no weights for "
            f"{', '.join(sorted(report['missing_keys'])[:3])}. Choose a model with that head."
        )
    if not tokenizer.is_fast or tokenizer.pad_token is None:
        raise ValueError(
            f"The tokenizer of {name} has no tokenizer.json or no padding token. Save it with "
            "both, or choose another model."
        )
    return model.eval(), tokenizer


def _check_labels(name: str, own: Sequence[str], wanted: Sequence[str]) -> None:
    if sorted(own) == sorted(wanted):
        return
    missing = [label for label in wanted if label not in own]
    strange = [label for label in own if label not in wanted]
    raise ValueError(
        f"The labels of {name} are not those of the head. Expected: {', '.join(wanted)}. "
        f"Missing: {', '.join(missing) or 'none'}. Unknown: {', '.join(strange) or 'none'}. "
        "Correct id2label in the model's config.json, or choose another model."
    )


def _window(config: Any, tokenizer: Any) -> int:
    """Tokens of a window. Some models count two positions more than they can take."""
    positions = getattr(config, "max_position_embeddings", None) or _LONGEST + 2
    return int(min(tokenizer.model_max_length, positions - 2, _LONGEST))


def _digest(model: Any) -> str:
    digest = hashlib.sha256(str(sorted(model.config.id2label.items())).encode())
    for name, tensor in model.state_dict().items():
        digest.update(name.encode())
        digest.update(tensor.contiguous().numpy().tobytes())
    return digest.hexdigest()
