#!/usr/bin/env python3
"""A certification authority that breaks every rule of the wire and of its own answers: what a whole pulse makes of it, in code,
sentence, stores, time and memory, and that the next pulse at an honest CA puts everything right.  Needs a lab that is up in
AE_LAB_DIR (ctest's fixture starts it).  Deadlines of minutes are shortened in tests/ca-client/lab/hostile_ca_lab_test.cpp."""
import collections
import json
import os
import sys
import unittest

from labtool import BIN, STATE, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
CAS = ("ca1", "ca2")
TEMPLATES = {"CorpMachine", "CorpMachineEC"}  # what the member is to have
LOST = "0x800706BE"
SECONDS = 20  # of one pulse, on a machine that does other things as well
# A reply may have 16 MiB, and there are two copies of it at most.
MEMORY_BAR_KIB = 44 * 1024  # more than a pulse that nobody disturbs
SANITIZED = b"__asan_init" in (BIN / "aeclient").read_bytes()  # its memory tells nothing

MEASURE = """import json, resource, subprocess, sys, time
start = time.monotonic()
ended = subprocess.run(sys.argv[1:], capture_output=True, text=True)
print(json.dumps({"code": ended.returncode, "out": ended.stdout, "errors": ended.stderr, "seconds": time.monotonic() - start,
                  "peak_kib": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss}))"""

LOOK = f"""import glob, json, subprocess
def look(entry):
    public = subprocess.run(["openssl", "pkey", "-in", entry + "/key.pem", "-pubout"], capture_output=True, text=True, check=True)
    names = glob.glob(entry + "/entry.json") + glob.glob(entry + "/request.json")
    return [json.load(open(names[0]))["template"], public.stdout]
print(json.dumps({{store: [look(entry) for entry in glob.glob("{STATE}/machine/" + store + "/*")] for store in ("my", "request")}}))"""

Pulse = collections.namedtuple("Pulse", "code report seconds peak_kib")
Store = collections.namedtuple("Store", "templates keys")

# The answer is processed and then lost, mangled or unreadable: rule W7.
LOST_ANSWERS = {
    "nothing arrives": ("cut-response=0", "closed the connection"),
    "it ends in the header": ("cut-response=10", "closed the connection"),
    "it ends in the body": ("cut-response=200", "closed the connection"),
    "it ends between two fragments": ("cut-response=5000 tiny-fragments=on", "closed the connection"),
    "a fragment is shorter than its header": ("frag-length=5", "malformed"),
    "a fragment is longer than was offered": ("frag-length=65535", "5840"),
    "its token is longer than the fragment": ("auth-length=65000", "malformed"),
    "it has more padding than stub": ("pad-length=255", "malformed"),
    "a blob of 4 GiB is announced": ("blob-length=0xffffffff", "malformed"),
    "a blob of 100 kB is announced and not there": ("blob-length=100000", "malformed"),
    "max_count is not the count": ("blob-count=0x7fffffff", "malformed"),
    "it answers another call": ("wrong-call-id=on", "another call"),
    "it comes from another context": ("wrong-context-id=on", "another presentation context"),
    "it is not protected": ("unsigned-response=on", "not protected"),
    "it was changed on its way": ("broken-seal=on", "sealed"),
    "a fragment comes twice": ("replay=on", "sealed"),
    "it never ends": ("endless-fragments=on", "16 MiB"),
    "it never ends, octet by octet": ("endless-fragments=on tiny-fragments=on", "8192"),
    "the message is longer than a message may be": ("message-length=40000", "malformed"),
    "issued, and there is no certificate": ("no-certificate=on", "request"),
}
# Slow or odd, and right.
HARMLESS = {
    "one octet in each fragment": "tiny-fragments=on",
    "one octet in each segment": "tcp-bytes=1",
    "a hint of 4 GiB": "alloc-hint=0xfffffff0",
}
# A certificate came that nobody may install.
REJECTED = {
    "a namesake of the CA issued it, and the CA signed the answer": ("untrusted-chain=on", "0x8007000D", "check I3"),
    "it chains to a root that nobody knows": ("untrusted-chain=on no-d2=on", "0x800B0109", "Unheard-of Root"),
    "somebody else signed the answer": ("wrong-signer=on", "0x8007000D", "check I3"),
    "the answer is about another certificate": ("wrong-hash=on", "0x8007000D", "check I4"),
    "the answer says issued and failed": ("status-mismatch=on", "0x8007000D", "check I2"),
    "the answer has a status that nobody knows": ("bad-status=99", "0x8007000D", "check I2"),
    "there is no full answer": ("no-full-response=on", "0x8007000D", "check I1"),
    "it is for another key": ("issue-other-key=on", "0x80090015", "another key"),
    "it is of another template": ("wrong-template=on", "0x8007", "template"),
    "it is not valid yet": ("not-yet-valid=on", "0x800B0101", ""),
    "it has expired": ("expired=on", "0x800B0101", ""),
}
# The CA says no, or says what nobody understands: every CA is asked, and nothing stays.
REFUSED = {
    "denied": ("disposition=0x80094012", "0x80094012"),
    "denied by the method": ("deny-hresult=0x80094012", "0x80094012"),
    "revoked": ("disposition=6", "0x80092010"),
    "a disposition that nobody knows": ("disposition=77", ""),
    "incomplete": ("disposition=0", ""),
}
# Nothing was requested yet.
ACTIVATION = {
    "the answer ends in the middle": "cut-response=50",
    "the answer is of another call": "wrong-call-id=on",
    "the answer is not protected": "unsigned-response=on",
    "the answer never ends": "endless-fragments=on",
    "the fragment is longer than was offered": "frag-length=65535",
}


