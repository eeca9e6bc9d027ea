#!/usr/bin/env python3
"""`./dev demo --json` prints one JSON object that keeps its word."""
import json
import pathlib
import subprocess
import sys
import unittest

from winetool import WINDOWS_BIN

HERE = pathlib.Path(__file__).resolve().parent
DECISION = {"about", "template", "subject", "verdict", "rule", "fact", "remedy"}
CALL = {"method", "principal", "auth_type", "auth_level", "header_signing", "flags", "attributes",
        "request_format", "template", "request_id", "disposition", "archived_key"}


def demo_of(*options):
    result = subprocess.run([sys.executable, str(HERE / "demo.py"), "--json", *options], stdin=subprocess.DEVNULL,
                            capture_output=True, text=True)
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout)


class Demo(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.demo = demo_of()

    def test_keys(self):
        self.assertEqual(set(self.demo), {"enrolled", "decisions", "events", "chain_verified", "ca_log",
                                          "second_pulse", "problems"})

    def test_enrolled(self):
        self.assertEqual(sorted(entry["template"] for entry in self.demo["enrolled"]),
                         ["CorpMachine", "CorpMachineEC"])
        for entry in self.demo["enrolled"]:
            self.assertLessEqual({"template", "ca", "thumbprint", "path"}, set(entry))
        self.assertIs(self.demo["chain_verified"], True)

    def test_decisions(self):
        verdicts = {entry["template"]: entry["verdict"] for entry in self.demo["decisions"]}
        later = {entry["template"]: entry["verdict"] for entry in self.demo["second_pulse"]["decisions"]}
        for name in ("CorpMachine", "CorpMachineEC"):
            self.assertEqual((verdicts[name], later[name]), ("issued", "held"))
        self.assertEqual(self.demo["problems"], [])
        self.assertTrue(self.demo["events"])
        for decision in self.demo["decisions"] + self.demo["second_pulse"]["decisions"]:
            self.assertEqual(set(decision), DECISION)
        self.assertEqual(self.demo["second_pulse"]["enrolled"], [])

    def test_what_the_cas_saw(self):
        self.assertEqual(len(self.demo["ca_log"]), 2)
        for call in self.demo["ca_log"]:
            self.assertEqual(set(call), CALL)
            self.assertEqual((call["principal"], call["auth_level"]), ("WS1$@CORP.EXAMPLE.TEST", 6))


class WindowsDemo(unittest.TestCase):
    """`./dev demo --windows --json`: the same keys, the Windows build as the member."""

    def test_the_same_keys_and_a_certificate(self):
        if not (WINDOWS_BIN / "aeclient.exe").exists():
            self.skipTest(f"{WINDOWS_BIN / 'aeclient.exe'} is not there: build the preset windows-debug first")
        demo = demo_of("--windows")
        self.assertEqual(set(demo), {"enrolled", "decisions", "events", "chain_verified", "ca_log", "second_pulse",
                                     "problems"})
        self.assertEqual(demo["problems"], [])
        self.assertIs(demo["chain_verified"], True)
        self.assertEqual([entry["template"] for entry in demo["enrolled"]], ["CorpMachine"])
        self.assertTrue(demo["enrolled"][0]["path"].startswith("Cert:\\LocalMachine\\My\\"))
        for decision in demo["decisions"]:
            self.assertEqual(set(decision), DECISION)
        for call in demo["ca_log"]:
            self.assertEqual(set(call), CALL)
            self.assertEqual((call["principal"], call["auth_level"]), ("WS1$@CORP.EXAMPLE.TEST", 6))


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
