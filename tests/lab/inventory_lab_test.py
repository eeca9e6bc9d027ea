#!/usr/bin/env python3
"""certs, templates, cas and ca-ping on a member of a real directory with real CAs.  Needs a lab that
is up in AE_LAB_DIR (ctest's fixture starts it).  Every --json output is held against its schema."""
import json
import sys
import time
import unittest

from labtool import BIN, STATE
from pulse_lab_test import LAB, LabCase

AECLIENT = str(BIN / "aeclient")
CA1, CA2 = (f"ca{n}.corp.example.test\\Corp Issuing CA {n}" for n in (1, 2))


def ask(*command):
    result = LAB.run(AECLIENT, *command, "--json", check=False)
    return result.returncode, json.loads(result.stdout) if result.stdout else None, result.stderr


class Certs(LabCase):
    def test_my_has_what_a_pulse_enrolled_with_its_renewal_key_and_decision(self):
        LAB.pulse()
        code, report, errors = ask("certs")
        self.assertEqual(code, 0, errors)
        self.assertEqual({one["template"] for one in report["certificates"]}, {"CorpMachine", "CorpMachineEC"})
        for one in report["certificates"]:
            self.assertTrue(one["managed"])
            self.assertEqual((one["key"]["state"], one["chain"]["state"]), ("usable", "valid"))
            self.assertEqual(one["key"]["place"], f"in the file {STATE}/machine/my/{one['thumbprint']}/key.pem")
            self.assertLess(one["not_before"], one["renewal"]["begins"])
            self.assertLess(one["renewal"]["begins"], one["not_after"])
            self.assertEqual(one["decision"]["verdict"], "held")

    def test_archived_ones_are_listed_apart_and_without_a_network(self):
        LAB.pulse()
        thumbprint = ask("certs")[1]["certificates"][0]["thumbprint"]
        entry = f"{STATE}/machine/my/{thumbprint}/entry.json"
        LAB.run("sed", "-i", 's/"archived": *false/"archived":true/', entry)
        self.assertNotIn(thumbprint, [one["thumbprint"] for one in ask("certs")[1]["certificates"]])
        alone = LAB.run("unshare", "-n", AECLIENT, "certs", "--archived", "--json")
        self.assertEqual([one["thumbprint"] for one in json.loads(alone.stdout)["certificates"]], [thumbprint])

    def test_a_waiting_request_stands_in_request(self):
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "set", "pend=on")
        LAB.pulse()
        _, report, _ = ask("certs", "--store", "request")
        self.assertEqual({one["template"] for one in report["requests"]}, {"CorpMachine", "CorpMachineEC"})
        self.assertIn(report["requests"][0]["ca"], (CA1, CA2))

    def test_the_trust_stores_are_those_of_the_replica(self):
        LAB.pulse()
        subjects = {store: {one["subject"] for one in ask("certs", "--store", store)[1]["certificates"]}
                    for store in ("root", "ca", "ntauth")}
        self.assertEqual(len(subjects["root"]), 1)
        self.assertEqual(subjects["ca"], subjects["ntauth"])
        self.assertEqual(len(subjects["ca"]), 2)

    def test_without_any_directory_my_is_listed_all_the_same(self):
        LAB.pulse()
        LAB.run("rm", "-f", f"{STATE}/machine/replica.tar")
        alone = LAB.run("unshare", "-n", AECLIENT, "certs", "--json")
        report = json.loads(alone.stdout)
        self.assertEqual({one["template"] for one in report["certificates"]}, {"CorpMachine", "CorpMachineEC"})
        self.assertIn("0x", report["problem"])


class Templates(LabCase):
    def test_rights_come_with_the_entry_that_decides_and_the_rule_that_fails(self):
        code, report, errors = ask("templates", "--all")
        self.assertEqual(code, 0, errors)
        by_name = {one["name"]: one for one in report["templates"]}
        machine = by_name["CorpMachine"]
        self.assertTrue(machine["rights"]["autoenroll"]["granted"])
        self.assertIn("S-1-5-21-", machine["rights"]["autoenroll"]["deciding_entry"])
        self.assertIsNone(machine["objection"])
        self.assertEqual(sorted(machine["offered_by"]), [CA1, CA2])
        self.assertEqual(report["left_out"], 0)
        few = ask("templates")[1]
        self.assertEqual(few["left_out"] + len(few["templates"]), len(report["templates"]))

    def test_a_misspelt_ca_is_told_which_was_meant(self):
        code, report, errors = ask("templates", "--ca", CA1.replace("Issuing", "Isuing"))
        self.assertEqual((code, report), (2, None))
        self.assertIn("did you mean", errors)


