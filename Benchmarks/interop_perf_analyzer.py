"""Triton's perf_analyzer against Apus, where it is installed: prints each check with passed, failed or skipped.

    python Benchmarks/interop_perf_analyzer.py APUS
"""

import pathlib
import re
import shutil
import subprocess
import sys

from interop_checks import CNN
from interop_server import server


def main() -> None:
    if len(sys.argv) != 2:
        sys.exit("usage: python Benchmarks/interop_perf_analyzer.py APUS")
    program = shutil.which("perf_analyzer")
    if program is None:
        print("skipped perf_analyzer: there is no such program here")
        return
    failed = 0
    with server(str(pathlib.Path(sys.argv[1]).resolve())) as (port, directory):
        for name, options in [
            ("binary", []), ("json", ["--input-tensor-format", "json", "--output-tensor-format", "json"]),
            ("16 rows", ["-b", "16"]), ("at a rate", ["--request-rate-range", "50"]),
        ]:
            command = [program, "-m", CNN, "-u", f"127.0.0.1:{port}", "--measurement-interval", "1000", *options]
            done = subprocess.run(command, cwd=directory, capture_output=True, text=True, timeout=300, check=False)
            passed = done.returncode == 0 and re.search(r"Throughput: [1-9]", done.stdout)
            print(f"{'passed' if passed else 'FAILED'}  perf_analyzer {name}")
            if not passed:
                failed += 1
                print(done.stdout[-2000:] + done.stderr[-2000:])
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
