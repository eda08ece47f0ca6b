"""Take a picture of every screen of the answering page: python scripts/screenshots.py

It starts a server of its own and writes small PNGs to docs/pictures/answering; look at them.
"""

import base64
import struct
import sys
import tempfile
import zlib
from pathlib import Path

import numpy as np
from playwright.sync_api import Page, sync_playwright

sys.path.insert(0, str(Path(__file__).parents[1]))

from tests.browser import chromium, screens
from tests.browser.conftest import PHONE, serving

PICTURES = Path(__file__).parents[1] / "docs" / "pictures" / "answering"
COLOURS = 40
LARGEST = 25_000

PIXELS = """async (png) => {
    const picture = await createImageBitmap(await (await fetch(png)).blob());
    const { width, height } = picture;
    const context = new OffscreenCanvas(width, height).getContext("2d");
    context.drawImage(picture, 0, 0);
    const { data } = context.getImageData(0, 0, width, height);
    let text = "";
    for (let at = 0; at < data.length; at += 4096)
        text += String.fromCharCode(...data.subarray(at, at + 4096));
    return btoa(text);
}"""


def pixels(png: bytes, decoder: Page) -> np.ndarray:
    """Red, green and blue of a picture's pixels, row by row; a browser reads the PNG."""
    address = f"data:image/png;base64,{base64.b64encode(png).decode()}"
    raw = np.frombuffer(base64.b64decode(decoder.evaluate(PIXELS, address)), np.uint8)
    read: np.ndarray = raw.reshape(PHONE["height"], PHONE["width"], 4)[:, :, :3]
    return read


def few_colours(image: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """A palette of the commonest colours, and for each pixel the nearest of them."""
    colours, where, counts = np.unique(
        image.reshape(-1, 3), axis=0, return_inverse=True, return_counts=True
    )
    palette = _commonest(colours.astype(int), counts)
    far = ((colours[:, None].astype(int) - palette[None]) ** 2).sum(2)
    return palette.astype(np.uint8), far.argmin(1)[where].reshape(image.shape[:2]).astype(np.uint8)


def _commonest(colours: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The commonest colours of those that are no neighbours of a commoner one."""
    chosen: list[np.ndarray] = []
    for at in np.argsort(-counts, kind="stable"):
        if all(np.abs(colours[at] - one).max() > 4 for one in chosen):
            chosen.append(colours[at])
        if len(chosen) == COLOURS:
            break
    return np.array(chosen)


def indexed_png(palette: np.ndarray, places: np.ndarray) -> bytes:
    """A PNG with a palette (PNG specification, colour type 3)."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        whole = kind + data
        return struct.pack(">I", len(data)) + whole + struct.pack(">I", zlib.crc32(whole))

    height, width = places.shape
    rows = b"".join(b"\0" + row.tobytes() for row in places)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0))
        + chunk(b"PLTE", palette.tobytes())
        + chunk(b"IDAT", zlib.compress(rows, 9))
        + chunk(b"IEND", b"")
    )


def main() -> None:
    """Walk through every screen in bokmål and keep a picture of each."""
    PICTURES.mkdir(parents=True, exist_ok=True)
    for old in PICTURES.glob("*.png"):
        old.unlink()
    with tempfile.TemporaryDirectory() as name, sync_playwright() as playwright:
        folder = Path(name)
        browser = playwright.chromium.launch(
            executable_path=str(chromium.find()), args=list(chromium.FLAGS)
        )
        with (
            serving(f"sqlite:///{folder / 'fortell.db'}", folder) as running,
            screens.loaded(running, folder) as rounds,
        ):
            decoder = browser.new_page()
            page = browser.new_page(viewport=PHONE, locale="nb-NO", reduced_motion="reduce")
            for screen in screens.walk(page, rounds, "nb"):
                page.mouse.move(0, 0)
                small = indexed_png(*few_colours(pixels(page.screenshot(), decoder)))
                assert len(small) <= LARGEST, f"{screen}: {len(small)} bytes"
                (PICTURES / f"{screen}.png").write_bytes(small)
        browser.close()


if __name__ == "__main__":
    main()
