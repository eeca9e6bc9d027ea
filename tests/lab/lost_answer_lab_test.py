#!/usr/bin/env python3
"""Rules W7 and W10 against a real directory and CA: the request went out, the CA issued, and the answer was
lost.  Needs a lab that is up in AE_LAB_DIR (ctest's fixture starts it)."""
import json
import os
import sys
import unittest

from labtool import STATE, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
SAM = "/run/ae-lab/dc/private/sam.ldb"
ACCOUNT = "CN=WS1,CN=Computers,DC=corp,DC=example,DC=test"
TEMPLATE = "CorpMachine"
AUTOENROLL, PUBLISH, CHECK_PUBLISHED = 0x20, 0x8, 0x10


def decision(report, about="template"):
    return next(entry for entry in report["decisions"] if entry["about"] == about and entry["template"] == TEMPLATE)


def published():
    """The values of the machine's userCertificate, as base64."""
    text = LAB.run("ldbsearch", "-H", SAM, "-b", ACCOUNT, "-s", "base", "userCertificate").stdout
    values, current = [], None
    for line in text.splitlines():
        if line.startswith("userCertificate:: "):
            current = [line.split(":: ")[1]]
            values.append(current)
        elif current is not None and line.startswith(" "):
            current.append(line[1:])
        else:
            current = None
    return ["".join(value) for value in values]


def rows():
    """The CA's database: {id: row}."""
    listing = [json.loads(line) for line in LAB.ca("ca1", "list").splitlines()]
    return {row["id"]: row for row in listing}


def public_key(certificate_base64):
    return LAB.run("sh", "-c", "base64 -d | openssl x509 -inform DER -noout -pubkey",
                   text_input=certificate_base64).stdout


class LostAnswer(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        LAB.reset()
        LAB.set_policy(7)
        LAB.ca("ca2", "stop")
        self.addCleanup(LAB.ca, "ca2", "start")
        self.addCleanup(LAB.ca, "ca1", "set", "off")
        LAB.set_enrollment_flags("CorpMachineEC", 0)  # one template, one request
        self.addCleanup(LAB.set_enrollment_flags, "CorpMachineEC", AUTOENROLL)
        self.addCleanup(LAB.set_enrollment_flags, TEMPLATE, AUTOENROLL)
        self.forget_published()
        self.addCleanup(self.forget_published)
        self.before = set(rows())

    @staticmethod
    def forget_published():
        if published():
            LAB.run("ldbmodify", "-H", SAM,
                    text_input=f"dn: {ACCOUNT}\nchangetype: modify\ndelete: userCertificate\n-\n")

    def new_rows(self):
        return [row for number, row in sorted(rows().items()) if number not in self.before]

    def lose_an_answer(self):
        LAB.ca("ca1", "set", "drop-reply=on")
        code, report, _ = LAB.pulse()
        self.assertEqual((code, report["enrolled"]), (2, []))
        self.assertIn("0x800706BE", report["failures"][0]["sentence"])
        self.assertEqual([row["status"] for row in self.new_rows()], ["issued"])
        LAB.ca("ca1", "set", "off")
        for log in LAB.directory.glob("ca*/calls.jsonl"):
            log.write_text("")

    def check_found(self, flags):
        LAB.set_enrollment_flags(TEMPLATE, flags)
        self.lose_an_answer()
        self.assertEqual(len(published()), 1)
        code, report, errors = LAB.pulse()
        self.assertEqual(code, 0, errors + str(report))
        self.assertEqual(LAB.ca_calls("Request2"), [], "the CA was asked")
        self.assertEqual(len(self.new_rows()), 1, "one request, one certificate")
        self.assertEqual([(one["template"], one["request_id"]) for one in report["enrolled"]], [(TEMPLATE, 0)])
        found = decision(report, "request")
        self.assertEqual((found["verdict"], found["rule"]), ("issued", "W10"))
        self.assertIn("found in the directory: the answer to the request of ", found["fact"])
        self.assertEqual(decision(report)["verdict"], "held")
        [(path, entry)] = LAB.entries()
        self.assertEqual(entry["template"], TEMPLATE)
        good, output = LAB.verify_chain(path)
        self.assertTrue(good, output)
        pem = LAB.run("cat", f"{path}/cert.pem").stdout
        self.assertEqual("".join(pem.splitlines()[1:-1]), published()[0])
        self.assertEqual(LAB.run("sh", "-c", f"ls -A {STATE}/machine/request").stdout, "")

    def test_what_the_ca_published_is_found_and_installed(self):
        self.check_found(AUTOENROLL | PUBLISH)

    def test_also_where_the_directory_is_asked_before_a_request(self):
        self.check_found(AUTOENROLL | PUBLISH | CHECK_PUBLISHED)

    def test_where_nothing_is_published_the_same_key_is_asked_for_and_the_surplus_is_said(self):
        self.lose_an_answer()
        self.assertEqual(published(), [])
        code, report, errors = LAB.pulse()
        self.assertEqual(code, 0, errors + str(report))
        self.assertEqual([row["status"] for row in self.new_rows()], ["issued", "issued"])
        keys = set()
        for row in self.new_rows():
            stored = json.loads((LAB.directory / "ca1" / "db" / f"{row['id']}.json").read_text())
            keys.add(public_key(stored["certificate"]))
        self.assertEqual(len(keys), 1, "the second request was for another key")
        surplus = "was lost: it may have issued one certificate that nobody holds"
        self.assertEqual(decision(report)["verdict"], "issued")
        self.assertIn(surplus, decision(report)["fact"])
        self.assertEqual(len([note for note in report["notes"] if surplus in note]), 1, report["notes"])
        self.assertEqual(decision(report, "request")["rule"], "W7")
        self.assertIn("answer unknown", decision(report, "request")["fact"])


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
