#!/usr/bin/env python3
"""Breaks CAs, their trust, the keys and the network for real and asks doctor (docs/doctor.md).  Needs a lab
that is up in AE_LAB_DIR."""
import json
import subprocess
import sys
import unittest

from doctortool import CA_HOSTS, CAS, DATABASE, LAB, PKI, TEMPLATE, DoctorCase
from labtool import HERE

# A listener whose queue is full: who connects hears nothing, as from a firewall that drops.
DEAF = """
import socket, sys
listener = socket.socket()
listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listener.bind((sys.argv[1], 135))
listener.listen(0)
kept = []
for _ in range(4):
    one = socket.socket()
    one.settimeout(0.5)
    try:
        one.connect((sys.argv[1], 135))
    except OSError:
        pass
    kept.append(one)
print("deaf", flush=True)
sys.stdin.read()
"""


def service_dn(ca):
    return f"CN={CA_HOSTS[ca][1]},CN=Enrollment Services,{PKI}"


def set_service(ca, **attributes):
    changes = "".join(f"replace: {name}\n{name}: {value}\n-\n" for name, value in attributes.items())
    LAB.run("ldbmodify", "-H", DATABASE, text_input=f"dn: {service_dn(ca)}\nchangetype: modify\n{changes}")


class Authorities(DoctorCase):
    def test_nobody_issues_it(self):
        self.host()
        self.assert_diagnosis(self.doctor(template="CorpNotOffered"), fail=["CAS1"])

    def test_a_root_that_the_directory_does_not_have(self):
        listing = LAB.run("ldbsearch", "-H", DATABASE, "-b", f"CN=Certification Authorities,{PKI}", "-s", "one",
                          "dn").stdout
        dn = next(line[4:] for line in listing.splitlines() if line.startswith("dn: "))
        right = LAB.run("sh", "-c", "openssl base64 -A -in /run/ae-lab/root/root.der").stdout
        wrong = LAB.run("sh", "-c", "openssl req -x509 -newkey rsa:2048 -nodes -keyout /dev/null -subj '/CN=Another' "
                        "-days 30 2>/dev/null | openssl x509 -outform DER | openssl base64 -A").stdout

        def set_root(value):
            LAB.run("ldbmodify", "-H", DATABASE, text_input=f"dn: {dn}\nchangetype: modify\n"
                    f"replace: cACertificate\ncACertificate:: {value}\n-\n")
        set_root(wrong)
        self.addCleanup(set_root, right)
        self.host()
        said = self.doctor()
        self.assertEqual({name for name, _ in self.findings(said, "FAIL")}, {"CAS2"}, said)

    def test_a_provider_that_is_not_here(self):
        LAB.set_template(TEMPLATE, pKIDefaultCSPs="1,Corp Card Provider")
        self.addCleanup(LAB.set_template, TEMPLATE, pKIDefaultCSPs="1,Microsoft RSA SChannel Cryptographic Provider")
        self.host()
        self.assert_diagnosis(self.doctor(), fail=["KEY1"])

    def test_a_token_that_makes_no_key_any_more(self):
        keys, pin = "/run/doctor-lab-test", "4815162342"
        LAB.run("sh", "-c", f"umask 077; mkdir -p {keys}; mount -t tmpfs doctor {keys}")
        self.addCleanup(LAB.run, "umount", keys)
        LAB.environment["SOFTHSM2_CONF"] = f"{keys}/softhsm.conf"  # of everything that runs in the lab
        self.addCleanup(LAB.environment.pop, "SOFTHSM2_CONF")
        module = LAB.run("sh", "-c", "ls /usr/lib/*/softhsm/libsofthsm2.so /usr/lib/softhsm/libsofthsm2.so "
                         "2>/dev/null | head -1").stdout.strip()
        LAB.run("sh", "-c", f"umask 077; mkdir {keys}/tokens; printf 'directories.tokendir = {keys}/tokens\\n"
                f"objectstore.backend = file\\n' > {keys}/softhsm.conf; printf {pin} > {keys}/pin; "
                f"softhsm2-util --init-token --free --label acme --pin {pin} --so-pin 5678")
        LAB.set_settings(7, more="\n[HKEY_LOCAL_MACHINE\\Software\\Policies\\AeClient\\KeyProviders]\n"
                         f'"Acme HSM"="pkcs11:token=acme?module-path={module}&pin-source=file:{keys}/pin"\n')
        LAB.set_template(TEMPLATE, pKIDefaultCSPs="1,Acme HSM")
        self.addCleanup(LAB.set_template, TEMPLATE, pKIDefaultCSPs="1,Microsoft RSA SChannel Cryptographic Provider")
        self.host()
        self.assert_diagnosis(self.doctor("--live"))
        LAB.run("mount", "-o", "remount,ro", keys)
        said = self.doctor("--live")
        # The token itself is gone with its folder's lock: the key that is held cannot be tried, either.
        self.assert_diagnosis(said, fail=["KEY2"], warn=["HAV7"])
        self.assertIn("Acme HSM", self.finding(said, "KEY2")["sentence"])
        self.assertNotIn(pin, json.dumps(said))


