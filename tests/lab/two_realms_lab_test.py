#!/usr/bin/env python3
"""A certification authority in another realm: two MIT KDCs, one trust from A to B, and labca in B with a directory of its own in a
file.  The client in A asks for a ticket to host/<CA>@ with no realm, and its KDC refers it.  All of it stands in network, mount,
host-name and process namespaces of this test, so that nothing outside is used or changed, and ends with them."""
import json
import os
import pathlib
import shutil
import subprocess
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
BIN = pathlib.Path(os.environ.get("AE_BIN", HERE.parent.parent / "build/linux-release/bin"))
LABCA = os.environ.get("AE_LABCA", str(BIN / "labca"))
PROGRAM = str(BIN / "other_realm_lab_test")
SKIPPED = 77

A, B = "A.EXAMPLE.TEST", "B.EXAMPLE.TEST"
KDC = {A: "127.0.0.2", B: "127.0.0.3"}
CA_HOST, CA_ADDRESS = "ca.pki.example.net", "127.0.0.4"
MEMBER = f"WS1$@{A}"
TRUST = f"krbtgt/{B}@{A}"
SID = "S-1-5-21-1-2-3-1103"

DIRECTORY = {
    "offered": ["RealmMachine"],
    "templates": [{"name": "RealmMachine", "oid": "1.3.6.1.4.1.311.21.8.1.2.3.4", "major": 100, "name_flags": 0x18000000,
                   "application_policies": ["1.3.6.1.5.5.7.3.2"], "enroll": ["S-1-5-21-1-2-3-515"]}],
    "accounts": [{"principal": MEMBER, "sids": [SID, "S-1-5-21-1-2-3-515"], "sam_name": "WS1$",
                  "dns_host_name": "ws1.a.example.test", "domain_dns": "a.example.test", "domain_netbios": "A"}],
}

# What everybody knows.  That the CA's host is of realm B only the KDC of A knows (its
# file adds [domain_realm]); its name does not tell, for a client guesses the realm from the name where nobody refers it.
KRB5_CONF = f"""[libdefaults]
    default_realm = {{realm}}
    dns_lookup_kdc = false
    dns_lookup_realm = false
    dns_canonicalize_hostname = false
    rdns = false
    realm_try_domains = -1
[realms]
    {A} = {{{{
        kdc = {KDC[A]}
    }}}}
    {B} = {{{{
        kdc = {KDC[B]}
    }}}}
"""
DOMAIN_REALM = f"[domain_realm]\n    .pki.example.net = {B}\n"
KDC_CONF = """[kdcdefaults]
    kdc_listen = {address}:88
    kdc_tcp_listen = {address}:88
[realms]
    {realm} = {{
        database_name = {folder}/principal
        key_stash_file = {folder}/stash
        supported_enctypes = aes256-cts-hmac-sha1-96:normal
        host_based_services = host
        max_life = 1h
    }}
[logging]
    kdc = FILE:{folder}/kdc.log
"""


def run(*command, environment=None, check=True):
    result = subprocess.run([str(word) for word in command], env=dict(os.environ, **(environment or {})), text=True,
                            stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT)
    if check and result.returncode != 0:
        raise RuntimeError(f"{command} ended with {result.returncode}:\n{result.stdout}")
    return result


def wait_for(what, happened):
    limit = time.monotonic() + 15
    while not happened():
        if time.monotonic() > limit:
            raise RuntimeError(f"{what} did not happen within 15 s")
        time.sleep(0.05)


