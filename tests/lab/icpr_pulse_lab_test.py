#!/usr/bin/env python3
"""Whole pulses against certification authorities that have no DCOM, only ICertPassage ([MS-ICPR]).
Needs a lab that is up in AE_LAB_DIR (ctest's fixture starts it)."""
import json
import os
import unittest

from labtool import MEMBER, POLICY_FILE, POLICY_TEXT, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
REASON = "REGDB_E_CLASSNOTREG (0x80040154)"


class PassagePulse(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        LAB.reset()
        LAB.set_policy(7)
        self.addCleanup(self.set_both, "off")

    @staticmethod
    def set_both(fault):
        for ca in ("ca1", "ca2"):
            LAB.ca(ca, "set", fault)

    @staticmethod
    def pin(transport):
        text = POLICY_TEXT.format(bits=7) + (
            f'\n[HKEY_LOCAL_MACHINE\\Software\\Policies\\AeClient]\n"Transport"="{transport}"\n')
        LAB.run("sh", "-c", f"cat > {POLICY_FILE}", text_input=text)

    def test_enrolls_through_the_fallback_and_the_log_says_why(self):
        self.set_both("no-dcom=on")
        code, report, log = LAB.pulse("--verbose")
        self.assertEqual(code, 0, log + str(report))
        self.assertEqual({entry["template"] for entry in report["enrolled"]}, {"CorpMachine", "CorpMachineEC"})
        lines = [line for line in log.splitlines() if "asks through ICertPassage" in line]
        self.assertTrue(lines, log)
        self.assertTrue(all(REASON in line for line in lines), lines)
        self.assertEqual(len(lines), len({line.split(": activate")[0] for line in lines}), "once for each CA")

        calls = LAB.ca_calls()
        requests = [call for call in calls if call["method"] == "CertServerRequest"]
        self.assertEqual(len(requests), 2)
        for call in requests:
            self.assertEqual((call["principal"], call["auth_type"], call["auth_level"], call["header_signing"],
                              call["flags"], call["disposition"]), (MEMBER, 9, 6, True, 0x400, 3))
        self.assertEqual([call for call in calls if call["auth_level"] != 6], [])
        self.assertEqual([call for call in calls if call["method"].startswith("Request")], [])

        entries = LAB.entries()
        self.assertEqual({entry["template"] for _, entry in entries}, {"CorpMachine", "CorpMachineEC"})
        for path, _ in entries:
            ok, output = LAB.verify_chain(path)
            self.assertTrue(ok, output)

    def test_a_pending_request_is_picked_up(self):
        self.set_both("no-dcom=on")
        self.set_both("pend=on")
        code, report, log = LAB.pulse()
        self.assertEqual((code, LAB.entries()), (0, []), log + str(report))
        rows = [(call["request_id"], ca) for ca in ("ca1", "ca2") for call in self.calls_of(ca)
                if call["method"] == "CertServerRequest"]
        self.assertEqual(len(rows), 2)
        for number, ca in rows:
            LAB.ca(ca, "approve", str(number))
        self.set_both("pend=off")
        code, report, log = LAB.pulse()
        self.assertEqual(code, 0, log + str(report))
        self.assertEqual({entry["template"] for _, entry in LAB.entries()}, {"CorpMachine", "CorpMachineEC"})

    def test_pinned_to_dcom_it_fails_with_the_reason(self):
        self.set_both("no-dcom=on")
        self.pin("dcom")
        code, report, log = LAB.pulse("--verbose")
        self.assertEqual(code, 2, log + str(report))
        self.assertTrue(any(REASON in failure["sentence"] for failure in report["failures"]), report["failures"])
        self.assertNotIn("ICertPassage", log)
        self.assertEqual({call["method"] for call in LAB.ca_calls()}, {"RemoteCreateInstance"})
        self.assertEqual(LAB.entries(), [])

    def test_pinned_to_icpr_it_activates_nobody(self):
        self.pin("icpr")
        code, report, log = LAB.pulse()
        self.assertEqual(code, 0, log + str(report))
        self.assertEqual({call["method"] for call in LAB.ca_calls()}, {"ept_map", "CertServerRequest"})
        self.assertEqual(len(LAB.entries()), 2)

    @staticmethod
    def calls_of(ca):
        log = LAB.directory / ca / "calls.jsonl"
        # A CA that nobody has called yet has none.
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []


if __name__ == "__main__":
    unittest.main(verbosity=2)
