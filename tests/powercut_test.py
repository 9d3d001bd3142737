#!/usr/bin/env python3
"""The store and the rolling log under kill -9, power cuts and a full disk.

Cuts and the full disk happen to an ext4 file system in a file, mounted for
each round: a cut is ext4's own shutdown without flushing its journal, so that
whatever was not synced is gone. That takes root and loop mounts; where they
cannot be had, those two tests are skipped. ROUNDS sets how many rounds each
takes.
"""

import fcntl
import os
import random
import shutil
import signal
import struct
import subprocess
import sys
import tempfile
import time

DRIVER = os.path.join(os.environ.get("BUILDDIR", "."), "tests", "ack_driver")
ROUNDS = int(os.environ.get("ROUNDS", "6"))
EXT4_SHUTDOWN = 0x8004587D  # _IOR('X', 125, u32)
NO_LOG_FLUSH = 2
IMAGE_MIB = 64 + 4 * ROUNDS  # sparse; a round stores some hundred alerts
FULL_IMAGE_MIB = 8
UNDER_WAY_MAX = 60  # alerts: three commits of the driver


class Failed(Exception):
    pass


class Run:
    """The driver at work; its acknowledgements go to a file elsewhere."""

    def __init__(self, folder, acks):
        self.acks = acks
        self.process = subprocess.Popen(
            [DRIVER, "run", folder], stdout=open(acks, "ab")
        )

    def wait_for_ack(self, above, seconds=20):
        end = time.monotonic() + seconds
        while last_ack(self.acks) <= above:
            if self.process.poll() is not None:
                raise Failed("the driver ended by itself")
            if time.monotonic() > end:
                raise Failed("nothing was acknowledged in %d s" % seconds)
            time.sleep(0.005)

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()


def last_ack(path):
    try:
        with open(path) as acks:
            lines = [x for x in acks.read().split("\n") if x.startswith("ack ")]
    except FileNotFoundError:
        return 0
    return int(lines[-1].split()[1]) if lines else 0


def check(folder, acked):
    result = subprocess.run(
        [DRIVER, "check", folder, str(acked)],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
    )
    if result.returncode != 0:
        raise Failed(result.stdout.decode(errors="replace")[:2000])


class Disk:
    """An ext4 file system in a file."""

    def __init__(self, work, size_mib):
        self.image = os.path.join(work, "disk.img")
        self.folder = os.path.join(work, "disk")
        os.makedirs(self.folder, exist_ok=True)
        with open(self.image, "wb") as image:
            image.truncate(size_mib << 20)
        self.call("mkfs.ext4", "-q", "-F", self.image)

    @staticmethod
    def call(*command):
        subprocess.run(
            command,
            check=True,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def mount(self):
        self.call("mount", "-o", "loop", self.image, self.folder)

    def unmount(self):
        for _ in range(200):
            try:
                return self.call("umount", self.folder)
            except subprocess.CalledProcessError:
                time.sleep(0.02)
        self.call("umount", "-l", self.folder)

    def cut_power(self):
        fd = os.open(self.folder, os.O_RDONLY)
        try:
            fcntl.ioctl(fd, EXT4_SHUTDOWN, struct.pack("I", NO_LOG_FLUSH))
        finally:
            os.close(fd)


def run_a_while(run, acks):
    run.wait_for_ack(last_ack(acks))
    time.sleep(random.uniform(0, 0.3))  # the cut comes at any moment


def kill_loses_nothing(work):
    """kill -9 at any moment loses and doubles nothing"""
    acks = os.path.join(work, "acks")
    folder = os.path.join(work, "state")
    os.makedirs(folder)
    for _ in range(ROUNDS):
        run = Run(folder, acks)
        run_a_while(run, acks)
        run.kill()
        check(folder, last_ack(acks))
    return last_ack(acks)


def power_cut_loses_nothing(work):
    """a power cut at any moment loses and doubles nothing"""
    acks = os.path.join(work, "acks")
    disk = Disk(work, IMAGE_MIB)
    for _ in range(ROUNDS):
        disk.mount()
        run = Run(disk.folder, acks)
        try:
            run_a_while(run, acks)
            acked = last_ack(acks)
            disk.cut_power()
            time.sleep(0.05)
        finally:
            run.kill()
            disk.unmount()
        # What was under way at the cut may still have come back; a machine
        # without power would not have said so. But no more than that.
        if last_ack(acks) > acked + UNDER_WAY_MAX:
            raise Failed("it went on acknowledging after the cut")
        disk.mount()
        try:
            check(disk.folder, acked)
        finally:
            disk.unmount()
    return last_ack(acks)


def fill(disk):
    path = os.path.join(disk.folder, "filler")
    with open(path, "wb", buffering=0) as filler:
        try:
            while True:
                filler.write(b"\0" * 4096)
        except OSError:
            pass
    return path


def full_disk_only_delays(work):
    """a full disk only delays"""
    acks = os.path.join(work, "acks")
    for _ in range(max(1, ROUNDS // 3)):
        if os.path.exists(acks):
            os.unlink(acks)
        disk = Disk(work, FULL_IMAGE_MIB)
        disk.mount()
        run = Run(disk.folder, acks)
        try:
            run.wait_for_ack(0)
            filler = fill(disk)
            time.sleep(random.uniform(0.1, 0.4))
            stood_at = last_ack(acks)
            os.unlink(filler)
            run.wait_for_ack(stood_at, 10)
            run.kill()
            check(disk.folder, last_ack(acks))
        finally:
            run.kill()
            disk.unmount()
    return last_ack(acks)


def why_no_disk():
    """Why file systems cannot be mounted here; None: they can."""
    if os.geteuid() != 0:
        return "needs root"
    if shutil.which("mkfs.ext4") is None:
        return "needs mkfs.ext4"
    work = tempfile.mkdtemp()
    try:
        disk = Disk(work, FULL_IMAGE_MIB)
        disk.mount()
        disk.unmount()
    except (OSError, subprocess.CalledProcessError):
        return "needs loop mounts"
    finally:
        shutil.rmtree(work)
    return None


def go_private():
    """Starts over with mounts of its own: a copy of them in somebody else's
    namespace would keep a cut file system alive."""
    if os.geteuid() != 0 or "OWN_MOUNTS" in os.environ:
        return
    if shutil.which("unshare") is None:
        return
    os.environ["OWN_MOUNTS"] = "1"
    command = ["unshare", "--mount", "--propagation", "private"]
    if subprocess.run(command + ["true"], stderr=subprocess.DEVNULL).returncode:
        return
    os.execvp("unshare", command + [sys.executable, __file__])


def main():
    go_private()
    no_disk = why_no_disk()
    tests = [
        (kill_loses_nothing, None),
        (power_cut_loses_nothing, no_disk),
        (full_disk_only_delays, no_disk),
    ]
    failed = 0
    print("1..%d" % len(tests))
    for number, (test, skip) in enumerate(tests, 1):
        if skip:
            print("ok %d - %s # SKIP %s" % (number, test.__doc__, skip))
            continue
        work = tempfile.mkdtemp(prefix="wirewatch-power-")
        try:
            acked = test(work)
            print("ok %d - %s" % (number, test.__doc__))
            print("# %d rounds, %d alerts acknowledged" % (ROUNDS, acked))
        except Failed as problem:
            failed += 1
            print("not ok %d - %s" % (number, test.__doc__))
            for line in str(problem).splitlines():
                print("# " + line)
        finally:
            shutil.rmtree(work, ignore_errors=True)
        sys.stdout.flush()
    sys.exit(failed > 0)


main()
