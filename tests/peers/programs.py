# SPDX-License-Identifier: Apache-2.0
"""Finds programs and runs them, with a limit of time and without leaving any behind."""
import os
import re
import shutil
import signal
import subprocess
import tempfile
import threading
from dataclasses import dataclass, field
from typing import Callable


class Missing(Exception):
    """What a cell needs is not there: it is skipped with the sentence."""


class Unusable(Exception):
    """A program failed, took too long or printed something unexpected: the cell ends with the sentence."""


@dataclass(frozen=True)
class Command:
    argv: tuple
    parse: Callable[[str], float]  # of what it printed, a value in SI units; raises ValueError
    environment: dict = field(default_factory=dict)
    name: str = ""  # of the program that measures, where another one starts it
    until: str = ""  # regular expression of the last line of interest: the rest is not waited for

    @property
    def program(self):
        return self.name or os.path.basename(self.argv[0])

    def __str__(self):
        return " ".join([f"{name}={value}" for name, value in self.environment.items()] + list(self.argv))


def find(folder, *names):
    """A program of one of the names below the folder, else on PATH."""
    for where, folders, files in os.walk(folder) if folder else ():
        folders.sort()
        for name in names:
            path = os.path.join(where, name)
            if name in files and os.access(path, os.X_OK):
                return path
    for name in names:
        if path := shutil.which(name):
            return path
    raise Missing(f"{' or '.join(names)} is not on PATH" + (f" nor below {folder}" if folder else ""))


def end(process):
    """The program and what it started; they are a process group of their own."""
    try:
        os.killpg(process.pid, signal.SIGKILL)
    except ProcessLookupError:
        pass


def output_of(command, seconds):
    """What the command printed on stdout; raises Unusable."""
    name = command.program
    late = threading.Event()
    with tempfile.TemporaryFile("w+", errors="replace") as complaints:
        try:
            process = subprocess.Popen(command.argv, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                                       stderr=complaints, env={**os.environ, **command.environment}, text=True,
                                       errors="replace", start_new_session=True)
        except OSError as error:
            raise Unusable(f"{name} cannot be started: {error.strerror}")
        timer = threading.Timer(seconds, lambda: (late.set(), end(process)))
        timer.start()
        try:
            lines, enough = [], False
            for line in process.stdout:
                lines.append(line)
                enough = bool(command.until and re.search(command.until, line))
                if enough:
                    break
            if not enough:
                process.wait()
        finally:
            timer.cancel()
            end(process)
            process.stdout.close()
            status = process.wait()
        if late.is_set():
            raise Unusable(f"{name} took longer than {seconds:g} s")
        if status and not enough:
            complaints.seek(0)
            said = [line.strip() for line in lines + list(complaints) if line.strip()]
            raise Unusable(f"{name} ended with status {status}" + (f": {said[-1][:200]}" if said else ""))
    return "".join(lines)


def measure(command, seconds):
    """The value that the command prints, above zero; raises Unusable."""
    text = output_of(command, seconds)
    try:
        value = command.parse(text)
    except (ValueError, KeyError, IndexError, TypeError) as error:
        raise Unusable(f"{command.program} printed something unexpected: {error}")
    if not 0 < value < float("inf"):
        raise Unusable(f"{command.program} printed {value:g}, which is no measurement")
    return value