def pulse():
    result = json.loads(LAB.run("python3", "-c", MEASURE, BIN / "aeclient", "pulse", "--foreground", "--json").stdout)
    try:
        report = json.loads(result["out"])
    except json.JSONDecodeError:
        raise AssertionError(f"no report: exit {result['code']}: {result['errors']}") from None
    return Pulse(result["code"], report, result["seconds"], result["peak_kib"])


def switch(*settings):
    for ca in CAS:
        LAB.ca(ca, "set", "off", *settings)


def stores():
    """What MY and REQUEST hold."""
    found = json.loads(LAB.run("python3", "-c", LOOK).stdout)
    return {store: Store(sorted(template for template, _ in entries), {key for _, key in entries}) for store, entries in found.items()}


def rows():
    return [json.loads(line) for ca in CAS for line in LAB.ca(ca, "list").splitlines()]


class HostileCase(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        LAB.reset()
        LAB.set_policy(7)
        switch()
        quiet = pulse()
        assert quiet.code == 0, quiet
        cls.bar_kib = quiet.peak_kib + MEMORY_BAR_KIB

    def tearDown(self):
        switch()

    def disturbed(self, settings):
        """One pulse of a new member while the CAs misbehave."""
        LAB.reset()
        LAB.set_policy(7)
        switch(*settings.split())
        ended = pulse()
        self.assertLess(ended.seconds, SECONDS)
        if not SANITIZED:
            self.assertLess(ended.peak_kib, self.bar_kib)
        return ended

    def recovered(self):
        """The next pulse, at honest CAs: exactly one certificate of each template, and nothing left over."""
        switch()
        ended = pulse()
        self.assertEqual(ended.code, 0, ended.report["failures"])
        found = stores()
        self.assertEqual((found["my"].templates, found["request"].templates), (sorted(TEMPLATES), []))
        return found["my"].keys

    def assert_said(self, ended, code, words=""):
        """Exit code 2, nothing in MY, and one clear sentence with the code; no octet of the CA's reaches a terminal."""
        self.assertEqual((ended.code, ended.report["enrolled"]), (2, []))
        found = stores()
        self.assertEqual(found["my"].templates, [])
        sentences = [failure["sentence"] for failure in ended.report["failures"]]
        self.assertTrue([one for one in sentences if code in one and words in one], f"no {code} with '{words}' in {sentences}")
        for one in sentences:
            self.assertTrue(one.isprintable(), ascii(one))
            self.assertNotIn("Success", one)
        return found["request"]

    @staticmethod
    def asked():
        return [call["template"] for call in LAB.ca_calls() if call["request_format"]]


class Wire(HostileCase):
    def test_an_answer_that_is_lost_or_unreadable_is_unknown(self):
        for name, (settings, words) in LOST_ANSWERS.items():
            with self.subTest(name, settings=settings):
                before = len(rows())
                ended = self.disturbed(settings)
                kept = self.assert_said(ended, LOST, words)
                asked = self.asked()
                self.assertEqual(len(asked), len(set(asked)), "another CA was asked as well")
                self.assertEqual(kept.templates, sorted(asked), "a key was lost, or one was kept for nothing")
                self.assertLessEqual(kept.keys, self.recovered(), "the next attempt made another key")
                surplus = len(rows()) - before - len(TEMPLATES)
                self.assertLessEqual(surplus, len(asked), "more than one certificate for each lost answer")

    def test_an_odd_answer_that_keeps_the_rules_is_taken(self):
        for name, settings in HARMLESS.items():
            with self.subTest(name, settings=settings):
                ended = self.disturbed(settings)
                self.assertEqual((ended.code, len(ended.report["enrolled"])), (0, len(TEMPLATES)), ended.report["failures"])
                self.recovered()

    def test_an_activation_that_goes_wrong_requests_nothing(self):
        for name, settings in ACTIVATION.items():
            with self.subTest(name, settings=settings):
                ended = self.disturbed(settings + " on-activation=on no-icpr=on")
                self.assertEqual(self.assert_said(ended, "0x800", "activate on").templates, [])
                self.assertEqual(self.asked(), [])
                self.recovered()

    def test_one_hostile_ca_does_not_keep_the_member_from_the_other(self):
        for name, settings in ACTIVATION.items():
            with self.subTest(name, settings=settings):
                LAB.reset()
                LAB.set_policy(7)
                switch()
                LAB.ca("ca1", "set", *settings.split(), "on-activation=on", "no-icpr=on")
                ended = pulse()
                enrolled = {entry["template"]: entry["ca"] for entry in ended.report["enrolled"]}
                self.assertEqual(enrolled.get("CorpMachine"), "ca2.corp.example.test\\Corp Issuing CA 2", ended.report["failures"])


class Answers(HostileCase):
    def test_a_certificate_that_fails_a_check_is_not_installed(self):
        for name, (settings, code, words) in REJECTED.items():
            with self.subTest(name, settings=settings):
                ended = self.disturbed(settings)
                kept = self.assert_said(ended, code, words)
                self.assertEqual(kept.templates, [], "rule X4: what was made for it goes")
                self.assertEqual(sorted(self.asked()), sorted(TEMPLATES), "a certificate may exist: no other CA is asked")
                self.recovered()

    def test_a_refusal_leaves_nothing_behind(self):
        for name, (settings, code) in REFUSED.items():
            with self.subTest(name, settings=settings):
                ended = self.disturbed(settings)
                self.assertEqual(self.assert_said(ended, code or "0x8", "request").templates, [])
                self.assertEqual(self.asked().count("CorpMachine"), len(CAS))
                self.recovered()

    def test_words_of_the_ca_cannot_drive_a_terminal_or_forge_a_line(self):
        LAB.reset()
        LAB.set_policy(7)
        switch("deny=0x80094012", r"message=\x1b]0;gotcha\x07\x0aaeclient: all is well")
        result = LAB.run(BIN / "aeclient", "pulse", "--foreground", check=False)
        self.assertEqual(result.returncode, 2)
        shown = result.stdout + result.stderr
        self.assertIn("gotcha", shown)
        for line in shown.splitlines():
            self.assertTrue(line.isprintable(), ascii(line))
            self.assertFalse(line.startswith("aeclient: all is well"))
        self.recovered()

    def test_the_same_answer_again_and_again_is_pending_and_no_more(self):
        ended = self.disturbed("pend=on")
        self.assertEqual((ended.code, stores()["request"].templates), (0, sorted(TEMPLATES)))
        for _ in range(2):
            ended = pulse()
            self.assertEqual((ended.code, ended.report["enrolled"]), (0, []))
        self.assertEqual(stores()["request"].templates, sorted(TEMPLATES))
        self.assertEqual(len(self.asked()), len(TEMPLATES))

    def test_a_retrieval_that_goes_wrong_costs_nothing(self):
        self.disturbed("pend=on")
        keys = stores()["request"].keys
        for ca in CAS:
            for row in map(json.loads, LAB.ca(ca, "list").splitlines()):
                if row["status"] == "pending":
                    LAB.ca(ca, "approve", row["id"])
        for settings in ("cut-response=100", "wrong-call-id=on", "unsigned-response=on", "blob-length=0xffffffff"):
            switch(settings)
            pulse()
            found = stores()
            self.assertEqual((found["my"].templates, found["request"].keys), ([], keys), settings)
        self.assertEqual(self.recovered(), keys)


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
