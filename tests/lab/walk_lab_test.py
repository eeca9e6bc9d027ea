#!/usr/bin/env python3
"""docs/troubleshooting.md, walked through from top to bottom in the lab: every command that the page shows is run,
and prints what the page says.

    walk_lab_test.py            fails where the page and the programs differ
    walk_lab_test.py --write    puts what the programs print now into the page

A block ```console holds commands ("$ aeclient ...") with their output.  What is done to the lab before a block stands
in comments that a reader does not see: <!-- lab: policy 0x6 -->.  What differs from run to run (dates, thumbprints,
times) is compared by its shape."""
import difflib
import json
import os
import pathlib
import re
import shlex
import sys
import unittest

from hosttool import Host
from labtool import BIN, HERE, Lab

PAGE = HERE.parent.parent / "docs/troubleshooting.md"
STEP = re.compile(r"<!-- lab: (.*?) -->")
BLOCK = re.compile(r"```console\n(.*?)```", re.S)
CHANGING = [
    (re.compile(r"\b[0-9a-f]{40}\b"), "<thumbprint>"),
    (re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b"), "<guid>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d)?Z?"), "<time>"),
    (re.compile(r"\b\d{4}-\d\d-\d\d\b"), "<date>"),
    (re.compile(r"\bS-1-5-21(-\d+)+"), "<sid>"),
    (re.compile(r"\b\d+(\.\d+)? (ms|s|m|h|days|d)\b( \d+ [smh]\b)?"), "<period>"),
    (re.compile(r"\b[0-9a-f]{8}\b"), "<thumbprint>"),
    (re.compile(r"\b[0-9a-f]{32}\b"), "<entry>"),
    (re.compile(r"\b[Pp]rocess \d+\b"), "process <number>"),
    (re.compile(r"\b\d{5}\b"), "<port>"),
    (re.compile(r"\bserial +[0-9a-f]+"), "serial"),
    (re.compile(r"\bca[12]\.corp"), "<ca>.corp"),  # in random order
    (re.compile(r"\bIssuing CA [12]\b"), "Issuing CA"),
    (re.compile(r"\b127\.0\.0\.[34]\b"), "<address>"),
    (re.compile(r"\b[Rr]equest \d+\b"), "request <number>"),
    (re.compile(r"\b(approval \(|retrieve )\d+"), r"\1<number>"),
    (re.compile(r"\bCorpMachine(EC)?\b"), "CorpMachine"),  # certificates are listed by thumbprint
    (re.compile(r"[ \t]+"), " "),
    (re.compile(r"\bCorpMachine \d+ "), "CorpMachine <number> "),
]


def shape(text):
    for pattern, name in CHANGING:
        text = pattern.sub(name, text)
    return [line.strip() for line in text.strip().splitlines()]


class Walk:
    def __init__(self, lab):
        self.lab = lab
        self.service = None

    def do(self, step):
        verb, *rest = shlex.split(step)
        if verb == "policy":
            self.lab.set_policy(int(rest[0], 0))
        elif verb == "template":
            self.lab.set_template(rest[0], **dict(word.split("=", 1) for word in rest[1:]))
        elif verb in ("join", "leave"):
            self.lab.join_group(rest[0], leave=verb == "leave")
        elif verb == "ca":
            self.lab.ca(*rest)
        elif verb == "service":
            self.start_service() if rest == ["start"] else self.stop_service()
        elif verb == "approve":
            self.approve()
        elif verb == "reset":
            self.lab.reset()
        elif verb == "run":
            self.lab.run("env", f"AECLIENT={BIN / 'aeclient'}", "sh", "-ec", " ".join(rest))
        else:
            raise RuntimeError(f"no such step: {step}")

    def start_service(self):
        self.service = Host(self.lab)
        self.service.wait_until(lambda: "not running" not in self.lab.run(BIN / "aeclient", "status", check=False)
                                .stdout.splitlines()[0], "the service answers")

    def stop_service(self):
        if self.service:
            self.service.stop()
            self.service = None

    def approve(self):
        """Every request that waits, as a certificate manager would."""
        for ca in ("ca1", "ca2"):
            for line in self.lab.ca(ca, "list").splitlines():
                row = json.loads(line)
                if row["status"] == "pending":
                    self.lab.ca(ca, "approve", row["id"])

    def run(self, command):
        """What a person would see: both streams, as they come."""
        words = command.replace("aeclient", shlex.quote(str(BIN / "aeclient")), 1)
        result = self.lab.run("sh", "-c", f"{words} 2>&1", check=False)
        return result.stdout

    def block(self, text):
        """The block with what its commands print now."""
        lines = []
        for line in text.splitlines():
            if line.startswith("$ "):
                lines += [line, *self.run(line[2:]).rstrip().splitlines()]
        return "\n".join(lines) + "\n"

    def page(self, text):
        """Pairs of (the block as it stands, the block as it is now), in order."""
        pieces = sorted([*STEP.finditer(text), *BLOCK.finditer(text)], key=lambda match: match.start())
        for piece in pieces:
            if piece.re is STEP:
                self.do(piece.group(1))
            else:
                yield piece, self.block(piece.group(1))


class Page(unittest.TestCase):
    def test_every_command_prints_what_the_page_says(self):
        text = PAGE.read_text()
        count = 0
        for piece, now in Walk(LAB).page(text):
            count += 1
            before, after = shape(piece.group(1)), shape(now)
            with self.subTest(block=piece.group(1).splitlines()[0]):
                self.assertEqual(before, after, "\n" + "\n".join(difflib.unified_diff(before, after, lineterm="")))
        self.assertGreater(count, 20, "the page shows its commands")


def write():
    text, at, pieces = PAGE.read_text(), 0, []
    for piece, now in Walk(LAB).page(text):
        pieces += [text[at:piece.start(1)], now]
        at = piece.end(1)
    PAGE.write_text("".join(pieces) + text[at:])


if __name__ == "__main__":
    LAB = Lab(os.environ.get("AE_LAB_DIR", "build/lab") + "-walk")  # its own: it is as the page says from the beginning
    LAB.up()
    try:
        if "--write" in sys.argv:
            write()
        else:
            unittest.main(verbosity=2)
    finally:
        LAB.down()
