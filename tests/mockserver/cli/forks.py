"""Runs commands in copies of one process, which has loaded the command line and the document once for all."""

import json
import os
import subprocess
import sys
from collections.abc import Sequence

#: Arguments, what is done with standard streams and with which, and a function and the signal when it is called.
Case = tuple[list[str], str, list[int], tuple[str, int] | None]
#: Runs each command in a copy of one process that has loaded the command line and the document; its streams are as the
#: case says, and when it calls a function it gets a signal.
_FORKS = """
import json, os, sys, tempfile
from mockserver import __main__, app, mutants
from mockserver.cli import main

load, document = app.load_document, app.load_document(None)
app.load_document = lambda path: load(path) if path else document
mutants.known()

def change_streams(kind, numbers):
    for number in numbers:
        if kind == "closed":
            os.close(number)
        elif kind == "full":
            os.dup2(os.open("/dev/full", os.O_WRONLY), number)
        elif kind == "unread":
            reading, writing = os.pipe()
            os.close(reading)
            os.dup2(writing, number)

def interrupt(name, number):
    module, _, function = name.rpartition(".")
    wrapped = getattr(sys.modules[module], function)

    def interrupted(*arguments):
        os.kill(os.getpid(), number)
        return wrapped(*arguments)

    for each in list(sys.modules.values()):
        if each.__name__.startswith("mockserver") and getattr(each, function, None) is wrapped:
            setattr(each, function, interrupted)

def end():  # as the interpreter does, without the time that it takes to free everything
    try:
        code = __main__.main()
    except SystemExit as error:
        code = error.code
    except BaseException:
        sys.excepthook(*sys.exc_info())
        code = 1
    try:
        sys.stdout.flush(), sys.stderr.flush()
    except OSError:
        code = 120
    os._exit(code)

results = []
for arguments, kind, numbers, moment in json.loads(sys.argv[1]):
    reading, writing = os.pipe()
    printed = tempfile.TemporaryFile()
    if os.fork() == 0:
        os.dup2(writing, 2)
        os.dup2(printed.fileno(), 1)
        change_streams(kind, numbers)
        os.close(reading), os.close(writing)
        sys.argv[1:] = arguments
        if moment:
            interrupt(*moment)
        end()
    os.close(writing)
    errors = b"".join(iter(lambda: os.read(reading, 65536), b"")).decode()
    os.close(reading)
    code = os.waitstatus_to_exitcode(os.wait()[1])
    printed.seek(0)
    results.append([code, errors, printed.read().decode()])
    printed.close()
sys.stderr.write(json.dumps(results))
"""


def outcomes(cases: Sequence[Case]) -> list[tuple[int, str, str]]:
    """Return the exit code, the errors and the output of each case."""
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONUNBUFFERED"}
    command = [sys.executable, "-W", "error::ResourceWarning", "-c", _FORKS, json.dumps(cases)]
    done = subprocess.run(command, capture_output=True, timeout=120, check=True, env=environment)
    return [(code, errors, printed) for code, errors, printed in json.loads(done.stderr)]
