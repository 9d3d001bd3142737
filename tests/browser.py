"""Headless Chromium, told what to do over its DevTools pipe (descriptors 3
and 4, JSON messages that end with a NUL)."""

import base64
import json
import os
import shutil
import subprocess
import tempfile

import harness
from harness import Failed, wait_for

PROGRAM = shutil.which("chromium")

OPTIONS = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-quic",
    "--no-first-run", "--disable-sync", "--disable-background-networking",
    "--disable-dev-shm-usage", "--disable-component-update", "--hide-scrollbars",
    "--remote-debugging-pipe",
)


class Browser:
    def __init__(self, *options):
        self.folder = tempfile.mkdtemp(prefix="wirewatch-browser-")
        to_read, self.to = os.pipe()
        self.from_, from_write = os.pipe()

        def give_pipes():
            os.dup2(to_read, 50)
            os.dup2(from_write, 51)
            os.dup2(50, 3)
            os.dup2(51, 4)

        self.process = subprocess.Popen(
            [PROGRAM, *OPTIONS, *options, "--user-data-dir=" + self.folder],
            preexec_fn=give_pipes, close_fds=False,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        os.close(to_read)
        os.close(from_write)
        self.rest, self.number, self.session = b"", 0, None
        self.complaints = []  # what the page's console and loader said
        self.new_tab()

    def new_tab(self):
        """Turns to a new tab; to turn back, set .session to what it was."""
        self.session = None
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        self.session = self.call(
            "Target.attachToTarget", targetId=target, flatten=True
        )["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.call(domain + ".enable")

    def _read(self):
        while b"\0" not in self.rest:
            piece = os.read(self.from_, 1 << 16)
            if not piece:
                raise Failed("the browser is gone")
            self.rest += piece
        message, self.rest = self.rest.split(b"\0", 1)
        return json.loads(message)

    def call(self, method, **parameters):
        self.number += 1
        message = {"id": self.number, "method": method, "params": parameters}
        if self.session:
            message["sessionId"] = self.session
        os.write(self.to, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._read()
            if answer.get("id") == self.number:
                if "error" in answer:
                    raise Failed("%s: %s" % (method, answer["error"]))
                return answer["result"]
            if answer.get("method") in (
                "Log.entryAdded", "Runtime.consoleAPICalled",
                "Runtime.exceptionThrown",
            ):
                self.complaints.append(json.dumps(answer["params"]))

    def open(self, url):
        """Loads the page anew, even where only what follows its # differs."""
        self.call("Page.navigate", url="about:blank")
        self.call("Page.navigate", url=url)
        self.wait("location.href !== 'about:blank' &&"
                  " document.readyState === 'complete'")

    def evaluate(self, expression):
        """The value of a JavaScript expression in the page."""
        answer = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True,
            awaitPromise=True,
        )
        if "exceptionDetails" in answer:
            raise Failed("%s: %s" % (expression, answer["exceptionDetails"]))
        return answer["result"].get("value")

    def wait(self, expression, seconds=20.0):
        return wait_for(lambda: self.evaluate(expression), expression, seconds)

    def press(self, key, text=None):
        for kind in ("keyDown", "keyUp"):
            self.call("Input.dispatchKeyEvent", type=kind, key=key,
                      **({"text": text or key} if len(text or key) == 1
                         and kind == "keyDown" else {}))

    def hide(self, hidden=True):
        """Lets the page believe that nobody looks at it, or somebody again."""
        self.evaluate("Object.defineProperty(document, 'hidden', {value: %s,"
                      " configurable: true}) && document.dispatchEvent("
                      "new Event('visibilitychange'))" % str(hidden).lower())

    def resize(self, width=1200, height=800):
        self.call("Emulation.setDeviceMetricsOverride", width=width,
                  height=height, deviceScaleFactor=1, mobile=width < 600)

    def screenshot(self, path, width=1200, height=800, dark=False):
        self.resize(width, height)
        self.call("Emulation.setEmulatedMedia", features=[
            {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}])
        picture = self.call("Page.captureScreenshot", format="png")["data"]
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture))

    def close(self):
        self.process.kill()
        self.process.wait()
        os.close(self.to)
        os.close(self.from_)
        shutil.rmtree(self.folder, ignore_errors=True)
