"""A throw-away certificate authority and the server certificates that it signs.

Everything is made by the `openssl` command with keys on P-256, in the directory given, and is
good for two days. Nothing depends on the system's openssl.cnf: the configuration is written here,
because its default sections differ between distributions.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
import subprocess
from pathlib import Path

from vendors import GENESYS_DOMAINS, SUB_DOMAIN

CONFIG = """
[req]
distinguished_name = dn
prompt = no
[dn]
CN = emulator
[authority]
basicConstraints = critical, CA:TRUE
keyUsage = critical, keyCertSign, cRLSign
subjectKeyIdentifier = hash
[server]
basicConstraints = critical, CA:FALSE
keyUsage = critical, digitalSignature
extendedKeyUsage = serverAuth
subjectKeyIdentifier = hash
authorityKeyIdentifier = keyid
subjectAltName = ${ENV::EMULATOR_NAMES}
[ca]
default_ca = dated
[dated]
new_certs_dir = ${ENV::EMULATOR_CERTS}
database = ${ENV::EMULATOR_CERTS}/index
rand_serial = yes
default_md = sha256
policy = any
x509_extensions = server
unique_subject = no
[any]
commonName = supplied
"""

VENDOR_NAMES = [
    *(f"{role}.{domain}" for domain in GENESYS_DOMAINS for role in ("login", "api")),
    "*.mypurecloud.com",
    f"api.{SUB_DOMAIN}.mypurecloud.com",
    "api.cxone.com",
    "cxone.niceincontact.com",
    "cxone-gov.niceincontact.com",
    "nicecxone-sov1.au",
    "nicecxone-sov1.eu",
    "*.nice-incontact.com",
    "*.niceincontact.com",
]
LOOPBACK_NAMES = ["localhost", "127.0.0.1", "::1"]


class Authority:
    """One CA in `directory` (`ca.pem`, `ca.key`) and what it signs (`NAME.pem`, `NAME.key`)."""

    def __init__(self, directory: Path, name: str = "ca") -> None:
        self.directory = directory
        self.certificate = directory / f"{name}.pem"
        self.key = directory / f"{name}.key"
        self.config = directory / "openssl.cnf"
        self.config.write_text(CONFIG)
        self._openssl(
            ["req", "-x509", *self._new_key(self.key), "-extensions", "authority",
             "-subj", f"/CN=cc-token emulator {name}", "-days", "2",
             "-out", str(self.certificate)])

    def server(self, name: str, hosts: list[str], year: int | None = None) -> Path:
        """Sign a certificate for `hosts`; its path, with the key beside it as `NAME.key`.

        It is good for two days from now, or for the first one of `year`.
        """
        certificate = self.directory / f"{name}.pem"
        request = self.directory / f"{name}.csr"
        key = self.directory / f"{name}.key"
        names = alternative_names(hosts)
        self._openssl(
            ["req", "-new", *self._new_key(key), "-subj", f"/CN={name}", "-out", str(request)])
        signer = ["-in", str(request), "-out", str(certificate), "-extensions", "server"]
        if year:
            (self.directory / "index").touch()
            self._openssl(
                ["ca", "-batch", "-notext", "-config", str(self.config), *signer,
                 "-cert", str(self.certificate), "-keyfile", str(self.key),
                 "-startdate", f"{year}0101000000Z", "-enddate", f"{year}0102000000Z"], names)
        else:
            self._openssl(
                ["x509", "-req", "-extfile", str(self.config), *signer, "-days", "2",
                 "-CA", str(self.certificate), "-CAkey", str(self.key),
                 "-set_serial", f"0x{os.urandom(8).hex()}"], names)
        request.unlink()
        return certificate

    def context(self, name: str, hosts: list[str], year: int | None = None) -> ssl.SSLContext:
        """A server context with a new certificate for `hosts`."""
        certificate = self.server(name, hosts, year)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(certificate, certificate.with_suffix(".key"))
        return context

    def _new_key(self, path: Path) -> list[str]:
        return ["-config", str(self.config), "-newkey", "ec", "-pkeyopt",
                "ec_paramgen_curve:P-256", "-nodes", "-keyout", str(path)]

    def _openssl(self, arguments: list[str], names: str = "DNS:unused") -> None:
        environment = {**os.environ, "EMULATOR_NAMES": names,
                       "EMULATOR_CERTS": str(self.directory)}
        done = subprocess.run(["openssl", *arguments], env=environment, stdin=subprocess.DEVNULL,
                              capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"openssl {arguments[0]}: {done.stderr.strip()}")


def alternative_names(hosts: list[str]) -> str:
    """The hosts in the form that openssl's subjectAltName takes."""
    return ",".join(f"{'IP' if is_address(host) else 'DNS'}:{host}" for host in hosts)


def is_address(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True
