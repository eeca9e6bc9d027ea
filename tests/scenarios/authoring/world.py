"""One scenario: what the directory and the host hold, and what must follow from it.

Everything has a usual value; a declaration says only what its story is about.  Nothing here knows
a rule: what is expected is stated by hand, from the reference, in the stories_*.py.
"""
import datetime
import hashlib

from . import der
from . import security as sd

NOW = datetime.datetime(2026, 11, 21, 12, 0, 0)
DAY = datetime.timedelta(days=1)
HOUR = datetime.timedelta(hours=1)
SECOND = datetime.timedelta(seconds=1)

DOMAIN_SID = "S-1-5-21-1004336348-1177238915-682003330"
ROOT_DOMAIN_SID = "S-1-5-21-2025429265-764733703-1417001333"
DOMAIN_COMPUTERS, DOMAIN_USERS, DOMAIN_CONTROLLERS, READ_ONLY_CONTROLLERS = 515, 513, 516, 521
TEMPLATE_ARC = "1.3.6.1.4.1.311.21.8.9876543.1234567.7654321.13579"
CLIENT_AUTH, SERVER_AUTH = "1.3.6.1.5.5.7.3.2", "1.3.6.1.5.5.7.3.1"
ENROLLMENT_AGENT = "1.3.6.1.4.1.311.20.2.1"

SOFTWARE_KSP = "Microsoft Software Key Storage Provider"
SCHANNEL_CSP = "Microsoft RSA SChannel Cryptographic Provider"
ENHANCED_CSP = "Microsoft Enhanced Cryptographic Provider v1.0"
BASE_CSP = "Microsoft Base Cryptographic Provider v1.0"
PROVIDERS = [BASE_CSP, ENHANCED_CSP, "Microsoft Strong Cryptographic Provider",
             "Microsoft Enhanced RSA and AES Cryptographic Provider", SCHANNEL_CSP, SOFTWARE_KSP]

# Flags of templates ([MS-CRTD] 2.4, 2.26, 2.27, 2.28), by their names there.
MACHINE_TYPE, IS_CA, IS_CROSS_CA = 0x40, 0x80, 0x800
CHECK_USER_DS_CERTIFICATE, AUTO_ENROLLMENT, PREVIOUS_APPROVAL = 0x10, 0x20, 0x40
USER_INTERACTION, REMOVE_INVALID, SKIP_AUTO_RENEWAL = 0x100, 0x400, 0x40000
SUPPLIES_SUBJECT, OLD_CERT_SUPPLIES, SUPPLIES_ALT_NAME = 0x1, 0x8, 0x10000
SAN_DNS, SUBJECT_DNS_AS_CN, SUBJECT_DIRECTORY_PATH = 0x8000000, 0x10000000, 0x80000000
FOR_WINDOWS_10 = 0x06060000  # minimum client and CA version of msPKI-Private-Key-Flag


def stamp(when):
    return when.strftime("%Y-%m-%dT%H:%M:%SZ")


def thumbprint(octets):
    return hashlib.sha1(octets).hexdigest()


def period(length):
    """[MS-CRTD] 2.9: a negative little-endian count of 100 ns."""
    if isinstance(length, bytes):
        return length
    return (-int(length.total_seconds()) * 10_000_000).to_bytes(8, "little", signed=True)


def signed(flags):
    """LDAP integers are signed decimals."""
    return flags - (1 << 32) if flags & 0x80000000 else flags


class Template:
    def __init__(self, name, oid, attributes, offered):
        self.name, self.oid, self.attributes, self.offered = name, oid, attributes, offered
        self.values = dict(attributes)  # the last value of each


class Certificate:
    """Of MY, userCertificate or another store."""

    def __init__(self, der_octets, template=None, **machine):
        self.der, self.template, self.machine = der_octets, template, machine
        self.thumbprint = thumbprint(der_octets)