class World:
    """Made once for all tests; what it starts ends with the process namespace."""

    def __init__(self, folder):
        self.folder = folder
        self.environment = {}
        for realm in (A, B):
            self.make_realm(realm)
        for realm in (A, B):
            self.kadmin(realm, f"addprinc -pw between-the-two {TRUST}")
        self.kadmin(A, f"addprinc -randkey {MEMBER}", f"ktadd -k {folder}/ws1.keytab {MEMBER}")
        service = f"host/{CA_HOST}@{B}"
        self.kadmin(B, f"addprinc -randkey {service}", f"ktadd -k {folder}/ca.keytab {service}")
        (folder / "client.conf").write_text(KRB5_CONF.format(realm=A))
        for realm in (A, B):
            self.start_kdc(realm)
        self.start_ca()

    def make_realm(self, realm):
        place = self.folder / realm
        place.mkdir()
        (place / "kdc.conf").write_text(KDC_CONF.format(realm=realm, address=KDC[realm], folder=place))
        (place / "krb5.conf").write_text(KRB5_CONF.format(realm=realm) + (DOMAIN_REALM if realm == A else ""))
        self.environment[realm] = {"KRB5_CONFIG": str(place / "krb5.conf"), "KRB5_KDC_PROFILE": str(place / "kdc.conf")}
        run("kdb5_util", "-r", realm, "create", "-s", "-P", "master", environment=self.environment[realm])

    def kadmin(self, realm, *queries):
        for query in queries:
            shown = run("kadmin.local", "-r", realm, "-q", query, environment=self.environment[realm]).stdout
            # It ends with 0 whatever happened.
            if "kadmin.local:" in shown.replace("kadmin.local:  ", ""):
                raise RuntimeError(shown)

    def start(self, name, *command, environment=None):
        with open(self.folder / f"{name}.out", "w", encoding="utf-8") as output:
            return subprocess.Popen([str(word) for word in command], env=dict(os.environ, **(environment or {})),
                                    stdin=subprocess.DEVNULL, stdout=output, stderr=subprocess.STDOUT)

    def start_kdc(self, realm):
        kdc = self.start(realm, "krb5kdc", "-n", "-r", realm, environment=self.environment[realm])
        log = self.folder / realm / "kdc.log"
        wait_for(f"the start of the KDC of {realm}",
                 lambda: kdc.poll() is not None or log.exists() and "commencing operation" in log.read_text())
        if kdc.poll() is not None:
            raise RuntimeError((self.folder / f"{realm}.out").read_text())

    def start_ca(self):
        place = self.folder / "ca"
        (self.folder / "directory.json").write_text(json.dumps(DIRECTORY))
        run(LABCA, "init", "--dir", place, "--root", self.folder / "root", "--name", "B Issuing CA", "--host", CA_HOST, "--key", "ec256")
        ca = self.start("labca", LABCA, "serve", "--dir", place, "--address", CA_ADDRESS, "--keytab", self.folder / "ca.keytab",
                        "--static-directory", self.folder / "directory.json", environment=self.environment[B])
        wait_for("the start of the CA", lambda: ca.poll() is not None or (place / "labca.pid").exists())
        if ca.poll() is not None:
            raise RuntimeError((self.folder / "labca.out").read_text())

    def calls(self):
        log = self.folder / "ca" / "calls.jsonl"
        return [json.loads(line) for line in log.read_text().splitlines()] if log.exists() else []

    def kdc_log(self, realm):
        return (self.folder / realm / "kdc.log").read_text()

    def as_member(self, *command):
        """With a ticket-granting ticket of A and nothing else in the cache."""
        environment = {"KRB5_CONFIG": str(self.folder / "client.conf"), "KRB5CCNAME": f"FILE:{self.folder}/ws1.cc"}
        run("kinit", "-k", "-t", self.folder / "ws1.keytab", MEMBER, environment=environment)
        return run(*command, environment=environment, check=False)


