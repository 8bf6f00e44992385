"""What both vendors and the tests agree on: the hosts, and the credentials that work.

The Genesys domains are those of the JavaScript SDK's PureCloudRegionHosts and of Terraform's
getRegionMap; the NICE hosts those of the CXone developer site. No credential here is real.
"""

from __future__ import annotations

from dataclasses import dataclass

GENESYS_REGIONS = {
    "us-east-1": "mypurecloud.com",
    "us-east-2": "use2.us-gov-pure.cloud",
    "us-west-2": "usw2.pure.cloud",
    "ca-central-1": "cac1.pure.cloud",
    "mx-central-1": "mxc1.pure.cloud",
    "sa-east-1": "sae1.pure.cloud",
    "eu-west-1": "mypurecloud.ie",
    "eu-west-2": "euw2.pure.cloud",
    "eu-central-1": "mypurecloud.de",
    "eu-central-2": "euc2.pure.cloud",
    "me-central-1": "mec1.pure.cloud",
    "ap-south-1": "aps1.pure.cloud",
    "ap-southeast-1": "apse1.pure.cloud",
    "ap-southeast-2": "mypurecloud.com.au",
    "ap-northeast-1": "mypurecloud.jp",
    "ap-northeast-2": "apne2.pure.cloud",
    "ap-northeast-3": "apne3.pure.cloud",
    "eusc-de-east-1": "edee1.eusc-pure.cloud",
}
GENESYS_DOMAINS = list(GENESYS_REGIONS.values())
SUB_DOMAIN = "acme"

CXONE_ISSUER_HOSTS = ["cxone.niceincontact.com", "cxone-gov.niceincontact.com",
                      "nicecxone-sov1.au", "nicecxone-sov1.eu"]
CXONE_AREA = "na1"
CXONE_API_HOST = f"api-{CXONE_AREA}.niceincontact.com"
CXONE_TENANT = "11eb5f3c-0000-4000-8000-0242ac110003"

HOSTILE_SECRET = """h%41"$HOME `id` ::add-mask::x=/+&'\\;#%zz"""


@dataclass(frozen=True)
class Credential:
    """An id and the secret that opens it; `home` is the one Genesys domain that knows it."""

    id: str
    secret: str
    home: str | None = None


GENESYS = {
    "": Credential("3d2b9b4c-5c1f-4e8a-9f6e-0a1b2c3d4e01", "genesys-secret-8qXv2TnWm4Lr7Kd1"),
    "HOSTILE": Credential("3d2b9b4c-5c1f-4e8a-9f6e-0a1b2c3d4e02", HOSTILE_SECRET),
    "REGIONAL": Credential("3d2b9b4c-5c1f-4e8a-9f6e-0a1b2c3d4e03",
                           "genesys-secret-Zt5Hb9QsYc3Pf6Gj", "euw2.pure.cloud"),
}
CXONE = {
    "": Credential("cxone-client-7f3a2b1c", "cxone-secret-4NwR8mZkV1xTqY6p"),
    "HOSTILE": Credential("cxone-client-0d9e8f7a", HOSTILE_SECRET),
}
ACCESS_KEY = {
    "": Credential("QF4ZK6T2MHXW7PLCB3RNVYD5EJGS2AUIO6QF4ZK6T2MHXW7PLCB3====",
                   "K7DNVQ2XJ5RWM3TZYB6HPLC4EGSA2FUIO7K7DNVQ2XJ5RWM3TZYB===="),
}
OAUTH2 = {
    "": Credential("plain-client", "plain-secret-Vb3Lk9TzXc7Wm2Qd"),
    "HOSTILE": Credential("odd client:/+%41", HOSTILE_SECRET),
}

FAMILIES = {"GENESYS": GENESYS, "CXONE": CXONE, "CXONE_KEY": ACCESS_KEY, "OAUTH2": OAUTH2}


def find(family: dict[str, Credential], identifier: str) -> Credential | None:
    """The credential of this family with this id."""
    return next((one for one in family.values() if one.id == identifier), None)
