"""FHIR's independent validators for the tests: installed from npm's lock on demand, kept beside the interpreter."""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

HERE = Path(__file__).parent / "fhir"


class Missing(Exception):
    """The validators cannot be had here; the words say why."""


def modules() -> Path:
    """Where the validators of the lock file stand, installed now where they do not; one process at a time."""
    for program in ("node", "npm"):
        if not shutil.which(program):
            raise Missing(f"no {program} found (apt-get install nodejs npm)")
    lock = hashlib.sha256((HERE / "package-lock.json").read_bytes()).hexdigest()[:12]
    folder = Path(sys.prefix) / f"fhir-{lock}"
    try:
        with open(Path(sys.prefix) / ".fhir-lock", "w") as alone:
            fcntl.flock(alone, fcntl.LOCK_EX)
            if not folder.exists():
                _install(folder)
    except (OSError, subprocess.TimeoutExpired) as why:
        raise Missing(f"not installed: {why}") from why
    return folder


def _install(folder: Path) -> None:
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix="fhir-new-") as made:
        for name in ("package.json", "package-lock.json"):
            shutil.copy(HERE / name, made)
        done = subprocess.run(
            ["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund", "--loglevel=error"], cwd=made,
            stdin=subprocess.DEVNULL, capture_output=True, text=True, timeout=300, check=False)
        if done.returncode:
            raise Missing(f"npm ci: {done.stderr.strip()[-400:]}")
        Path(made).chmod(0o755)
        os.rename(made, folder)
        Path(made).mkdir()  # for the cleaning up


class Validator:
    """One process of node with all definitions read, asked a document at a time."""

    def __init__(self) -> None:
        found = modules()
        self._node = subprocess.Popen(
            ["node", str(HERE / "check.mjs")], env={**os.environ, "FHIR_MODULES": str(found)}, text=True,
            stdin=subprocess.PIPE, stdout=subprocess.PIPE)

    def faults(self, bundle: Any) -> list[str]:
        """What is wrong with the document, in words; nothing if it is valid."""
        assert self._node.stdin and self._node.stdout
        print(json.dumps(bundle), file=self._node.stdin, flush=True)
        answer = self._node.stdout.readline()
        assert answer, "the validator died"
        found: list[str] = json.loads(answer)
        return found

    def close(self) -> None:
        self._node.communicate()
