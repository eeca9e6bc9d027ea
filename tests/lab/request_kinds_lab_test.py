#!/usr/bin/env python3
"""Every kind of request that a pulse makes, whole pulses against the lab's CAs: what crossed the wire
is read in the CA's own log.  Needs a lab that is up in AE_LAB_DIR (ctest's fixture starts it)."""
import os
import unittest

from labtool import MEMBER, STATE, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
GROUP = "PKI-Requests"  # may enroll for the templates of this file's stories
FULL_CMC = 0x40400
CORP_MACHINE = {"revision": 100, "msPKI_Private_Key_Flag": 0x1010000}


class RequestKinds(unittest.TestCase):
    maxDiff = None

    @classmethod
    def setUpClass(cls):
        # One CA, so that whoever renews or vouches is of the CA that is asked: the lab's CAs know only themselves.
        LAB.ca("ca2", "stop")

    @classmethod
    def tearDownClass(cls):
        LAB.ca("ca2", "start")

    def setUp(self):
        LAB.reset()
        LAB.set_policy(7)

    def pulse(self, expected=0):
        code, report, errors = LAB.pulse()
        self.assertEqual(code, expected, f"{errors}\n{report and report['failures']}")
        return report

    def requests(self, template=None):
        calls = [call for call in LAB.ca_calls() if call["method"].startswith("Request")]
        return [call for call in calls if template in (None, call["template"])]

    def issued(self, template):
        """The one request that the CAs saw for the template; it was sealed and came to a certificate."""
        calls = self.requests(template)
        self.assertEqual(len(calls), 1, calls)
        call = calls[0]
        self.assertEqual((call["principal"], call["auth_level"], call["header_signing"], call["disposition"]),
                         (MEMBER, 6, True, 3), call)
        return call

    def entry(self, template):
        found = [path for path, entry in LAB.entries()
                 if entry["template"] == template and not entry["archived"]]
        self.assertEqual(len(found), 1, LAB.entries())
        ok, output = LAB.verify_chain(found[0])
        self.assertTrue(ok, output)
        return found[0]

    def public_key(self, path):
        return LAB.run("openssl", "x509", "-in", f"{path}/cert.pem", "-noout", "-pubkey").stdout

    def permitted(self):
        LAB.join_group(GROUP)
        self.addCleanup(LAB.join_group, GROUP, leave=True)

    def test_new_certificates_are_asked_for_in_full_cmc(self):
        self.pulse()
        for template in ("CorpMachine", "CorpMachineEC"):
            call = self.issued(template)
            self.assertEqual((call["flags"], call["request_format"]), (FULL_CMC, "cmc"))
            self.entry(template)

    def test_a_renewal_is_signed_by_the_old_certificate_and_has_a_new_key(self):
        self.addCleanup(LAB.set_template, "CorpMachine", **CORP_MACHINE)
        self.pulse()
        old = self.public_key(self.entry("CorpMachine"))
        LAB.set_template("CorpMachine", revision=101)
        for log in LAB.directory.glob("ca*/calls.jsonl"):
            log.write_text("")
        report = self.pulse()
        self.assertEqual([one["template"] for one in report["enrolled"]], ["CorpMachine"])
        call = self.issued("CorpMachine")
        self.assertEqual((call["flags"], call["request_format"]), (FULL_CMC, "cmc"))
        self.assertNotEqual(self.public_key(self.entry("CorpMachine")), old)

    def test_a_renewal_keeps_the_key_where_the_template_says_so(self):
        self.addCleanup(LAB.set_template, "CorpMachine", **CORP_MACHINE)
        self.pulse()
        old = self.public_key(self.entry("CorpMachine"))
        LAB.set_template("CorpMachine", revision=101,
                         msPKI_Private_Key_Flag=CORP_MACHINE["msPKI_Private_Key_Flag"] | 0x80)
        self.pulse()
        self.assertEqual(self.public_key(self.entry("CorpMachine")), old)

    def test_a_certificate_of_ones_own_signs_a_request_that_needs_a_signature(self):
        self.permitted()
        self.pulse()  # the certificate that is to sign comes in the first pulse
        self.pulse()
        call = self.issued("CorpRaSigned")
        self.assertEqual((call["flags"], call["request_format"]), (FULL_CMC, "cmc"))
        self.entry("CorpRaSigned")

    def test_a_key_is_archived_where_the_template_demands_it(self):
        self.permitted()
        self.pulse()
        call = self.issued("CorpArchival")
        self.assertEqual((call["flags"], call["request_format"]), (FULL_CMC, "cmc"))
        self.assertTrue(call["archived_key"], call)
        self.entry("CorpArchival")

    def test_the_alternate_signature_format(self):
        self.permitted()
        self.pulse()
        self.issued("CorpPss")
        self.entry("CorpPss")

    def test_an_answer_without_the_archived_key_is_not_installed(self):
        self.permitted()
        LAB.ca("ca1", "set", "archived-hash=missing")
        self.addCleanup(LAB.ca, "ca1", "set", "off")
        report = self.pulse(expected=2)
        self.assertIn("0x80095002", " ".join(one["sentence"] for one in report["failures"]))
        self.assertNotIn("CorpArchival", [entry["template"] for _, entry in LAB.entries()])

    def test_nothing_of_the_request_is_in_any_output(self):
        self.permitted()
        _, report, errors = LAB.pulse()
        self.assertNotIn("BEGIN", f"{report}{errors}")
        listing = LAB.run("sh", "-c", f"grep -rlE 'PRIVATE KEY' {STATE} || true").stdout.split()
        self.assertTrue(all(path.endswith("/key.pem") for path in listing), listing)


if __name__ == "__main__":
    unittest.main(verbosity=2)
