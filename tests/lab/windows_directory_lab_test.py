#!/usr/bin/env python3
"""The Windows build reads account and replica from a real domain controller, with Wldap32 and
Negotiate, and sees what Linux and the directory's own tools see.  Needs a lab that is up."""
import base64
import json
import os
import pathlib
import sys
import tempfile
import time
import unittest

from labtool import BIN, Lab
from winetool import Wine, need_windows

PROBE = "directory_replica_probe.exe"
LAB = Lab(os.environ["AE_LAB_DIR"])
DATABASE = "/run/ae-lab/dc/private/sam.ldb"
DOMAIN = "DC=corp,DC=example,DC=test"
SERVICES = f"CN=Public Key Services,CN=Services,CN=Configuration,{DOMAIN}"
TEMPLATES = f"CN=Certificate Templates,{SERVICES}"
WS1 = f"CN=WS1,CN=Computers,{DOMAIN}"
CAPTURE = "/run/windows-directory.capture"
PAGED = 600  # more than one page of 500 with what is there
PASSWORD = "Lab-Passw0rd!"
QUESTION = {"dc": "dc1.corp.example.test", "address": "127.0.0.2", "domain": "corp.example.test",
            "account": "WS1$", "user": "alice", "user_domain": "CORP", "password": PASSWORD,
            "explicit_member": True, "ranged": [], "unpublish": []}


def entries(ldif):
    """{dn: {attribute: sorted values}} of LDIF; the values as octets, names in lower case."""
    found = {}
    for record in ldif.replace("\r\n", "\n").replace("\n ", "").split("\n\n"):
        lines = [line for line in record.splitlines() if line and not line.startswith("#")]
        values = {}
        for line in lines:
            name, _, value = line.partition(":")
            if name == "version" or name == "ref":
                continue
            octets = base64.b64decode(value[1:]) if value.startswith(":") else value.strip().encode()
            values.setdefault(name.removesuffix(";binary").lower(), []).append(octets)
        if "dn" in values:
            dn = values.pop("dn")[0].decode()
            found[dn] = {name: sorted(octets) for name, octets in values.items()}
    return found


def ldbsearch(base, scope, *words):
    return entries(LAB.run("ldbsearch", "-H", DATABASE, "-b", base, "-s", scope, "--controls=sd_flags:1:7",
                           *words).stdout)


def ldbmodify(text):
    LAB.run("ldbmodify", "-H", DATABASE, text_input=text)


# ldbsearch prints descriptors as SDDL; this prints the octets.
DESCRIPTORS = """
import base64, sys
from ldb import SCOPE_ONELEVEL
from samba.auth import system_session
from samba.param import LoadParm
from samba.samdb import SamDB
found = SamDB(sys.argv[1], session_info=system_session(), lp=LoadParm()).search(
    sys.argv[2], SCOPE_ONELEVEL, "(objectClass=pKICertificateTemplate)", ["cn", "nTSecurityDescriptor"], ["sd_flags:1:7"])
for one in found:
    print(one["cn"][0].decode(), base64.b64encode(one["nTSecurityDescriptor"][0]).decode())
"""


def stored_descriptors():
    lines = LAB.run("/usr/bin/python3", "-B", "-c", DESCRIPTORS, DATABASE, TEMPLATES).stdout.splitlines()
    return {name: base64.b64decode(octets) for name, octets in map(str.split, lines)}


