#!/usr/bin/env python3
"""The last good replica: plan and status go on from it when no domain controller answers, and a
pulse never does.  Needs a lab that is up in AE_LAB_DIR (ctest's fixture starts it)."""
import base64
import json
import sys
import unittest
import uuid

from labtool import BIN, STATE
from pulse_lab_test import BASE, LAB, LabCase

AECLIENT = str(BIN / "aeclient")
DATABASE = "/run/ae-lab/dc/private/sam.ldb"
REPLICA = f"{STATE}/machine/replica.tar"


def run(*command, reachable=False):
    """aeclient, by default where no domain controller can be found."""
    if reachable:
        return LAB.run(AECLIENT, *command, check=False)
    script = ("echo nameserver 127.0.0.8 > /run/dead-resolv.conf; "
              'mount --bind /run/dead-resolv.conf /etc/resolv.conf; exec "$@"')
    return LAB.run("unshare", "-m", "sh", "-c", script, "sh", AECLIENT, *command, check=False)


def told(result):
    return json.loads(result.stdout)


def invocation_id():
    """As the directory's own tools read it."""
    settings = LAB.run("ldbsearch", "-H", DATABASE, "-b", "", "-s", "base", "dsServiceName").stdout
    (dn,) = [line.split(": ", 1)[1] for line in settings.replace("\n ", "").splitlines()
             if line.startswith("dsServiceName: ")]
    answer = LAB.run("ldbsearch", "-H", DATABASE, "-b", dn, "-s", "base", "invocationId").stdout
    (value,) = [line.split(": ", 1)[1] for line in answer.splitlines() if line.startswith("invocationId")]
    try:
        return str(uuid.UUID(value))
    except ValueError:
        return str(uuid.UUID(bytes_le=base64.b64decode(value)))


class Offline(LabCase):
    def test_a_plan_rests_on_the_last_good_replica_and_says_how_old_it_is(self):
        LAB.set_policy(0)  # reads the directory and enrolls nothing
        code, _, errors = LAB.pulse()
        self.assertEqual(code, 0, errors)
        LAB.set_policy(7)
        online = told(run("plan", "--json", reachable=True))
        self.assertNotIn("offline", online)
        result = run("plan", "--json")
        self.assertEqual(result.returncode, 0, result.stderr)
        offline = told(result)
        for part in ("decisions", "trust", "policy"):
            self.assertEqual(offline[part], online[part], part)
        # The order of CAs is drawn anew each time.
        self.assertEqual([(one["kind"], one["template"], sorted(one["cas"])) for one in offline["actions"]],
                         [(one["kind"], one["template"], sorted(one["cas"])) for one in online["actions"]])
        self.assertEqual(offline["offline"]["domain_controller"], "dc1.corp.example.test")
        self.assertEqual(offline["offline"]["invocation_id"], invocation_id())
        self.assertIn(offline["offline"]["age_seconds"], range(0, 300))
        self.assertIn("0x8007054B", offline["offline"]["problem"])
        text = run("plan").stdout
        self.assertRegex(text, r"the directory is as of \d+ [sm] ago from dc1\.corp\.example\.test \(20")
        self.assertIn("enroll CorpMachine", text)

    def test_a_pulse_never_enrolls_from_it(self):
        LAB.set_policy(0)
        LAB.pulse()
        LAB.set_policy(7)
        before = LAB.run("sha256sum", REPLICA).stdout
        result = run("pulse", "--foreground", "--json")
        self.assert_failed(result.returncode, told(result), "0x8007054B", "corp.example.test")
        self.assertEqual(told(result)["enrolled"], [])
        self.assert_nothing_half_written()
        self.assertEqual(LAB.ca_calls(), [])
        self.assertEqual(LAB.run("sha256sum", REPLICA).stdout, before)

    def test_without_one_a_plan_fails_as_before(self):
        result = run("plan", "--json")
        self.assertEqual((result.returncode, result.stdout), (2, ""))
        self.assertIn("0x8007054B", result.stderr)

    def test_a_capture_is_of_today_or_not_at_all(self):
        LAB.pulse()
        result = run("capture", "/run/offline.capture")
        self.assertEqual(result.returncode, 2)
        self.assertIn("0x8007054B", result.stderr)

    def test_another_account_s_replica_is_not_used(self):
        LAB.pulse()
        LAB.run("sh", "-c", f"cd /run && rm -rf other && mkdir other && cd other && tar xf {REPLICA} && "
                f"sed -i 's/^sAMAccountName: WS1.*/sAMAccountName: WS2$/' directory.ldif && "
                f"tar cf {REPLICA} --format=ustar directory.ldif machine.json")
        result = run("plan", "--json")
        self.assertEqual((result.returncode, result.stdout), (2, ""), result.stderr)
        self.assertIn("0x8007054B", result.stderr)

    def test_status_says_what_is_known_of_the_directory(self):
        self.assertIsNone(told(run("status", "--json"))["replica"])
        LAB.pulse()
        replica = told(run("status", "--json"))["replica"]
        self.assertEqual((replica["domain_controller"], replica["invocation_id"], replica["cas"]),
                         ("dc1.corp.example.test", invocation_id(), 2))
        listing = LAB.run("ldbsearch", "-H", DATABASE, "-b", BASE, "(objectClass=pKICertificateTemplate)",
                          "dn").stdout
        self.assertIn(replica["templates"], range(40, listing.count("dn: ") + 1))
        self.assertRegex(run("status").stdout, r"replica +as of .* ago from dc1\.corp\.example\.test: \d+ templates, 2 CAs")

    def test_it_is_nobody_else_s_business_and_holds_no_key(self):
        LAB.pulse()
        self.assertEqual(LAB.run("stat", "-c", "%a %U", REPLICA).stdout.split(), ["600", "root"])
        self.assertNotIn("PRIVATE", LAB.run("strings", "-n", "4", REPLICA).stdout)
        listed = LAB.run("tar", "tf", REPLICA).stdout.split()
        self.assertEqual(listed, ["directory.ldif", "machine.json"])


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
