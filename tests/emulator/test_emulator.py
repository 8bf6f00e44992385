"""The emulator's logins, faults, journal, proxies and process.

Run all its tests: python3 -m unittest discover -s tests/emulator
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import http.client
import json
import signal
import socket
import ssl
import subprocess
import sys
import textwrap
import unittest
from email.utils import parsedate_to_datetime
from urllib.parse import quote, quote_plus, urlsplit

import tables
from harness import HERE, Emulator, EmulatorCase, basic, bearer, emulator, until

GRANT = {"grant_type": "client_credentials"}


class Genesys(EmulatorCase):
    def test_token_works_until_it_is_revoked(self) -> None:
        answer = self.login().json()
        self.assertEqual((answer["token_type"], answer["expires_in"]), ("bearer", 86400))
        me = self.url("-", "/api/v2/tokens/me")
        headers = bearer(answer["access_token"])
        self.assertEqual(self.fetch("HEAD", me, headers).status, 200)
        self.assertEqual(self.fetch("DELETE", me, headers).status, 200)
        refused = self.fetch("DELETE", me, headers)
        self.assertEqual((refused.status, refused.json()["code"]), (401, "bad.credentials"))
        self.assertEqual(refused.json()["contextId"], refused.headers["inin-correlation-id"])

    def test_refusals_are_those_of_the_vendor(self) -> None:
        client, secret = self.credentials("GENESYS")
        url = self.url("-", "/oauth/token")
        for credentials, status, text in (
                (("3d2b9b4c-ffff-4e8a-9f6e-0a1b2c3d4e01", secret), 400, "client not found"),
                ((client, "wrong"), 401, "authentication failed")):
            reply = self.post_form(url, GRANT, credentials)
            self.assertEqual(reply.status, status)
            self.assertEqual(reply.json(), {"error": "invalid_client", "description": text,
                                            "error_description": text})

    def test_secret_is_taken_raw(self) -> None:
        self.assertEqual(self.login(family="GENESYS_HOSTILE").status, 200)
        client, secret = self.credentials("GENESYS_HOSTILE")
        url = self.url("-", "/oauth/token")
        self.assertEqual(self.post_form(url, GRANT, (client, quote_plus(secret))).status, 401)

    def test_sub_domain_takes_the_form_alone(self) -> None:
        client, secret = self.credentials("GENESYS")
        url = self.url("-", "/oauth/token", "genesys-sub")
        form = {**GRANT, "client_id": client, "client_secret": secret}
        self.assertEqual(self.post_form(url, form).status, 200)
        self.assertEqual(self.post_form(url, GRANT, (client, secret)).status, 400)

    def test_no_token_unknown_token_expired_token(self) -> None:
        me = self.url("-", "/api/v2/organizations/me")
        token = self.token()
        self.assertEqual(self.get(me, token).json()["name"], "Emulator")
        self.assertEqual(self.get(me).json()["code"], "authentication.required")
        self.assertEqual(self.get(me, "unknown").json()["code"], "bad.credentials")
        self.admin("POST", "expire-all")
        self.assertEqual(self.get(me, token).json()["code"], "credentials.expired")

    def test_lifetime_is_real(self) -> None:
        token = self.token("lifetime=0.2")
        me = self.url("-", "/api/v2/tokens/me")
        self.assertEqual(self.get(me, token).status, 200)
        self.assertTrue(until(lambda: self.get(me, token).status == 401))

    def test_users_me_has_no_user(self) -> None:
        reply = self.get(self.url("-", "/api/v2/users/me"), self.token())
        self.assertEqual(reply.status, 400)
        self.assertIn("requires a user context", reply.json()["message"])


class Cxone(EmulatorCase):
    vendor = "cxone"

    def test_client_credentials_give_a_web_token_with_the_tenant(self) -> None:
        claims = self.token().split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(claims + "=" * (-len(claims) % 4)))
        self.assertEqual(claims["tenantId"], self.env["EMU_CXONE_TENANT"])

    def test_password_grant_by_discovery_and_refresh(self) -> None:
        found = self.get(self.url("-", "/.well-known/openid-configuration")).json()
        self.assertEqual(found["issuer"], self.url("-", ""))
        key, secret = self.credentials("CXONE_KEY")
        form = {"grant_type": "password", "username": key, "password": secret}
        client = self.credentials("CXONE")
        first = self.post_form(found["token_endpoint"], form, client).json()
        self.assertEqual(set(first), {"access_token", "token_type", "expires_in", "refresh_token",
                                      "id_token"})
        renewal = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        self.assertEqual(self.post_form(found["token_endpoint"], renewal, client).status, 200)
        again = self.post_form(found["token_endpoint"], renewal, client)
        self.assertEqual((again.status, again.json()["error"]), (400, "invalid_grant"))
        wrong = self.post_form(found["token_endpoint"], {**form, "password": "x"}, client)
        self.assertEqual(wrong.status, 400)

    def test_password_grant_takes_basic_raw_or_encoded(self) -> None:
        key, secret = self.credentials("CXONE_KEY")
        form = {"grant_type": "password", "username": key, "password": secret}
        client = self.credentials("CXONE_HOSTILE")
        url = self.url("-", "/auth/token")
        self.assertEqual(self.post_form(url, form, client).status, 200)
        self.assertEqual(self.post_form(url, form, (client[0], quote(client[1]))).status, 200)

    def test_tenant_leads_to_the_api(self) -> None:
        path = "/.well-known/cxone-configuration?tenantId="
        found = self.get(self.url("-", path + self.env["EMU_CXONE_TENANT"])).json()
        self.assertEqual(found["api_endpoint"], self.url("-", ""))
        self.assertEqual(self.get(self.url("-", path + "other")).status, 404)

    def test_access_key_and_its_own_refresh(self) -> None:
        key, secret = self.credentials("CXONE_KEY")
        body = {"accessKeyId": key, "accessKeySecret": secret}
        url = self.url("-", "/authentication/v1/token/access-key")
        first = self.post_json(url, body).json()
        renewed = self.post_json(self.url("-", "/public/user/refresh"),
                                 {"token": first["refresh_token"]}).json()
        self.assertEqual(set(renewed), {"token", "refreshToken", "tokenExpirationTimeSec",
                                        "refreshTokenExpirationTimeSec"})
        self.assertEqual(self.post_json(url, {**body, "accessKeySecret": "x"}).status, 401)

    def test_error_text_is_in_a_header(self) -> None:
        reply = self.get(self.url("-", "/incontactapi/services/v30.0/agents"), "unknown")
        self.assertEqual((reply.status, reply.body), (401, b""))
        self.assertIn("access token", reply.headers["icstatusdescription"])


class Oauth2(EmulatorCase):
    vendor = "oauth2"

    def test_both_client_authentications(self) -> None:
        url = self.url("-", "/token")
        for family in ("OAUTH2", "OAUTH2_HOSTILE"):
            client, secret = self.credentials(family)
            encoded = (quote_plus(client), quote_plus(secret))
            self.assertEqual(self.post_form(url, GRANT, encoded).status, 200)
            form = {**GRANT, "client_id": client, "client_secret": secret}
            self.assertEqual(self.post_form(url, form).status, 200)
            both = self.post_form(url, form, encoded)
            self.assertEqual((both.status, both.json()["error"]), (400, "invalid_request"))
        reply = self.post_form(url, GRANT, ("plain-client", "wrong"))
        self.assertEqual((reply.status, reply.json()), (401, {
            "error": "invalid_client", "error_description": "client authentication failed"}))
        self.assertIn("Basic", reply.headers["www-authenticate"])

    def test_one_method_alone(self) -> None:
        url = self.url("authmethod=client_secret_post", "/token")
        self.assertEqual(self.post_form(url, GRANT, self.credentials("OAUTH2")).status, 401)

    def test_discovery_by_both_rules(self) -> None:
        issuer = self.url("-", "")
        path = urlsplit(issuer).path
        for url in (f"{self.env['EMU_URL']}/.well-known/oauth-authorization-server{path}",
                    f"{self.env['EMU_URL']}/.well-known/openid-configuration{path}",
                    f"{issuer}/.well-known/openid-configuration"):
            found = self.get(url).json()
            self.assertEqual(found["issuer"], issuer)
            self.assertEqual(found["revocation_endpoint"], f"{issuer}/revoke")
        self.assertEqual(self.get(f"{issuer}/.well-known/oauth-authorization-server").status, 404)

    def test_revocation_shows_in_introspection(self) -> None:
        client = self.credentials("OAUTH2")
        token = self.post_form(self.url("-", "/token"), {**GRANT, "scope": "a b"}, client).json()
        form = {"token": token["access_token"]}
        seen = self.post_form(self.url("-", "/introspect"), form, client).json()
        self.assertEqual((seen["active"], seen["scope"]), (True, "a b"))
        self.assertEqual(self.get(self.url("-", "/anything"), form["token"]).status, 200)
        self.assertEqual(self.post_form(self.url("-", "/revoke"), form, client).status, 200)
        self.assertEqual(self.post_form(self.url("-", "/introspect"), form, client).json(),
                         {"active": False})
        self.assertEqual(self.get(self.url("-", "/anything"), form["token"]).status, 401)
        unknown = self.post_form(self.url("-", "/revoke"), {"token": "unknown"}, client)
        self.assertEqual(unknown.status, 200)

    def test_refresh_where_it_is_asked_for(self) -> None:
        client = self.credentials("OAUTH2")
        first = self.post_form(self.url("refresh", "/token"), GRANT, client).json()
        form = {"grant_type": "refresh_token", "refresh_token": first["refresh_token"]}
        denied = self.post_form(self.url("refresh,refreshdenied", "/token"), form, client)
        self.assertEqual(denied.json()["error"], "invalid_grant")
        self.assertEqual(self.post_form(self.url("refresh", "/token"), form, client).status, 200)


class Faults(EmulatorCase):
    def statuses(self, words: str, times: int) -> list[int]:
        return [self.login(words).status for _ in range(times)]

    def test_counts_skips_and_order(self) -> None:
        self.assertEqual(self.statuses("429x2,503x1", 4), [429, 429, 503, 200])
        self.assertEqual(self.statuses("500+1x2", 4), [200, 500, 500, 200])

    def test_an_unknown_word_is_told(self) -> None:
        for words in ("nonsense", "elsewhere.429", "429x", "x.y.z"):
            reply = self.login(words)
            self.assertEqual(reply.status, 400, words)
            self.assertIn("no such fault", reply.json()["emulator"])

    def test_a_bad_value_is_told(self) -> None:
        reply = self.login("lifetime=long")
        self.assertEqual((reply.status, "bad value" in reply.json()["emulator"]), (400, True))

    def test_scopes(self) -> None:
        words = "api.503,revoke.500x1"
        token = self.token(words)
        me = self.url(words, "/api/v2/tokens/me")
        self.assertEqual(self.get(me, token).status, 503)
        self.assertEqual(self.fetch("DELETE", me, bearer(token)).status, 500)
        self.assertEqual(self.fetch("DELETE", me, bearer(token)).status, 200)

    def test_vendor_bodies(self) -> None:
        rate = self.login("400rate").json()
        self.assertEqual(rate["error"], "invalid_request")
        self.assertTrue(rate["error_description"].startswith("rate limit exceeded;"))
        self.assertEqual(self.login("401secret").json()["description"], "authentication failed")
        self.assertEqual(self.login("400client").json()["description"], "client not found")
        missing = self.get(self.url("api.403", "/api/v2/users"), self.token()).json()
        self.assertEqual(missing["code"], "missing.any.permissions")
        self.assertIn("directory:user:view", missing["messageParams"]["permissions"])

    def test_retry_after(self) -> None:
        for words, value in (("retry-after=7", "7"), ("retry-after=garbage", "soon, perhaps"),
                             ("retry-after=huge", "9" * 20), ("-", None)):
            reply = self.login(f"429,{words}" if words != "-" else "429")
            self.assertEqual(reply.headers.get("retry-after"), value)
        reply = self.login("429,retry-after=date+90")
        ahead = (parsedate_to_datetime(reply.headers["retry-after"])
                 - parsedate_to_datetime(reply.headers["date"]))
        self.assertIn(round(ahead.total_seconds()), (89, 90, 91))
        api = self.get(self.url("api.429,retry-after=none", "/api/v2/users"), self.token())
        self.assertNotIn("retry-after", api.headers)

    def test_header(self) -> None:
        reply = self.login("403,header=X-RateLimit-Remaining%3A0,retry-after=3")
        self.assertEqual(reply.headers["x-ratelimit-remaining"], "0")
        self.assertEqual(reply.headers["retry-after"], "3")

    def test_encoding(self) -> None:
        url, plain = self.url("encoding=gzip", "/api/v2/users"), {"Accept-Encoding": "identity"}
        headers = bearer(self.token())
        reply = self.fetch("GET", url, {**headers, "Accept-Encoding": "br"})
        self.assertEqual(reply.headers["content-encoding"], "gzip")
        self.assertIn("entities", json.loads(gzip.decompress(reply.body)))
        reply = self.fetch("GET", url, {**headers, **plain})
        self.assertNotIn("content-encoding", reply.headers)
        self.assertIn("entities", reply.json())
        reply = self.fetch("GET", self.url("encoding=br%21", "/api/v2/users"), {**headers, **plain})
        self.assertEqual(reply.headers["content-encoding"], "br")

    def test_token_fields(self) -> None:
        self.assertNotIn("expires_in", self.login("expires=absent").json())
        self.assertIn(b'"expires_in":1e30', self.login("expires=1e30").body)
        self.assertEqual(self.login("expires=%223600%22").json()["expires_in"], "3600")
        self.assertNotIn("token_type", self.login("notype").json())
        self.assertEqual(self.login("type=mac").json()["token_type"], "mac")
        self.assertEqual(self.login("token=a%0D%0Ab%2Cc").json()["access_token"], "a\r\nb,c")

    def test_date(self) -> None:
        true = parsedate_to_datetime(self.login().headers["date"])
        off = parsedate_to_datetime(self.login("date=+3600").headers["date"])
        self.assertIn(round((off - true).total_seconds()), (3600, 3601))
        self.assertNotIn("date", self.login("date=none").headers)

    def test_error_texts(self) -> None:
        text = self.login("401secret,ctrl,echo").json()["error_description"]
        self.assertIn("\x1b[31m", text)
        self.assertGreater(len(text), 5000)
        self.assertNotIn("\0", text)
        self.assertIn("\0", self.login("401secret,ctrl=nul").json()["error_description"])
        self.assertIn(basic(*self.credentials("GENESYS")), text)

    def test_bodies(self) -> None:
        self.assertIn(b"<html>", self.login("html").body)
        self.assertEqual(self.login("html=502").status, 502)
        self.assertEqual(self.login("empty").body, b"")
        self.assertEqual(self.login("json=%5B%5D").body, b"[]")
        for words in ("big=3000000", "bigchunked=3000000"):
            self.assertEqual(len(self.login(words).body), 3000000)

    def test_redirects(self) -> None:
        reply = self.login("redirect")
        self.assertEqual(reply.status, 307)
        self.assertTrue(reply.headers["location"].startswith(self.env["EMU_STORAGE_URL"]))
        self.assertEqual(self.login("redirect=same").headers["location"],
                         self.url("redirect=same", "/redirected"))

    def test_broken_deliveries(self) -> None:
        with self.assertRaises(http.client.RemoteDisconnected):
            self.login("close")
        with self.assertRaises((ConnectionResetError, ssl.SSLError, http.client.IncompleteRead)):
            self.login("reset")
        for words in ("short", "chunkcut", "headopen"):
            with self.assertRaises(http.client.IncompleteRead):
                self.login(words)
        with self.assertRaises(json.JSONDecodeError):
            self.login("halfjson").json()
        self.assertEqual(self.login("interim").status, 103)
        self.assertEqual(self.login("headcut").body, b"")
        for words in ("slow=0", "chunked", "nolength", "noclose"):
            self.assertIn("access_token", self.login(words).json())

    def test_hang_ends_with_the_client(self) -> None:
        connection = self.emu.connect(self.env["EMU_URL"])
        connection.request("POST", urlsplit(self.url("hang", "/oauth/token")).path)
        connection.sock.settimeout(0.1)
        with self.assertRaises(TimeoutError):
            connection.getresponse()
        connection.close()
        self.assertEqual(self.journal()[0]["status"], 0)

    def test_faults_can_come_later(self) -> None:
        self.admin("PUT", "faults", "503")
        self.assertEqual(self.login().status, 503)
        self.admin("PUT", "faults", "-")
        self.assertEqual(self.login().status, 200)

    def test_manual_has_the_tables(self) -> None:
        manual = tables.README.read_text()
        self.assertEqual(manual, tables.filled(manual), "run tests/emulator/tables.py")
        for group in (tables.words(), tables.lists()):
            self.assertIn(group, manual)

    def test_bodies_that_are_none(self) -> None:
        with self.assertRaises(http.client.BadStatusLine):
            self.login("nothttp")
        self.assertGreater(sum(map(len, self.login("bighead=5000").headers.values())), 900)


class Journal(EmulatorCase):
    def test_fields(self) -> None:
        token = self.token("429x1") if self.login("429x1").status == 200 else self.token()
        self.get(self.url("-", "/api/v2/tokens/me?a=b"), token)
        first, second, third = self.journal()
        self.assertEqual((first["status"], first["fault"], first["issued"]), (429, "429x1", None))
        print_of_token = hashlib.sha256(token.encode()).hexdigest()[:16]
        self.assertEqual((second["status"], second["issued"]), (200, print_of_token))
        self.assertEqual(second["body"], "grant_type=client_credentials")
        self.assertIn(["Authorization", basic(*self.credentials("GENESYS"))], second["headers"])
        self.assertEqual((third["path"], third["query"], third["method"], third["presented"],
                          third["presented_valid"], third["kind"]),
                         ("/api/v2/tokens/me", "a=b", "GET", print_of_token, True, "api"))

    def reader(self, *options: str) -> str:
        command = [sys.executable, f"{HERE}/journal.py", str(self.emu.directory), "--ns", self.ns]
        return subprocess.run([*command, *options], capture_output=True, text=True,
                              check=True).stdout

    def test_reader(self) -> None:
        self.login("503x1")
        self.login("503x1")
        self.assertEqual(self.reader("--count"), "2\n")
        self.assertEqual(self.reader("--count", "--status", "200"), "1\n")
        self.assertEqual(self.reader("--path", "/oauth/token", "--field", "status"), "503\n200\n")
        self.assertEqual(self.reader("--field", "form.grant_type"), "client_credentials\n" * 2)
        self.assertEqual(self.reader("--field", "header.x"), "-\n-\n")
        self.assertEqual(len(self.reader("--json", "--wait", "2").splitlines()), 2)

    def test_reader_gives_up(self) -> None:
        with self.assertRaises(subprocess.CalledProcessError):
            self.reader("--wait", "1", "--timeout", "0.1")

    def test_controls(self) -> None:
        token = self.token()
        [known] = self.admin("GET", "tokens")
        self.assertTrue(known["valid"])
        for body in ({"method": "GET", "command": f"valid?fingerprint={known['fingerprint']}"},
                     {"method": "POST", "command": "valid", "body": token}):
            self.assertEqual(self.admin(**body), {"known": True, "valid": True})
        self.assertEqual(self.admin("POST", "revoke-all"), {"revoked": 1})
        self.assertFalse(self.admin("GET", "tokens")[0]["valid"])


class Certificates(EmulatorCase):
    def test_each_bad_one_is_bad_in_its_own_way(self) -> None:
        for name, reason in (("EXPIRED", "expired"), ("FUTURE", "not yet valid"),
                             ("WRONGNAME", "mismatch"), ("UNTRUSTED", "issuer")):
            with self.assertRaises(ssl.SSLCertVerificationError) as caught:
                self.get(self.env[f"EMU_{name}_URL"] + "/")
            self.assertIn(reason, str(caught.exception))

    def test_ports_that_do_not_answer(self) -> None:
        with self.assertRaises(ConnectionRefusedError):
            self.get(self.env["EMU_REFUSED_URL"] + "/")
        parts = urlsplit(self.env["EMU_SILENT_URL"])
        with (socket.create_connection((parts.hostname, parts.port)) as sock,
              self.assertRaises(TimeoutError)):
            sock.settimeout(0.1)
            self.emu.tls.wrap_socket(sock, server_hostname=parts.hostname)

    def test_plain_http_serves_the_same(self) -> None:
        url = self.url("-", "/oauth/token", base="EMU_HTTP_URL")
        self.assertEqual(self.post_form(url, GRANT, self.credentials("GENESYS")).status, 200)


class Proxies(EmulatorCase):
    def through(self, host: str, user: str | None = None, password: str = "p@ss",
                proxy: str = "EMU_PROXY_AUTH_URL") -> http.client.HTTPSConnection:
        parts = urlsplit(self.env[proxy])
        connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=10,
                                                 context=self.emu.tls)
        headers = {} if user is None else {"Proxy-Authorization": basic(user, password)}
        connection.set_tunnel(host, 443, headers)
        self.addCleanup(connection.close)
        return connection

    def login_at(self, host: str, user: str, family: str, **more: str) -> tuple[int, str]:
        connection = self.through(host, user, **more)
        connection.request("POST", "/oauth/token", "grant_type=client_credentials", {
            "Authorization": basic(*self.credentials(family)),
            "Content-Type": "application/x-www-form-urlencoded"})
        reply = connection.getresponse()
        return reply.status, reply.read().decode()

    def test_region_that_knows_the_client(self) -> None:
        user = f"{self.ns}~-"
        self.assertEqual(self.login_at("login.euw2.pure.cloud", user, "GENESYS_REGIONAL")[0], 200)
        status, body = self.login_at("login.mypurecloud.de", user, "GENESYS_REGIONAL")
        self.assertEqual((status, "client not found" in body), (400, True))
        for host in ("login.mypurecloud.com", "login.use2.us-gov-pure.cloud"):
            self.assertEqual(self.login_at(host, user, "GENESYS")[0], 200)
        self.assertEqual(self.login_at("api.mypurecloud.com", user, "GENESYS")[0], 404)

    def test_words_in_the_user_name(self) -> None:
        user = f"{self.ns}~503x1"
        statuses = [self.login_at("login.mypurecloud.ie", user, "GENESYS", proxy="EMU_PROXY_URL")[0]
                    for _ in range(2)]
        self.assertEqual(statuses, [503, 200])
        connects = [entry for entry in self.journal() if entry["kind"] == "proxy"]
        self.assertEqual([entry["target"] for entry in connects], ["login.mypurecloud.ie:443"] * 2)
        self.assertEqual(self.journal()[-1]["via"], "login.mypurecloud.ie:443")

    def test_password(self) -> None:
        for user, password in ((None, ""), ("user", "wrong")):
            with self.assertRaisesRegex(OSError, "407"):
                self.through("api.cxone.com", user, password).request("GET", "/")
        self.through("api.cxone.com", "user").request("GET", "/")

    def test_unknown_names_are_not_resolved(self) -> None:
        with self.assertRaisesRegex(OSError, "502"):
            self.through("example.com", "user").request("GET", "/")

    def test_faults_of_the_proxy_itself(self) -> None:
        user = f"{self.ns}~proxy.503x1"
        with self.assertRaisesRegex(OSError, "503"):
            self.login_at("login.mypurecloud.ie", user, "GENESYS")
        self.assertEqual(self.login_at("login.mypurecloud.ie", user, "GENESYS")[0], 200)

    def test_loopback_is_connected_to(self) -> None:
        parts = urlsplit(self.env["EMU_PROXY_URL"])
        target = urlsplit(self.env["EMU_URL"])
        connection = http.client.HTTPSConnection(parts.hostname or "", parts.port, timeout=10,
                                                 context=self.emu.tls)
        self.addCleanup(connection.close)
        connection.set_tunnel(target.hostname or "", target.port)
        connection.request("GET", urlsplit(self.url("-", "/api/v2/tokens/me")).path)
        self.assertEqual(connection.getresponse().status, 401)

    def test_plain_http_is_forwarded(self) -> None:
        parts = urlsplit(self.env["EMU_PROXY_URL"])
        connection = http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=10)
        self.addCleanup(connection.close)
        url = self.url("-", "/oauth/token", base="EMU_HTTP_URL")
        connection.request("POST", url, "grant_type=client_credentials", {
            "Authorization": basic(*self.credentials("GENESYS")),
            "Content-Type": "application/x-www-form-urlencoded"})
        self.assertIn(b"access_token", connection.getresponse().read())

    def test_cxone_is_discovered_by_name(self) -> None:
        connection = self.through("cxone.niceincontact.com", "user")
        connection.request("GET", "/.well-known/cxone-configuration?tenantId="
                           + self.env["EMU_CXONE_TENANT"])
        found = json.loads(connection.getresponse().read())
        self.assertEqual(found["api_endpoint"], "https://api-na1.niceincontact.com")


class Process(unittest.TestCase):
    def test_ends_on_term_and_after_its_lifetime(self) -> None:
        short = Emulator("--lifetime", "0.1")
        self.assertEqual(short.process.wait(10), 0)
        short.stop()
        long = Emulator()
        long.process.terminate()
        self.assertEqual(long.process.wait(10), -signal.SIGTERM)
        long.stop()

    def test_ends_with_its_parent(self) -> None:
        parent = textwrap.dedent("""
            import os, sys
            sys.path.insert(0, sys.argv[1])
            import harness
            emulator = harness.Emulator()
            print(emulator.env["EMU_URL"], flush=True)
            sys.stdin.read()
            os._exit(0)
        """)
        with subprocess.Popen([sys.executable, "-c", parent, HERE], stdin=subprocess.PIPE,
                              stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            parts = urlsplit(process.stdout.readline().strip())
            address = (parts.hostname or "", parts.port or 0)
            socket.create_connection(address).close()
            process.kill()
        self.assertTrue(until(lambda: refuses(address)))


def refuses(address: tuple[str, int]) -> bool:
    try:
        socket.create_connection(address).close()
    except ConnectionRefusedError:
        return True
    return False


def setUpModule() -> None:
    emulator()


if __name__ == "__main__":
    unittest.main()
