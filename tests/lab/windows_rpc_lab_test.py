#!/usr/bin/env python3
"""The Windows build's own DCE/RPC over SSPI Kerberos, under Wine, against the real lab CA: what crossed
the wire is asserted on the CA's log.

Wine's SSPI takes the tickets out of the cache of the host's Kerberos.  What Windows alone can show:
its own package signing the headers (wine_header_signing.cpp does it here)."""
import os
import sys
import unittest

from labtool import MEMBER, REPO, Lab
from winetool import HEADER_SIGNING, Wine, need_windows

LAB = Lab(os.environ.get("AE_LAB_DIR", REPO / "build/linux-release/test-lab"))
HOST, NAME = "ca1.corp.example.test", "Corp Issuing CA 1"
CACHE = "/run/ae-lab/tmp/krb5cc_windows_rpc"
AUTH_TYPES = {"negotiate": 9, "kerberos": 16}  # [MS-RPCE] 2.2.1.1.7
AUTH_LEVEL_PRIVACY = 6


class Rpc(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        if not HEADER_SIGNING.exists():
            raise RuntimeError(f"{HEADER_SIGNING} is not built: build the Linux preset")
        cls.wine = Wine(LAB, environment={"KRB5CCNAME": f"FILE:{CACHE}"})
        cls.addClassCleanup(cls.wine.close)

    def setUp(self):
        self.reset()

    @staticmethod
    def reset():
        LAB.reset()  # takes the tickets away too
        LAB.run("kinit", "-k", "-c", f"FILE:{CACHE}", MEMBER)

    def probe(self, what, mechanism, host=HOST, cache=CACHE, name=NAME):
        """(exit code, the one line that was printed)"""
        result = self.wine.run("ca_rpc_probe.exe", what, mechanism, host, name,
                               more_environment={"KRB5CCNAME": f"FILE:{cache}"})
        lines = result.stdout.splitlines()
        self.assertEqual(len(lines), 1, result.stdout + result.stderr)
        return result.returncode, lines[0]

    def assert_sealed_calls(self, mechanism, methods):
        calls = LAB.ca_calls()
        self.assertEqual([call["method"] for call in calls], methods)
        for call in calls:
            self.assertEqual((call["principal"], call["auth_type"], call["auth_level"], call["header_signing"]),
                             (MEMBER, AUTH_TYPES[mechanism], AUTH_LEVEL_PRIVACY, True), call)

    def test_a_request_is_issued_over_sealed_calls_with_signed_headers(self):
        for mechanism in AUTH_TYPES:
            with self.subTest(mechanism):
                self.reset()
                code, said = self.probe("request", mechanism)
                self.assertEqual(code, 0, said)
                self.assert_sealed_calls(mechanism, ["RemoteCreateInstance", "Request2", "RemRelease"])
                [call] = LAB.ca_calls("Request2")
                self.assertEqual((call["request_format"], call["template"], call["flags"], call["disposition"]),
                                 ("cmc", "CorpMachine", 0x40400, 3))
                self.assertEqual(said, f"issued {call['request_id']} 2")

    def test_ping_asks_for_a_sign_of_life_and_nothing_else(self):
        for mechanism in AUTH_TYPES:
            with self.subTest(mechanism):
                self.reset()
                self.assertEqual(self.probe("ping", mechanism), (0, "alive"))
                self.assert_sealed_calls(mechanism, ["RemoteCreateInstance", "Ping2", "RemRelease"])

    def test_ping_of_another_name_than_the_cas_is_refused(self):
        code, said = self.probe("ping", "kerberos", name="Some Other CA")
        self.assertEqual(code, 1)
        self.assertIn("Some Other CA: the certification authority does not serve", said)
        self.assertIn("0x80070057", said)

    def test_a_ca_with_the_older_interface_is_asked_there(self):
        LAB.ca("ca1", "set", "no-d2=on")
        self.addCleanup(LAB.ca, "ca1", "set", "off")
        self.assertEqual(self.probe("ping", "kerberos"), (0, "alive"))
        code, said = self.probe("request", "kerberos")
        self.assertEqual(code, 0, said)
        self.assertEqual([call["method"] for call in LAB.ca_calls()],
                         ["RemoteCreateInstance", "Ping", "RemRelease",
                          "RemoteCreateInstance", "Request", "RemRelease"])

    def test_a_request_whose_answer_is_lost_may_have_been_carried_out(self):
        LAB.ca("ca1", "set", "drop-reply=on")
        self.addCleanup(LAB.ca, "ca1", "set", "off")
        code, said = self.probe("request", "kerberos")
        self.assertEqual(code, 1)
        self.assertIn("(0x800706BE)", said)
        self.assertIn("receive: the server closed the connection", said)

    def test_without_a_ticket_one_sentence_says_so_and_the_ca_hears_nothing(self):
        for mechanism in AUTH_TYPES:
            with self.subTest(mechanism):
                code, said = self.probe("request", mechanism, cache="/run/ae-lab/tmp/no-such-cache")
                self.assertEqual(code, 1)
                self.assertTrue(said.startswith(f"activate on {HOST}:135: "), said)
                self.assertIn("SEC_E_NO_CREDENTIALS (0x8009030E): no Kerberos credentials are available", said)
                self.assertNotIn("NTLM", said)
                self.assertEqual(LAB.ca_calls(), [])

    def test_a_host_that_is_none_of_the_domains_gets_no_ticket(self):
        # 127.0.0.3 is ca1's address: somebody listens, and Kerberos knows no such host.
        code, said = self.probe("request", "kerberos", host="127.0.0.3")
        self.assertEqual(code, 1)
        self.assertTrue(said.startswith("activate on 127.0.0.3:135: bind: authenticate to host/127.0.0.3"), said)
        self.assertEqual(LAB.ca_calls(), [])


if __name__ == "__main__":
    need_windows("ca_rpc_probe.exe")
    unittest.main(verbosity=2)
