#!/usr/bin/env python3
"""enroll, retrieve and renew by hand against a real directory and real DCOM certification authorities,
in this process and through the service, which also looks for others (--machine).  Needs a lab that is
up in AE_LAB_DIR (ctest's fixture starts it)."""
import json
import os
import re
import sys
import unittest

from hosttool import ALICE_UID, Host
from labtool import BIN, STATE, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
AECLIENT = BIN / "aeclient"
PENDS = "CorpNoAutoenroll"  # once its flags say that a manager decides
ALICE = ["setpriv", "--reuid", ALICE_UID, "--regid", ALICE_UID, "--clear-groups"]
ASK = """
import socket, sys
with socket.socket(socket.AF_UNIX) as channel:
    channel.connect("/run/aeclient/control.sock")
    channel.sendall(sys.argv[1].encode() + b"\\n")
    sys.stdout.write(channel.makefile().read())
"""


def aeclient(*words, prefix=()):
    return LAB.run(*prefix, AECLIENT, *words, check=False)


def asked(*words):
    """(exit code, report) of a command with --json."""
    result = aeclient(*words, "--json")
    return result.returncode, json.loads(result.stdout)


def calls():
    return [call["method"] for call in LAB.ca_calls() if call["method"] == "Request2"]


def templates_held():
    return sorted(entry["template"] for _, entry in LAB.entries())


class ErrandCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        LAB.reset()
        LAB.set_settings(machine=0)
        self.addCleanup(LAB.reset)

    def enroll(self, *words):
        code, report = asked("enroll", *words)
        self.assertEqual(code, 0, report)
        self.assertEqual(len(report["enrolled"]), 1)
        return report["enrolled"][0]

    def assert_refused(self, words, *parts):
        result = aeclient(*words)
        said = result.stdout + result.stderr
        self.assertEqual(result.returncode, 2, said)
        for part in parts:
            self.assertIn(part, said)
        self.assertEqual(calls(), [])
        self.assertEqual(LAB.entries(), [])


