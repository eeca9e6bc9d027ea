#!/usr/bin/env python3
"""A capture of a whole first pulse, decrypted by an independent dissector, shows nothing malformed."""
import os
import sys
import tempfile
import time
import unittest

from labtool import BIN, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
CLASS_OF_CAS = "d99e6e74-fc88-11d0-b498-00a0c90312f3"  # [MS-WCCE] 1.9
GATE = "_ws.malformed || _ws.expert.severity == error || dcerpc.fragment.error"


class Capture(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        LAB.reset()
        LAB.set_policy(7)
        cls.folder = tempfile.TemporaryDirectory()
        cls.capture = f"{cls.folder.name}/pulse.pcap"
        recorder = LAB.start("sh", "-c", "echo $$ > /run/capture.pid; exec tcpdump -i lo --immediate-mode "
                             f"-U -s 0 -B 65536 -w {cls.capture}")
        try:
            for line in recorder.stdout:  # it says so when it listens
                if "listening on" in line:
                    break
            code, report, errors = LAB.pulse()
            assert code == 0, (report, errors)
            cls.enrolled = len(report["enrolled"])
            cls.wait_for_the_last_packet()
        finally:
            LAB.run("sh", "-c", "kill $(cat /run/capture.pid)")
            recorder.wait(timeout=20)
            recorder.stdout.close()
        # One key table with the keys of both CAs, so that either's traffic can be read.
        cls.keytab = f"{cls.folder.name}/cas.keytab"
        LAB.run("ktutil", text_input="rkt /run/ae-lab/ca1.keytab\nrkt /run/ae-lab/ca2.keytab\n"
                f"wkt {cls.keytab}\nquit\n")

    @classmethod
    def wait_for_the_last_packet(cls):
        size = -1
        while size != os.path.getsize(cls.capture):
            size = os.path.getsize(cls.capture)
            time.sleep(0.3)

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def frames(self, display_filter, *fields):
        arguments = ["tshark", "-r", self.capture, "-o", "kerberos.decrypt:TRUE", "-o",
                     f"kerberos.file:{self.keytab}", "-Y", display_filter]
        if fields:
            arguments += ["-T", "fields"] + [word for field in fields for word in ("-e", field)]
        return LAB.run(*arguments).stdout.splitlines()

    def test_nothing_is_malformed(self):
        self.assertEqual(self.frames(GATE), [])

    def test_the_dissector_really_decrypted_the_activation(self):
        asked = self.frames("isystemactivator.opnum == 4 && dcerpc.pkt_type == 0",
                            "isystemactivator.properties.instninfo.clsid",
                            "isystemactivator.properties.instninfo.iidcount")
        self.assertEqual(asked, [f"{CLASS_OF_CAS}\t2"] * self.enrolled)
        answered = self.frames("isystemactivator.opnum == 4 && dcerpc.pkt_type == 2",
                               "isystemactivator.properties.scmresp.oxid")
        self.assertEqual(len([oxid for oxid in answered if oxid]), self.enrolled)
        self.assertGreaterEqual(len(self.frames("remunk && dcerpc.pkt_type == 0")), 1)

    def test_every_orpc_request_is_at_packet_privacy(self):
        below = self.frames("dcerpc.pkt_type == 0 && dcerpc.auth_level != 6 && ip.dst != 127.0.0.2")
        self.assertEqual(below, [])
        sealed = self.frames("dcerpc.pkt_type == 0 && dcerpc.auth_level == 6 && ip.dst != 127.0.0.2")
        self.assertGreaterEqual(len(sealed), 2 * self.enrolled)

    def test_no_fault_and_no_simple_bind(self):
        self.assertEqual(self.frames("dcerpc.pkt_type == 3"), [])
        self.assertEqual(self.frames("ldap.authentication == 0"), [])


if __name__ == "__main__":
    assert os.access(BIN / "aeclient", os.X_OK)
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
