#!/usr/bin/env python3
"""One pulse against a real directory and a real DCOM certification authority: the good way and the
wrong ways.  Needs a lab that is up in AE_LAB_DIR (ctest's fixture starts it)."""
import json
import os
import sys
import unittest

from labtool import BIN, MEMBER, STATE, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
AECLIENT = str(BIN / "aeclient")
BASE = "CN=Certificate Templates,CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test"


def decision(report, template):
    found = [entry for entry in report["decisions"]
             if entry["about"] == "template" and entry["template"] == template]
    assert len(found) == 1, f"{template} has {len(found)} decisions"
    return found[0]


def request_entries():
    return LAB.run("sh", "-c", f"ls -A {STATE}/machine/request 2>/dev/null || true").stdout.split()


class LabCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        LAB.reset()
        LAB.set_policy(7)
        self.addCleanup(self.clear_faults)

    @staticmethod
    def clear_faults():
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "start")
            LAB.ca(ca, "set", "off")

    def set_fault(self, fault):
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "set", fault)

    def assert_failed(self, code, report, hresult, *words):
        """Non-zero exit, and one clear sentence that names what failed and the code."""
        self.assertEqual(code, 2)
        sentences = [failure["sentence"] for failure in report["failures"]]
        matching = [text for text in sentences if hresult in text and all(word in text for word in words)]
        self.assertTrue(matching, f"no sentence with {hresult} and {words} in {sentences}")

    def assert_nothing_half_written(self):
        self.assertEqual(LAB.entries(), [])
        self.assertEqual(request_entries(), [])
        strays = LAB.run("sh", "-c", f"find {STATE} -name '*.tmp*' -o -name '.tmp*'").stdout
        self.assertEqual(strays, "")


class FirstPulse(LabCase):
    def test_enrolls_what_is_missing_and_says_why_for_every_template(self):
        code, report, errors = LAB.pulse()
        self.assertEqual(code, 0, errors + str(report))
        enrolled = {entry["template"] for entry in report["enrolled"]}
        self.assertEqual(enrolled, {"CorpMachine", "CorpMachineEC"})
        verdicts = {entry["template"]: entry["verdict"] for entry in report["decisions"]}
        templates = LAB.run("ldbsearch", "-H", "/run/ae-lab/dc/private/sam.ldb", "-b", BASE,
                            "(objectClass=pKICertificateTemplate)", "cn").stdout
        visible = {line[4:] for line in templates.splitlines() if line.startswith("cn: ")}
        self.assertLessEqual(set(verdicts), visible)
        self.assertGreater(len(verdicts), 40)
        expected = {
            "CorpMachine": "issued", "CorpMachineEC": "issued", "CorpOldMachine": "superseded",
            "CorpNoAutoenroll": "no Autoenroll right", "CorpDenied": "no Autoenroll right",
            "CorpNotOffered": "not offered by any CA", "CorpTwoSignatures": "not autoenrollable",
            "CorpSuppliedSubject": "not autoenrollable", "Machine": "not autoenrollable",
        }
        self.assertEqual({name: verdicts.get(name) for name in expected}, expected)
        for entry in report["decisions"]:
            self.assertTrue(entry["rule"] and entry["fact"], entry)

    def test_the_wire_is_authenticated_encrypted_and_signed(self):
        code, _, _ = LAB.pulse()
        self.assertEqual(code, 0)
        calls = LAB.ca_calls()
        requests = [call for call in calls if call["method"] == "Request2"]
        self.assertEqual(len(requests), 2)
        for call in requests:
            self.assertEqual((call["principal"], call["auth_type"], call["auth_level"],
                              call["header_signing"], call["flags"], call["request_format"],
                              call["disposition"]), (MEMBER, 9, 6, True, 0x40400, "cmc", 3))
        for call in calls:
            if call["method"] not in ("ServerAlive2",):
                self.assertEqual(call["auth_level"], 6, call)

    def test_the_entry_is_whole_and_the_key_is_private(self):
        LAB.pulse()
        for path, entry in LAB.entries():
            modes = LAB.run("stat", "-c", "%n %a %U", f"{path}/key.pem").stdout.split()
            self.assertEqual(modes[1:], ["600", "root"])
            ok, output = LAB.verify_chain(path)
            self.assertTrue(ok, output)
            same_key = LAB.run("sh", "-c", f"openssl x509 -in {path}/cert.pem -noout -pubkey > /run/a && "
                               f"openssl pkey -in {path}/key.pem -pubout > /run/b && cmp /run/a /run/b",
                               check=False)
            self.assertEqual(same_key.returncode, 0, path)
            self.assertIn(entry["template"], ("CorpMachine", "CorpMachineEC"))
        self.assertEqual(request_entries(), [])

    def test_events_come_in_the_order_that_windows_gives_them(self):
        _, report, _ = LAB.pulse()
        ids = [(event["source"], event["id"]) for event in report["events"]]
        ae, ce, csc = "AutoEnrollment", "CertEnroll", "CertificateServicesClient"
        self.assertEqual(ids[:6], [(ae, 2), (ae, 4), (csc, 1), (csc, 3), (ce, 65), (ce, 64)])
        self.assertEqual(ids[-3:], [(ae, 5), (ae, 3), (csc, 2)])
        self.assertEqual(ids.count((ce, 19)), 2)

    def test_a_second_pulse_does_nothing_and_says_why(self):
        LAB.pulse()
        # What tells of the run itself, and what it read, is all that it may write.
        listing = f"find {STATE} -type f ! -name run.json ! -name 'events*' ! -name replica.tar -printf '%P %T@ %i\\n' | sort"
        before = LAB.run("sh", "-c", listing).stdout
        calls = len(LAB.ca_calls())
        code, report, _ = LAB.pulse()
        self.assertEqual((code, report["enrolled"], report["failures"]), (0, [], []))
        self.assertEqual(decision(report, "CorpMachine")["verdict"], "held")
        self.assertEqual(decision(report, "CorpMachineEC")["verdict"], "held")
        self.assertEqual(len(LAB.ca_calls()), calls, "the second pulse talked to a CA")
        after = LAB.run("sh", "-c", listing).stdout
        self.assertEqual(after, before)

    def test_the_trust_stores_equal_the_directory(self):
        LAB.pulse()
        def thumbprints(*files):
            lines = [LAB.run("openssl", "x509", "-in", file, "-noout", "-fingerprint", "-sha1").stdout for file in files]
            return {line.split("=")[1].strip().replace(":", "").lower() + ".pem" for line in lines}

        def stored(store):
            return set(LAB.run("ls", f"{STATE}/machine/{store}").stdout.split())

        root = thumbprints("/run/ae-lab/root/root.pem")
        issuing = thumbprints("/run/ae-lab/ca1/ca.pem", "/run/ae-lab/ca2/ca.pem")
        self.assertEqual((stored("root"), stored("intermediate"), stored("ntauth")), (root, issuing, issuing))
        # Rule K2: what the directory does not list goes, here a root that somebody planted.
        LAB.run("sh", "-c", f"cd /run && openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj /CN=Stray "
                f"-out stray.pem 2>/dev/null && cp stray.pem {STATE}/machine/root/"
                "$(openssl x509 -in stray.pem -noout -fingerprint -sha1 | cut -d= -f2 | tr -d : | tr A-F a-f).pem")
        self.assertEqual(len(stored("root")), 2)
        LAB.pulse()
        self.assertEqual(stored("root"), root)


