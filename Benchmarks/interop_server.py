"""A running Apus for what checks it with programs of others."""

import contextlib
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator

ROOT = pathlib.Path(__file__).resolve().parent.parent


@contextlib.contextmanager
def server(
    apus: str, prepare: Callable[[pathlib.Path], None] = lambda models: None
) -> Iterator[tuple[int, str]]:
    """Serves a copy of the shipped models, to which `prepare` may add some; gives its port, and the directory with its
    `models` and its `data`."""
    with tempfile.TemporaryDirectory() as directory:
        shutil.copytree(ROOT / "models", f"{directory}/models")
        prepare(pathlib.Path(directory) / "models")
        command = [apus, "serve", "--port", "0", "--models", f"{directory}/models", "--data", f"{directory}/data"]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, cwd=directory)
        try:
            port = None
            for line in process.stderr:
                if found := re.search(r"port=(\d+)", line):
                    port = int(found[1])
                if re.search(r"\bready\b", line) and port:
                    break
            if port is None:
                sys.exit("apus serve did not start")
            # What it says later must not fill the pipe.
            threading.Thread(target=process.stderr.read, daemon=True).start()
            yield port, directory
        finally:
            process.terminate()
            process.wait(timeout=30)
