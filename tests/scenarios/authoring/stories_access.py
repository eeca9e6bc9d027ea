"""S: who may enroll, row by row of the access table, and the account's own SIDs."""
from . import security as sd
from .library import scenario
from .world import (DOMAIN_CONTROLLERS, DOMAIN_SID, READ_ONLY_CONTROLLERS, ROOT_DOMAIN_SID, SAN_DNS,
                    SUBJECT_DNS_AS_CN)


@scenario("access-1-two-object-entries", "One entry for Enroll, one for Autoenroll, Read for all",
          "S2 S4 S6 E3 Q1", """
    The template grants Enroll and Autoenroll to group 1601 in two object entries, and Read to
    Authenticated Users: what the template console writes. The host is in that group, so the
    template is wanted. Row 1 of the access table in the rules; [CRTD 2.5] names the two GUIDs.""")
def access_1(s):
    template = s.template("CorpMachine", acl=s.acl(
        sd.allow_object(s.group_a, sd.ENROLL), sd.allow_object(s.group_a, sd.AUTOENROLL),
        sd.read()))
    s.enrolls(template)


@scenario("access-2-denied-autoenroll", "A deny entry in front takes Autoenroll away",
          "S2 S4 E3", """
    Group 1602 is denied Autoenroll by the first entry, and group 1601 is granted both rights
    behind it; the host is in both groups. Entries are walked in stored order and the first that
    speaks of the right decides [ADTS 5.1.3.3.4], so Enroll is there and Autoenroll is not: the host
    may request by hand, never by itself. The decision names the entry and the group. Row 2.""")
def access_2(s):
    template = s.template("CorpMachine", acl=s.acl(
        sd.deny_object(s.group_b, sd.AUTOENROLL), sd.allow_object(s.group_a, sd.ENROLL),
        sd.allow_object(s.group_a, sd.AUTOENROLL), sd.read()))
    s.says(template, "no_autoenroll_right", "E3", fact=("deny", "ACE 1", s.group_b))


@scenario("access-3-allowed-before-denied", "A deny entry behind the allow entry comes too late",
          "S2 S4 E3 Q1", """
    Some script appended the deny entry for group 1602 at the end instead of in front, so group
    1601 is granted Autoenroll before it is denied. The directory walks the list as it is stored
    and does not sort it first [ADTS 5.1.3.3.4]; a client that sorted "deny first" would refuse
    here what the CA allows. The template is wanted. Row 3 of the access table.""")
def access_3(s):
    template = s.template("CorpMachine", acl=s.acl(
        sd.allow_object(s.group_a, sd.ENROLL), sd.allow_object(s.group_a, sd.AUTOENROLL),
        sd.deny_object(s.group_b, sd.AUTOENROLL), sd.read()))
    s.enrolls(template)


@scenario("access-4-full-control", "Plain full control with the control-access bit is both rights",
          "S5 S6 E3 Q1", """
    Group 1601 has one plain entry with mask 0xF01FF and nothing else grants anything. The bit
    0x100 without a GUID stands for all extended rights [CRTD 2.5.1], and Read is in the mask too,
    so the template is wanted. Row 4 of the access table.""")
def access_4(s):
    template = s.template("CorpMachine", acl=s.acl(sd.allow(s.group_a, sd.FULL_CONTROL)))
    s.enrolls(template)


@scenario("access-4b-full-control-of-windows", "Full control as Windows writes it does not enroll",
          "S5 E3", """
    Administrators look at "Full Control" on a default template and expect that it enrolls. Windows
    writes that entry without the bit 0x100 (CCDCLCSWRPWPDTLOSDRCWDWO in every default template), so
    members of the group can change the template and not enroll for it. The host reads the template
    through the entry, and Enroll is missing.""")
def access_4b(s):
    template = s.template("CorpMachine", acl=s.acl(
        sd.allow(s.group_a, sd.FULL_WITHOUT_CONTROL_ACCESS)))
    s.says(template, "no_enroll_right", "E3")


@scenario("access-5-plain-deny", "A plain deny of the control-access bit denies both rights",
          "S5 S2 E3", """
    The first entry denies group 1602 the bit 0x100 without naming a right; behind it stand the
    usual grants to group 1601. [ADTS 5.1.3.3.4] speaks of object entries only; that a plain deny
    counts too is the project's reading of [DTYP 2.5.3.2] and the safe side. Neither Enroll nor
    Autoenroll is left. Row 5.""")
