#!/usr/bin/env python3
"""What service/start_up.h promises, of a process that runs: start_up_test.py WINE start_up_probe.exe"""
import pathlib
import shutil
import subprocess
import sys
import tempfile

WORDS = ["plain", "two words", "Prüfung-Ж-日本", 'a "quoted" one', "back\\slash\\", ""]
SEM_FAILCRITICALERRORS, SEM_NOOPENFILEERRORBOX = 0x0001, 0x8000


def run(wine, program, words):
    output = subprocess.run([wine, str(program), *words], check=True, capture_output=True,
                            stdin=subprocess.DEVNULL, timeout=100).stdout.decode("ascii")
    lines = [line.partition(" ")[::2] for line in output.splitlines()]
    return lines, dict(lines)


def check(wine, program):
    with tempfile.TemporaryDirectory(prefix="ae-start-up-") as folder:
        copy = pathlib.Path(folder) / program.name
        shutil.copy(program, copy)
        # Any library does; a program of its own architecture loads as well as one.
        shutil.copy(program, copy.with_name("ae_planted.dll"))
        lines, facts = run(wine, copy, WORDS)
    arguments = [bytes.fromhex(value).decode() for key, value in lines if key == "argument"][1:]
    if arguments != WORDS:
        yield f"the arguments came as {arguments}"
    if facts["planted"] != "0":
        yield "a library beside the program was loaded by its bare name"
    if facts["system"] != "1":
        yield "a library of the system does not load"
    if int(facts["error-mode"]) & 0x8001 != SEM_FAILCRITICALERRORS | SEM_NOOPENFILEERRORBOX:
        yield f"the error mode is {facts['error-mode']}"
    if facts["message"] != "it was heard. ":
        yield f"the message table says {facts['message']!r}"


def main():
    findings = list(check(sys.argv[1], pathlib.Path(sys.argv[2])))
    print("\n".join(findings) or "the program starts as promised")
    return 1 if findings else 0


sys.exit(main())