class TwoRealms(unittest.TestCase):
    world: World

    def test_1_a_machine_of_one_realm_enrolls_at_the_ca_of_the_other(self):
        ended = self.world.as_member(PROGRAM, "[.issued]")
        self.assertEqual(ended.returncode, 0, ended.stdout)
        requests = [call for call in self.world.calls() if call["method"] == "Request2"]
        self.assertEqual([call["auth_type"] for call in requests], [9, 16])
        for call in requests:
            self.assertEqual((call["principal"], call["auth_level"], call["header_signing"], call["template"], call["disposition"]),
                             (MEMBER, 6, True, "RealmMachine", 3))

    def test_2_the_realm_was_found_by_referral(self):
        # The KDC of A was asked for the host and answered with a ticket for B's KDC.  Had the client guessed the realm from the
        # host's name, the KDC would have said first that it does not know the host.
        log = self.world.kdc_log(A)
        self.assertTrue([line for line in log.splitlines() if "TGS_REQ" in line and "ISSUE" in line and TRUST in line], log)
        self.assertNotIn("LOOKING_UP_SERVER", log)
        self.assertIn(f"host/{CA_HOST}@{B}", self.world.kdc_log(B))
        # Only the empty realm is referred: with the realm of A the same name is unknown there.
        named = self.world.as_member("kvno", f"host/{CA_HOST}@{A}")
        self.assertIn("not found", named.stdout)

    def test_3_a_stranger_has_no_rights_at_the_ca(self):
        other = f"WS9$@{A}"
        self.world.kadmin(A, f"addprinc -pw ninth {other}")
        environment = {"KRB5_CONFIG": str(self.world.folder / "client.conf"), "KRB5CCNAME": f"FILE:{self.world.folder}/ws9.cc"}
        subprocess.run(["kinit", other], input="ninth\n", text=True, check=True, capture_output=True, env=dict(os.environ, **environment))
        before = len(self.world.calls())
        ended = run(PROGRAM, "[.issued]", environment=environment, check=False)
        self.assertNotEqual(ended.returncode, 0)
        asked = [call for call in self.world.calls()[before:] if call["method"] == "Request2"]
        self.assertEqual([(call["principal"], call["disposition"]) for call in asked], [(other, 0x80070005)])

    def test_4_without_a_trust_the_sentence_names_what_was_asked_for(self):
        before = len(self.world.calls())
        self.world.kadmin(A, f"delprinc -force {TRUST}")
        ended = self.world.as_member(PROGRAM, "[.refused]")
        self.assertEqual(ended.returncode, 0, ended.stdout)
        self.assertEqual(len(self.world.calls()), before, "the CA was reached without a ticket")


def inside(folder):
    """First process of the private world."""
    run("ip", "link", "set", "lo", "up")
    hosts = pathlib.Path(folder) / "hosts"
    hosts.write_text(f"127.0.0.1 localhost\n{KDC[A]} kdc.a.example.test\n{KDC[B]} kdc.b.example.test\n{CA_ADDRESS} {CA_HOST}\n")
    switch = pathlib.Path(folder) / "nsswitch.conf"
    switch.write_text("passwd: files\ngroup: files\nhosts: files\n")
    run("mount", "--bind", hosts, "/etc/hosts")
    run("mount", "--bind", switch, "/etc/nsswitch.conf")
    run("hostname", "ws1")
    TwoRealms.world = World(pathlib.Path(folder))
    return 0 if unittest.main(argv=[sys.argv[0]], exit=False, verbosity=2).result.wasSuccessful() else 1


NAMESPACES = ["unshare", "-m", "-n", "-u", "-p", "--fork", "--kill-child=KILL", "--propagation", "private", "--mount-proc"]


def main():
    missing = [name for name in ("krb5kdc", "kdb5_util", "kadmin.local", "kinit") if not shutil.which(name)]
    if missing:
        print(f"skipped: {', '.join(missing)} not installed (./dev setup)")
        return SKIPPED
    if run(*NAMESPACES, "--", "ip", "link", "set", "lo", "up", check=False).returncode != 0:
        print("skipped: namespaces are not permitted here")
        return SKIPPED
    folder = tempfile.mkdtemp(prefix="ae-two-realms-")
    try:
        return subprocess.run([*NAMESPACES, "--", sys.executable, __file__, "--inside", folder], check=False).returncode
    finally:
        shutil.rmtree(folder)


if __name__ == "__main__":
    os.environ["PATH"] += ":/usr/sbin:/sbin"
    sys.exit(inside(sys.argv[2]) if sys.argv[1:2] == ["--inside"] else main())