class Policy(LabCase):
    def test_absent_or_zero_reads_the_replica_and_requests_nothing(self):
        for bits in (None, 0):
            LAB.reset()
            if bits is not None:
                LAB.set_policy(bits)
            code, report, _ = LAB.pulse()
            self.assertEqual((code, report["enrolled"]), (0, []))
            self.assertEqual(decision(report, "CorpMachine")["verdict"], "off by policy")
            self.assertTrue(LAB.run("ls", f"{STATE}/machine/root").stdout)
            self.assertEqual(LAB.ca_calls(), [])

    def test_disabled_does_nothing_at_all(self):
        LAB.set_policy(0x8007)
        code, report, _ = LAB.pulse()
        self.assertEqual((code, report["enrolled"], report["decisions"]), (0, [], []))
        self.assertEqual(LAB.run("sh", "-c", f"ls {STATE}/machine/root 2>/dev/null || true").stdout, "")

    def test_a_policy_file_that_others_may_write_is_refused(self):
        LAB.run("chmod", "o+w", "/etc/aeclient/policy.d/10-autoenrollment.reg")
        code, report, _ = LAB.pulse()
        self.assert_failed(code, report, "0x80070005", "10-autoenrollment.reg")
        self.assert_nothing_half_written()

    def test_a_broken_policy_file_names_the_line(self):
        LAB.run("sh", "-c", "echo '\"AEPolicy\"=dword:zz' >> /etc/aeclient/policy.d/10-autoenrollment.reg")
        code, report, _ = LAB.pulse()
        self.assert_failed(code, report, "0x8007000D", "10-autoenrollment.reg: line 5")


