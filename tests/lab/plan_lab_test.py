#!/usr/bin/env python3
"""plan and capture on a member of a real directory, and what pulses make of it later: approved
requests, renewals, archiving.  Needs a lab that is up in AE_LAB_DIR (ctest's fixture starts it)."""
import json
import os
import sys
import unittest

from labtool import BIN, STATE
from pulse_lab_test import BASE, LAB, LabCase, decision, request_entries

AECLIENT = str(BIN / "aeclient")
CAPTURE = "/run/test.capture"


def plan(*options):
    result = LAB.run(AECLIENT, "plan", "--json", *options, check=False)
    return result.returncode, json.loads(result.stdout) if result.stdout else None, result.stderr


def actions(report):
    return [(action["kind"], action["template"]) for action in report["actions"]]


def about(report, kind):
    return [entry for entry in report["decisions"] if entry["about"] == kind]


def modify_template(name, attribute, value):
    LAB.run("ldbmodify", "-H", "/run/ae-lab/dc/private/sam.ldb", text_input=(
        f"dn: CN={name},{BASE}\nchangetype: modify\nreplace: {attribute}\n{attribute}: {value}\n"))


class Plan(LabCase):
    def test_says_what_a_pulse_would_do_and_changes_nothing(self):
        before = LAB.run("sh", "-c", f"find {STATE} | sort").stdout
        code, report, errors = plan()
        self.assertEqual(code, 0, errors)
        self.assertEqual(actions(report), [("enroll", "CorpMachine"), ("enroll", "CorpMachineEC")])
        self.assertEqual([store["added"] for store in report["trust"]], [1, 2, 2])
        self.assertEqual(LAB.run("sh", "-c", f"find {STATE} | sort").stdout, before)
        self.assertEqual(LAB.ca_calls(), [])

    def test_decides_as_the_pulse_that_follows(self):
        _, planned, _ = plan()
        _, pulsed, _ = LAB.pulse()
        for entry in about(planned, "template"):
            outcome = decision(pulsed, entry["template"])
            expected = "issued" if entry["verdict"] == "wanted" else entry["verdict"]
            self.assertEqual((outcome["verdict"], outcome["rule"]), (expected, entry["rule"]))
        code, report, _ = plan()
        self.assertEqual((code, report["actions"]), (0, []))
        self.assertEqual([entry["verdict"] for entry in about(report, "certificate")], ["held", "held"])

    def test_without_rights_it_says_so(self):
        LAB.pulse()
        result = LAB.run("setpriv", "--reuid=65534", "--clear-groups", AECLIENT, "plan", check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("0x80070005", result.stderr)


class Capture(LabCase):
    def test_replays_to_the_same_octets_and_holds_no_key(self):
        LAB.pulse()
        LAB.run(AECLIENT, "capture", CAPTURE)
        first = LAB.run(AECLIENT, "plan", "--from", CAPTURE, "--json").stdout
        self.assertEqual(LAB.run(AECLIENT, "plan", "--from", CAPTURE, "--json").stdout, first)
        self.assertEqual(LAB.run("stat", "-c", "%a", CAPTURE).stdout.strip(), "600")
        text = LAB.run("strings", "-n", "4", CAPTURE).stdout
        self.assertNotIn("PRIVATE", text)
        key = LAB.run("sh", "-c", f"cat {STATE}/machine/my/*/key.pem").stdout.splitlines()[1]
        self.assertNotIn(key, text)

    def test_unpacks_into_a_folder_that_replays_alike(self):
        LAB.run(AECLIENT, "capture", CAPTURE)
        LAB.run("sh", "-c", f"rm -rf /run/unpacked; mkdir /run/unpacked; tar xf {CAPTURE} -C /run/unpacked")
        self.assertEqual(LAB.run(AECLIENT, "plan", "--from", "/run/unpacked", "--json").stdout,
                         LAB.run(AECLIENT, "plan", "--from", CAPTURE, "--json").stdout)

    def test_decides_as_the_machine_that_it_was_made_on(self):
        LAB.pulse()
        LAB.run(AECLIENT, "capture", CAPTURE)
        _, here, _ = plan()
        _, there, _ = plan("--from", CAPTURE)
        self.assertEqual(there["decisions"], here["decisions"])
        self.assertEqual(there["actions"], here["actions"])

    def test_a_full_disk_leaves_no_half_capture(self):
        script = ("mkdir -p /run/small && mount -t tmpfs -o size=16k none /run/small; "
                  f"{AECLIENT} capture /run/small/c; code=$?; ls -A /run/small; umount /run/small; exit $code")
        result = LAB.run("sh", "-c", script, check=False)
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("0x80070070", result.stderr)


class LaterPulses(LabCase):
    def setUp(self):
        super().setUp()
        self.addCleanup(modify_template, "CorpMachine", "revision", 100)

    def test_an_approved_request_is_fetched_and_installed(self):
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "set", "pend=on")
        LAB.pulse()
        self.clear_faults()
        entries = request_entries()
        self.assertEqual(len(entries), 2)
        _, report, _ = plan()
        self.assertEqual([kind for kind, _ in actions(report)], ["retrieve", "retrieve"])
        for ca in ("ca1", "ca2"):
            for line in LAB.ca(ca, "list").splitlines():
                request = json.loads(line)
                if request["status"] == "pending":
                    LAB.ca(ca, "approve", request["id"])
        code, report, errors = LAB.pulse()
        self.assertEqual(code, 0, errors)
        self.assertEqual({entry["template"] for entry in report["enrolled"]}, {"CorpMachine", "CorpMachineEC"})
        self.assertEqual([event["id"] for event in report["events"] if event["id"] == 14], [14, 14])
        self.assertEqual(request_entries(), [])
        for path, _ in LAB.entries():
            self.assertTrue(*LAB.verify_chain(path))

    def test_a_denied_request_is_dropped_and_made_anew_once(self):
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "set", "pend=on")
        LAB.pulse()
        self.clear_faults()
        for ca in ("ca1", "ca2"):
            for line in LAB.ca(ca, "list").splitlines():
                request = json.loads(line)
                if request["status"] == "pending":
                    LAB.ca(ca, "deny", request["id"])
        code, report, _ = LAB.pulse()
        self.assert_failed(code, report, "0x80094014", "CorpMachine")
        self.assertEqual(len(report["enrolled"]), 2, "a denied request frees its template (N3)")
        self.assertEqual(request_entries(), [])

    def test_a_new_major_version_renews_and_archives_the_predecessor(self):
        LAB.pulse()
        (old,) = [path for path, entry in LAB.entries() if entry["template"] == "CorpMachine"]
        modify_template("CorpMachine", "revision", 101)
        _, planned, _ = plan()
        self.assertEqual(actions(planned), [("renew", "CorpMachine")])
        code, report, errors = LAB.pulse()
        self.assertEqual(code, 0, errors + str(report["failures"]))
        (renewed,) = report["enrolled"]
        self.assertEqual(renewed["replaced"], os.path.basename(old))
        archived = {os.path.basename(path): entry["archived"] for path, entry in LAB.entries()}
        self.assertTrue(archived[os.path.basename(old)])
        self.assertFalse(archived[renewed["thumbprint"]])
        self.assertTrue(*LAB.verify_chain(f"{STATE}/machine/my/{renewed['thumbprint']}"))
        _, again, _ = plan()
        self.assertEqual(again["actions"], [])

    def test_a_ca_that_issues_what_the_rules_do_not_accept_is_braked(self):
        # The CA stamps the old major version: each answer is refused (I9), each pulse asks again.
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "set", "wrong-template=on")
        for _ in range(2):
            LAB.pulse()
        asked = len(LAB.ca_calls("Request2"))
        code, report, _ = LAB.pulse()
        self.assertEqual((code, decision(report, "CorpMachine")["verdict"]), (2, "braked"))
        self.assertEqual(decision(report, "CorpMachine")["rule"], "B1")
        self.assertEqual(len(LAB.ca_calls("Request2")), asked, "a braked template was requested")
        self.clear_faults()
        code, report, errors = LAB.pulse("--force")
        self.assertEqual((code, len(report["enrolled"])), (0, 2), errors)


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
