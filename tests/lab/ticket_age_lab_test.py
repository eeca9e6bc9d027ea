#!/usr/bin/env python3
"""Rule S13 against a real KDC and CA: tickets that are older than a group membership.  Needs a lab that is
up in AE_LAB_DIR (ctest's fixture starts it).

A machine's pulse takes fresh tickets out of its keytab, so old ones are found in a cache that was kept
(--ccache), and with users, whose cache lives as long as their session."""
import json
import os
import sys
import unittest

from hosttool import ALICE, ALICE_PASSWORD
from labtool import BIN, MEMBER, STATE, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
TEMPLATE = "CorpManagerApproval"  # its group, PKI-Approvals, is empty until a test fills it
GROUP = "PKI-Approvals"
CACHE = "FILE:/run/ae-lab/tmp/kept-tickets"
ALICE_PLACE = "/run/ae-alice-tickets"
AUTOENROLL, PEND = 0x20, 0x2
DENIED = 0x80094012
GROUP_RIGHTS = ("O:EAG:EAD:PAI(OA;;CR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;{sid})"
                "(OA;;CR;a05b8cc2-17bc-4802-a710-e7c15ab866a2;;{sid})(A;;LCRPLORC;;;AU)")
USER_RIGHTS = ("O:EAG:EAD:PAI(OA;;CR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;DU)"
               "(OA;;CR;a05b8cc2-17bc-4802-a710-e7c15ab866a2;;DU)(OA;;CR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;DA)"
               "(A;;CCDCLCSWRPWPDTLOSDRCWDWO;;;DA)(OA;;CR;0e10c968-78fb-11d2-90d4-00c04f79dc55;;EA)"
               "(A;;CCDCLCSWRPWPDTLOSDRCWDWO;;;EA)(A;;LCRPLORC;;;AU)")


def sid_of(group):
    text = LAB.run("ldbsearch", "-H", "/run/ae-lab/dc/private/sam.ldb", f"(sAMAccountName={group})",
                   "objectSid").stdout
    return next(line.split()[1] for line in text.splitlines() if line.startswith("objectSid: "))


def decision(report, template):
    return next(entry for entry in report["decisions"]
                if entry["about"] == "template" and entry["template"] == template)


def asked(template):
    """Dispositions of the requests for the template, as the CAs logged them."""
    return [call["disposition"] for call in LAB.ca_calls("Request2") if call["template"] == template]


class TicketCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        LAB.reset()
        LAB.set_policy(7)
        LAB.ca("ca2", "stop")  # the other CA's ticket would be a fresh one
        self.addCleanup(LAB.ca, "ca2", "start")
        self.addCleanup(LAB.ca, "ca1", "set", "off")
        LAB.set_enrollment_flags(TEMPLATE, AUTOENROLL)
        self.addCleanup(LAB.set_enrollment_flags, TEMPLATE, AUTOENROLL | PEND)
        self.group = sid_of(GROUP)

    def join(self, account):
        LAB.join_group(GROUP, account)
        self.addCleanup(LAB.join_group, GROUP, account, True)

    def clear_calls(self):
        for log in LAB.directory.glob("ca*/calls.jsonl"):
            log.write_text("")


