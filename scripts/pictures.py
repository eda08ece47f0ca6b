"""Take the README's pictures of a running demo: python scripts/pictures.py http://127.0.0.1:8321"""

import sys
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser import chromium

PICTURES = Path(__file__).parents[1] / "docs" / "pictures"


def answering(page: Page, url: str) -> None:
    """The page where a young person tells, at the story."""
    page.goto(f"{url}/r/FJORD2")
    page.get_by_test_id("start").click()
    page.get_by_role("checkbox", name="Helsestasjon for ungdom").check()
    page.get_by_test_id("next").click()
    page.locator("button.choice").first.click()
    page.locator("#story").wait_for()
    page.mouse.move(0, 0)
    page.screenshot(path=PICTURES / "answering.png")


def report(page: Page, url: str) -> None:
    """What a service reads."""
    page.goto(f"{url}/rapport/FJORD1/helsestasjon")
    page.screenshot(path=PICTURES / "report.png")


def politician(page: Page, url: str) -> None:
    """The sheet that a politician reads, as it is printed: one A4."""
    page.goto(f"{url}/rapport/FJORD1/helsestasjon?for=politician")
    page.emulate_media(media="print")
    page.evaluate("document.body.style.padding = '34px 53px'")
    page.screenshot(path=PICTURES / "politician.png")


TAKEN = ((answering, 360, 640), (report, 900, 1330), (politician, 794, 1123))
"""What takes each picture, and how wide and high its window is, in CSS pixels."""


def main(url: str) -> None:
    """Take all three."""
    PICTURES.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        found = chromium.find()
        browser = playwright.chromium.launch(executable_path=str(found), args=list(chromium.FLAGS))
        for take, width, height in TAKEN:
            context = browser.new_context(
                viewport={"width": width, "height": height},
                locale="nb-NO",
                reduced_motion="reduce",
            )
            take(context.new_page(), url)
            context.close()
        browser.close()


if __name__ == "__main__":
    main(sys.argv[1])
