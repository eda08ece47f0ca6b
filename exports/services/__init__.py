"""Classes of services: how many respondents each asks for, and which are sensitive."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import yaml


@dataclass(frozen=True)
class ServiceClass:
    """A kind of service; `min_n` is in respondents per published category."""

    id: str
    label: Mapping[str, str]
    min_n: int
    sensitive: bool


@cache
def service_classes() -> Mapping[str, ServiceClass]:
    """Return the classes of service_taxonomy.yaml, by id."""
    text = files(__package__).joinpath("service_taxonomy.yaml").read_text(encoding="utf-8")
    entries = yaml.safe_load(text)["classes"]
    return {entry["id"]: ServiceClass(**entry) for entry in entries}
