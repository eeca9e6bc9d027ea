#!/usr/bin/env python3
"""`aeclient selftest` on a member of a real directory: what it says, and that it leaves nothing
behind.  Needs a lab that is up in AE_LAB_DIR (ctest's fixture starts it)."""
import json
import signal
import sys
import unittest

from labtool import BIN, STATE
from pulse_lab_test import LAB, LabCase

AECLIENT = str(BIN / "aeclient")
CA = "ca1.corp.example.test\\Corp Issuing CA 1"
# Tests of several labs share one /tmp: the trial's folder goes where only this one looks.
TEMPORARY = "/run/ae-lab/tmp"
WITH_TMPDIR = ("env", f"TMPDIR={TEMPORARY}")


def selftest(*options, before=()):
    result = LAB.run(*before, *WITH_TMPDIR, AECLIENT, "selftest", "--json", *options, check=False)
    report = json.loads(result.stdout) if result.stdout else None
    return result.returncode, report, result.stderr


def verdicts(report):
    return {check["id"]: check["verdict"] for check in report["checks"]}


def check(report, name):
    (found,) = [entry for entry in report["checks"] if entry["id"] == name]
    return found


def everything():
    """Every file that an aeclient could have written, with its content's digest and its times."""
    places = f"{STATE} /etc/aeclient /run/aeclient {TEMPORARY}"
    script = (f"for f in $(find {places} 2>/dev/null | sort); do stat -c '%n %a %u %s %y' $f; "
              "[ -f $f ] && sha256sum < $f; done; true")
    return [line for line in LAB.run("sh", "-c", script).stdout.splitlines()
            if not line.startswith(f"{TEMPORARY} ")]  # its own time changes


class Selftest(LabCase):
    def assert_failed(self, report, name, hresult, *words):
        found = check(report, name)
        self.assertEqual((found["verdict"], found["code"]), ("FAIL", hresult), found)
        for word in words:
            self.assertIn(word, found["sentence"])
        self.assertTrue(found["remedy"], found)

    def test_everything_is_ok_and_nothing_is_left(self):
        LAB.pulse()
        calls = len(LAB.ca_calls("Request2"))
        before = everything()
        self.assertTrue(any("/my/" in line for line in before))
        code, report, errors = selftest("--ca", CA)
        self.assertEqual(code, 0, f"{errors}{report}")
        self.assertTrue(report["ok"])
        notes = {name: verdict for name, verdict in verdicts(report).items() if verdict != "OK"}
        self.assertEqual(notes, {"control": "NOTE"})
        for name in ("crypto.digest", "policy", "stores", "keys.rsa-schannel.rsa",
                     "keys.software-key-storage.p521", "store.rsa.remove", "store.ec.remove", "store.clean", "member",
                     "directory.locate", "directory.account", "directory.replica", "events.store", "ca.ping"):
            self.assertEqual(verdicts(report).get(name), "OK", name)
        self.assertIn("MY holds 2 certificates, 0 of them", check(report, "stores")["sentence"])
        self.assertIn("WS1$ of corp.example.test", check(report, "member")["sentence"])
        self.assertIn("Lab-Site", check(report, "directory.locate")["sentence"])
        self.assertIn("2 enrollment services", check(report, "directory.replica")["sentence"])
        self.assertEqual(everything(), before)
        self.assertEqual(len(LAB.ca_calls("Request2")), calls, "it requested something")

    def test_a_member_that_never_enrolled_gets_no_state_by_it(self):
        before = everything()
        code, report, errors = selftest()
        self.assertEqual((code, check(report, "ca.ping")["verdict"]), (0, "SKIP"), errors)
        self.assertEqual(everything(), before)
        self.assertNotEqual(LAB.run("test", "-e", f"{STATE}/machine", check=False).returncode, 0)

    def test_the_table_says_the_same(self):
        result = LAB.run(*WITH_TMPDIR, AECLIENT, "selftest", "--ca", CA)
        self.assertRegex(result.stdout, r"(?m)^ca\.ping +OK +ca1\.corp\.example\.test\\Corp Issuing CA 1 answers$")
        self.assertRegex(result.stdout, r"\n\d+ OK, 0 FAIL, 0 SKIP, 1 NOTE\n$")

    def test_a_ca_that_is_down_fails_alone(self):
        LAB.ca("ca1", "stop")
        code, report, _ = selftest("--ca", CA)
        self.assertEqual(code, 2)
        self.assert_failed(report, "ca.ping", "0x800706BA", "ca1.corp.example.test")
        self.assertEqual([name for name, verdict in verdicts(report).items() if verdict == "FAIL"], ["ca.ping"])

    def test_a_host_that_is_no_ca_fails(self):
        code, report, _ = selftest("--ca", "dc1.corp.example.test\\Corp Issuing CA 1")
        self.assertEqual((code, check(report, "ca.ping")["verdict"]), (2, "FAIL"))
        self.assertIn("dc1.corp.example.test", check(report, "ca.ping")["sentence"])

    def test_a_name_that_is_no_ca_is_refused_before_anything_is_tried(self):
        for name in ("ca1.corp.example.test", "\\Corp Issuing CA 1", "ca1\\"):
            code, report, errors = selftest("--ca", name)
            self.assertEqual((code, report), (2, None))
            self.assertIn("0x80070057", errors)

    def test_a_keytab_that_is_not_this_machines_fails_at_the_directory(self):
        LAB.run("sh", "-c", "printf 'addent -password -p WS1$@CORP.EXAMPLE.TEST -k 1 -e aes256-cts-hmac-sha1-96\\n"
                "wrong\\nwkt /run/wrong.keytab\\n' | ktutil >/dev/null; chmod 600 /run/wrong.keytab")
        code, report, _ = selftest("--keytab", "/run/wrong.keytab")
        self.assertEqual((code, check(report, "member")["verdict"]), (2, "OK"))
        self.assertEqual(check(report, "directory.locate")["verdict"], "OK")
        self.assert_failed(report, "directory.account", "0x8007052E")
        self.assertEqual(check(report, "directory.replica")["verdict"], "SKIP")

    def test_policy_that_others_can_write_fails_with_a_remedy(self):
        LAB.run("chmod", "666", "/etc/aeclient/policy.d/10-autoenrollment.reg")
        _, report, _ = selftest()
        self.assert_failed(report, "policy", "0x80070005", "10-autoenrollment.reg")

    def test_another_account_than_root_is_told_what_it_may_not(self):
        LAB.pulse()
        before = everything()
        code, report, _ = selftest(before=("setpriv", "--reuid=65534", "--clear-groups"))
        self.assertEqual(code, 2)
        self.assert_failed(report, "member", "0x80070005")
        self.assertEqual(check(report, "store.rsa.remove")["verdict"], "OK")
        self.assertEqual(everything(), before)

    def test_an_interrupt_leaves_nothing_behind(self):
        before = everything()
        # The shell gives the signal to the process group a moment later, wherever the trial is.
        script = (f"TMPDIR={TEMPORARY} setsid {AECLIENT} selftest --json & p=$!; "
                  f"while kill -0 $p 2>/dev/null && ! ls {TEMPORARY}/aeclient-selftest-*/machine/request/* "
                  ">/dev/null 2>&1; do :; done; kill -INT $p; wait $p; echo \"status $?\"")
        result = LAB.run("bash", "-c", script)
        self.assertEqual(everything(), before)
        self.assertNotIn(f"status {128 + signal.SIGINT}", result.stdout)
        self.assertIn('"stopped"', result.stdout)


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
