#!/usr/bin/env python3
"""A certification authority whose message wants to steer terminals, spreadsheets, browsers, logs and their readers: it stands in
everything that we print and write, and nowhere raw.  Needs a lab that is up in AE_LAB_DIR (ctest's fixture starts it)."""
import csv
import html.parser
import io
import json
import os
import unittest

import outputs
from labtool import BIN, STATE, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
CAS = ("ca1", "ca2")
AECLIENT = BIN / "aeclient"
# For labca: an octet that no command line can hold is written \xNN.
SAID = (r"=cmd|'/C calc'!A0\x1b]0;gotcha\x07\x1b[2J<script>alert(1)</script>\x22\x20onload=\x22x;=1+1\x0aaeclient: all is well\x0d\xc2\x9b31m"
        r"\xe2\x80\xaetxt.exe\xe2\x81\xa6\xef\xbb\xbf %1 %%2 ")
LONG = 10_000
RAW = ("\x1b", "\x07", "\x9b", "\u202e", "\u2066", "\ufeff")
MARK = "<script>alert(1)"  # what a reader must still be able to see of it
HOOK = """#!/bin/sh
cat > /run/ae-lab/hook-document
"""


class Texts(html.parser.HTMLParser):
    def __init__(self):
        super().__init__()
        self.elements, self.text = [], ""

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


class HostileMessage(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        LAB.reset()
        LAB.set_policy(7)
        for ca in CAS:
            LAB.ca(ca, "set", "off", "deny=0x80094012", "message=" + SAID + "A" * LONG)
        cls.addClassCleanup(lambda: [LAB.ca(ca, "set", "off") for ca in CAS])
        cls.pulse = LAB.run(AECLIENT, "pulse", "--foreground", check=False)

    def check(self, text, lines=True):
        """Nothing raw; what the CA said begins no line of its own."""
        for raw in RAW:
            self.assertNotIn(raw, text)
        if lines:
            for line in text.splitlines():
                self.assertFalse(line.strip().startswith(("aeclient: all is well", "=cmd")), line[:200])

    def shown(self, *words, codes=(0,)):
        result = LAB.run(AECLIENT, *words, check=False)
        self.assertIn(result.returncode, codes, result.stdout + result.stderr)
        self.check(result.stdout)
        self.check(result.stderr)
        return result.stdout

    def test_the_pulse_on_a_terminal(self):
        self.assertEqual(self.pulse.returncode, 2)
        self.assertIn(MARK, self.pulse.stdout)
        self.assertIn("\\x1b", self.pulse.stdout)
        self.check(self.pulse.stdout)
        self.check(self.pulse.stderr)

    def test_every_command_that_speaks_of_the_last_run(self):
        for words in (("status",), ("events",), ("plan",), ("doctor",), ("report",)):
            with self.subTest(command=words):
                self.shown(*words, codes=range(7))
        self.assertIn(MARK, self.shown("events"))

    def test_json_is_ascii_and_tells_the_very_text(self):
        for words in (("status",), ("events",), ("plan",), ("doctor",), ("report",)):
            with self.subTest(command=words):
                text = self.shown(*words, "--json", codes=range(7))
                self.assertTrue(text.isascii())
                json.loads(text)
        texts = [one["text"] for one in json.loads(self.shown("events", "--json"))]
        self.assertTrue(any(MARK in one for one in texts))

    def test_csv_has_no_formula_in_any_cell(self):
        text = self.shown("events", "--csv")
        rows = list(csv.reader(io.StringIO(text)))
        self.assertEqual({len(row) for row in rows}, {7})
        self.assertTrue(any(MARK in row[6] for row in rows))
        for row in rows:
            for field in row:
                # Where ";" separates, a cell begins behind each.
                for cell in field.split(";"):
                    self.assertNotIn(cell.strip(' "')[:1], ("=", "+", "-", "@"), cell[:80])

    def test_the_page_has_no_element_of_the_message(self):
        page = "/run/ae-lab/page.html"
        self.shown("report", "--html", page)
        self.assertEqual(LAB.run("stat", "-c", "%a", page).stdout.strip(), "600")
        text = LAB.run("cat", page).stdout
        outputs.keep([AECLIENT, "report", "--html"], text, "")
        self.check(text)
        seen = Texts()
        seen.feed(text)
        self.assertNotIn("script", [tag for tag, _ in seen.elements])
        self.assertFalse([one for one in seen.elements if "onload" in one[1]])
        self.assertIn(MARK, seen.text)

    def test_journal_log_and_stored_events(self):
        for path in (f"{STATE}/machine/events.jsonl", f"{STATE}/machine/run.json"):
            with self.subTest(path=path):
                LAB.run("test", "-s", path)
        stored = LAB.run("cat", f"{STATE}/machine/events.jsonl").stdout
        self.assertTrue(stored.isascii())
        self.check(stored)
        for line in stored.splitlines():
            json.loads(line)

    def test_hooks_and_metrics_of_a_ca_that_issues(self):
        LAB.run("sh", "-c", "umask 022; mkdir -p /etc/aeclient/hooks.d; cat > /etc/aeclient/hooks.d/10-keep; "
                "chmod 755 /etc/aeclient/hooks.d/10-keep", text_input=HOOK)
        metrics = "/run/ae-lab/aeclient.prom"
        LAB.set_settings(7, more=f'"MetricsFile"="{metrics}"')
        for ca in CAS:
            LAB.ca(ca, "set", "off", "message=" + SAID)
        LAB.run(AECLIENT, "pulse", "--foreground", "--force")
        document = LAB.run("cat", "/run/ae-lab/hook-document").stdout
        self.assertTrue(document.isascii())
        self.check(document)
        self.assertIn(json.loads(document)["event"], ("enrolled", "renewed"))
        text = LAB.run("cat", metrics).stdout
        self.check(text)
        self.assertIn("aeclient_ca_failures", text)


if __name__ == "__main__":
    unittest.main()