class Cas(LabCase):
    def test_both_are_trusted_answer_and_say_who_they_are(self):
        code, report, errors = ask("cas")
        self.assertEqual(code, 0, errors)
        self.assertEqual({one["ca"] for one in report["cas"]}, {CA1, CA2})
        for one in report["cas"]:
            self.assertTrue(one["trusted"] and one["probe"]["ok"] and one["enroll"]["granted"])
            self.assertEqual(one["identity"]["name"], one["name"])
            self.assertTrue(one["certificates"][0]["in_nt_auth"])

    def test_one_that_is_down_is_named_and_the_other_is_asked(self):
        LAB.ca("ca1", "stop")
        self.addCleanup(LAB.ca, "ca1", "start")
        code, report, _ = ask("cas")
        self.assertEqual(code, 2)
        self.assertEqual({one["ca"]: one["probe"]["ok"] for one in report["cas"]}, {CA1: False, CA2: True})

    def test_without_a_network_the_kept_replica_is_listed_and_nobody_is_asked(self):
        LAB.pulse()
        alone = LAB.run("unshare", "-n", AECLIENT, "cas", "--json")
        report = json.loads(alone.stdout)
        self.assertIn("no domain controller answers", report["not_asked"])
        self.assertEqual([one["probe"] for one in report["cas"]], [None, None])


class CaPing(LabCase):
    def ping(self, ca=CA1):
        code, report, errors = ask("ca-ping", ca)
        return code, report["finding"]["id"] if report else errors, report

    def test_five_steps_and_the_name(self):
        code, found, report = self.ping()
        self.assertEqual((code, found), (0, "NET7"))
        self.assertEqual(len(report["probe"]["steps"]), 5)
        self.assertEqual(report["probe"]["says_its_name"], "Corp Issuing CA 1")

    def test_each_way_to_fail_has_its_diagnosis(self):
        for fault, found in (("no-dcom=denied no-icpr=on", "NET2"), ("no-dcom=on no-icpr=on", "NET4"),
                             ("no-dcom=stopped no-icpr=on", "NET5")):
            with self.subTest(fault):
                LAB.ca("ca1", "set", *fault.split())
                self.assertEqual(self.ping()[:2], (2, found))
                self.clear_faults()

    def test_over_icertpassage_it_serves_too(self):
        for fault, noted in (("denied", "NET2"), ("on", "NET4"), ("stopped", "NET5"), ("unreachable", "NET1")):
            with self.subTest(fault):
                LAB.ca("ca1", "set", f"no-dcom={fault}")
                code, found, report = self.ping()
                self.assertEqual((code, found), (0, "NET7"))
                self.assertEqual(report["probe"]["says_its_name"], "")
                # DCOM's fault stays visible: Windows' own client has no other way.
                self.assertTrue(report["probe"]["by_icertpassage"])
                self.assertEqual(report["note"]["id"], noted)
                self.assertIn("Windows' own client would fail", report["note"]["sentence"])
                self.clear_faults()

    def test_a_wrong_name_and_a_wrong_host(self):
        code, found, report = self.ping(CA1 + "x")
        self.assertEqual((code, found), (2, "NET6"))
        self.assertTrue(report["probe"]["other_name"])
        # A slip of the typist is no order to change the directory.
        self.assertIn("did you mean Corp Issuing CA 1?", report["finding"]["sentence"])
        self.assertNotIn("displayName", report["finding"]["remedy"])
        code, found, report = self.ping(CA1.replace("ca1", "nobody"))
        self.assertEqual((code, found), (2, "NET1"))
        self.assertNotIn("dNSHostName", report["finding"]["remedy"])

    def test_nonsense_no_rights_no_network_and_a_full_disk(self):
        code, errors, _ = self.ping("nonsense")
        self.assertEqual(code, 2)
        self.assertIn("names no CA", errors)
        for wrapper in (("setpriv", "--reuid=65534", "--clear-groups"), ("unshare", "-n")):
            with self.subTest(wrapper):
                begun = time.monotonic()
                result = LAB.run(*wrapper, AECLIENT, "ca-ping", CA1, check=False)
                self.assertEqual((result.returncode, result.stdout), (2, ""))
                self.assertIn("0x", result.stderr)
                self.assertLess(time.monotonic() - begun, 60)
        full = LAB.run("sh", "-c", f"{AECLIENT} ca-ping '{CA1}' > /dev/full", check=False)
        self.assertEqual(full.returncode, 2)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v"])
