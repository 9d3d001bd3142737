"""A desk whose parent and engine are played by tests/desk_stage.c."""

import http.client
import json
import os
import shutil
import subprocess
import tempfile

import harness
from harness import Failed, LineReader, UnixConnection

STAGE = os.path.join(harness.BUILDDIR, "tests", "desk_stage")


class Stage:
    def __init__(self, feeds=3):
        self.folder = tempfile.mkdtemp(prefix="wirewatch-desk-")
        env = dict(os.environ)
        for name in ("STATE", "RUNTIME", "LOGS", "CONFIGURATION"):
            env[name + "_DIRECTORY"] = self.folder
        self.env = env
        self.socket = os.path.join(self.folder, "wirewatch.sock")
        self.process = subprocess.Popen(
            [STAGE, str(feeds)], env=env, stdin=subprocess.PIPE,
            stdout=subprocess.PIPE, text=True,
        )
        self._expect("ready")
        self.port = int(self.get("/api/v1/status")[1]["listen"].split(":")[1])

    def _expect(self, word):
        line = self.process.stdout.readline().strip()
        if line != word:
            raise Failed("the stage said %r, not %r" % (line, word))

    def cue(self, *fields):
        self.process.stdin.write("\t".join(map(str, fields)) + "\n")
        self.process.stdin.flush()
        self._expect("ok")

    def connect(self, local=True, timeout=20):
        if local:
            return UnixConnection(self.socket, timeout * harness.SLOW)
        return http.client.HTTPConnection(
            "127.0.0.1", self.port, timeout=timeout * harness.SLOW
        )

    def request(self, method, path, local=True, headers=None):
        """(status, headers, body as bytes)"""
        connection = self.connect(local)
        try:
            connection.request(method, path, headers=headers or {})
            answer = connection.getresponse()
            return answer.status, answer.headers, answer.read()
        finally:
            connection.close()

    def get(self, path, local=True):
        """(status, JSON or text)"""
        status, headers, body = self.request("GET", path, local)
        if "json" in headers["Content-Type"]:
            return status, json.loads(body)
        return status, body.decode()

    def post(self, path, local=True):
        status, _, body = self.request("POST", path, local)
        return status, json.loads(body)

    def events(self, path="/api/v1/events", last=None, local=True):
        connection = self.connect(local, timeout=60)
        headers = {} if last is None else {"Last-Event-ID": str(last)}
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        if answer.status != 200:
            raise Failed("events: HTTP %d" % answer.status)
        return LineReader(stream=answer, close=connection.close)

    def stop(self):
        """Ends the desk as the parent would; returns its exit status."""
        self.cue("stop")
        line = self.process.stdout.readline().split()
        self.clear()
        return int(line[1])

    def clear(self):
        self.process.stdin.close()
        self.process.wait()
        self.process.stdout.close()
        shutil.rmtree(self.folder, ignore_errors=True)


def event_ids(reader):
    return [int(line[4:]) for line in list(reader.lines) if line.startswith("id: ")]
