"""What the lab tests of doctor share: a member of a real domain with a real service, of which one thing is
broken; the diagnosis must be there, and no other FAIL."""
import json
import os
import time
import unittest

from hosttool import Host
from labtool import BIN, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
AECLIENT = str(BIN / "aeclient")
DATABASE = "/run/ae-lab/dc/private/sam.ldb"
PKI = "CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test"
CA_HOSTS = {"ca1": ("127.0.0.3", "Corp Issuing CA 1"), "ca2": ("127.0.0.4", "Corp Issuing CA 2")}
CAS = [f"{ca}.corp.example.test\\{name}" for ca, (_, name) in CA_HOSTS.items()]
TEMPLATE = "CorpMachine"
WHOLE_DOCTOR = 60  # seconds, whatever is dead


class DoctorCase(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        LAB.reset()
        LAB.set_settings(7)
        self.addCleanup(self.clear_faults)

    @staticmethod
    def clear_faults():
        for ca in CA_HOSTS:
            LAB.ca(ca, "start")
            LAB.ca(ca, "set", "off")

    def set_faults(self, *faults):
        for ca in CA_HOSTS:
            LAB.ca(ca, "set", *faults)

    def host(self):
        """The service, after its first run."""
        host = Host(LAB)
        self.addCleanup(host.kill)
        host.wait_for_run("start")
        return host

    def doctor(self, *options, before=(), template=TEMPLATE):
        """The exit code and what doctor says; --template keeps the lab's stories of broken templates out."""
        words = [*(("--template", template) if template else ()), *options]
        begun = time.monotonic()
        result = LAB.run(*before, AECLIENT, "doctor", "--json", *words, check=False)
        self.assertLess(time.monotonic() - begun, WHOLE_DOCTOR)
        try:
            said = json.loads(result.stdout)
        except json.JSONDecodeError:
            self.fail(f"doctor said {result.stdout!r} and {result.stderr!r}")
        self.assertEqual(said["exit_code"], result.returncode)
        return said

    @staticmethod
    def findings(said, verdict):
        return [(one["id"], one["subject"]) for one in said["findings"] if one["verdict"] == verdict]

    @staticmethod
    def finding(said, ident):
        return next(one for one in said["findings"] if one["id"] == ident)

    def assert_diagnosis(self, said, fail=(), warn=(), exit_code=None):
        ids = lambda verdict: sorted(name for name, _ in self.findings(said, verdict))
        everything = json.dumps(said, indent=1)
        self.assertEqual(ids("FAIL"), sorted(fail), everything)
        self.assertEqual(ids("WARN"), sorted(warn), everything)
        self.assertEqual(said["exit_code"], exit_code if exit_code is not None else 2 if fail else 1 if warn else 0)
        for one in said["findings"]:
            if one["verdict"] in ("FAIL", "WARN"):
                self.assertTrue(one["sentence"].endswith(".") and one["remedy"], one)
