"""An OAuth 2 server with lists as other APIs have them: an array at the root, a Link header (RFC 8288).

usage: plainlist.py
Prints its port. Plain HTTP/1.0: every answer ends with its connection. 90 items, 20 a page;
/refused is a 404 of 200 MiB.
"""

import json
import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, urlsplit

ITEMS, SIZE = 90, 20


class Handler(BaseHTTPRequestHandler):
    def answer(self, body: object, **headers: str) -> None:
        text = json.dumps(body, indent=1).encode()
        self.send_response(200)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(text)

    def refuse(self) -> None:
        self.send_response(404)
        self.end_headers()
        try:
            self.wfile.write(b'{"code":"not.found","details":[')
            for _ in range(200):
                self.wfile.write(b'"xxxxxxxxxxxxx",' * 65536)
        except ConnectionError:
            pass  # the client has read enough

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.answer({"access_token": "plain", "token_type": "Bearer", "expires_in": 600})

    def do_GET(self) -> None:
        url = urlsplit(self.path)
        page = int(parse_qs(url.query).get("page", ["1"])[0])
        items = [{"n": n} for n in range(ITEMS)]
        if url.path == "/refused":
            self.refuse()
            return
        if url.path == "/all":
            self.answer({"took": [1, 2, 3], "people": items, "shards": ["a", "b"]})
            return
        base = {"/absolute": f"http://{self.headers['Host']}{url.path}?", "/query": "?",
                "/relative": "relative?"}.get(url.path, url.path + "?")
        last = -(-ITEMS // SIZE)
        links = [f'<{base}page=1>; rel="first"', f'<{base}page={last}>; rel="last"']
        if page < last:
            links.insert(1, f'<{base}a=1,2&page={page + 1}>; title="x, y"; rel="next"')
        self.answer(items[(page - 1) * SIZE:page * SIZE], Link=", ".join(links))

    def log_message(self, *_: object) -> None:
        """Nothing: the test looks at the output."""


with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
    print(server.server_port, flush=True)
    sys.stdout.close()
    server.serve_forever()
