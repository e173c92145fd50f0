"""A headless Chromium through chromedriver's HTTP interface; nothing but the standard library."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Any, Self

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
DRIVERS = ("chromedriver", "chromium.chromedriver")
KEYS = {"Tab": "\ue004", "Enter": "\ue007", "Escape": "\ue00c", "ArrowDown": "\ue015", "ArrowUp": "\ue013"}
STARTUP_SECONDS = 30.0


def missing_browser() -> str | None:
    """What is missing for a browser test, None if nothing is."""
    for what, names in (("Chromium", BROWSERS), ("chromedriver", DRIVERS)):
        if not any(shutil.which(name) for name in names):
            return f"no {what} here (Debian: apt-get install chromium chromium-driver)"
    return None


class Browser:
    """One browser window.

    Args:
        profile: An empty folder for its profile.
        size: Width and height of the window in pixels.
    """

    def __init__(self, profile: Path, size: tuple[int, int] = (1360, 1000)) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        driver = next(path for name in DRIVERS if (path := shutil.which(name)))
        self._process = subprocess.Popen(
            [driver, f"--port={port}"], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )
        self._root = f"http://127.0.0.1:{port}"
        self._profile, self._size = profile, size

    def __enter__(self) -> Self:
        try:
            self._wait()
            arguments = [
                "--headless=new", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
                f"--user-data-dir={self._profile}", "--window-size={},{}".format(*self._size),
            ]  # fmt: skip
            options = {"binary": next(p for n in BROWSERS if (p := shutil.which(n))), "args": arguments}
            wanted = {
                "goog:chromeOptions": options,
                "goog:loggingPrefs": {"performance": "ALL", "browser": "ALL"},
            }
            opened = self._call("POST", "/session", {"capabilities": {"alwaysMatch": wanted}})
            self._root += f"/session/{opened['sessionId']}"
            return self
        except BaseException:
            self._process.kill()
            self._process.wait()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            self._call("DELETE", "", None)
        finally:
            self._process.terminate()
            self._process.wait(10)

    def open(self, path: Path, fragment: str = "") -> None:
        """Load a file and wait for its load event."""
        self._call("POST", "/url", {"url": path.resolve().as_uri() + fragment})

    def run(self, script: str, *arguments: object) -> Any:
        """The value that a script returns; it sees `arguments`."""
        return self._call("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def press(self, *keys: str) -> None:
        """Keys by name ("Tab", "ArrowDown", ...) or characters, to whatever has the focus."""
        actions = [
            {"type": kind, "value": KEYS.get(key, key)} for key in keys for kind in ("keyDown", "keyUp")
        ]
        source = {"type": "key", "id": "keyboard", "actions": actions}
        self._call("POST", "/actions", {"actions": [source]})

    def resize(self, width: int, height: int) -> None:
        """Another size of the window; narrower than a desktop window allows, as a phone's."""
        values = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 500}
        command = {"cmd": "Emulation.setDeviceMetricsOverride", "params": values}
        self._call("POST", "/goog/cdp/execute", command)

    def console(self) -> list[str]:
        """Errors and warnings that the page caused, violations of its policy among them."""
        return [entry["message"] for entry in self._call("POST", "/se/log", {"type": "browser"})]

    def requests(self) -> list[str]:
        """Addresses that the page asked for since the last call."""
        found = []
        for entry in self._call("POST", "/se/log", {"type": "performance"}):
            message = json.loads(entry["message"])["message"]
            if message["method"] == "Network.requestWillBeSent":
                found.append(message["params"]["request"]["url"])
        return found

    def _wait(self) -> None:
        end = time.monotonic() + STARTUP_SECONDS
        while time.monotonic() < end:
            try:
                if self._call("GET", "/status", None)["ready"]:
                    return
            except OSError:
                time.sleep(0.1)
        raise TimeoutError(f"chromedriver was not ready after {STARTUP_SECONDS} s")

    def _call(self, method: str, path: str, body: dict[str, Any] | None) -> Any:
        content = None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json"}
        request = urllib.request.Request(self._root + path, content, headers, method=method)
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:
                return json.load(answer)["value"]
        except urllib.error.HTTPError as problem:
            raise RuntimeError(problem.read().decode(errors="replace")[:2000]) from None


def outside(addresses: Sequence[str]) -> list[str]:
    """Addresses that are neither a local file nor data that the page holds."""
    return [address for address in addresses if not address.startswith(("file:", "data:"))]