class Enroll(ErrandCase):
    def test_one_template_and_nothing_else_whatever_aepolicy_says(self):
        for template in ("Machine", "CorpNoAutoenroll"):
            one = self.enroll(template)
            self.assertEqual(one["template"], template)
        self.assertEqual(templates_held(), ["CorpNoAutoenroll", "Machine"])
        self.assertEqual(len(calls()), 2)
        for path, _ in LAB.entries():
            ok, output = LAB.verify_chain(path)
            self.assertTrue(ok, output)
        record = json.loads(LAB.run("cat", f"{STATE}/machine/run.json").stdout)
        self.assertNotIn("last", record)
        self.assertEqual(len(record["counters"]["enrolled"]), 2)

    def test_a_valid_one_is_held_and_force_asks_for_a_second(self):
        first = self.enroll("Machine")
        result = aeclient("enroll", "machine")
        self.assertEqual(result.returncode, 1)
        self.assertIn(f"aeclient renew {first['thumbprint'][:8]}", result.stdout)
        self.assertIn("--force", result.stdout)
        self.assertEqual(templates_held(), ["Machine"])
        self.enroll("Machine", "--force")
        self.assertEqual(templates_held(), ["Machine", "Machine"])

    def test_the_ca_that_was_named_and_no_other(self):
        LAB.set_settings(machine=7)
        plan = asked("plan")[1]
        cas = {ca for action in plan["actions"] if action["template"] == "CorpMachine" for ca in action["cas"]}
        self.assertEqual(len(cas), 2)
        for ca in sorted(cas):
            self.assertEqual(self.enroll("Machine", "--force", "--ca", ca.upper())["ca"], ca)

    def test_what_cannot_be_is_one_sentence_with_its_code_and_a_remedy(self):
        for words, parts in (
                (["enroll", "Machin"], ["no template named Machin; did you mean Machine?", "0x80070490", "templates"]),
                (["enroll", "CorpNotOffered"], ["no enrollment service lists it", "0x80094800", "publish"]),
                (["enroll", "CorpSuppliedSubject"], ["subject is to be supplied", "E7"]),
                (["enroll", "CorpTwoSignatures"], ["2 authorized signatures", "E6"]),
                (["enroll", "CorpUser"], ["E4", "aeclient enroll --user CorpUser"]),
                (["enroll", "Machine", "--ca", "nobody\\Nothing"], ["no CA nobody\\Nothing", "HOST\\NAME"]),
                (["renew", "ffffffff"], ["MY holds no certificate ffffffff", "0x80070490"]),
                (["retrieve", "4711"], ["no request 4711 waits here", "0x80070490"])):
            with self.subTest(words):
                self.assert_refused(words, *parts)

    def test_without_a_network_it_is_one_sentence(self):
        result = aeclient("enroll", "Machine", prefix=("unshare", "-n"))
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stdout, r"\nfailed: machine: .*0x8007054B.*")
        self.assertEqual(result.stdout.count("failed:"), 1)

    def test_somebody_without_rights_is_told_so(self):
        result = aeclient("enroll", "Machine", prefix=ALICE)
        self.assertEqual(result.returncode, 2)
        self.assertRegex(result.stdout + result.stderr, r"0x80070005|0x8009030E")

    def test_a_report_that_cannot_be_written_is_a_failure(self):
        result = LAB.run("sh", "-c", f"{AECLIENT} enroll Nothing >/dev/full", check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("standard output", result.stderr)
        self.assertEqual(aeclient("enroll", "Nothing", "--quiet").stdout, "")


class Renew(ErrandCase):
    def test_a_certificate_is_renewed_though_nothing_is_due(self):
        first = self.enroll("Machine")
        code, report = asked("renew", first["thumbprint"][:10].upper())
        self.assertEqual(code, 0, report)
        second = report["enrolled"][0]
        self.assertEqual(second["replaced"], first["thumbprint"])
        self.assertEqual([one["verdict"] for one in report["decisions"]], ["issued", "archived"])
        self.assertEqual(sorted(entry["archived"] for _, entry in LAB.entries()), [False, True])
        self.assertNotEqual(second["thumbprint"], first["thumbprint"])
        # Archived now, it is no more to be renewed.
        again = aeclient("renew", first["thumbprint"])
        self.assertEqual(again.returncode, 2)
        self.assertIn("archived ones are not renewed", again.stdout)


class Retrieve(ErrandCase):
    def setUp(self):
        super().setUp()
        LAB.set_enrollment_flags(PENDS, 0x22)
        self.addCleanup(LAB.set_enrollment_flags, PENDS, 0x20)

    def test_a_request_that_waits_is_fetched_once_it_is_approved(self):
        code, report = asked("enroll", PENDS)
        self.assertEqual(code, 1, report)
        fact = report["decisions"][0]["fact"]
        number, ca = re.search(r"request (\d+) waits at (\S+?)\.", fact).groups()
        again = aeclient("enroll", PENDS)
        self.assertEqual(again.returncode, 1)
        self.assertIn(f"aeclient retrieve {number}", again.stdout)
        self.assertEqual(len(calls()), 1)
        self.assertEqual(asked("retrieve", number)[0], 1)
        LAB.ca(ca, "approve", number)
        code, report = asked("retrieve", number)
        self.assertEqual(code, 0, report)
        self.assertEqual(report["enrolled"][0]["template"], PENDS)
        self.assertEqual(templates_held(), [PENDS])
        self.assertEqual(aeclient("retrieve", number).returncode, 2)

    def test_a_denied_one_is_a_failure_and_gone(self):
        _, report = asked("enroll", PENDS)
        number, ca = re.search(r"request (\d+) waits at (\S+?)\.", report["decisions"][0]["fact"]).groups()
        LAB.ca(ca, "deny", number)
        code, report = asked("retrieve", number)
        self.assertEqual(code, 2)
        self.assertIn("0x80094014", report["failures"][0]["sentence"])
        self.assertEqual(aeclient("retrieve", number).returncode, 2)


class ThroughTheService(ErrandCase):
    def setUp(self):
        super().setUp()
        self.host = Host(LAB)
        self.addCleanup(self.host.kill)
        self.host.wait_until(lambda: self.host.status()["service"]["state"] == "idle"
                             and self.host.last(), "the first run has ended")

    def test_an_errand_is_the_services_and_no_run(self):
        before = self.host.status()
        result = aeclient("enroll", "Machine", "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(json.loads(result.stdout)["enrolled"][0]["template"], "Machine")
        self.assertEqual(aeclient("enroll", "Machine").returncode, 1)
        after = self.host.status()
        self.assertEqual(after["last_run"], before["last_run"])
        self.assertEqual(after["next_run"], before["next_run"])
        self.assertEqual(after["counters"]["enrolled"], {"Machine": 1})

    def test_what_the_service_sees_is_what_this_process_sees(self):
        for words in (["plan"], ["templates"], ["cas"], ["whoami", "--groups"], ["doctor"],
                      ["explain", "0x80094012"]):
            with self.subTest(words):
                here = aeclient(*words, "--json")
                there = aeclient(*words, "--machine", "--json")
                self.assertEqual(there.returncode, here.returncode, there.stderr)
                self.assertEqual(set(json.loads(there.stdout)), set(json.loads(here.stdout)))
                text = aeclient(*words, "--machine")
                self.assertEqual(text.returncode, here.returncode)
                self.assertTrue(text.stdout)

    def test_a_wrong_name_is_said_through_the_service_too(self):
        here = aeclient("explain", "Machin")
        there = aeclient("explain", "Machin", "--machine")
        self.assertEqual((there.returncode, there.stderr), (here.returncode, here.stderr))
        here = aeclient("ca-ping", "nobody\\Nothing")
        there = aeclient("ca-ping", "nobody\\Nothing", "--machine")
        self.assertEqual(there.returncode, here.returncode)

    def test_strangers_and_strange_requests_get_nothing(self):
        for code, words in ((2, ["enroll", "Machine"]), (2, ["whoami", "--machine"]),
                            (3, ["doctor", "--live", "--machine"])):  # 3: doctor itself could not run
            result = aeclient(*words, prefix=ALICE)
            self.assertEqual(result.returncode, code)
            self.assertIn("0x80070005", result.stderr)
            self.assertEqual(result.stdout, "")
        for request in ('{"version":1,"verb":"inspect","command":"pulse"}',
                        '{"version":1,"verb":"inspect","command":"doctor","from":"/etc"}',
                        '{"version":1,"verb":"inspect","command":"explain","what":"--from=/etc","live":true}',
                        '{"version":1,"verb":"pulse","enroll":"A","renew":"b"}',
                        '{"version":1,"verb":"pulse","enroll":"\\n"}'):
            said = LAB.run("/usr/bin/python3", "-c", ASK, request).stdout
            self.assertIn('"refused"', said, request)
            self.assertIn("0x8007000D", said)
        # A value is never an option.
        said = LAB.run("/usr/bin/python3", "-c", ASK,
                       '{"version":1,"verb":"inspect","command":"explain","what":"--help"}').stdout
        self.assertNotIn("Usage", said)
        self.assertEqual(calls(), [])


if __name__ == "__main__":
    sys.exit(unittest.main(verbosity=2))
