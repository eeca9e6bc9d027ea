"""A member of the lab's domain whose agent is the Windows build, in a Wine prefix of its own.

Wine has no domain membership, so `--as-member` says who the machine is; alice reads the directory
for it.  The certification authority hears the machine itself: Wine's Kerberos takes the tickets that
kinit got with the machine's key table."""
import json
import re
import subprocess

from labtool import MEMBER, REALM
from winetool import Wine

POLICY_KEY = r"HKLM\Software\Policies\Microsoft\Cryptography\AutoEnrollment"
SETTINGS_KEY = r"HKLM\Software\AeClient"
MY_KEY = r"HKLM\Software\Microsoft\SystemCertificates\MY\Certificates"
ROOT_KEY = r"HKLM\Software\Microsoft\EnterpriseCertificates\Root\Certificates"
CA_KEY = r"HKLM\Software\Microsoft\EnterpriseCertificates\CA\Certificates"
MY_PLACE = "Cert:\\LocalMachine\\My\\"
CACHE = "/run/ae-lab/tmp/windows_tickets"
LDAP_USER, LDAP_PASSWORD = "alice", "Lab-Passw0rd!"
KEY_PROVIDER, TEMPLATE, CERTIFICATE = 2, 21, 32  # property ids of wincrypt.h
# Wine makes no elliptic keys and signs SHA-2 with this provider only.
WINE_PROVIDER = "Microsoft Enhanced RSA and AES Cryptographic Provider"
CONFIGURATION = "CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test"


def properties_of(blob):
    """A serialized certificate of a registry store: {property id: octets}."""
    found, at = {}, 0
    while at + 12 <= len(blob):
        number, length = (int.from_bytes(blob[at + i:at + i + 4], "little") for i in (0, 8))
        found[number] = blob[at + 12:at + 12 + length]
        at += 12 + length
    return found


class WindowsMember:
    """with WindowsMember(lab) as member: ..."""

    pulse_words = "aeclient.exe pulse --foreground --as-member FILE, under Wine"

    def __init__(self, lab):
        self.lab = lab
        self.templates_changed = False
        lab.run("kinit", "-k", "-c", f"FILE:{CACHE}", MEMBER)
        self.wine = Wine(lab, environment={"KRB5CCNAME": f"FILE:{CACHE}"})
        self.as_member = self.wine.prefix / "member.json"
        self.as_member.write_text(json.dumps({
            "account": "WS1$", "domain": REALM.lower(), "forest": REALM.lower(), "dc": f"dc1.{REALM.lower()}",
            "ldap_user": LDAP_USER, "ldap_password": LDAP_PASSWORD}))
        self.as_member.chmod(0o600)
        self.set_setting("Transport", "dcom", "REG_SZ")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.wine.close()
        self.lab.run("rm", "-f", CACHE)
        if self.templates_changed:
            self._offer("Microsoft RSA SChannel Cryptographic Provider", "add")

    def _modify(self, dn, change):
        self.lab.run("ldbmodify", "-H", "/run/ae-lab/dc/private/sam.ldb",
                     text_input=f"dn: {dn},{CONFIGURATION}\nchangetype: modify\n{change}\n")

    def _offer(self, provider, elliptic):
        self._modify("CN=CorpMachine,CN=Certificate Templates",
                     f"replace: pKIDefaultCSPs\npKIDefaultCSPs: 1,{provider}")
        self._modify("CN=Corp Issuing CA 1,CN=Enrollment Services",
                     f"{elliptic}: certificateTemplates\ncertificateTemplates: CorpMachineEC")

    def offer_what_wine_can(self):
        """CorpMachine by a provider that can sign SHA-2 in Wine; no template with an elliptic key."""
        self.templates_changed = True
        self._offer(WINE_PROVIDER, "delete")

    def set_policy(self, bits):
        self.wine.reg_add(POLICY_KEY, "AEPolicy", bits)

    def set_setting(self, name, value, kind="REG_DWORD"):
        self.wine.reg_add(SETTINGS_KEY, name, value, kind)

    def run(self, *arguments, **options):
        return self.wine.run("aeclient.exe", *arguments, **options)

    def show_pulse(self):
        """One machine pulse, all that it prints on our standard output; its exit code."""
        result = self.run(*self.pulse_command(), timeout=300)
        print(result.stderr + result.stdout, end="", flush=True)
        return result.returncode

    def pulse_command(self):
        return ["pulse", "--foreground", "--as-member", self.wine.windows_path(self.as_member)]

    def pulse(self, *options):
        """One machine pulse; returns (exit code, the JSON report, standard error)."""
        result = self.run(*self.pulse_command(), "--json", *options, timeout=300)
        try:
            report = json.loads(result.stdout)
        except json.JSONDecodeError:
            report = None
        return result.returncode, report, result.stderr

    def store(self, key):
        """What a system store holds in the registry: {thumbprint: {property id: octets}}."""
        entries = {}
        text = self.wine.reg_query(key, "/s")
        for path, rest in re.findall(r"^(HKEY\S[^\r\n]*)\r?\n((?:[ \t]+[^\r\n]*\r?\n)+)", text, re.MULTILINE):
            blob = re.search(r"Blob\s+REG_BINARY\s+([0-9A-Fa-f]+)", rest)
            if blob:
                entries[path.rsplit("\\", 1)[1].lower()] = properties_of(bytes.fromhex(blob.group(1)))
        return entries

    def my(self):
        return self.store(MY_KEY)

    def entries(self):
        """What MY of the machine holds: list of (where it is, {"template", "thumbprint"})."""
        return [(MY_PLACE + thumbprint, {"thumbprint": thumbprint, "template": text_of(entry[TEMPLATE])})
                for thumbprint, entry in sorted(self.my().items())]

    def certificate(self, place):
        return self.my()[place.rsplit("\\", 1)[1]][CERTIFICATE]

    def verify_chain(self, place):
        """openssl verify against nothing but the roots and intermediates of the enterprise stores."""
        folder = self.wine.prefix / "verify"
        folder.mkdir(exist_ok=True)
        files = {"leaf.pem": [self.certificate(place)],
                 "others.pem": [entry[CERTIFICATE] for entry in self.store(CA_KEY).values()],
                 "roots.pem": [entry[CERTIFICATE] for entry in self.store(ROOT_KEY).values()]}
        for name, certificates in files.items():
            (folder / name).write_bytes(b"".join(openssl(der, "x509", "-inform", "DER") for der in certificates))
        result = subprocess.run(
            ["openssl", "verify", "-no-CAfile", "-no-CApath", "-no-CAstore", "-CAfile", folder / "roots.pem",
             "-untrusted", folder / "others.pem", folder / "leaf.pem"], capture_output=True, text=True, check=False)
        return result.returncode == 0, result.stdout + result.stderr

    @staticmethod
    def reported_path(place):
        return place

    def certificate_text(self, place):
        return openssl(self.certificate(place), "x509", "-inform", "DER", "-noout", "-subject", "-issuer",
                       "-dates", "-ext", "subjectAltName").decode()


def openssl(octets, *arguments):
    return subprocess.run(["openssl", *arguments], input=octets, check=True, capture_output=True).stdout


def text_of(octets):
    return octets.decode("utf-16-le").rstrip("\0")
