#!/usr/bin/env python3
"""Revocation from the authority to the certificate's replacement: lists over HTTP and LDAP, OCSP, dead
and hostile places, a revoked authority.  Needs a lab that is up in AE_LAB_DIR (ctest's fixture starts it)."""
import os
import sys
import time
import unittest

from labtool import HERE, STATE, Lab
from revocationtool import CDP, SAM, ldap_url, publish_in_directory

LAB = Lab(os.environ["AE_LAB_DIR"])
ACCOUNT = "CN=WS1,CN=Computers,DC=corp,DC=example,DC=test"
ELSEWHERE = "127.0.0.77"
WEB_LOG = "/run/hostile-web.log"
CAS = ("ca1", "ca2")
OFFLINE = "0x80092013"


def serial_of(path):
    return LAB.run("openssl", "x509", "-in", f"{path}/cert.pem", "-noout", "-serial").stdout.split("=")[1].strip().lower()


def entry_of(template, archived=False):
    found = [(path, entry) for path, entry in LAB.entries()
             if entry["template"] == template and bool(entry.get("archived")) == archived]
    assert len(found) == 1, f"{len(found)} entries of {template}, archived {archived}: {LAB.entries()}"
    return found[0]


def revoke(path):
    """Revokes the certificate of an entry at the CA that issued it; which one that was."""
    serial = serial_of(path)
    for ca in CAS:
        for line in LAB.ca(ca, "list").splitlines():
            if f'"serial":"{serial}"' in line:
                LAB.ca(ca, "revoke", line.split('"id":')[1].split(",")[0])
                return ca
    raise AssertionError(f"no CA issued {serial}")


class RevocationCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        LAB.reset()
        LAB.set_policy(7)
        self.addCleanup(self.clear)

    @staticmethod
    def clear():
        for ca in CAS:
            LAB.ca(ca, "start")
            LAB.ca(ca, "set", "off")

    def certificates_name(self, what):
        """`what`: a set command for labca, with {ca} in it."""
        for ca in CAS:
            LAB.ca(ca, "set", what.format(ca=ca))

    def enroll(self):
        code, report, errors = LAB.pulse()
        self.assertEqual(code, 0, errors + str(report and report["failures"]))
        return report

    def assert_replaced(self, path):
        """The next pulse replaces the revoked certificate of that entry, and archives it (rule Q4)."""
        old = path.rsplit("/", 1)[1]
        code, report, errors = LAB.pulse()
        self.assertEqual(code, 0, errors + str(report["failures"]))
        self.assertEqual([row["template"] for row in report["enrolled"]], ["CorpMachine"], report["notes"])
        self.assertNotEqual(report["enrolled"][0]["thumbprint"], old)
        self.assertEqual(entry_of("CorpMachine", archived=True)[0], path)
        entry_of("CorpMachine")
        _, again, _ = LAB.pulse()
        self.assertEqual(again["enrolled"], [], "the replacement was replaced")

    def assert_kept(self, path, *words):
        """The next pulse goes on, changes nothing, and says why it cannot know."""
        began = time.monotonic()
        code, report, errors = LAB.pulse()
        took = time.monotonic() - began
        self.assertEqual((code, report["enrolled"], report["failures"]), (0, [], []), errors)
        self.assertEqual(entry_of("CorpMachine")[0], path)
        notes = [note for note in report["notes"] if OFFLINE in note]
        self.assertTrue(notes and all(word in " ".join(notes) for word in words), report["notes"])
        return took


