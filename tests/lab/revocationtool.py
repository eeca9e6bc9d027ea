"""Lists of revoked certificates in the lab's directory, for tests of both platforms."""

SAM = "/run/ae-lab/dc/private/sam.ldb"
CDP = "CN=CDP,CN=Public Key Services,CN=Services,CN=Configuration,DC=corp,DC=example,DC=test"


def ldap_url(ca, host=""):
    dn = f"CN={ca} list,CN={ca},{CDP}".replace(" ", "%20")
    return f"ldap://{host}/{dn}?certificateRevocationList?base?objectClass=cRLDistributionPoint"


def publish_in_directory(lab, ca):
    """What an enterprise CA does with its list."""
    content = lab.run("openssl", "base64", "-A", "-in", f"/run/ae-lab/{ca}/ca.crl").stdout.strip()
    dn = f"CN={ca} list,CN={ca},{CDP}"
    lab.run("ldbadd", "-H", SAM, check=False,
            text_input=f"dn: CN={ca},{CDP}\nobjectClass: container\n")
    lab.run("ldbadd", "-H", SAM, check=False,
            text_input=f"dn: {dn}\nobjectClass: cRLDistributionPoint\ncertificateRevocationList: 0\n")
    lab.run("ldbmodify", "-H", SAM, text_input=f"dn: {dn}\nchangetype: modify\nreplace: certificateRevocationList\n"
            f"certificateRevocationList:: {content}\n")