class Failures(LabCase):
    def test_no_domain_controller(self):
        script = (f"echo nameserver 127.0.0.8 > /run/dead-resolv.conf; "
                  f"mount --bind /run/dead-resolv.conf /etc/resolv.conf; {AECLIENT} pulse --foreground --json")
        result = LAB.run("unshare", "-m", "sh", "-c", script, check=False)
        report = json.loads(result.stdout)
        self.assert_failed(result.returncode, report, "0x8007054B", "corp.example.test")
        self.assertIn(15, [event["id"] for event in report["events"]])
        self.assert_nothing_half_written()

    def test_reverse_dns_does_not_name_the_controller(self):
        # As on a host with the stock krb5.conf and a PTR record that somebody else controls.
        script = ("sed -e 's/dns_canonicalize_hostname = false/dns_canonicalize_hostname = true/' "
                  "-e 's/rdns = false/rdns = true/' /etc/krb5.conf > /run/stock.conf; "
                  "printf '127.0.0.2 wrong.corp.example.test\\nfd00:ae::2 wrong.corp.example.test\\n' > /run/hosts; "
                  "mount --bind /run/hosts /etc/hosts; export KRB5_CONFIG=/run/stock.conf; "
                  "getent hosts 127.0.0.2 >&2; grep -q 'rdns = true' /run/stock.conf || exit 99; "
                  f"{AECLIENT} pulse --foreground --json")
        result = LAB.run("unshare", "-m", "sh", "-c", script, check=False)
        self.assertIn("wrong.corp.example.test", result.stderr)
        self.assertEqual(result.returncode, 0, result.stdout + result.stderr)

    def test_wrong_keytab(self):
        LAB.run("ktutil", text_input="addent -password -p WS1$@CORP.EXAMPLE.TEST -k 1 -e "
                "aes256-cts-hmac-sha1-96\nwrong\nwkt /run/wrong.keytab\nquit\n")
        code, report, _ = LAB.pulse("--keytab", "/run/wrong.keytab")
        self.assert_failed(code, report, "0x8007052E", "WS1$@CORP.EXAMPLE.TEST")
        self.assert_nothing_half_written()

    def test_no_keytab_means_not_joined(self):
        code, report, _ = LAB.pulse("--keytab", "/run/nothing.keytab")
        self.assert_failed(code, report, "0x80070A84", "/run/nothing.keytab")

    def test_expired_ticket(self):
        LAB.run("sh", "-c", "kinit -k -l 1s -c FILE:/run/short.cc 'WS1$' && "
                "while klist -s -c FILE:/run/short.cc; do sleep 0.2; done")
        code, report, _ = LAB.pulse("--ccache", "FILE:/run/short.cc")
        self.assert_failed(code, report, "0x80090317", "/run/short.cc", "expired")
        self.assert_nothing_half_written()

    def test_every_ca_down(self):
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "stop")
        code, report, _ = LAB.pulse()
        self.assert_failed(code, report, "0x800706BA", "CorpMachine", "ca1.corp.example.test")
        self.assertEqual(decision(report, "CorpMachine")["verdict"], "failed")
        for failure in report["failures"]:
            sentence = failure["sentence"]
            self.assertTrue(sentence.count("submit to") == 1 or "did not answer earlier in this pulse" in sentence,
                            sentence)
        self.assertEqual(len(LAB.ca_calls()), 0)
        self.assert_nothing_half_written()

    def test_one_ca_down_the_other_issues(self):
        LAB.ca("ca1", "stop")
        code, report, _ = LAB.pulse()
        issued = {entry["template"]: entry["ca"] for entry in report["enrolled"]}
        self.assertEqual(issued.get("CorpMachine"), "ca2.corp.example.test\\Corp Issuing CA 2", (code, report))

    def test_a_ca_that_denies(self):
        self.set_fault("deny=0x80094012")
        code, report, _ = LAB.pulse()
        self.assert_failed(code, report, "0x80094012", "CorpMachine")
        self.assert_nothing_half_written()

    def test_a_template_with_a_value_nobody_knows(self):
        dn = f"CN=CorpMachine,{BASE}"
        ldb = ["ldbmodify", "-H", "/run/ae-lab/dc/private/sam.ldb"]
        change = (f"dn: {dn}\nchangetype: modify\nreplace: msPKI-Template-Schema-Version\n"
                  "msPKI-Template-Schema-Version: {}\n")
        LAB.run(*ldb, text_input=change.format(9))
        self.addCleanup(lambda: LAB.run(*ldb, text_input=change.format(2)))
        code, report, _ = LAB.pulse()
        entry = decision(report, "CorpMachine")
        self.assertEqual(entry["verdict"], "not understood")
        self.assertIn("msPKI-Template-Schema-Version", entry["fact"])
        self.assertIn("9", entry["fact"])
        self.assert_failed(code, report, "0x8007000D", "CorpMachine", "msPKI-Template-Schema-Version")
        # What cannot be understood replaces nothing: the old template is a candidate again (case 8).
        self.assertEqual([row["template"] for row in report["enrolled"]], ["CorpMachineEC", "CorpOldMachine"])

    def test_read_only_store(self):
        LAB.run("mkdir", "-p", STATE)
        script = f"mount --bind {STATE} {STATE} && mount -o remount,bind,ro {STATE} && {AECLIENT} pulse --foreground --json"
        result = LAB.run("unshare", "-m", "sh", "-c", script, check=False)
        self.assert_failed(result.returncode, json.loads(result.stdout), "0x80070013", STATE)
        self.assertEqual(LAB.ca_calls(), [], "a request went out although nothing could be stored")
        self.assert_nothing_half_written()

    def test_full_disk(self):
        script = (f"mount -t tmpfs -o size=16k,mode=755 none {STATE} && {AECLIENT} pulse --foreground --json; "
                  f"code=$?; find {STATE} -path '*/my/*' -o -path '*/request/*' >&2; exit $code")
        LAB.run("mkdir", "-p", STATE)
        result = LAB.run("unshare", "-m", "sh", "-c", script, check=False)
        self.assert_failed(result.returncode, json.loads(result.stdout), "0x80070070", STATE)
        self.assertEqual(result.stderr, "")
        self.assertEqual(LAB.ca_calls(), [])

    def test_without_rights(self):
        result = LAB.run("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", AECLIENT,
                         "pulse", "--foreground", "--json", check=False)
        self.assert_failed(result.returncode, json.loads(result.stdout), "0x80070005", "keytab")


