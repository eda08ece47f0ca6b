"""Own themes of three kinds, as the engine that ships judges them. All phrases are invented."""

from typing import Any

import yaml


def _theme(name: str, label: str, phrases: list[str]) -> dict[str, Any]:
    return {
        "id": name,
        "group": "E",
        "nb": label,
        "nn": label,
        "en": label,
        "def": f"{label}.",
        "nivaa": "praksis",
        "phrases": phrases,
    }


GOOD_ENOUGH = _theme(
    "O_mobilforbud",
    "Mobilforbud",
    [
        "de tar mobilen fra oss hver morgen",
        "mobilforbudet på skolen er teit",
        "Vi må levere telefonen i mobilhotell",
        "mobilhotellet gjør at vi prater mer i friminuttene",
        "får ikke ha telefonen i timen lenger",
        "læraren samlar inn mobilane",
        "telefonen ligger innelåst til klokka er to",
        "Eg likar at mobilen er borte i friminutta",
        "æ fikk anmerkning for å sjekk mobilen",
        "ingen får bruke mobil på skolen, ikke i friminuttet engang",
        "mobilfri skole var helt greit egentlig",
        "de låser inn mobilene våre",
    ],
)
WEAK = _theme(
    "O_russ",
    "Russetid",
    [
        "russetida koster alt for mye",
        "alle på skolen er med på russebuss uten meg",
        "russebussen ødela klassemiljøet",
        "vi begynte å spare til bussen i niende",
        "eg vart aldri spurt om å vere med i russegruppa",
        "russedressen ble for dyr",
        "russefeiringa i mai gjør at ingen gjør lekser",
        "konserten til russen støyer hele natta",
        "rulling hver natt gjør alle utslitt før eksamen",
        "russekroa var det beste på hele skolen",
    ],
)
UNFIT = _theme(
    "O_diverse",
    "Diverse",
    [
        "maten i kantina er kald",
        "hun på helsestasjonen lo av meg",
        "bussen går for sjelden",
        "eg fekk ny sykkel i mai",
        "treneren ropte på oss",
        "det tok et år før noen ringte",
    ],
)
SAID = "Læraren tek mobilen frå oss kvar morgon og låser han inn."


def written(*themes: dict[str, Any]) -> str:
    return yaml.safe_dump(list(themes), allow_unicode=True, sort_keys=False)