class RevokedAtTheCa(RevocationCase):
    def test_nothing_is_revoked_and_nothing_is_said(self):
        report = self.enroll()
        self.assertEqual([note for note in report["notes"] if "0x8009201" in note], [])

    def test_the_list_over_http(self):
        self.enroll()
        path = entry_of("CorpMachine")[0]
        revoke(path)
        self.assert_replaced(path)

    def test_the_list_in_the_directory_whatever_host_the_url_names(self):
        server = start_hostile_web(self, "ca1")
        for ca in CAS:
            publish_in_directory(LAB, ca)
            LAB.ca(ca, "set", f"cdp={ldap_url(ca, ELSEWHERE)}")
        report = self.enroll()
        self.assertEqual([note for note in report["notes"] if OFFLINE in note], [])
        path = entry_of("CorpMachine")[0]
        publish_in_directory(LAB, revoke(path))
        self.assert_replaced(path)
        self.assertEqual(server.asked(), [], "the host of an LDAP URL was asked")

    def test_the_responder_before_the_list(self):
        for ca in CAS:
            LAB.ca(ca, "set", f"ocsp=http://{ca}.corp.example.test/ocsp")
            LAB.ca(ca, "set", f"cdp=http://{ELSEWHERE}/dead")
        report = self.enroll()
        self.assertEqual([note for note in report["notes"] if OFFLINE in note], [])
        path = entry_of("CorpMachine")[0]
        revoke(path)
        self.assert_replaced(path)

    def test_a_dead_responder_leaves_the_list(self):
        self.certificates_name(f"ocsp=http://{ELSEWHERE}/ocsp")
        self.enroll()
        path = entry_of("CorpMachine")[0]
        revoke(path)
        self.assert_replaced(path)

    def test_what_is_known_to_be_revoked_stays_known_while_nobody_answers(self):
        self.enroll()
        path = entry_of("CorpMachine")[0]
        ca = revoke(path)
        # The plan learns of it and keeps nothing; a pulse that must not act keeps the list.
        LAB.set_policy(0)
        self.enroll()
        self.assertNotEqual(LAB.run("ls", f"{STATE}/machine/cache").stdout, "")
        LAB.ca(ca, "stop")
        LAB.set_policy(7)
        _, report, _ = LAB.pulse()
        self.assertEqual([row["template"] for row in report["enrolled"]], ["CorpMachine"], report["notes"])
        self.assertEqual(entry_of("CorpMachine", archived=True)[0], path)


class RevokedCa(RevocationCase):
    def standing(self, ca, *options):
        LAB.ca(ca, "revoke-ca", "--root", "/run/ae-lab/root", *options)

    def test_a_revoked_authority_is_passed_over(self):
        self.addCleanup(self.standing, "ca1", "--take-back")
        self.standing("ca1")
        _, report, _ = LAB.pulse()
        issued = {row["template"]: row["ca"] for row in report["enrolled"]}
        self.assertEqual(issued, {"CorpMachine": "ca2.corp.example.test\\Corp Issuing CA 2"}, report)
        only_there = next(row for row in report["decisions"] if row["template"] == "CorpMachineEC")
        self.assertEqual((only_there["verdict"], only_there["rule"]), ("no trusted CA", "choice 3"))
        self.assertIn("was revoked", only_there["fact"])
        self.assertEqual((LAB.directory / "ca1/calls.jsonl").read_text(), "", "a revoked CA was asked")

    def test_when_all_are_revoked_nobody_is_asked(self):
        for ca in CAS:
            self.addCleanup(self.standing, ca, "--take-back")
            self.standing(ca)
        code, report, _ = LAB.pulse()
        self.assertEqual(report["enrolled"], [])
        self.assertEqual(LAB.ca_calls(), [])
        codes = {failure["code"] for failure in report["failures"]}
        self.assertEqual(codes, {"0x800B010C"}, report["failures"])


class HostileWeb:
    def __init__(self, ca):
        LAB.run("rm", "-f", WEB_LOG)
        self.process = LAB.start("python3", HERE / "hostile_web.py", ELSEWHERE, WEB_LOG, f"/run/ae-lab/{ca}/ca.crl")
        deadline = time.monotonic() + 20
        while not self.lines("ready:"):
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"the server did not begin: {self.process.stdout.read()}")

    @staticmethod
    def lines(start):
        return [line for line in LAB.run("cat", WEB_LOG, check=False).stdout.split() if line.startswith(start)]

    def asked(self):
        return self.lines("/") + self.lines("ldap")

    def end(self):
        LAB.run("kill", self.lines("ready:")[0].split(":")[1])
        self.process.wait()
        self.process.stdout.close()


def start_hostile_web(case, ca):
    server = HostileWeb(ca)
    case.addCleanup(server.end)
    return server