def access_5(s):
    template = s.template("CorpMachine", acl=s.acl(
        sd.deny(s.group_b, sd.CONTROL_ACCESS), sd.allow_object(s.group_a, sd.ENROLL),
        sd.allow_object(s.group_a, sd.AUTOENROLL), sd.read()))
    s.says(template, "no_enroll_right", "E3", fact=("deny", "ACE 1"))


@scenario("access-6-inherit-only", "An inherit-only entry is for children and grants nothing here",
          "S3 E3", """
    The entry that grants Enroll to group 1601 carries the inherit-only flag; the one for Autoenroll
    does not. An inherit-only entry takes no part in a check of the object that holds it, so Enroll
    is missing although the console shows the group in the list. A second template holds the same
    grant as an inherited entry (flag 0x10), which counts like an explicit one. Row 6.""")
def access_6(s):
    first = s.template("CorpMachine", acl=s.acl(
        sd.allow_object(s.group_a, sd.ENROLL, flags=sd.INHERIT_ONLY | sd.CONTAINER_INHERIT),
        sd.allow_object(s.group_a, sd.AUTOENROLL), sd.read()))
    second = s.template("CorpMachineInherited", acl=s.acl(
        sd.allow_object(s.group_a, sd.ENROLL, flags=sd.INHERITED),
        sd.allow_object(s.group_a, sd.AUTOENROLL, flags=sd.INHERITED), sd.read()))
    s.says(first, "no_enroll_right", "E3")
    s.enrolls(second)


@scenario("access-7-object-entry-without-right", "An object entry that names no right is for all",
          "S4 E3 Q1", """
    Group 1601 has one object entry with bit 0x100 whose flags say that no object type is present.
    Such an entry speaks of every extended right ([ADTS 5.1.3.3.4], rule S4), so one entry grants
    Enroll and Autoenroll at once. Row 7 of the access table.""")
def access_7(s):
    template = s.template("CorpMachine", acl=s.acl(
        sd.allow_object(s.group_a, None), sd.read()))
    s.enrolls(template)


@scenario("access-8-without-read", "Enroll and Autoenroll without Read are not enough",
          "S6 E3", """
    Somebody removed Authenticated Users from the template and left Enroll and Autoenroll for group
    1601. The server still returned the object, for instance because the account may list the
    container; a client that may not read the template is no candidate [CRTD 2.5.3]. A second
    template grants "read property" for one property set only, which is not Read either. Row 8.""")
def access_8(s):
    rights = (sd.allow_object(s.group_a, sd.ENROLL), sd.allow_object(s.group_a, sd.AUTOENROLL))
    first = s.template("CorpMachine", acl=s.acl(*rights))
    second = s.template("CorpPropertySet", acl=s.acl(
        *rights, sd.allow(s.group_a, sd.READ & ~sd.READ_PROPERTY),
        sd.allow_object(s.group_a, sd.PROPERTY_SET, mask=sd.READ_PROPERTY)))
    s.says(first, "not_readable", "E3", fact="Read")
    s.says(second, "not_readable", "E3", fact="Read")


@scenario("access-conditional-entries", "Conditional entries never grant, and always deny",
          "S7 E3", """
    Two templates use conditional entries, which Windows evaluates against claims. This client has
    no claims: a conditional grant is ignored and a conditional deny counts as if it were met, the
    safe side [P]. Through the first template the host gets no Enroll; on the second it is granted
    both rights and then has Autoenroll denied by a conditional entry that stands in front.""")
def access_conditional_entries(s):
    first = s.template("CorpClaims", acl=s.acl(
        sd.allow_if(s.group_a, sd.ENROLL), sd.allow_object(s.group_a, sd.AUTOENROLL), sd.read()))
    second = s.template("CorpClaimsDenied", acl=s.acl(
        sd.deny_if(s.group_b, sd.AUTOENROLL), sd.allow_object(s.group_a, sd.ENROLL),
        sd.allow_object(s.group_a, sd.AUTOENROLL), sd.read()))
    s.says(first, "no_enroll_right", "E3")
    s.says(second, "no_autoenroll_right", "E3", fact="deny conditional")


