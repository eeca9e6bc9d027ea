#!/usr/bin/env python3
"""The Windows build as a member: AEPolicy out of the registry, the replica out of the real directory,
the request to the real lab CA, and the certificate with its key in the system's store; then the
service through the service control manager."""
import hashlib
import json
import os
import shutil
import sys
import time
import unittest

from labtool import MEMBER, REPO, Lab
from revocationtool import ldap_url, publish_in_directory
from windows_member import (CERTIFICATE, KEY_PROVIDER, MY_PLACE, POLICY_KEY, WINE_PROVIDER, WindowsMember)
from winetool import WINDOWS_BIN, need_windows

LAB = Lab(os.environ.get("AE_LAB_DIR", REPO / "build/linux-release/test-lab"))


def setUpModule():
    LAB.reset()


class Pulse(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        LAB.reset()
        cls.member = WindowsMember(LAB)
        cls.addClassCleanup(cls.member.close)
        cls.member.offer_what_wine_can()

    def setUp(self):
        LAB.reset()
        self.member.set_policy(7)

    def enrolled(self, report):
        self.assertIsNotNone(report)
        return {entry["template"]: entry for entry in report["enrolled"]}

    def test_1_a_machine_pulse_from_nothing_to_a_certificate_with_its_key(self):
        code, report, errors = self.member.pulse()
        entries = self.enrolled(report)
        self.assertIn("CorpMachine", entries, errors)
        thumbprint = entries["CorpMachine"]["thumbprint"]
        entry = self.member.my()[thumbprint]
        self.assertEqual(hashlib.sha1(entry[CERTIFICATE]).hexdigest(), thumbprint)
        self.assertIn(WINE_PROVIDER, entry[KEY_PROVIDER].decode("utf-16-le", "replace"))
        ok, said = self.member.verify_chain(MY_PLACE + thumbprint)
        self.assertTrue(ok, said)
        requests = [call for call in LAB.ca_calls() if call["method"] in ("Request", "Request2")]
        self.assertEqual([(call["principal"], call["auth_level"], call["disposition"]) for call in requests],
                         [(MEMBER, 6, 3)])
        for event in report["events"]:
            self.assertIn("as member", event["text"])
        self.assertEqual((code, report["failures"]), (0, []))

    def test_2_the_next_pulse_holds_it_and_asks_nobody(self):
        _, report, errors = self.member.pulse()
        self.assertIsNotNone(report, errors)
        verdicts = {d["template"]: d["verdict"] for d in report["decisions"]}
        self.assertEqual(verdicts["CorpMachine"], "held")
        self.assertEqual(report["enrolled"], [])
        self.assertEqual([c for c in LAB.ca_calls() if "Request" in c["method"]], [])

    def test_3_the_plan_says_the_same_and_status_shows_it(self):
        result = self.member.run("plan", "--json", "--as-member",
                                 self.member.wine.windows_path(self.member.as_member))
        plan = json.loads(result.stdout)
        self.assertNotIn("CorpMachine", [action["template"] for action in plan["actions"]])
        status = self.member.run("status", "--json")
        self.assertIn("CorpMachine", status.stdout)

    def test_4_without_policy_nothing_happens(self):
        self.member.wine.reg_delete(POLICY_KEY)
        code, report, errors = self.member.pulse()
        self.assertEqual(code, 0, errors)
        self.assertEqual(report["enrolled"], [])

    def test_5_the_file_of_as_member_is_judged(self):
        result = self.member.run("pulse", "--foreground", "--as-member", r"C:\nothing.json")
        self.assertEqual(result.returncode, 2)
        self.assertIn("nothing.json", result.stdout + result.stderr)
        self.assertEqual(self.member.run("pulse", "--foreground", "--worker", "--as-member",
                                         r"C:\x.json").returncode, 64)
        self.assertEqual(self.member.run("pulse", "--as-member", r"C:\x.json").returncode, 64)

    def test_6_without_membership_one_sentence_says_what_to_do(self):
        result = self.member.run("pulse", "--foreground")
        self.assertEqual(result.returncode, 2)
        self.assertIn("domain", result.stdout + result.stderr)

    def test_7_a_certificate_that_is_revoked_at_the_ca_is_replaced(self):
        """By the list over HTTP, then by the list in the directory (rule Q4)."""
        self.addCleanup(lambda: [LAB.ca(ca, "set", "off") for ca in ("ca1", "ca2")])
        with self.subTest("what the list does not name stays"):
            _, report, errors = self.member.pulse()
            self.assertEqual(report["enrolled"], [], errors)
            self.assertEqual([note for note in report["notes"] if "0x80092013" in note], [])
        listed = [json.loads(line) | {"ca": ca} for ca in ("ca1", "ca2")
                  for line in LAB.ca(ca, "list").splitlines()]
        for row in listed:
            if (row["template"], row["status"]) == ("CorpMachine", "issued"):
                LAB.ca(row["ca"], "revoke", row["id"])
        for ca in ("ca1", "ca2"):
            publish_in_directory(LAB, ca)
            LAB.ca(ca, "set", f"cdp={ldap_url(ca, 'nobody.corp.example.test')}")
        _, report, errors = self.member.pulse()
        replacement = self.enrolled(report).get("CorpMachine")
        self.assertIsNotNone(replacement, (errors, report["notes"]))
        self.assertEqual([note for note in report["notes"] if "0x80092013" in note], [])
        ca = replacement["ca"].split(".")[0]
        LAB.ca(ca, "revoke", replacement["request_id"])
        publish_in_directory(LAB, ca)
        _, report, errors = self.member.pulse()
        self.assertIn("CorpMachine", self.enrolled(report), errors)
        self.assertNotEqual(self.enrolled(report)["CorpMachine"]["thumbprint"], replacement["thumbprint"])


class Service(unittest.TestCase):
    """Installed, started, asked, told of a new policy, and stopped."""

    @classmethod
    def setUpClass(cls):
        LAB.reset()
        cls.member = WindowsMember(LAB)
        cls.addClassCleanup(cls.member.close)
        cls.member.set_policy(7)
        cls.member.wine.reg_add(r"HKLM\Software\Policies\AeClient", "JitterMinutes", 0)

    def run_ok(self, *arguments):
        result = self.member.run(*arguments)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
        return result.stdout

    def status(self):
        return json.loads(self.member.run("status", "--json").stdout)

    def wait_for(self, what, seconds=60):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            status = self.status()
            if what(status):
                return status
            time.sleep(0.5)
        self.fail(f"it did not happen within {seconds} s: {status}")

    def test_a_program_that_others_can_replace_is_not_installed(self):
        folder = self.member.wine.prefix / "open"
        folder.mkdir(mode=0o755)
        program = folder / "aeclient.exe"
        shutil.copy(WINDOWS_BIN / "aeclient.exe", program)
        program.chmod(0o777)
        result = self.member.wine.run(program, "service", "install")
        self.assertEqual(result.returncode, 2, result.stdout)
        self.assertIn("%ProgramFiles%", result.stderr)
        self.assertEqual(self.member.wine.reg_query(r"HKLM\System\CurrentControlSet\Services\AeClient"), "")

    def test_the_service_from_install_to_uninstall(self):
        wine = self.member.wine
        self.run_ok("service", "install")
        self.run_ok("service", "install")  # and again
        self.assertEqual(wine.run("net", "start", "AeClient").returncode, 0)
        self.wait_for(lambda s: s["service"] and s["service"]["state"] == "idle" and s["last_run"])
        with self.subTest("a second program asks it over the pipe"):
            result = self.member.run("pulse")
            # Wine is no member, so the run itself fails; the service ran it and answers with it.
            self.assertEqual(result.returncode, 2, result.stdout + result.stderr)
            self.assertIn("member of no domain", result.stdout)
            self.assertEqual(self.status()["last_run"]["trigger"], "manual")
        with self.subTest("a change of AEPolicy in the registry is noticed"):
            self.member.set_policy(1)
            self.wait_for(lambda s: s["last_run"]["trigger"] == "policy refresh")
        stop = wine.run("net", "stop", "AeClient")
        self.assertEqual(stop.returncode, 0, stop.stdout)
        self.run_ok("service", "uninstall")
        self.run_ok("service", "uninstall")  # and again
        self.assertEqual(wine.reg_query(r"HKLM\System\CurrentControlSet\Services\AeClient"), "")
        self.assertEqual(wine.reg_query(
            r"HKLM\System\CurrentControlSet\Services\EventLog\Application\AeClient"), "")


if __name__ == "__main__":
    need_windows("aeclient.exe")
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
