#!/usr/bin/env python3
"""explain, whoami, replica, policy and log-level on a member of a real directory.  Needs a lab that is up
in AE_LAB_DIR (ctest's fixture starts it).  Each --json output is validated by labtool against its schema."""
import json
import os
import sys
import unittest

from labtool import BIN, MEMBER, POLICY_FILE, STATE, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
AECLIENT = str(BIN / "aeclient")
GROUP = "PKI-Approvals"
CACHE = "FILE:/run/ae-lab/tmp/inspect-tickets"
LOCAL_FILE = "/etc/aeclient/policy.d/00-local.reg"


def aeclient(*words):
    """(exit code, the JSON report or None, standard error)"""
    result = LAB.run(AECLIENT, *words, "--json", check=False)
    return result.returncode, json.loads(result.stdout) if result.stdout else None, result.stderr


class InspectCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        LAB.reset()
        LAB.set_policy(7)
        self.addCleanup(LAB.run, "rm", "-f", LOCAL_FILE)


class Explain(InspectCase):
    def steps(self, template):
        code, report, errors = aeclient("explain", template)
        self.assertEqual(code, 0, errors)
        return report["template"], {(step["rule"], step["question"]): step for step in report["template"]["trail"]}

    def test_a_wanted_template_passes_every_rule(self):
        answer, steps = self.steps("corpmachine")
        self.assertEqual((answer["name"], answer["decision"]["verdict"]), ("CorpMachine", "wanted"))
        self.assertEqual({step["outcome"] for step in steps.values()}, {"passed"})
        self.assertEqual(LAB.ca_calls(), [])

    def test_policy_that_forbids_it_is_the_rule_that_fails(self):
        LAB.set_policy(6)
        answer, steps = self.steps("CorpMachine")
        self.assertEqual(answer["decision"]["verdict"], "off by policy")
        step = steps[("Q1", "AEPolicy allows what is needed")]
        self.assertEqual((step["outcome"], "0x6" in step["fact"]), ("failed", True))

    def test_a_held_certificate_settles_it_and_is_explained_by_its_thumbprint(self):
        code, pulsed, errors = LAB.pulse()
        self.assertEqual(code, 0, errors)
        answer, _ = self.steps("CorpMachine")
        self.assertEqual(answer["trail"][-1]["outcome"], "not reached")
        self.assertEqual([step["rule"] for step in answer["trail"] if step["outcome"] == "settled"], ["D1"])
        thumbprint = next(entry["subject"] for entry in answer["certificates_and_requests"])
        spaced = " ".join(thumbprint[at:at + 2].upper() for at in range(0, 40, 2))
        code, report, errors = aeclient("explain", spaced)
        self.assertEqual(code, 0, errors)
        certificate = report["certificate"]
        self.assertEqual((certificate["store"], certificate["template"], certificate["key"],
                          certificate["chain"]["state"]), ("MY", "CorpMachine", "usable", "valid"))
        self.assertIsNotNone(certificate["renewal_begins"])

    def test_a_name_that_nobody_has_is_one_sentence_with_what_was_meant(self):
        code, report, errors = aeclient("explain", "CorpMachin")
        self.assertEqual((code, report), (2, None))
        self.assertIn("did you mean", errors)
        self.assertIn("0x80070057", errors)

    def test_codes_need_no_directory(self):
        result = LAB.run("unshare", "-n", AECLIENT, "explain", "0x80094012", "--json")
        self.assertEqual(json.loads(result.stdout)["codes"][0]["symbol"], "CERTSRV_E_TEMPLATE_DENIED")

    def test_without_network_a_template_is_explained_by_the_kept_replica(self):
        LAB.pulse()
        result = LAB.run("unshare", "-n", AECLIENT, "explain", "CorpMachine", "--json")
        report = json.loads(result.stdout)
        self.assertTrue(report["offline"]["problem"])
        self.assertEqual(report["template"]["decision"]["verdict"], "held")

    def test_a_full_disk_is_said(self):
        result = LAB.run("sh", "-c", f"{AECLIENT} explain 5 > /dev/full", check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("could not be written", result.stderr)


class Whoami(InspectCase):
    def test_fresh_tickets_carry_the_directorys_groups(self):
        code, report, errors = aeclient("whoami", "--groups")
        self.assertEqual(code, 0, errors)
        self.assertEqual((report["account"], report["missing_in_session"], report["session_problem"]), ("WS1$", 0, ""))
        names = {group["name"] for group in report["groups"]}
        self.assertIn("Domain Computers", names)
        self.assertIn("Authenticated Users", names)

    def test_a_group_newer_than_the_ticket_is_marked(self):
        LAB.run("kinit", "-k", "-c", CACHE, MEMBER)
        LAB.run(AECLIENT, "whoami", "--ccache", CACHE)  # the ticket for the controller, before the group
        LAB.join_group(GROUP)
        self.addCleanup(LAB.join_group, GROUP, "WS1$", True)
        code, report, errors = aeclient("whoami", "--ccache", CACHE)
        self.assertEqual(code, 0, errors)
        self.assertEqual([(group["name"], group["in"]) for group in report["groups"]], [(GROUP, "directory only")])

    def test_without_rights_it_is_one_sentence(self):
        result = LAB.run("setpriv", "--reuid=65534", "--clear-groups", AECLIENT, "whoami", check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("0x80070005", result.stderr)


class Replica(InspectCase):
    def test_there_is_none_before_the_first_run(self):
        code, report, errors = aeclient("replica")
        self.assertEqual((code, report), (2, None))
        self.assertIn("aeclient replica --refresh", errors)

    def test_a_refresh_fills_the_trust_stores_and_asks_no_ca(self):
        code, report, errors = aeclient("replica", "--refresh")
        self.assertEqual(code, 0, errors)
        self.assertEqual([(entry["store"], entry["complete"], entry["added"]) for entry in report["trust"]],
                         [("Root", True, 1), ("CA", True, 2), ("NTAuth", True, 2)])
        self.assertIn("CorpMachine", report["templates"])
        self.assertEqual(LAB.ca_calls(), [])
        self.assertEqual(LAB.entries(), [])
        self.assertTrue(LAB.run("sh", "-c", f"ls {STATE}/machine/root/").stdout)
        code, kept, errors = aeclient("replica")
        self.assertEqual(code, 0, errors)
        self.assertFalse(kept["refreshed"])
        self.assertEqual((kept["templates"], kept["cas"]), (report["templates"], report["cas"]))
        self.assertLess(kept["source"]["age_seconds"], 600)

    def test_disabled_by_policy_nothing_is_refreshed(self):
        LAB.set_policy(0x8007)
        code, report, errors = aeclient("replica", "--refresh")
        self.assertEqual((code, report), (2, None))
        self.assertIn("disabled by policy", errors)

    def test_without_network_a_refresh_fails_and_the_kept_one_stays(self):
        aeclient("replica", "--refresh")
        result = LAB.run("unshare", "-n", AECLIENT, "replica", "--refresh", check=False)
        self.assertEqual(result.returncode, 2)
        self.assertEqual(aeclient("replica")[0], 0)


class Settings(InspectCase):
    def test_show_tells_value_and_source(self):
        code, report, errors = aeclient("policy", "show")
        self.assertEqual(code, 0, errors)
        policy = next(entry for entry in report["settings"] if entry["name"] == "AEPolicy")
        self.assertEqual((policy["in_force"]["value"], policy["in_force"]["place"], policy["in_force"]["policy"]),
                         ("7", POLICY_FILE, True))

    def test_a_local_value_holds_where_no_policy_stands(self):
        LAB.run("rm", POLICY_FILE)
        code, report, errors = aeclient("policy", "set", "AEPolicy", "7")
        self.assertEqual((code, report["wins"], report["place"]), (0, True, LOCAL_FILE), errors)
        code, pulsed, errors = LAB.pulse()
        self.assertEqual((code, len(pulsed["enrolled"])), (0, 2), errors)
        code, report, errors = aeclient("policy", "set", "AEPolicy", "none")
        self.assertEqual((code, report["removed"], report["in_force"]), (0, True, None), errors)

    def test_a_group_policy_wins_and_it_is_said(self):
        code, report, errors = aeclient("policy", "set", "AEPolicy", "1")
        self.assertEqual((code, report["wins"], report["in_force"]["value"]), (0, False, "7"), errors)

    def test_nonsense_is_refused_and_nothing_is_written(self):
        for words, says in ((("AEPolice", "7"), "did you mean AEPolicy"), (("LogLevel", "9"), "LogLevel is 9")):
            code, report, errors = aeclient("policy", "set", *words)
            self.assertEqual((code, report), (2, None))
            self.assertIn(says, errors)
        self.assertNotEqual(LAB.run("test", "-e", LOCAL_FILE, check=False).returncode, 0)

    def test_only_root_may_set(self):
        result = LAB.run("setpriv", "--reuid=65534", "--clear-groups", AECLIENT, "log-level", "4", check=False)
        self.assertEqual(result.returncode, 2)
        self.assertIn("0x80070005", result.stderr)

    def test_the_log_level_is_set_said_and_taken_back(self):
        self.assertEqual(aeclient("log-level")[1]["level"], 3)
        self.assertEqual(aeclient("log-level", "4")[1]["level"], 4)
        self.assertEqual(aeclient("log-level")[1]["in_force"]["place"], LOCAL_FILE)
        self.assertEqual(aeclient("log-level", "default")[1]["level"], 3)


if __name__ == "__main__":
    unittest.main(argv=[sys.argv[0], "-v", *sys.argv[1:]])
