#!/usr/bin/env python3
"""Where a pulse's keys live and who can use them: files, a TPM, a PKCS #11 token; live/, readers, the archive's cap.
Whole pulses against the lab.  Needs a lab that is up in AE_LAB_DIR (ctest's fixture starts it)."""
import os
import pathlib
import unittest

from labtool import BIN, STATE, Lab

LAB = Lab(os.environ["AE_LAB_DIR"])
LIVE = f"{STATE}/machine/live"
CORP_MACHINE = {"revision": 100, "pKIDefaultCSPs": "1,Microsoft RSA SChannel Cryptographic Provider"}
CORP_MACHINE_EC = {"revision": 100, "pKIDefaultCSPs": "1,Microsoft Software Key Storage Provider"}
KEYS = "/run/keys-lab-test"  # inside the lab
PIN = "4815162342"
READERS = """
[HKEY_LOCAL_MACHINE\\Software\\Policies\\AeClient\\KeyReaders]
"CorpMachine"="www-data"
"""
PROVIDERS = """
[HKEY_LOCAL_MACHINE\\Software\\Policies\\AeClient\\KeyProviders]
"{name}"="{place}"
"""
ARCHIVE = """"KeepArchived"=dword:00000001
"""


class Keys(unittest.TestCase):
    maxDiff = None

    def setUp(self):
        LAB.reset()
        LAB.set_settings(machine=7)
        LAB.run("rm", "-rf", KEYS)
        LAB.run("mkdir", "-m", "0755", KEYS)
        self.addCleanup(LAB.run, "rm", "-rf", KEYS)

    def pulse(self, expected=0):
        code, report, errors = LAB.pulse()
        self.assertEqual(code, expected, f"{errors}\n{report and report['failures']}")
        return report

    def change_template(self, template, before, **attributes):
        LAB.set_template(template, **attributes)
        self.addCleanup(LAB.set_template, template, **{name: before[name] for name in attributes})

    def entries(self, template, archived=False):
        return [path for path, entry in LAB.entries()
                if entry["template"] == template and entry["archived"] == archived]

    def public_key(self, path):
        return LAB.run("openssl", "x509", "-in", f"{path}/cert.pem", "-noout", "-pubkey").stdout

    def test_a_template_has_one_place_for_its_present_certificate(self):
        self.change_template("CorpMachine", CORP_MACHINE, revision=100)
        self.pulse()
        live = f"{LIVE}/CorpMachine"
        self.assertEqual(LAB.run("ls", f"{live}/").stdout.split(),
                         ["cert.pem", "chain.pem", "entry.json", "fullchain.pem", "key.pem"])
        first = LAB.run("readlink", "-f", live).stdout
        LAB.set_template("CorpMachine", revision=101)
        self.pulse()
        self.assertNotEqual(LAB.run("readlink", "-f", live).stdout, first)
        of_key = LAB.run("openssl", "pkey", "-in", f"{live}/key.pem", "-pubout").stdout
        self.assertEqual(of_key, self.public_key(live))
        self.assertEqual(LAB.run("stat", "-Lc", "%a %U", f"{live}/key.pem").stdout, "600 root\n")

    def test_a_key_has_the_readers_that_policy_names_and_no_others(self):
        key = f"{LIVE}/CorpMachine/key.pem"

        def can_read(account):
            return LAB.run("setpriv", f"--reuid={account}", f"--regid={account}", "--init-groups", "cat", key,
                           check=False).returncode == 0

        LAB.set_settings(machine=7, more=READERS)
        self.pulse()
        self.assertEqual((can_read("www-data"), can_read("daemon")), (True, False))
        self.assertFalse(LAB.run("setpriv", "--reuid=www-data", "--regid=www-data", "--init-groups", "cat",
                                 f"{LIVE}/CorpMachineEC/key.pem", check=False).returncode == 0)
        LAB.set_settings(machine=7)
        self.pulse()
        self.assertEqual((can_read("www-data"), can_read("daemon")), (False, False))

    def test_archived_certificates_whose_keys_may_decrypt_stay(self):
        self.change_template("CorpMachine", CORP_MACHINE, revision=100)
        for revision in (101, 102, 103):
            self.pulse()
            LAB.set_template("CorpMachine", revision=revision)
        self.pulse()
        # It may decrypt: TLS with RSA key transport.
        self.assertEqual(len(self.entries("CorpMachine", archived=True)), 3)
        LAB.set_settings(machine=7, more=ARCHIVE)
        report = self.pulse()
        self.assertEqual(len(self.entries("CorpMachine", archived=True)), 3, report["notes"])

    def test_archived_signature_certificates_beyond_the_cap_go(self):
        self.change_template("CorpMachineEC", CORP_MACHINE_EC, revision=100)
        for revision in (101, 102, 103):
            self.pulse()
            LAB.set_template("CorpMachineEC", revision=revision)
        self.pulse()
        newest = self.entries("CorpMachineEC")
        self.assertEqual(len(self.entries("CorpMachineEC", archived=True)), 3)
        LAB.set_settings(machine=7, more=ARCHIVE)
        report = self.pulse()
        self.assertEqual(len(self.entries("CorpMachineEC", archived=True)), 1, report["notes"])
        self.assertIn("deleted 2 archived certificates beyond KeepArchived", report["notes"])
        self.assertEqual(self.entries("CorpMachineEC"), newest)

    def test_a_template_for_the_platform_provider_has_its_key_in_the_tpm(self):
        tpm = LAB.start("swtpm", "socket", "--tpm2", "--tpmstate", f"dir={KEYS}", "--server",
                        f"type=unixio,path={KEYS}/tpm", "--ctrl", f"type=unixio,path={KEYS}/tpm.ctrl", "--flags",
                        "not-need-init,startup-clear", "--pid", f"file={KEYS}/pid")

        def end():
            LAB.run("sh", "-c", f"kill $(cat {KEYS}/pid) 2>/dev/null; true")
            tpm.wait()
            tpm.stdout.close()

        ended = False
        try:
            LAB.run("sh", "-c", f"for i in $(seq 100); do [ -S {KEYS}/tpm ] && exit 0; sleep 0.05; done; exit 1")
            LAB.set_settings(machine=7, more=PROVIDERS.format(
                name="Microsoft Platform Crypto Provider", place=f"tpm:swtpm:path={KEYS}/tpm"))
            self.change_template("CorpMachineEC", CORP_MACHINE_EC, revision=100,
                                 pKIDefaultCSPs="1,Microsoft Platform Crypto Provider")
            self.pulse()
            first, = self.entries("CorpMachineEC")
            self.assertIn("BEGIN TSS2 PRIVATE KEY", LAB.run("cat", f"{first}/key.pem").stdout)
            LAB.set_template("CorpMachineEC", revision=101)
            self.pulse()  # the old key signs the renewal
            second, = self.entries("CorpMachineEC")
            self.assertNotEqual(self.public_key(first), self.public_key(second))
            requests = len([call for call in LAB.ca_calls() if call["template"] == "CorpMachineEC"])
            end()
            ended = True
            # Rule Q5: a key that cannot be asked now is not lost, and nobody enrolls for it again.
            self.pulse()
            self.assertEqual(self.entries("CorpMachineEC"), [second])
            self.assertEqual(len([call for call in LAB.ca_calls() if call["template"] == "CorpMachineEC"]), requests)
        finally:
            if not ended:
                end()

    def test_a_template_for_a_token_has_its_key_there_and_takes_it_along(self):
        pin = f"{KEYS}/pin"
        environment = f"SOFTHSM2_CONF={KEYS}/softhsm.conf"
        module = LAB.run("sh", "-c", "ls /usr/lib/*/softhsm/libsofthsm2.so /usr/lib/softhsm/libsofthsm2.so "
                         "2>/dev/null | head -1").stdout.strip()
        LAB.run("sh", "-c", f"umask 077; mkdir {KEYS}/tokens; printf 'directories.tokendir = {KEYS}/tokens\\n"
                f"objectstore.backend = file\\n' > {KEYS}/softhsm.conf; printf {PIN} > {pin}; "
                f"{environment} softhsm2-util --init-token --free --label acme --pin {PIN} --so-pin 5678")
        LAB.set_settings(machine=7, more=PROVIDERS.format(
            name="Acme HSM", place=f"pkcs11:token=acme?module-path={module}&pin-source=file:{pin}"))
        self.change_template("CorpMachine", CORP_MACHINE, revision=100, pKIDefaultCSPs="1,Acme HSM")

        def pulse():
            result = LAB.run("env", environment, BIN / "aeclient", "pulse", "--foreground", "--json", check=False)
            self.assertEqual(result.returncode, 0, result.stdout + result.stderr)
            return result.stdout + result.stderr

        def objects():
            listing = LAB.run("env", environment, "pkcs11-tool", "--module", module, "--login", "--pin", PIN,
                              "--list-objects", "--type", "privkey").stdout
            return listing.count("Private Key Object")

        said = pulse()
        first, = self.entries("CorpMachine")
        self.assertTrue(LAB.run("cat", f"{first}/key.uri").stdout.startswith("pkcs11:"))
        self.assertEqual(LAB.run("sh", "-c", f"ls {first} | grep -c key.pem", check=False).stdout, "0\n")
        self.assertEqual(objects(), 1)
        LAB.set_template("CorpMachine", revision=101)
        said += pulse()
        second, = self.entries("CorpMachine")
        self.assertEqual(self.entries("CorpMachine", archived=True), [first])
        self.assertEqual(objects(), 2)
        self.assertNotIn(PIN, said)


if __name__ == "__main__":
    unittest.main()
