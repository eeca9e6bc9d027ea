#!/usr/bin/env python3
"""PublishTrust: what the replica holds is trusted by the programs of the system, through Debian's own
update-ca-certificates, on folders that only the lab sees.  Needs a lab that is up in AE_LAB_DIR
(ctest's fixture starts it)."""
import sys
import unittest

from labtool import STATE
from pulse_lab_test import AECLIENT, LAB, LabCase

FOLDER = "/usr/local/share/ca-certificates"
BUNDLE = "/etc/ssl/certs/ca-certificates.crt"
DATABASE = "/run/ae-lab/dc/private/sam.ldb"
SERVICES = "CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test"
ROOTS = f"CN=Certification Authorities,{SERVICES}"
ELSEWHERE = f"CN=Elsewhere,{SERVICES}"
SECOND = f"CN=Second Root,{ROOTS}"
PUBLISH = '"PublishTrust"=dword:00000001'


def change(ldif):
    LAB.run("ldbmodify", "-H", DATABASE, text_input=ldif)


class HiddenContainer:
    """The container of the roots under another name, so that its search fails.  What stands in the
    configuration partition may not be renamed unless its flags say so ([MS-ADTS] 3.1.1.5.4.1.1)."""

    def __enter__(self):
        self._flags("add: systemFlags\nsystemFlags: 1073741824")
        self._rename(ROOTS, ELSEWHERE)

    def __exit__(self, *_):
        self._rename(ELSEWHERE, ROOTS)
        self._flags("delete: systemFlags")

    @staticmethod
    def _flags(text):
        LAB.run("ldbmodify", "-H", DATABASE, "--controls=relax:0",
                text_input=f"dn: {ROOTS}\nchangetype: modify\n{text}\n")

    @staticmethod
    def _rename(old, new):
        LAB.run("ldbrename", "-H", DATABASE, "--controls=relax:0", old, new)


def file_of(certificate):
    line = LAB.run("openssl", "x509", "-in", certificate, "-noout", "-fingerprint", "-sha1").stdout
    return f"aeclient-{line.split('=')[1].strip().replace(':', '').lower()}.crt"


def published():
    return set(LAB.run("ls", FOLDER).stdout.split())


def is_trusted(certificate):
    """By OpenSSL, from the system's bundle and nothing else."""
    return LAB.run("openssl", "verify", "-no-CApath", "-no-CAstore", "-CAfile", BUNDLE, certificate,
                   check=False).returncode == 0


class SystemTrust(LabCase):
    def setUp(self):
        super().setUp()
        # The folder is the host's own: nothing may reach it.  /etc is the lab's.
        LAB.run("mount", "-t", "tmpfs", "-o", "mode=0755", "tmpfs", FOLDER)
        self.addCleanup(LAB.run, "update-ca-certificates")
        self.addCleanup(LAB.run, "umount", FOLDER)
        self.root = file_of("/run/ae-lab/root/root.pem")
        self.forest = {self.root, file_of("/run/ae-lab/ca1/ca.pem"), file_of("/run/ae-lab/ca2/ca.pem")}

    def pulse(self, *options, code=0):
        ended, report, errors = LAB.pulse(*options)
        self.assertEqual(ended, code, errors + str(report and report["failures"]))
        return report

    def publish(self):
        LAB.set_settings(7, more=PUBLISH)
        return self.pulse()

    def add_second_root(self):
        LAB.run("sh", "-c", "cd /run && openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null "
                "-subj '/CN=Second Root' -out second.pem 2>/dev/null && "
                "openssl x509 -in second.pem -outform der -out second.der")
        value = LAB.run("base64", "-w0", "/run/second.der").stdout
        change(f"dn: {SECOND}\nchangetype: add\nobjectClass: certificationAuthority\ncACertificate:: {value}\n"
               f"authorityRevocationList:: AA==\ncertificateRevocationList:: AA==\n")
        self.addCleanup(self.remove_second_root)
        return file_of("/run/second.pem")

    @staticmethod
    def remove_second_root():
        LAB.run("ldbdel", "-H", DATABASE, SECOND, check=False)

    def test_the_forest_is_trusted_by_every_program_of_the_system(self):
        self.assertFalse(is_trusted("/run/ae-lab/ca1/ca.pem"))
        report = self.publish()
        self.assertEqual(published(), self.forest)
        self.assertTrue(is_trusted("/run/ae-lab/ca1/ca.pem"))
        for path, _ in LAB.entries():
            self.assertTrue(is_trusted(f"{path}/cert.pem"), "the intermediates are published, too")
        self.assertIn("3 certificates added", " ".join(report["notes"]))
        again = self.pulse()
        self.assertNotIn("system's trust", " ".join(again["notes"]))

    def test_without_the_setting_nothing_is_published(self):
        self.pulse()
        self.assertEqual(published(), set())

    def test_what_is_published_goes_with_the_setting(self):
        self.publish()
        LAB.run("sh", "-c", f"echo mine > {FOLDER}/corp.crt.disabled")
        LAB.set_settings(7)
        report = self.pulse()
        self.assertEqual(published(), {"corp.crt.disabled"})
        self.assertFalse(is_trusted("/run/ae-lab/ca1/ca.pem"))
        self.assertIn("3 removed", " ".join(report["notes"]))

    def test_a_root_that_leaves_the_directory_leaves_the_system(self):
        second = self.add_second_root()
        self.publish()
        self.assertEqual(published(), self.forest | {second})
        self.assertTrue(is_trusted("/run/second.pem"))
        self.remove_second_root()
        self.pulse()
        self.assertEqual(published(), self.forest)
        self.assertFalse(is_trusted("/run/second.pem"))

    def test_a_directory_that_is_read_in_part_removes_nothing(self):
        second = self.add_second_root()
        self.publish()
        self.remove_second_root()
        with HiddenContainer():
            report = self.pulse(code=2)
        self.assertIn("store Root keeps its content", report["failures"][0]["sentence"])
        self.assertEqual(published(), self.forest | {second})
        self.assertTrue(is_trusted("/run/second.pem"))

    def test_a_run_without_a_domain_controller_removes_nothing(self):
        self.publish()
        LAB.run("sh", "-c", f"rm {STATE}/machine/root/*.pem")  # a store that lost them
        script = ("echo nameserver 127.0.0.8 > /run/dead-resolv.conf; "
                  'mount --bind /run/dead-resolv.conf /etc/resolv.conf; exec "$@"')
        LAB.run("unshare", "-m", "sh", "-c", script, "sh", AECLIENT, "pulse", "--foreground", check=False)
        self.assertEqual(published(), self.forest)

    def test_a_tool_that_fails_is_named_and_run_again(self):
        LAB.run("sh", "-c", "printf '#!/bin/sh\\necho the disk is full\\nexit 1\\n' > /run/broken; chmod 755 /run/broken; "
                "mount --bind /run/broken /usr/sbin/update-ca-certificates")
        try:
            report = self.publish()
        finally:
            LAB.run("umount", "/usr/sbin/update-ca-certificates")
        notes = " ".join(report["notes"])
        self.assertIn("update-ca-certificates", notes)
        self.assertIn("the disk is full", notes)
        self.assertEqual(len(report["enrolled"]), 2, "it costs no certificate")
        self.assertFalse(is_trusted("/run/ae-lab/ca1/ca.pem"))
        self.pulse()
        self.assertTrue(is_trusted("/run/ae-lab/ca1/ca.pem"))


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