class DeadAndHostilePlaces(RevocationCase):
    def test_no_list_named_is_nobody_s_fault(self):
        self.certificates_name("cdp=none")
        report = self.enroll()
        path = entry_of("CorpMachine")[0]
        revoke(path)
        code, report, _ = LAB.pulse()
        self.assertEqual((code, report["enrolled"]), (0, []))

    def test_a_place_that_is_gone_is_not_a_revocation(self):
        self.certificates_name(f"cdp=http://{ELSEWHERE}/gone http://nowhere.corp.example.test/x ldap:///CN=gone,{CDP.replace(' ', '%20')}"
                               "?certificateRevocationList")
        self.enroll()
        path = entry_of("CorpMachine")[0]
        revoke(path)
        self.assert_kept(path)

    def hostile(self, place, most_seconds):
        LAB.reset()
        LAB.set_policy(7)
        server = HostileWeb("ca1")
        try:
            self.certificates_name(f"cdp=http://{ELSEWHERE}{place}")
            self.enroll()
            path = entry_of("CorpMachine")[0]
            revoke(path)
            took = self.assert_kept(path)
            self.assertLess(took, most_seconds)
            self.assertIn(place, server.asked())
            self.assertNotIn("ldap", server.asked())
            # Two certificates of two authorities name the place: once for each and run at most.
            runs = 2
            self.assertLessEqual(server.asked().count(place), 2 * runs * (4 if place == "/to-itself" else 1))
            cached = LAB.run("sh", "-c", f"find {STATE}/machine/cache -size +1024k").stdout
            self.assertEqual(cached, "")
        finally:
            server.end()

    def test_hostile_servers_cost_their_seconds_and_change_nothing(self):
        for place, most_seconds in (("/to-file", 5), ("/to-ldap", 5), ("/to-itself", 5), ("/garbage", 5),
                                    ("/wrong-signature", 5), ("/large", 12), ("/endless", 12), ("/drip", 12),
                                    ("/silent", 12)):
            with self.subTest(place):
                self.hostile(place, most_seconds)

    def test_a_redirect_of_the_same_scheme_is_followed(self):
        server = start_hostile_web(self, "ca1")
        LAB.ca("ca2", "stop")
        LAB.ca("ca1", "set", f"cdp=http://{ELSEWHERE}/hop")
        self.enroll()
        path = entry_of("CorpMachine")[0]
        revoke(path)
        self.assert_replaced(path)
        self.assertIn("/good", server.asked())


class PublishedCertificates(RevocationCase):
    """Rule X2: a revoked value goes out of userCertificate, by the machine's own rights, and no other."""

    @staticmethod
    def published():
        text = LAB.run("ldbsearch", "-H", SAM, "-b", ACCOUNT, "-s", "base", "userCertificate").stdout
        values, current = set(), None
        for line in text.splitlines():
            if line.startswith("userCertificate:: "):
                current = line[18:]
            elif current is not None and line.startswith(" "):
                current += line[1:]
            elif current is not None:
                values.add(current)
                current = None
        return values | ({current} if current else set())

    def clear_published(self):
        if self.published():
            LAB.run("ldbmodify", "-H", SAM, text_input=f"dn: {ACCOUNT}\nchangetype: modify\ndelete: userCertificate\n-\n")

    def test_only_the_revoked_value_goes(self):
        base64 = lambda path: LAB.run("sh", "-c", f"openssl x509 -in {path}/cert.pem -outform DER | openssl base64 -A").stdout.strip()
        self.clear_published()
        self.addCleanup(self.clear_published)
        self.enroll()
        revoked, other = entry_of("CorpMachine")[0], entry_of("CorpMachineEC")[0]
        values = {base64(revoked), base64(other)}
        missing = values - self.published()
        if missing:
            LAB.run("ldbmodify", "-H", SAM, text_input=f"dn: {ACCOUNT}\nchangetype: modify\nadd: userCertificate\n" +
                    "".join(f"userCertificate:: {value}\n" for value in missing))
        revoke(revoked)
        self.assert_replaced(revoked)
        left = self.published()
        self.assertNotIn(base64(revoked), left)
        self.assertIn(base64(other), left)


class OwnTrust(RevocationCase):
    FOLDER = "/etc/aeclient/trust.d"

    def test_a_root_of_the_administrator_s_own_is_taken_and_a_loose_file_is_refused(self):
        LAB.run("sh", "-c", f"umask 022; mkdir -p {self.FOLDER} && cp /run/ae-lab/root/root.pem {self.FOLDER}/own.pem")
        self.enroll()
        LAB.run("chmod", "o+w", f"{self.FOLDER}/own.pem")
        code, report, _ = LAB.pulse()
        self.assertEqual(code, 2)
        self.assertIn("own.pem", report["failures"][0]["sentence"])
        self.assertIn("0x80070005", report["failures"][0]["sentence"])


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
