"""The API against its own description: prints each check with passed or failed.

    python Tests/Interop/openapi.py APUS [--examples 50] [--seed 1]

openapi-spec-validator reads the document; schemathesis then makes requests from it, right ones and wrong ones, and holds
the answers against it with all of its checks, on a server with the shipped models that trains, too.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import urllib.request

from openapi_spec_validator import OpenAPIV31SpecValidator

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent.parent / "Benchmarks"))
from interop_server import server  # noqa: E402  # pylint: disable=wrong-import-position


def is_valid(base: str) -> bool:
    """Whether the description is one."""
    with urllib.request.urlopen(f"{base}/openapi.json") as answer:
        errors = list(OpenAPIV31SpecValidator(json.load(answer)).iter_errors())
    for error in errors:
        print(f"        {list(error.path)}: {error.message}")
    return not errors


def is_kept(base: str, phase: str, examples: int, seed: int, directory: str) -> bool:
    """Whether the server does as it says, in one of schemathesis' phases."""
    command = [
        str(pathlib.Path(sys.executable).with_name("schemathesis")), "--config-file", str(HERE / "schemathesis.toml"),
        "run", f"{base}/openapi.json", "--checks", "all", "--phases", phase, "--max-examples", str(examples),
        "--seed", str(seed), "--continue-on-failure", "--request-timeout", "30", "--warnings", "off",
    ]
    environment = os.environ | {"APUS_URL": base, "PYTHONPATH": str(HERE), "SCHEMATHESIS_HOOKS": "openapi_hooks"}
    done = subprocess.run(
        command, cwd=directory, env=environment, capture_output=True, text=True, timeout=3600, check=False)
    if done.returncode != 0:
        # Requests with whole images are too long to be read.
        print("\n".join(line[:400] for line in (done.stdout + done.stderr[-2000:]).splitlines()))
    return done.returncode == 0


def main() -> None:
    parser = argparse.ArgumentParser(description="The API against its own description.")
    parser.add_argument("apus", type=pathlib.Path)
    parser.add_argument("--examples", type=int, default=50, help="most requests of an operation (default: %(default)s)")
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    results = {}
    with server(str(options.apus.resolve())) as (port, directory):
        base = f"http://127.0.0.1:{port}"
        (pathlib.Path(directory) / "data").mkdir(exist_ok=True)
        (pathlib.Path(directory) / "data" / "rows.csv").write_text("a,b\n1,2\n3,4\n5,6\n7,8\n")
        results["openapi-spec-validator"] = is_valid(base)
        for phase in ["examples", "coverage", "fuzzing", "stateful"]:
            results[f"schemathesis {phase}"] = is_kept(base, phase, options.examples, options.seed, directory)
        with urllib.request.urlopen(f"{base}/readyz") as answer:
            results["the server is still ready"] = answer.status == 200
    for name, passed in results.items():
        print(f"{'passed' if passed else 'FAILED'}  {name}")
    print(f"{sum(results.values())} passed, {len(results) - sum(results.values())} failed")
    sys.exit(0 if all(results.values()) else 1)


if __name__ == "__main__":
    main()