class Network(DoctorCase):
    """Each of these with the certificate already there: only the network stage has something to say."""

    def setUp(self):
        super().setUp()
        self.host()

    def assert_network(self, ident, fail=2, words=(), options=("--live",)):
        said = self.doctor(*options)
        self.assert_diagnosis(said, fail=[ident] * fail)
        for word in words:
            self.assertIn(word, self.finding(said, ident)["sentence"])
        return said

    def test_both_cas_are_down_and_refuse_fast(self):
        for ca in CA_HOSTS:
            LAB.ca(ca, "stop")
        self.assert_network("NET1", words=("TCP 135", "nothing listens there"), options=())

    def test_one_of_two_cas_is_down(self):
        LAB.ca("ca2", "stop")
        said = self.doctor("--live")
        self.assert_diagnosis(said, warn=["NET1"])
        self.assertEqual(self.findings(said, "WARN"), [("NET1", CAS[1])])

    def test_a_firewall_that_drops_is_slow(self):
        for ca, (address, _) in CA_HOSTS.items():
            LAB.ca(ca, "stop")
            deaf = subprocess.Popen([str(HERE / "lab.sh"), "exec", "python3", "-c", DEAF, address],
                                    env=LAB.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
            self.addCleanup(self.end, deaf)
            self.assertEqual(deaf.stdout.readline(), "deaf\n")
        self.assert_network("NET1", words=("TCP 135", "a firewall, or the host is down"))

    @staticmethod
    def end(process):
        process.stdin.close()
        process.wait(10)
        process.stdout.close()

    def test_a_name_that_has_no_address(self):
        for ca in CA_HOSTS:
            set_service(ca, dNSHostName=f"gone-{ca}.corp.example.test")
            self.addCleanup(set_service, ca, dNSHostName=f"{ca}.corp.example.test")
        self.assert_network("NET1", words=("name resolution",))

    def test_the_port_that_activation_names_is_closed(self):
        # The only way: beside it, ICertPassage would be tried, and its word would be the last.
        LAB.set_settings(7, more='"Transport"="dcom"')
        self.set_faults("no-dcom=unreachable")
        self.assert_network("NET1", words=("the dynamic port",))

    def test_activation_is_denied(self):
        self.set_faults("no-dcom=denied", "no-icpr=on")
        self.assert_network("NET2", words=("refuses this account",))

    def test_activation_is_denied_and_icertpassage_stands_in(self):
        self.set_faults("no-dcom=denied")
        said = self.doctor("--live")
        self.assert_diagnosis(said, warn=["NET2"] * 2)
        self.assertIn("ICertPassage instead", self.finding(said, "NET2")["sentence"])

    def test_a_host_without_a_service_principal(self):
        for ca, (address, _) in CA_HOSTS.items():
            alias = f"alias-{ca}.corp.example.test"
            LAB.run("sh", "-c", f"echo '{address} {alias}' >> /etc/hosts")
            set_service(ca, dNSHostName=alias)
            self.addCleanup(set_service, ca, dNSHostName=f"{ca}.corp.example.test")
        self.addCleanup(LAB.run, "sh", "-c", "grep -v alias- /etc/hosts > /run/hosts; cat /run/hosts > /etc/hosts")
        self.assert_network("NET2", words=("refuses this account",))

    def test_a_host_without_the_role(self):
        self.set_faults("no-dcom=on", "no-icpr=on")
        self.assert_network("NET4", words=("runs no CA",))

    def test_a_service_that_cannot_be_started(self):
        self.set_faults("no-dcom=stopped", "no-icpr=on")
        self.assert_network("NET5", words=("is not running",))

    def test_another_name_in_the_directory(self):
        for ca, (_, name) in CA_HOSTS.items():
            set_service(ca, displayName=f"Wrong {ca}")
            self.addCleanup(set_service, ca, displayName=name)
        said = self.assert_network("NET6", words=("The directory calls the CA Wrong ca1",))
        self.assertIn("calls itself Corp Issuing CA 1", self.finding(said, "NET6")["sentence"])

    def test_one_ca_alone(self):
        LAB.ca("ca2", "stop")
        said = self.doctor("--live", "--ca", CAS[0])
        self.assert_diagnosis(said)
        self.assert_diagnosis(self.doctor("--live", "--ca", CAS[1]), fail=["NET1"])


if __name__ == "__main__":
    sys.exit(0 if unittest.main(exit=False, verbosity=2).result.wasSuccessful() else 1)