class Authority:
    def __init__(self, name, host, certificate):
        self.name, self.host, self.certificate = name, host, certificate
        self.config = f"{host}\\{name}"
        self.reference = {"host": host, "name": name}


class World:
    def __init__(self, folder, title, rules, story):
        self.folder, self.title, self.rules, self.story = folder, title, rules.split(), story
        self.now, self.seed, self.force, self.scope = NOW, 1, False, "machine"
        self.domain, self.domain_sid = "corp.example.test", DOMAIN_SID
        self.root_domain, self.root_domain_sid = "", ""
        self.bits, self.policy_source = 7, "group policy \"PKI\""
        self.warn_percent, self.warn_stores = 10, ["MY"]
        self.site = ""
        self.abilities = {"providers": PROVIDERS, "renewal": True, "signing": False,
                          "archival": False, "attestation": False, "alternate_signature": False,
                          "interaction": False}
        self.templates, self.authorities, self.services = [], [], []
        self.my, self.requests, self.published, self.watched = [], [], [], []
        self.published_problem, self.elsewhere = "", ""
        self.memory = {}
        self.failed_searches = []
        self.ca_chains = {}
        self.account_is("WS1$", 1104, DOMAIN_COMPUTERS, control=0x1000, dns="ws1.corp.example.test")
        self.stored_trust = {}
        self.roots = self.intermediates = self.nt_auth = None  # the usual ones
        self.more_aia, self.nt_auth_exists, self.hidden_containers = [], True, []
        self.default_authority = True
        self.decisions, self.actions, self.trust, self.checks = [], [], [], []

    # -- the account -----------------------------------------------------------------------------
    def group(self, rid):
        return f"{self.domain_sid}-{rid}"

    @property
    def group_a(self):
        return self.group(1601)

    @property
    def group_b(self):
        return self.group(1602)

    def account_is(self, sam, rid, primary, control, dns="", dn="", groups=(1601, 1602)):
        self.sam, self.rid, self.primary = sam, rid, primary
        self.control, self.dns, self.groups, self.account_dn = control, dns, list(groups), dn

    def user(self):
        """The pulse is of a signed-in user."""
        self.scope = "user"
        self.account_is("jane", 1201, DOMAIN_USERS, control=0x200)
        return self

    def domain_dn(self, dns):
        return ",".join("DC=" + part for part in dns.split("."))

    @property
    def configuration(self):
        return "CN=Configuration," + self.domain_dn(self.root_domain or self.domain)

    def below(self, *names):
        path = ",".join("CN=" + name for name in names)
        return f"{path},CN=Public Key Services,CN=Services,{self.configuration}"

    @property
    def dn_of_account(self):
        if self.account_dn:
            return f"{self.account_dn},{self.domain_dn(self.domain)}"
        if self.scope == "user":
            return f"CN=Jane Doe,CN=Users,{self.domain_dn(self.domain)}"
        if self.control & 0x2000 or self.control & 0x04000000:
            return (f"CN={self.sam.rstrip('$')},OU=Domain Controllers,"
                    f"{self.domain_dn(self.domain)}")
        return f"CN={self.sam.rstrip('$')},CN=Computers,{self.domain_dn(self.domain)}"

    # -- templates -------------------------------------------------------------------------------
    def acl(self, *aces, **options):
        return sd.descriptor(sd.acl(*aces), **options)

    def usual_acl(self):
        everybody = self.group(DOMAIN_COMPUTERS if self.scope == "machine" else DOMAIN_USERS)
        return self.acl(sd.allow(self.group(512), sd.FULL_WITHOUT_CONTROL_ACCESS), sd.read(),
                        sd.allow_object(everybody, sd.ENROLL),
                        sd.allow_object(everybody, sd.AUTOENROLL))

    def template(self, name, schema=4, flags=None, enrollment=AUTO_ENROLLMENT,
                 private_key=FOR_WINDOWS_10, names=None, signatures=0, revision=100, minor=0,
                 validity=365 * DAY, overlap=42 * DAY, key_size=2048, providers=(SOFTWARE_KSP,),
                 algorithm="RSA", digest="SHA256", usage=b"\xa0\x00", purposes=(CLIENT_AUTH,),
                 ra_policies=(), supersedes=(), oid=None, acl="usual", offered=True, more=()):
        """An autoenrollable template for this account, but for what is said otherwise.

        `acl`: octets, or None for an object whose descriptor the directory does not show.
        """
        if flags is None:
            flags = 0x20000 | (MACHINE_TYPE if self.scope == "machine" else 0)
        if names is None:
            names = SUBJECT_DIRECTORY_PATH
        if oid is None:
            oid = f"{TEMPLATE_ARC}.{len(self.templates) + 1}"
        attributes = [("objectClass", "top"), ("objectClass", "pKICertificateTemplate"),
                      ("cn", name), ("displayName", name), ("flags", signed(flags)),
                      ("revision", revision), ("pKIDefaultKeySpec", 1), ("pKIKeyUsage", usage),
                      ("pKIMaxIssuingDepth", 0), ("pKICriticalExtensions", "2.5.29.15"),
                      ("pKIExpirationPeriod", period(validity)),
                      ("pKIOverlapPeriod", period(overlap))]
        attributes += [("pKIExtendedKeyUsage", one) for one in purposes]
        attributes += [("pKIDefaultCSPs", f"{rank},{one}") for rank, one in enumerate(providers, 1)]
        attributes += [("msPKI-RA-Signature", signatures),
                       ("msPKI-Enrollment-Flag", signed(enrollment)),
                       ("msPKI-Private-Key-Flag", signed(private_key)),
                       ("msPKI-Certificate-Name-Flag", signed(names)),
                       ("msPKI-Minimal-Key-Size", key_size),
                       ("msPKI-Template-Schema-Version", schema),
                       ("msPKI-Template-Minor-Revision", minor)]
        if oid:
            attributes.append(("msPKI-Cert-Template-OID", oid))
        attributes += [("msPKI-Supersede-Templates", one) for one in supersedes]
        attributes += [("msPKI-Certificate-Application-Policy", one) for one in purposes]
        if schema in (3, 4) and not private_key & 0x100:
            triplets = ""
            if ra_policies:
                triplets += f"msPKI-RA-Application-Policies`PZPWSTR`{','.join(ra_policies)}`"
            triplets += (f"msPKI-Asymmetric-Algorithm`PZPWSTR`{algorithm}`"
                         f"msPKI-Hash-Algorithm`PZPWSTR`{digest}`")
            attributes.append(("msPKI-RA-Application-Policies", triplets))
        else:
            attributes += [("msPKI-RA-Application-Policies", one) for one in ra_policies]
        attributes += list(more)
        if acl == "usual":
            acl = self.usual_acl()
        if acl is not None:
            attributes.append(("nTSecurityDescriptor", acl))
        made = Template(name, oid, attributes, offered)
        self.templates.append(made)
        return made

    def imported(self, entries, only=None, descriptor=None, identify=False, offered=True):
        """Templates of a real directory, under our own configuration.

        `descriptor`: added where the source has none; `identify`: and so is an object identifier,
        which an export leaves out and an import makes.
        """
        for _, attributes in entries:
            values = dict(attributes)
            if "pKICertificateTemplate" not in [v for k, v in attributes if k == "objectClass"]:
                continue
            name = values["cn"]
            name = name.decode() if isinstance(name, bytes) else name
            if only is not None and name not in only:
                continue
            if identify and "msPKI-Cert-Template-OID" not in values:
                attributes = attributes + [
                    ("msPKI-Cert-Template-OID", f"{TEMPLATE_ARC}.{len(self.templates) + 1}")]
            if descriptor is not None:
                attributes = attributes + [("nTSecurityDescriptor", descriptor)]
            self.templates.append(
                Template(name, values.get("msPKI-Cert-Template-OID", ""), attributes, offered))
        return self

    def named(self, name):
        return next(one for one in self.templates if one.name == name)

    # -- certificates ----------------------------------------------------------------------------
    def certificate(self, template, label="", age=100 * DAY, life=365 * DAY, begins=None,
                    subject=None, issuer=None, dns=None, usage=("digitalSignature",
                                                               "keyEncipherment"),
                    purposes=(CLIENT_AUTH,), major=None, minor=0, by_name=None, by_oid=None,
                    key_bits=2048, upn=""):
        """Issued `age` before now for `life`, unless `begins` says when.

        `template` None: it carries no template extension, but for `by_oid` and `by_name`.
        """
        begins = begins or self.now - age
        extensions = []
        oid = by_oid or (template.oid if template and by_name is None else "")
        if oid:
            if major is None:
                major = int(template.values.get("revision", 100)) if template else 100
            extensions.append(der.template_information(oid, major, minor))
        if by_name:
            extensions.append(der.template_name(by_name))
        if usage is not None:
            extensions.append(der.extension("2.5.29.15", der.key_usage(usage), critical=True))
        if purposes:
            extensions.append(der.extension("2.5.29.37",
                                            der.sequence(*(der.oid(one) for one in purposes))))
        if dns is None:
            dns = (self.dns,) if self.dns else ()
        if dns or upn:
            extensions.append(der.alternative_names(dns, upn))
        if subject is None:
            subject = f"CN={self.dns}" if self.dns else "CN=Jane Doe"
        name = f"{self.folder} {template.name if template else by_oid or by_name} {label}"
        return Certificate(
            der.certificate(name, subject, issuer or "CN=Corp Issuing CA 1,DC=corp", begins,
                            begins + life, extensions, key_bits=key_bits), template)

    def held(self, template, label="", key="usable", key_detail="", chain="valid", detail="",
             revocation="", real=None, **certificate):
        """A certificate of MY; `real`: its octets, from elsewhere."""
        made = (Certificate(real, template) if real
                else self.certificate(template, label, **certificate))
        made.machine = {"key": key, "key_detail": key_detail,
                        "chain": chain_of(chain, detail, revocation)}
        self.my.append(made)
        return made

    def publish(self, template, label="", chain="valid", detail="", value=None, **certificate):
        """A value of the account's userCertificate; `value`: a certificate of MY, once more."""
        made = Certificate(value.der, template) if value else self.certificate(
            template, "published " + label, **certificate)
        made.machine = {"chain": chain_of(chain, detail)}
        self.published.append(made)
        return made

    def watch(self, store, label="", **certificate):
        made = self.certificate(None, f"{store} {label}", **certificate)
        made.machine = {"store": store}
        self.watched.append(made)
        return made

    def request(self, template, age, reference="r1", request_id=12, authority=None):
        """An entry of REQUEST; `template` is a name, empty for none."""
        name = template.name if isinstance(template, Template) else template
        ca = authority.reference if authority else {"host": "ca1.corp.example.test",
                                                    "name": "Corp Issuing CA 1"}
        self.requests.append({"key_reference": reference, "template": name, "ca": ca,
                              "request_id": request_id, "submitted": stamp(self.now - age)})
        return reference

    # -- certification authorities -----------------------------------------------------------------
    def ca_certificate(self, subject, issuer=None, begins=None, life=3650 * DAY):
        begins = begins or NOW - 700 * DAY
        extensions = [der.extension("2.5.29.15", der.key_usage(("digitalSignature", "keyCertSign",
                                                                "cRLSign")), critical=True),
                      der.extension("2.5.29.19", der.sequence(der.tlv(0x01, b"\xff")),
                                    critical=True)]
        return der.certificate(f"ca {subject} {begins}", subject, issuer or subject, begins,
                               begins + life, extensions, key_label="ca " + subject)

    def authority(self, number=1, sites=(), acl="usual", offers=None, host=None, certificates=None,
                  more=(), chain="valid", detail="", revocation=""):
        """An enrollment service; `offers` None: every template that is offered at all."""
        name = f"Corp Issuing CA {number}"
        host = f"ca{number}.corp.example.test" if host is None else host
        if certificates is None:
            certificates = [self.ca_certificate(f"CN={name},DC=corp,DC=example,DC=test",
                                                "CN=Corp Root CA,DC=corp,DC=example,DC=test")]
        made = Authority(name, host, certificates[0] if certificates else b"")
        self.authorities.append(made)
        if acl == "usual":
            acl = self.acl(sd.read(), sd.allow_object(sd.AUTHENTICATED_USERS, sd.ENROLL))
        self.services.append({"authority": made, "sites": sites, "acl": acl, "offers": offers,
                              "certificates": certificates, "more": more})
        self.ca_chains[made.config] = (made, chain_of(chain, detail, revocation))
        return made

    def no_authority(self):
        self.default_authority = False

    def remember(self, kind, **entry):
        """One entry of the memory that the last pulse left."""
        for key in ("when", "last", "first"):
            if key in entry:
                entry[key] = stamp(self.now - entry[key])
        if "ca" in entry:
            entry["ca"] = entry["ca"].reference
        if "lifetime" in entry:
            entry["lifetime_seconds"] = int(entry.pop("lifetime").total_seconds())
        self.memory.setdefault(kind, []).append(entry)

    # -- what is expected --------------------------------------------------------------------------
    def says(self, about, verdict, rule=None, fact=()):
        """The decision about a template, a certificate or an entry of REQUEST ("r1")."""
        if isinstance(about, Template):
            subject = ("template", about.name, "")
        elif isinstance(about, Certificate):
            subject = ("certificate", None, about.thumbprint)
        else:
            subject = ("request", None, about)
        facts = (fact,) if isinstance(fact, str) else tuple(fact)
        self.decisions.append({"about": subject, "verdict": verdict, "rule": rule, "facts": facts})

    def does(self, kind, about, reason=None, cas=None, interactive=False, afterwards=()):
        """The next action.  `cas`: the authorities in their order, or a set where that is free."""
        action = {"kind": kind, "template": None, "subject": "", "reason": reason, "cas": cas,
                  "interactive": interactive, "afterwards": afterwards}
        if isinstance(about, Template):
            action["template"] = about.name
        elif isinstance(about, Certificate):
            action["subject"] = about.thumbprint
            action["template"] = about.template.name if about.template else None
        else:
            action["subject"] = about
        self.actions.append(action)

    def enrolls(self, template, rule="Q1", **action):
        self.says(template, "enroll", rule)
        self.does("enroll", template, **action)

    def trusts(self, store, added, removed, problem=""):
        """What the replica does to one store: so many certificates come, so many go."""
        self.trust.append({"store": store, "added": added, "removed": removed, "problem": problem})

    def check(self, text, holds):
        """Anything else that must hold of the whole plan, as `plan --json` prints it."""
        self.checks.append((text, holds))

    # -- what was not said ---------------------------------------------------------------------------
    def finish(self):
        if self.default_authority and not self.services:
            self.authority()
        root = self.ca_certificate("CN=Corp Root CA,DC=corp,DC=example,DC=test")
        issuing = [one for service in self.services for one in service["certificates"]]
        for store, usual in (("roots", [root] if self.services else []),
                             ("intermediates", issuing), ("nt_auth", issuing)):
            if getattr(self, store) is None:
                setattr(self, store, usual)
        return self


def chain_of(state, detail="", revocation=""):
    chain = {"state": state, "detail": detail}
    if revocation:
        chain["revocation"] = revocation
    return chain
