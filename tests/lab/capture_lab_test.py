#!/usr/bin/env python3
"""Captures of whole pulses, decrypted by an independent dissector: nothing malformed, nothing in the
clear, and no more round trips than a request needs."""
import os
import sys
import tempfile
import time
import unittest

from labtool import BIN, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
CAS = ("ca1", "ca2")
GROUP = "PKI-Requests"  # may enroll for templates that need more than a request
CORP_MACHINE = {"revision": 100, "msPKI_Private_Key_Flag": 0x1010000}
CLASS_OF_CAS = "d99e6e74-fc88-11d0-b498-00a0c90312f3"  # [MS-WCCE] 1.9
GATE = "_ws.malformed || _ws.expert.severity == error || dcerpc.fragment.error"
# Not what they publish for everybody (ca/publications.h).
TO_A_CA = "(ip.dst == 127.0.0.3 || ip.dst == 127.0.0.4) && tcp.dstport != 80"
FIRST_OF_A_CALL = "(dcerpc.pkt_type == 0 && dcerpc.cn_flags.first_frag == 1)"
REQUEST2 = 6  # [MS-WCCE] 3.2.1.4.3: opnum of ICertRequestD2
REMOTE_CREATE_INSTANCE = 4


class Capture:
    """One pulse and all that crossed the loopback meanwhile."""

    def __init__(self, folder, name):
        self.path, self.keytab = f"{folder}/{name}.pcap", f"{folder}/{name}.keytab"
        for log in LAB.directory.glob("ca*/calls.jsonl"):
            log.write_text("")
        recorder = LAB.start("sh", "-c", "echo $$ > /run/capture.pid; exec tcpdump -i lo --immediate-mode "
                             f"-U -s 0 -B 65536 -w {self.path}")
        try:
            for line in recorder.stdout:  # it says so when it listens
                if "listening on" in line:
                    break
            _, report, errors = LAB.pulse()
            assert report is not None, errors
            self.enrolled = [one["template"] for one in report["enrolled"]]
            self.wait_for_the_last_packet()
        finally:
            LAB.run("sh", "-c", "kill $(cat /run/capture.pid)")
            recorder.wait(timeout=20)
            recorder.stdout.close()
        self.calls = [call["method"] for call in LAB.ca_calls()]
        # One key table with the keys of both CAs, so that either's traffic can be read.
        LAB.run("ktutil", text_input="".join(f"rkt /run/ae-lab/{ca}.keytab\n" for ca in CAS) +
                f"wkt {self.keytab}\nquit\n")

    def wait_for_the_last_packet(self):
        size = -1
        while size != os.path.getsize(self.path):
            size = os.path.getsize(self.path)
            time.sleep(0.3)

    def frames(self, display_filter, *fields):
        arguments = ["tshark", "-r", self.path, "-o", "kerberos.decrypt:TRUE", "-o",
                     f"kerberos.file:{self.keytab}", "-Y", display_filter]
        if fields:
            arguments += ["-T", "fields"] + [word for field in fields for word in ("-e", field)]
        return LAB.run(*arguments).stdout.splitlines()

    def exchanges(self):
        """Per CA, in their order: "connect", "bind" (and every further leg), or the opnum of a call.
        Each waits for an answer before the next one can go."""
        def kind(syn, packet, opnum):
            if syn == "1":
                return "connect"
            return int(opnum) if packet == "0" else "bind"
        rows = self.frames(f"({TO_A_CA}) && ((tcp.flags.syn == 1 && tcp.flags.ack == 0) || "
                           f"dcerpc.pkt_type == 11 || dcerpc.pkt_type == 14 || {FIRST_OF_A_CALL})",
                           "ip.dst", "tcp.flags.syn", "dcerpc.pkt_type", "dcerpc.opnum")
        per_ca = {}
        for row in rows:
            address, *fields = row.split("\t")
            per_ca.setdefault(address, []).append(kind(*fields))
        return list(per_ca.values())