@scenario("access-no-list", "No descriptor, no list, an empty list: three different answers",
          "S1 E3 Q1", """
    Three templates look alike in the console. For the first the directory returned no security
    descriptor, as it does when the request asks without the SD-flags control: it is invisible. The
    second has a descriptor without a DACL, which grants everything to everybody. The third has a
    DACL with no entry, which grants nothing to anybody [ADTS 5.1.3.3.1].""")
def access_no_list(s):
    hidden = s.template("CorpHidden", acl=None)
    everything = s.template("CorpNoDacl", acl=sd.descriptor(None))
    nothing = s.template("CorpEmptyDacl", acl=s.acl())
    s.says(hidden, "not_readable", "S1")
    s.enrolls(everything)
    s.says(nothing, "not_readable", "E3", fact="empty")


@scenario("access-generic-bits-and-owner", "Generic bits stand for what they map to; an owner reads",
          "S6 S8 E3 Q1", """
    A script wrote generic masks instead of mapped ones. GENERIC_ALL holds Read and every extended
    right; GENERIC_READ holds Read and no more, so there Enroll is missing. On the third template
    the host's own account is the owner: an owner may always read the security (S6), but owns no
    extended right, and the rest of Read is not granted to it.""")
def access_generic_bits(s):
    own = s.group(s.rid)
    everything = s.template("CorpGenericAll", acl=s.acl(sd.allow(s.group_a, sd.GENERIC_ALL)))
    reading = s.template("CorpGenericRead", acl=s.acl(sd.allow(s.group_a, sd.GENERIC_READ)))
    owned = s.template("CorpOwned", acl=s.acl(
        sd.allow_object(s.group_a, sd.ENROLL), sd.allow_object(s.group_a, sd.AUTOENROLL),
        owner=own))
    completed = s.template("CorpOwnedReadable", acl=s.acl(
        sd.allow(s.group_a, sd.READ & ~sd.READ_CONTROL), sd.allow_object(s.group_a, sd.ENROLL),
        sd.allow_object(s.group_a, sd.AUTOENROLL), owner=own))
    s.enrolls(everything)
    s.says(reading, "no_enroll_right", "E3")
    s.says(owned, "not_readable", "E3")
    s.enrolls(completed)


@scenario("access-1600-groups", "A host in 1,600 groups", "S9 S10 E3 Q1", """
    Years of nested groups left this host with 1,600 values of tokenGroups; a server sends so many in
    ranges of 1,500 [ADTS 3.1.1.4.5.19], and the one that the template grants is the last of all.
    The capture holds the whole list, as rule S10 demands, and the template is wanted. A client that
    read the first range only would silently refuse it. The second template is granted to a group
    that the host is not in.""")
def access_1600_groups(s):
    s.groups = list(range(20000, 21600))
    last = s.group(21599)
    stranger = s.group(21600)
    mine = s.template("CorpMachine", acl=s.acl(
        sd.allow_object(last, sd.ENROLL), sd.allow_object(last, sd.AUTOENROLL), sd.read()))
    others = s.template("CorpOthers", acl=s.acl(
        sd.allow_object(stranger, sd.ENROLL), sd.allow_object(stranger, sd.AUTOENROLL), sd.read()))
    s.enrolls(mine)
    s.says(others, "no_enroll_right", "E3")


def controller_templates(world):
    """What the default templates of domain controllers grant, each by one group only."""
    def granted(name, trustee):
        return world.template(name, names=SAN_DNS, acl=world.acl(
            sd.read(), sd.allow_object(trustee, sd.ENROLL), sd.allow_object(trustee,
                                                                            sd.AUTOENROLL)))
    root = world.root_domain_sid or world.domain_sid
    return (granted("CorpEnterpriseControllers", sd.ENTERPRISE_CONTROLLERS),
            granted("CorpControllersOfDomain", world.group(DOMAIN_CONTROLLERS)),
            granted("CorpReadOnlyControllers", f"{root}-498"),
            granted("CorpComputers", world.group(515)))


@scenario("domain-controller", "A domain controller is an Enterprise Domain Controller",
          "S9 E3 Q1", """
    dc2 is a domain controller: userAccountControl has SERVER_TRUST_ACCOUNT and its primary group is
    516. Default templates for controllers grant through S-1-5-9, Enterprise Domain Controllers,
    which stands in no group's membership and in no tokenGroups; the client adds it (S9). It is no
    member of Domain Computers and not read-only, so the other two templates refuse it.""")
