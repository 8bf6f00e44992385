"""TLS servers of many kinds, each a token endpoint, for tests of the released program.

usage: tls_servers.py DIRECTORY

Makes a throw-away CA (DIRECTORY/ca.pem), starts one server a row of KINDS on a free port of
loopback, prints "NAME PORT" for each and then "ready", and serves until its input ends.
"""

import http.server
import json
import ssl
import subprocess
import sys
import threading
from pathlib import Path

V12, V13 = ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3

# Name, key, version, ciphers of TLS 1.2, group: what servers and proxies in the field offer.
KINDS = [
    ("tls1.3-rsa", "rsa:2048", V13, "", "X25519"),
    ("tls1.3-p256", "ec:prime256v1", V13, "", "prime256v1"),
    ("tls1.3-p384", "ec:secp384r1", V13, "", "secp384r1"),
    ("tls1.3-p521", "ec:secp521r1", V13, "", "secp521r1"),
    ("tls1.3-ed25519", "ed25519", V13, "", "X25519"),
    ("tls1.2-rsa-aes128", "rsa:2048", V12, "ECDHE-RSA-AES128-GCM-SHA256", "prime256v1"),
    ("tls1.2-rsa-aes256", "rsa:4096", V12, "ECDHE-RSA-AES256-GCM-SHA384", "secp384r1"),
    ("tls1.2-p256-chacha", "ec:prime256v1", V12, "ECDHE-ECDSA-CHACHA20-POLY1305", "X25519"),
    ("tls1.2-rsa-cbc", "rsa:2048", V12, "ECDHE-RSA-AES128-SHA256", "prime256v1"),
    ("tls1.2-dhe", "rsa:2048", V12, "DHE-RSA-AES128-GCM-SHA256", "prime256v1"),
]


def openssl(*arguments: str) -> None:
    subprocess.run(["openssl", *arguments], check=True, capture_output=True)


def key_options(kind: str) -> list[str]:
    algorithm, _, parameter = kind.partition(":")
    if algorithm == "ec":
        return ["-newkey", "ec", "-pkeyopt", f"ec_paramgen_curve:{parameter}"]
    return ["-newkey", kind]


def certificate(directory: Path, name: str, key: str) -> ssl.SSLContext:
    """A server's context with a certificate of its own, signed by the CA."""
    stem = str(directory / name)
    openssl("req", "-x509", "-nodes", *key_options(key), "-keyout", stem + ".key", "-out",
            stem + ".pem", "-days", "2", "-subj", f"/CN={name}", "-addext",
            "subjectAltName=IP:127.0.0.1", "-CA", str(directory / "ca.pem"), "-CAkey",
            str(directory / "ca.key"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(stem + ".pem", stem + ".key")
    return context


class TokenEndpoint(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", "0")))
        cipher = self.connection.cipher()
        answer = {"access_token": "-".join(cipher[:2]), "token_type": "Bearer", "expires_in": 3600}
        body = json.dumps(answer).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        """Silent."""


def serve(directory: Path, name: str, key: str, version: ssl.TLSVersion, ciphers: str,
          group: str) -> int:
    context = certificate(directory, name, key)
    context.minimum_version = context.maximum_version = version
    context.set_ecdh_curve(group)
    context.load_dh_params(str(directory / "dh.pem"))
    if ciphers:
        context.set_ciphers(ciphers)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), TokenEndpoint)
    server.socket = context.wrap_socket(server.socket, server_side=True,
                                        do_handshake_on_connect=False)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server.server_address[1]


def main(directory: Path) -> None:
    openssl("req", "-x509", "-nodes", "-newkey", "rsa:2048", "-keyout",
            str(directory / "ca.key"), "-out", str(directory / "ca.pem"), "-days", "2",
            "-subj", "/CN=throw-away CA")
    openssl("genpkey", "-genparam", "-algorithm", "DH", "-pkeyopt", "group:ffdhe2048", "-out",
            str(directory / "dh.pem"))
    for kind in KINDS:
        print(kind[0], serve(directory, *kind))
    print("ready", flush=True)
    sys.stdin.read()


if __name__ == "__main__":
    main(Path(sys.argv[1]))
