#!/usr/bin/env python3
"""Breaks each thing of docs/doctor.md for real and asks doctor; CAs and network: doctor_network_lab_test.py.
Needs a lab that is up in AE_LAB_DIR."""
import sys
import unittest

from doctortool import AECLIENT, CAS, DATABASE, LAB, PKI, TEMPLATE, DoctorCase
from labtool import BIN, MEMBER, REALM, STATE

APPROVAL, APPROVERS = "CorpManagerApproval", "PKI-Approvals"
CACHE = "FILE:/run/ae-lab/tmp/doctor-tickets"
AUTOENROLL, PEND = 0x20, 0x2
SHIFTED_CLOCK = str(BIN / "libae_shifted_clock.so")
DEAD_DNS = ("echo nameserver 127.0.0.8 > /run/dead-resolv.conf; "
            'mount --bind /run/dead-resolv.conf /etc/resolv.conf; exec "$@"')


class Healthy(DoctorCase):
    def test_a_healthy_host_is_exit_0_with_the_certificate_and_both_cas(self):
        self.host()
        said = self.doctor("--live")
        self.assert_diagnosis(said)
        self.assertEqual(said["exit_code"], 0)
        ok = self.findings(said, "OK")
        self.assertIn("HAV1", [name for name, _ in ok])
        self.assertEqual([subject for name, subject in ok if name == "NET7"], CAS)
        self.assertEqual(self.finding(said, "KEY2")["verdict"], "OK")
        self.assertIn(" is satisfied by ", said["answer"])

    def test_without_live_the_cas_are_not_spoken_to(self):
        self.host()
        calls = len(LAB.ca_calls())
        said = self.doctor()
        self.assert_diagnosis(said)
        self.assertEqual(len(LAB.ca_calls()), calls)
        self.assertEqual([name for name, subject in self.findings(said, "not checked") if subject in CAS],
                         ["NET7", "NET7"])

    def test_live_requests_nothing_and_leaves_no_key(self):
        self.host()
        before = LAB.run("sh", "-c", f"find {STATE} -type f | sort").stdout
        requests = len(LAB.ca_calls("Request2"))
        self.doctor("--live")
        self.assertEqual(len(LAB.ca_calls("Request2")), requests)
        self.assertEqual(LAB.run("sh", "-c", f"find {STATE} -type f | sort").stdout, before)

    def test_without_a_template_the_stories_of_the_lab_are_told_and_nothing_else_fails(self):
        self.host()
        said = self.doctor(template=None)
        about = {subject for _, subject in self.findings(said, "FAIL")}
        self.assertNotIn("", about)
        self.assertFalse(about & {"CorpMachine", "CorpMachineEC", *CAS}, said)

    def test_a_text_for_people_names_each_finding(self):
        self.host()
        text = LAB.run(AECLIENT, "doctor", "--template", TEMPLATE, check=False).stdout
        for word in ("ENV1", "ENV2", "HAV1", "not checked"):
            self.assertIn(word, text)
        self.assertNotIn("\x1b", text)


class Environment(DoctorCase):
    def test_no_keytab_is_no_member(self):
        LAB.run("rm", "/etc/krb5.keytab")
        said = self.doctor()
        self.assert_diagnosis(said, fail=["ENV1"])
        self.assertTrue(all(one["verdict"] == "not checked" for one in said["findings"] if one["id"] != "ENV1"))

    def test_no_name_server_is_no_controller(self):
        said = self.doctor(before=("unshare", "-m", "sh", "-c", DEAD_DNS, "sh"))
        self.assert_diagnosis(said, fail=["ENV2"])
        self.assertIn("_ldap._tcp.dc._msdcs", self.finding(said, "ENV2")["sentence"])

    def test_no_network_at_all_is_no_controller(self):
        self.assert_diagnosis(self.doctor(before=("unshare", "-n")), fail=["ENV2"])

    def test_a_clock_that_is_off_is_the_clock_s_finding(self):
        self.host()
        for shift in (-600, 600):
            said = self.doctor(before=("env", f"LD_PRELOAD={SHIFTED_CLOCK}", f"AE_CLOCK_SHIFT={shift}"))
            self.assertIn(("ENV3", ""), self.findings(said, "FAIL"), shift)
            self.assert_diagnosis(said, fail=["ENV3"])
            evidence = " ".join(self.finding(said, "ENV3")["evidence"])
            self.assertIn("ahead" if shift > 0 else "behind", evidence)

    def test_a_wrong_key_is_a_broken_secret(self):
        script = (f"printf 'addent -password -p {MEMBER} -k 1 -e aes256-cts\\nwrong\\nwkt /run/wrong.keytab\\nq\\n' "
                  "| ktutil >/dev/null && mv /run/wrong.keytab /etc/krb5.keytab && chmod 600 /etc/krb5.keytab")
        LAB.run("sh", "-c", f"rm -f /run/wrong.keytab; {script}")
        said = self.doctor()
        self.assert_diagnosis(said, fail=["ENV6"])
        self.assertIn("0x8007052E", self.finding(said, "ENV6")["sentence"])

    def test_a_user_without_tickets_is_no_domain_user(self):
        said = self.doctor("--user", before=("env", "KRB5CCNAME=FILE:/run/no-tickets", "HOME=/run"))
        self.assert_diagnosis(said, fail=["ENV4"])

    def test_a_program_that_was_started_as_another_user_says_so(self):
        LAB.run("env", "KRB5CCNAME=FILE:/run/alice-tickets", "kinit", f"alice@{REALM}", text_input="Lab-Passw0rd!\n")
        said = self.doctor("--user", template=None, before=(
            "env", "KRB5CCNAME=FILE:/run/alice-tickets", "HOME=/run", "SUDO_UID=1000"))
        self.assertIn(("ENV5", ""), self.findings(said, "WARN"))