class WindowsDirectory(unittest.TestCase):
    maxDiff = 2000

    @classmethod
    def setUpClass(cls):
        LAB.reset()
        LAB.set_policy(7)
        cls.wine = Wine(LAB)
        cls.addClassCleanup(cls.wine.close)

    def ask(self, **changes):
        result = self.wine.run(PROBE, text_input=json.dumps({**QUESTION, **changes}))
        self.assertTrue(result.stdout, result.stderr)
        return json.loads(result.stdout)

    def read(self, **changes):
        answer = self.ask(**changes)
        self.assertNotIn("error", answer)
        return answer

    def test_sees_what_linux_captures(self):
        LAB.run(BIN / "aeclient", "capture", CAPTURE)
        captured = entries(LAB.run("tar", "xOf", CAPTURE, "directory.ldif").stdout)
        del captured[""]  # the root DSE
        seen = entries(self.read()["directory"])
        self.assertEqual(sorted(seen), sorted(captured))
        for dn, attributes in captured.items():
            self.assertEqual(seen[dn], attributes, dn)

    def test_sees_templates_and_descriptors_as_the_database_has_them(self):
        stored = stored_descriptors()
        del stored["CorpHidden"]  # which no member may see
        answer = self.read()
        seen = {values["cn"][0].decode(): values["ntsecuritydescriptor"]
                for dn, values in entries(answer["directory"]).items() if dn.endswith("," + TEMPLATES)}
        self.assertGreater(len(stored), 35)
        self.assertEqual(sorted(answer["templates"]), sorted(stored))
        self.assertEqual(seen, {name: [octets] for name, octets in stored.items()})

    def test_sees_the_authorities_as_the_database_has_them(self):
        base = f"CN=Enrollment Services,{SERVICES}"
        stored = ldbsearch(base, "one", "cn", "cACertificate", "dNSHostName", "certificateTemplates")
        answer = self.read()
        seen = entries(answer["directory"])
        self.assertEqual(answer["services"], 2)
        for dn, values in stored.items():
            for name in ("cn", "cacertificate", "dnshostname", "certificatetemplates"):
                self.assertEqual(seen[dn][name], values[name], (dn, name))

    def test_reads_page_after_page(self):
        names = [f"Paged{number:04}" for number in range(PAGED)]
        LAB.run("ldbadd", "-H", DATABASE, text_input="\n".join(
            f"dn: CN={name},{TEMPLATES}\nobjectClass: pKICertificateTemplate\ncn: {name}\n" for name in names))
        try:
            seen = self.read()["templates"]
        finally:
            ldbmodify("\n".join(f"dn: CN={name},{TEMPLATES}\nchangetype: delete\n" for name in names))
        self.assertEqual(sorted(name for name in seen if name.startswith("Paged")), names)
        self.assertEqual(len(seen), len(set(seen)))
        self.assertGreater(len(seen), PAGED + 35)

    def test_fetches_the_rest_of_what_comes_in_ranges(self):
        staff = f"CN=Staff,CN=Users,{DOMAIN}"
        answer = self.read(ranged=[{"base": WS1, "attribute": "tokenGroups"},
                                   {"base": staff, "attribute": "member"}])
        groups, members = [sorted(map(base64.b64decode, values)) for values in answer["ranged"]]
        self.assertGreater(len(groups), 1)
        self.assertEqual(groups, entries(answer["directory"])[WS1]["tokengroups"])
        self.assertEqual(members, ldbsearch(staff, "base", "member")[staff]["member"])
        self.assertEqual(len(members), 2)

    def test_takes_one_certificate_out_of_its_own_account(self):
        dn = f"CN=WS9,CN=Computers,{DOMAIN}"
        LAB.run("samba-tool", "computer", "create", "WS9", "-H", DATABASE)
        try:
            LAB.run("samba-tool", "user", "setpassword", "WS9$", f"--newpassword={PASSWORD}", "-H", DATABASE)
            # A certificate that is gone already is no failure, and none but the named one goes.
            octets = [base64.b64encode(text).decode() for text in (b"\x30\x01", b"\x30\x02", b"\x30\x03")]
            ldbmodify(f"dn: {dn}\nchangetype: modify\nadd: userCertificate\n"
                      f"userCertificate:: {octets[0]}\nuserCertificate:: {octets[1]}\n")
            self.read(account="WS9$", user="WS9$", unpublish=[octets[2], octets[1]])
            left = ldbsearch(dn, "base", "userCertificate")[dn]["usercertificate"]
        finally:
            LAB.run("samba-tool", "computer", "delete", "WS9", "-H", DATABASE)
        self.assertEqual(left, [b"\x30\x01"])

    def test_nothing_can_be_read_on_the_wire(self):
        with tempfile.TemporaryDirectory(dir="/tmp") as folder:
            capture = pathlib.Path(folder, "ldap.pcap")
            recorder = LAB.start("sh", "-c", "echo $$ > /run/windows-capture.pid; exec tcpdump -i lo "
                                 f"--immediate-mode -U -s 0 -B 65536 -w {capture} tcp port 389")
            try:
                for line in recorder.stdout:  # it says so when it listens
                    if "listening on" in line:
                        break
                directory = self.read()["directory"]
                size = -1
                while size != capture.stat().st_size:
                    size = capture.stat().st_size
                    time.sleep(0.3)
            finally:
                LAB.run("sh", "-c", "kill $(cat /run/windows-capture.pid)")
                recorder.wait(timeout=20)
                recorder.stdout.close()
            octets = capture.read_bytes()
        self.assertGreater(len(octets), len(directory) // 2)
        self.assertIn(b"GSS-SPNEGO", octets)
        for text in (b"CorpMachine", b"Certificate Templates", b"tokenGroups", PASSWORD.encode(),
                     PASSWORD.encode("utf-16-le")):
            self.assertNotIn(text, octets)

    def test_refuses_what_cannot_be_shown_to_be_sealed(self):
        answer = self.ask(explicit_member=False)
        self.assertEqual(answer["code"], "0x80070721")
        self.assertEqual(self.read()["sealing"], "not_shown")

    def test_says_what_went_wrong(self):
        wrong = self.ask(password="not " + PASSWORD)
        self.assertEqual(wrong["code"], "0x8007052E")
        self.assertNotIn(PASSWORD, json.dumps(wrong))
        nowhere = self.ask(dc="dc9.corp.example.test", address="127.0.0.8")
        self.assertEqual(nowhere["code"], "0x8007054B")
        self.assertIn("dc9.corp.example.test", nowhere["error"])
        self.assertEqual(self.ask(account="*")["code"], "0x80072030")  # escaped: no account, not all


if __name__ == "__main__":
    need_windows(PROBE)
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