class HostileOrSlowCa(LabCase):
    @staticmethod
    def public_keys(folder):
        return set(LAB.run("sh", "-c", f"for key in {folder}/*/key.pem; do openssl pkey -in $key -pubout | "
                           "sha256sum; done").stdout.split("\n"))

    def test_a_certificate_for_another_key_is_not_installed(self):
        self.set_fault("issue-other-key=on")
        code, report, _ = LAB.pulse()
        self.assertEqual((code, report["enrolled"]), (2, []))
        self.assertIn(50, [event["id"] for event in report["events"]])
        self.assertEqual(LAB.entries(), [])

    def test_a_certificate_of_another_template_is_not_installed(self):
        self.set_fault("wrong-template=on")
        code, report, _ = LAB.pulse()
        self.assertEqual((code, report["enrolled"]), (2, []))
        self.assertEqual(LAB.entries(), [])

    def test_a_root_in_the_answer_never_becomes_trusted(self):
        self.set_fault("extra-root=on")
        LAB.pulse()
        self.assertEqual(len(LAB.run("ls", f"{STATE}/machine/root").stdout.split()), 1)

    def test_under_submission_is_kept_and_not_asked_again(self):
        self.set_fault("pend=on")
        code, report, _ = LAB.pulse()
        self.assertEqual((code, report["enrolled"]), (0, []))
        self.assertEqual(decision(report, "CorpMachine")["verdict"], "pending")
        self.assertEqual(len(request_entries()), 2)
        requests = self.known_requests()
        code, report, _ = LAB.pulse()
        self.assertEqual(decision(report, "CorpMachine")["verdict"], "pending")
        self.assertEqual(self.known_requests(), requests, "a pending request was sent again")

    @staticmethod
    def known_requests():
        return [line for ca in ("ca1", "ca2") for line in LAB.ca(ca, "list").splitlines()]

    def test_a_lost_answer_is_unknown_and_no_other_ca_is_asked(self):
        self.set_fault("drop-reply=on")
        code, report, _ = LAB.pulse()
        self.assert_failed(code, report, "0x800706BE", "CorpMachine")
        per_template = [call["template"] for call in LAB.ca_calls("Request2")]
        # One request each at most; a CA whose answer was lost is not waited for twice in one pulse.
        self.assertIn(sorted(per_template), [["CorpMachine"], ["CorpMachine", "CorpMachineEC"]])
        self.assertEqual(len(request_entries()), len(per_template), "the key of a request that went out was lost")
        keys = self.public_keys(f"{STATE}/machine/request")
        self.clear_faults()
        code, report, _ = LAB.pulse()
        self.assertEqual((code, len(report["enrolled"])), (0, 2))
        self.assertLessEqual(keys, self.public_keys(f"{STATE}/machine/my"), "the next attempt made another key")
        self.assertEqual(request_entries(), [])


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