class Captures(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()
        cls.addClassCleanup(cls.folder.cleanup)
        LAB.reset()
        LAB.set_policy(7)
        cls.first = Capture(cls.folder.name, "first")
        LAB.join_group(GROUP)
        cls.addClassCleanup(LAB.join_group, GROUP, leave=True)
        cls.special = Capture(cls.folder.name, "special")
        cls.addClassCleanup(LAB.set_template, "CorpMachine", **CORP_MACHINE)
        LAB.set_template("CorpMachine", revision=101)
        cls.renewal = Capture(cls.folder.name, "renewal")
        LAB.reset()
        LAB.set_policy(7)
        for ca in CAS:
            LAB.ca(ca, "set", "no-dcom=on")
            cls.addClassCleanup(LAB.ca, ca, "set", "off")
        cls.passage = Capture(cls.folder.name, "passage")
        cls.all = {"first": cls.first, "special": cls.special, "renewal": cls.renewal,
                   "passage": cls.passage}

    def test_the_captures_hold_what_they_are_for(self):
        self.assertEqual(sorted(self.first.enrolled), ["CorpMachine", "CorpMachineEC"])
        self.assertEqual(self.first.calls.count("Request2"), 2)
        self.assertIn("CorpArchival", self.special.enrolled)
        self.assertIn("GetCAProperty", self.special.calls)
        self.assertIn("CorpMachine", self.renewal.enrolled)
        self.assertIn("CorpMachine", self.passage.enrolled)
        self.assertIn("CertServerRequest", self.passage.calls)

    def test_nothing_is_malformed(self):
        for name, capture in self.all.items():
            with self.subTest(name):
                self.assertEqual(capture.frames(GATE), [])

    def test_the_dissector_really_decrypted_the_activation(self):
        asked = self.first.frames("isystemactivator.opnum == 4 && dcerpc.pkt_type == 0",
                                  "isystemactivator.properties.instninfo.clsid",
                                  "isystemactivator.properties.instninfo.iidcount")
        self.assertGreaterEqual(len(asked), 1)
        self.assertEqual(set(asked), {f"{CLASS_OF_CAS}\t2"})
        answered = self.first.frames("isystemactivator.opnum == 4 && dcerpc.pkt_type == 2",
                                     "isystemactivator.properties.scmresp.oxid")
        self.assertEqual(len([oxid for oxid in answered if oxid]), len(asked))

    def test_every_object_is_given_back(self):
        for capture in (self.first, self.special, self.renewal):
            activated = capture.frames("isystemactivator.opnum == 4 && dcerpc.pkt_type == 0")
            given_back = capture.frames("remunk.opnum == 5 && dcerpc.pkt_type == 0")
            self.assertEqual(len(given_back), len(activated))

    def test_the_endpoint_mapper_is_asked_for_the_interface_without_com(self):
        asked = self.passage.frames("epm.opnum == 3 && dcerpc.pkt_type == 0", "epm.uuid")
        self.assertGreaterEqual(len(asked), 1)
        self.assertTrue(all("91ae6020-9e3c-11cf-8d7c-00aa00c091be" in row for row in asked), asked)

    def test_every_request_to_a_ca_is_at_packet_privacy(self):
        for name, capture in self.all.items():
            with self.subTest(name):
                # The mapper alone takes callers whom it does not know, and tells nothing but ports.
                below = capture.frames(f"({TO_A_CA}) && dcerpc.pkt_type == 0 && !epm && "
                                       "!(dcerpc.auth_level == 6)")
                self.assertEqual(below, [])
                sealed = capture.frames(f"({TO_A_CA}) && dcerpc.pkt_type == 0 && dcerpc.auth_level == 6")
                self.assertGreaterEqual(len(sealed), len(capture.enrolled))

    def test_no_fault_and_no_simple_bind(self):
        for name, capture in self.all.items():
            with self.subTest(name):
                self.assertEqual(capture.frames("dcerpc.pkt_type == 3"), [])
                self.assertEqual(capture.frames("ldap.authentication == 0"), [])

    def test_the_first_request_takes_nine_round_trips_at_most(self):
        for exchanges in self.first.exchanges():
            # RemoteCreateInstance has the number of another method; the request is behind it.
            self.assertEqual(exchanges[:2], ["connect", "bind"])
            self.assertIn(REMOTE_CREATE_INSTANCE, exchanges)
            first = exchanges.index(REQUEST2) + 1
            self.assertLessEqual(first, 9, exchanges)

    def test_each_further_request_to_the_same_ca_takes_one(self):
        requests = 0
        for exchanges in self.first.exchanges():
            at = [number for number, kind in enumerate(exchanges) if kind == REQUEST2]
            requests += len(at)
            self.assertEqual(at, list(range(at[0], at[0] + len(at))), exchanges)
        self.assertEqual(requests, len(self.first.enrolled))


if __name__ == "__main__":
    assert os.access(BIN / "aeclient", os.X_OK)
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