class Policy(DoctorCase):
    def test_renewal_only(self):
        LAB.set_settings(6)
        self.host()
        self.assert_diagnosis(self.doctor(), fail=["POL3"])

    def test_absent(self):
        LAB.run("sh", "-c", "sed -i '/AEPolicy/d' /etc/aeclient/policy.d/*.reg")
        self.host()
        said = self.doctor()
        self.assertIn(("POL2", ""), self.findings(said, "FAIL"))
        self.assertEqual([name for name, _ in self.findings(said, "FAIL")], ["POL2"])
        self.assertIn("POL6", [name for name, _ in self.findings(said, "not checked")])


class Trigger(DoctorCase):
    def test_no_service(self):
        LAB.pulse()
        self.assert_diagnosis(self.doctor(), fail=["TRG1"])

    def test_before_the_first_run_and_without_a_service(self):
        self.assert_diagnosis(self.doctor(), fail=["TRG1"], warn=["TRG2"])

    def test_a_template_that_was_edited_since_the_last_run(self):
        self.host()
        old = LAB.run("ldbsearch", "-H", DATABASE, "-b", f"CN={TEMPLATE},CN=Certificate Templates,{PKI}",
                      "msPKI-Template-Minor-Revision").stdout
        minor = next(int(line.split()[1]) for line in old.splitlines() if line.startswith("msPKI-Template-Minor"))
        LAB.set_template(TEMPLATE, msPKI_Template_Minor_Revision=minor + 1)
        self.addCleanup(LAB.set_template, TEMPLATE, msPKI_Template_Minor_Revision=minor)
        said = self.doctor()
        self.assertIn(("TRG2", ""), self.findings(said, "WARN"))
        self.assertEqual(self.findings(said, "FAIL"), [])

    def test_a_vpn_that_came_up_after_the_last_run(self):
        self.host()
        LAB.run("unshare", "-m", "sh", "-c", DEAD_DNS, "sh", AECLIENT, "pulse", "--foreground", "--json", check=False)
        self.assert_diagnosis(self.doctor(), warn=["TRG3"])

    def test_stores_that_cannot_be_opened(self):
        self.host()
        LAB.run("sh", "-c", f"rm -rf {STATE}/machine/my; echo > {STATE}/machine/my")
        said = self.doctor()
        self.assertEqual({name for name, _ in self.findings(said, "FAIL")}, {"TRG5"}, said)


class Rights(DoctorCase):
    def test_the_autoenroll_right_is_missing(self):
        self.host()
        said = self.doctor(template="CorpNoAutoenroll")
        self.assert_diagnosis(said, fail=["RGT4"])
        self.assertIn("Autoenroll", self.finding(said, "RGT4")["sentence"])

    def test_no_template_of_that_name(self):
        self.host()
        self.assert_diagnosis(self.doctor(template="NoSuchTemplate"), fail=["RGT1"])

    def test_a_membership_that_is_newer_than_the_ticket(self):
        LAB.set_enrollment_flags(APPROVAL, AUTOENROLL)
        self.addCleanup(LAB.set_enrollment_flags, APPROVAL, AUTOENROLL | PEND)
        LAB.run("kinit", "-k", "-c", CACHE, MEMBER)
        self.host()
        # The directory's ticket has to be an old one, too.
        self.doctor("--ccache", CACHE)
        LAB.join_group(APPROVERS)
        self.addCleanup(LAB.join_group, APPROVERS, "WS1$", True)
        said = self.doctor("--ccache", CACHE, template=APPROVAL)
        self.assertEqual(self.findings(said, "FAIL"), [("RGT5", APPROVAL)])

    def test_a_superseded_template(self):
        self.host()
        # Asked for by name, whatever keeps it from being requested is a FAIL; nobody asks, nobody minds.
        self.assert_diagnosis(self.doctor(template="CorpOldMachine"), fail=["HAV4"])
        self.assertNotIn(("HAV4", "CorpOldMachine"), self.findings(self.doctor(template=None), "FAIL"))

    def test_a_request_that_waits(self):
        LAB.join_group(APPROVERS)
        self.addCleanup(LAB.join_group, APPROVERS, "WS1$", True)
        self.host()
        said = self.doctor(template=APPROVAL)
        self.assertIn("PND1", [name for name, _ in self.findings(said, "NOTE")])
        self.assertEqual(self.findings(said, "FAIL"), [])
        self.assertIn(" waits for approval (", said["answer"])


class Refused(DoctorCase):
    def test_who_may_not_read_the_key_table_hears_3(self):
        result = LAB.run("setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups", AECLIENT, "doctor",
                         check=False)
        self.assertEqual((result.returncode, result.stdout), (3, ""))
        self.assertIn("0x80070005", result.stderr)

    def test_an_output_that_cannot_be_written(self):
        result = LAB.run("sh", "-c", f"{AECLIENT} doctor > /dev/full", check=False)
        self.assertEqual(result.returncode, 2)
        self.assertTrue(result.stderr)

    def test_nonsense_is_64(self):
        self.assertEqual(LAB.run(AECLIENT, "doctor", "--tempalte", "x", check=False).returncode, 64)


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