def domain_controller(s):
    s.account_is("DC2$", 1002, DOMAIN_CONTROLLERS, control=0x82000, dns="dc2.corp.example.test",
                 groups=())
    enterprise, of_domain, read_only, computers = controller_templates(s)
    s.enrolls(of_domain)
    s.enrolls(enterprise)
    s.says(read_only, "no_enroll_right", "E3")
    s.says(computers, "no_enroll_right", "E3")


@scenario("read-only-domain-controller", "A read-only controller of a child domain has root-498",
          "S9 C4 E3 Q1", """
    rodc1 stands in a branch office, in the child domain branch.corp.example.test. A read-only
    controller has PARTIAL_SECRETS_ACCOUNT in userAccountControl and primary group 521, and templates
    reach it through "Enterprise Read-only Domain Controllers": the SID of the forest's root domain
    and 498, not that of its own domain. The client adds that SID (S9). Without
    SERVER_TRUST_ACCOUNT it is no S-1-5-9, and it is neither in 516 nor in 515.""")
def read_only_domain_controller(s):
    s.domain, s.root_domain = "branch.corp.example.test", "corp.example.test"
    s.domain_sid, s.root_domain_sid = DOMAIN_SID, ROOT_DOMAIN_SID
    s.account_is("RODC1$", 1310, READ_ONLY_CONTROLLERS, control=0x05001000,
                 dns="rodc1.branch.corp.example.test", groups=())
    enterprise, of_domain, read_only, computers = controller_templates(s)
    own_domain = s.template("CorpReadOnlyOfThisDomain", acl=s.acl(
        sd.read(), sd.allow_object(s.group(498), sd.ENROLL),
        sd.allow_object(s.group(498), sd.AUTOENROLL)))
    s.enrolls(read_only)
    for template in (enterprise, of_domain, computers, own_domain):
        s.says(template, "no_enroll_right", "E3")


@scenario("child-domain", "A host in a child domain: the configuration lies under the forest root",
          "C4 S9 E3 Q1", """
    ws7 is a member of branch.corp.example.test, a child of the forest root corp.example.test. The
    Public Key Services live under the root's configuration partition, as the root DSE says; a client
    that spells the DN from its own domain finds nothing (a known open-source one does, C4). Group
    515 means Domain Computers of its own domain: a template that grants the root domain's 515 does
    not let this host in.""")
def child_domain(s):
    s.domain, s.root_domain = "branch.corp.example.test", "corp.example.test"
    s.root_domain_sid = ROOT_DOMAIN_SID
    s.account_is("WS7$", 2107, 515, control=0x1000, dns="ws7.branch.corp.example.test")
    own = s.template("CorpBranchMachine", names=SAN_DNS | SUBJECT_DNS_AS_CN)
    root = s.template("CorpRootMachine", acl=s.acl(
        sd.read(), sd.allow_object(f"{ROOT_DOMAIN_SID}-515", sd.ENROLL),
        sd.allow_object(f"{ROOT_DOMAIN_SID}-515", sd.AUTOENROLL)))
    s.enrolls(own)
    s.says(root, "no_enroll_right", "E3")


@scenario("ca-refuses-the-account", "The CA's own security decides which CA is asked",
          "S12 E10 Q1", """
    Three CAs offer the template. Each publishes its own Enroll right on its Enrollment Services
    object [G]: the first grants it to group 1601, the second to a group that the host is not in,
    and of the third the security cannot be read, which leaves the decision to the CA (S12 [P]). So
    the first and the third are asked, never the second. A template that only the second one offers
    has no CA for this host.""")
def ca_refuses_the_account(s):
    machine = s.template("CorpMachine")
    lonely = s.template("CorpLonely")
    stranger = s.group(1999)
    both = [machine.name]
    first = s.authority(1, offers=both, acl=s.acl(
        sd.read(), sd.allow_object(s.group_a, sd.ENROLL)))
    s.authority(2, offers=[machine.name, lonely.name], acl=s.acl(
        sd.read(), sd.allow_object(stranger, sd.ENROLL)))
    third = s.authority(3, offers=both, acl=None)
    s.enrolls(machine, cas={first, third})
    s.says(lonely, "not_offered", "E10", fact="Corp Issuing CA 2")
