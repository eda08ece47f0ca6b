"""Whether researchers may read a story: asked at the end, of the old enough, and unticked."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import Running, assert_accessible
from tests.browser.test_journey import ROUND
from tests.browser.test_proposal import finish, to_the_end

pytestmark = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
WHO = "Forskere ved Lunvik høgskole, som ser på hvordan unge blir møtt."
STORY = "Ho på NAV høyrde på meg heile tida."


@pytest.fixture(autouse=True)
def asking(running: Running) -> None:
    file = running.folder / "round.yaml"
    asked = ROUND.read_text("utf-8").replace(
        "[services, narrativ4.n1, mt10, vekst6, livstilfredshet_0_10, age_band]",
        "[narrativ4.n1, age_band]",
    )
    who = f"research: {{nb: '{WHO}', nn: Forskarar, en: Researchers}}\n"
    file.write_text(asked + who, "utf-8")
    running.command("round", "load", str(file))


def look_over(phone: Page, running: Running, age: str, story: str = STORY) -> None:
    phone.goto(f"{running.url}/r/KAIA26")
    phone.get_by_test_id("start").click()
    phone.fill("#story", story)
    phone.get_by_test_id("next").click()
    phone.locator(f"input[value='{age}']").check()
    to_the_end(phone)


@pytest.mark.parametrize("ticked", [True, False])
def test_it_is_no_until_somebody_ticks_it(
    phone: Page, running: Running, database: str, ticked: bool
) -> None:
    look_over(phone, running, "16-17")
    asked = phone.get_by_test_id("research")
    box = asked.get_by_role("checkbox", name="Forskere kan få lese fortellingen min, uten navn")
    expect(box).not_to_be_checked()
    expect(asked).to_contain_text(WHO)
    expect(asked).to_contain_text("Du velger selv")
    assert_accessible(phone)
    if ticked:
        box.focus()
        phone.keyboard.press("Space")
        expect(box).to_be_checked()
    assert finish(phone, running)["research"] is ticked


@pytest.mark.parametrize(("age", "story"), [("13-15", STORY), ("16-17", "")])
def test_it_is_not_asked_of_the_young_or_of_who_told_nothing(
    phone: Page, running: Running, database: str, age: str, story: str
) -> None:
    look_over(phone, running, age, story)
    expect(phone.get_by_test_id("research")).to_have_count(0)
    assert finish(phone, running)["research"] is False
