"""The two files of a scenario, out of its world (docs/capture-format.md)."""
import base64

from . import ldif
from . import security as sd
from .world import stamp


def b64(octets):
    return base64.b64encode(octets).decode()


def escaped(name):
    """RFC 4514 2.4"""
    return "".join("\\" + c if c in ",+\"\\<>;=#" else c for c in name)


def directory(world):
    entries = [("", [("configurationNamingContext", world.configuration),
                     ("defaultNamingContext", world.domain_dn(world.domain)),
                     ("rootDomainNamingContext",
                      world.domain_dn(world.root_domain or world.domain)),
                     ("dnsHostName", f"dc1.{world.domain}")])]
    if world.root_domain_sid:
        entries.append((world.domain_dn(world.root_domain or world.domain),
                        [("objectSid", sd.sid(world.root_domain_sid))]))
    entries.append((world.dn_of_account, account_attributes(world)))
    for one in world.templates:
        entries.append((world.below(escaped(one.name), "Certificate Templates"), one.attributes))
    for service in world.services:
        entries.append(service_entry(world, service))
    entries += trust_entries(world)
    return ldif.write(entries)


def account_attributes(world):
    attributes = [("objectSid", sd.sid(world.group(world.rid))), ("sAMAccountName", world.sam),
                  ("primaryGroupID", world.primary), ("userAccountControl", world.control)]
    if world.dns:
        attributes.append(("dNSHostName", world.dns))
    attributes += [("userCertificate", one.der) for one in world.published]
    groups = [world.primary, *world.groups]
    attributes += [("tokenGroups", sd.sid(one if isinstance(one, str) else world.group(one)))
                   for one in groups]
    return attributes


def service_entry(world, service):
    made = service["authority"]
    attributes = [("objectClass", "top"), ("objectClass", "pKIEnrollmentService"),
                  ("cn", made.name), ("displayName", made.name), ("flags", 10)]
    if made.host:
        attributes.append(("dNSHostName", made.host))
    attributes += [("cACertificate", one) for one in service["certificates"]]
    offers = service["offers"]
    if offers is None:
        offers = [one.name for one in world.templates if one.offered]
    attributes += [("certificateTemplates", one) for one in offers]
    attributes += [("msPKI-Site-Name", one) for one in service["sites"]]
    attributes += list(service["more"])
    if service["acl"] is not None:
        attributes.append(("nTSecurityDescriptor", service["acl"]))
    return world.below(made.name, "Enrollment Services"), attributes


def trust_entries(world):
    entries = []
    for container, values in (("Certification Authorities", world.roots),
                              ("AIA", world.intermediates)):
        if container not in world.hidden_containers:
            entries.append((world.below(container),
                            [("objectClass", "top"), ("objectClass", "container")]))
        for number, one in enumerate(values, 1):
            entries.append((world.below(f"Corp CA {number}", container),
                            [("objectClass", "top"), ("objectClass", "certificationAuthority"),
                             ("cACertificate", one)]))
    for cn, attributes in world.more_aia:
        entries.append((world.below(cn, "AIA"),
                        [("objectClass", "top"), ("objectClass", "certificationAuthority"),
                         *attributes]))
    if world.nt_auth_exists:
        entries.append((world.below("NTAuthCertificates"),
                        [("objectClass", "top"), ("objectClass", "certificationAuthority")]
                        + [("cACertificate", one) for one in world.nt_auth]))
    return entries


def machine(world):
    stored = {"root": world.roots, "intermediate": world.intermediates, "nt_auth": world.nt_auth}
    stored.update(world.stored_trust)
    return {
        "format": 1,
        "program": "tests/scenarios/author.py",
        "now": stamp(world.now),
        "seed": world.seed,
        "force": world.force,
        "scope": world.scope,
        "account": world.dn_of_account,
        "domain_dns": world.domain,
        "domain_controller": {"name": f"dc1.{world.domain}", "site": world.site},
        "policy": {"bits": world.bits,
                   "source": world.policy_source if world.bits is not None else "",
                   "warn_percent": world.warn_percent, "warn_stores": world.warn_stores},
        "abilities": world.abilities,
        "failed_searches": world.failed_searches,
        "my": [{"thumbprint": one.thumbprint, "certificate": b64(one.der),
                "path": f"my/{one.thumbprint[:8]}", **one.machine} for one in world.my],
        "request": world.requests,
        "trust": {store: [b64(one) for one in values] for store, values in stored.items()},
        "ca_chains": [{"ca": made.reference, "chain": chain}
                      for made, chain in world.ca_chains.values()],
        "published": [{"thumbprint": one.thumbprint, "certificate": b64(one.der),
                       **one.machine} for one in world.published],
        "published_problem": world.published_problem,
        "watched": [{**one.machine, "thumbprint": one.thumbprint, "certificate": b64(one.der)}
                    for one in world.watched],
        "enrolling_elsewhere": world.elsewhere,
        "memory": {kind: world.memory.get(kind, []) for kind in
                   ("issued", "refusals", "outages", "empty_reads", "warned")},
    }
