"""A server under test: its start, its processor time and memory as /proc counts them, and its certain end."""

import os
import pathlib
import signal
import socket
import subprocess
import sys
import time

CLOCK_TICKS = os.sysconf("SC_CLK_TCK")
HOST = "127.0.0.1"


def free_port() -> int:
    """A port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        return probe.getsockname()[1]


class Server:
    """A process that listens on `port`, in a session or at least a group of its own; leaving the `with` block ends it."""

    def __init__(
        self,
        name: str,
        command: list[str],
        port: int,
        environment: dict[str, str] | None = None,
        new_session: bool = True,
        ready_path: str = "/readyz",
    ) -> None:
        self.name = name
        self.port = port
        self.ready_seconds = 0.0
        self._ready_path = ready_path
        self._command = command
        self._environment = os.environ | (environment or {})
        self._place = {"start_new_session": True} if new_session else {"process_group": 0}

    def __enter__(self) -> "Server":
        self._started = time.perf_counter()
        # Its words go to our stderr, so that a server that cannot start says why.
        self._process = subprocess.Popen(
            self._command, env=self._environment, stdout=subprocess.DEVNULL, **self._place
        )
        try:
            self._wait_until_ready(limit=60)
        except BaseException:
            self._end()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._end()

    def _wait_until_ready(self, limit: float) -> None:
        """Asks the path every millisecond until it answers 200; `ready_seconds` counts from just before exec."""
        while not self._is_ready():
            if self._process.poll() is not None:
                sys.exit(f"{self.name} ended with status {self._process.returncode} before it was ready")
            if time.perf_counter() - self._started > limit:
                sys.exit(f"{self.name} was not ready after {limit} s")
            time.sleep(0.001)
        self.ready_seconds = time.perf_counter() - self._started

    def _is_ready(self) -> bool:
        try:
            with socket.create_connection((HOST, self.port), timeout=5) as connection:
                head = f"GET {self._ready_path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n"
                connection.sendall(head.encode())
                return connection.recv(64).split(b" ")[1:2] == [b"200"]
        except OSError:
            return False

    def _end(self) -> None:
        """SIGTERM, ten seconds of patience, then SIGKILL for what is left of the group this object made."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGTERM)
            try:
                self._process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                pass
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except ProcessLookupError:
            pass
        self._process.wait()

    def cpu_seconds(self) -> float:
        """utime + stime of the process and its living descendants."""
        ticks = 0
        for pid in self._tree():
            fields = _stat(pid)
            ticks += int(fields[11]) + int(fields[12]) if fields else 0
        return ticks / CLOCK_TICKS

    def memory_mib(self, field: str) -> float:
        """`VmRSS` (now) or `VmHWM` (its highest), summed over the process and its living descendants."""
        kib = 0
        for pid in self._tree():
            try:
                status = pathlib.Path(f"/proc/{pid}/status").read_text()
            except OSError:
                continue
            kib += sum(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{field}:"))
        return kib / 1024

    def _tree(self) -> list[int]:
        children: dict[int, list[int]] = {}
        for entry in os.listdir("/proc"):
            if entry.isdigit() and (fields := _stat(int(entry))):
                children.setdefault(int(fields[1]), []).append(int(entry))
        tree = [self._process.pid]
        for pid in tree:  # grows while it is walked
            tree += children.get(pid, [])
        return tree


def _stat(pid: int) -> list[str]:
    """The fields of /proc/<pid>/stat from the state on: [1] is the parent, [11] utime, [12] stime; empty when gone."""
    try:
        return pathlib.Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return []