class Machine(TicketCase):
    def keep_tickets_and_join(self):
        LAB.run("kinit", "-k", "-c", CACHE, MEMBER)
        code, report, errors = LAB.pulse("--ccache", CACHE)
        self.assertEqual((code, len(report["enrolled"])), (0, 2), errors + str(report))
        self.join("WS1$")
        self.clear_calls()

    def test_old_tickets_are_renewed_once_and_the_ca_is_asked_again(self):
        self.keep_tickets_and_join()
        code, report, errors = LAB.pulse("--ccache", CACHE)
        self.assertEqual(code, 0, errors + str(report))
        self.assertEqual(asked(TEMPLATE), [DENIED, 3])
        self.assertEqual([entry["template"] for entry in report["enrolled"]], [TEMPLATE])
        story = f"the ticket lacked {self.group}, which the directory grants; took fresh tickets and asked again"
        self.assertEqual(decision(report, TEMPLATE)["verdict"], "issued")
        self.assertIn(story, decision(report, TEMPLATE)["fact"])
        self.assertEqual(len([note for note in report["notes"] if story in note]), 1, report["notes"])
        # No back-off is kept for a denial that was repaired, and nothing is left to do.
        self.assertEqual(json.loads(LAB.run("cat", f"{STATE}/machine/memory.json").stdout).get("refusals"), [])
        self.clear_calls()
        code, report, _ = LAB.pulse("--ccache", CACHE)
        self.assertEqual((code, report["enrolled"], LAB.ca_calls("Request2")), (0, [], []))

    def test_a_denial_that_fresh_tickets_do_not_change_is_asked_once_more_and_no_oftener(self):
        self.keep_tickets_and_join()
        LAB.ca("ca1", "set", f"deny={DENIED:#x}")
        code, report, _ = LAB.pulse("--ccache", CACHE)
        self.assertEqual((code, report["enrolled"]), (2, []))
        self.assertEqual(asked(TEMPLATE), [DENIED, DENIED])
        sentence = " ".join(failure["sentence"] for failure in report["failures"])
        self.assertIn(f"the ticket lacked {self.group}", sentence)
        self.assertIn("CERTSRV_E_TEMPLATE_DENIED (0x80094012)", sentence)
        self.assertIn("permissions as the CA sees them", sentence)

    def test_fresh_tickets_are_not_blamed(self):
        self.join("WS1$")
        LAB.ca("ca1", "set", f"deny={DENIED:#x}")
        code, report, _ = LAB.pulse()
        self.assertEqual((code, report["enrolled"]), (2, []))
        self.assertEqual(asked(TEMPLATE), [DENIED])
        self.assertIn("the ticket carries every group that the directory grants, so it is not the cause",
                      decision(report, TEMPLATE)["fact"])


class User(TicketCase):
    """A user has no keytab: his ticket-granting ticket is renewed, or kept, and all others are dropped."""

    def setUp(self):
        super().setUp()
        LAB.set_policy(4)
        self.assertEqual(LAB.pulse()[0], 0)  # a user inherits the machine's trust
        LAB.set_settings(machine=0, user=7)
        LAB.set_template("CorpUser", nTSecurityDescriptor=GROUP_RIGHTS.format(sid=self.group))
        self.addCleanup(LAB.set_template, "CorpUser", nTSecurityDescriptor=USER_RIGHTS)
        LAB.run("sh", "-c", f"rm -rf {ALICE_PLACE}; mkdir -m 700 {ALICE_PLACE}")
        self.environment = ("env", f"HOME={ALICE_PLACE}", f"KRB5CCNAME=FILE:{ALICE_PLACE}/tickets")

    def pulse(self):
        result = LAB.run(*self.environment, BIN / "aeclient", "pulse", "--user", "--foreground", "--json", check=False)
        return result.returncode, json.loads(result.stdout)

    def take_tickets(self, renewable):
        # Of a longer life than it grants, the KDC makes a renewable ticket.
        LAB.run(*self.environment, "kinit", "-l", "7d" if renewable else "1h", f"{ALICE}@CORP.EXAMPLE.TEST",
                text_input=ALICE_PASSWORD + "\n")
        self.assertEqual("renew until" in LAB.run(*self.environment, "klist").stdout, renewable)
        code, report = self.pulse()  # nothing is wanted yet; the directory's ticket is in the cache now
        self.assertEqual((code, report["enrolled"]), (0, []), report["failures"])
        LAB.run(*self.environment, "kvno", "host/ca1.corp.example.test", "RPCSS/ca1.corp.example.test")
        self.join(ALICE)
        self.clear_calls()

    def check_repaired(self):
        code, report = self.pulse()
        self.assertEqual(code, 0, report["failures"])
        self.assertEqual(asked("CorpUser"), [DENIED, 3])
        self.assertIn(f"the ticket lacked {self.group}, which the directory grants; took fresh tickets",
                      decision(report, "CorpUser")["fact"])

    def test_a_renewable_ticket_is_renewed(self):
        self.take_tickets(renewable=True)
        self.check_repaired()

    def test_a_ticket_that_is_not_renewable_stays_and_the_others_go(self):
        self.take_tickets(renewable=False)
        self.check_repaired()


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
