"""How much protection: the thresholds, which can only be raised."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

from exports.disclosure.catalogue import Catalogue
from exports.disclosure.rules import BASE, K_SENSITIVE, K
from exports.errors import PolicyError
from exports.services import service_classes


@dataclass(frozen=True)
class Policy:
    """What may be published, and how.

    Args:
        catalogue: the figures that exist.
        k: least respondents per category, at least 10.
        k_sensitive: the same where a service of a sensitive class is in the figure, at least 15
            and at least k.
        base: counts are rounded to multiples of this; a multiple of 5, at most k.

    Raises:
        PolicyError: a number is lower than the rules give, or a service class is unknown.
    """

    catalogue: Catalogue
    k: int = K
    k_sensitive: int = K_SENSITIVE
    base: int = BASE

    def __post_init__(self) -> None:
        if self.k < K or self.k_sensitive < max(K_SENSITIVE, self.k):
            raise PolicyError(
                f"Thresholds can only be raised: k from {K}, k_sensitive from {K_SENSITIVE} and "
                f"at least k. Raise the value or leave it out."
            )
        if self.base % BASE or not BASE <= self.base <= self.k:
            raise PolicyError(f"base must be a multiple of {BASE} between {BASE} and k.")
        used = {service.service_class for service in self.catalogue.services}
        if unknown := sorted(used - set(service_classes())):
            raise PolicyError(
                f"Unknown service classes: {unknown}. Use the ids of service_taxonomy.yaml."
            )

    def threshold(self, service: str) -> int:
        """Return the least respondents per category of a figure about a service, area or "*"."""
        return self._thresholds[service]

    @cached_property
    def _thresholds(self) -> Mapping[str, int]:
        """Return the threshold of each place: the highest of the services that it counts."""
        found = dict.fromkeys(self.catalogue.places, self.k)
        for service in self.catalogue.services:
            kind = service_classes()[service.service_class]
            own = max(kind.min_n, self.k_sensitive if kind.sensitive else self.k)
            for place in (service.key, *self.catalogue.holders[service.key]):
                found[place] = max(found[place], own)
        return found
