"""A mirror with holes, on loopback: serves a directory, but for what FAULTS says of a path.

usage: mirror.py DIRECTORY FAULTS LOG     prints its port; ends with its input

FAULTS is read at each request. A line is "PATH FAULT [TIMES]": of the first line that names the
path and has times left, the fault is
    missing   404
    busy      503
    flip      the right length, one bit of the last byte turned
    cut       half of the file, then the connection ends
LOG gets a line for each request: the path, and what was done.
"""

import collections
import http.server
import pathlib
import sys
import threading

directory, faults, log = (pathlib.Path(name) for name in sys.argv[1:])
used = collections.Counter()


def fault_of(path):
    for line in faults.read_text().splitlines() if faults.exists() else []:
        name, kind, *times = line.split()
        if name == path and (not times or used[line] < int(times[0])):
            used[line] += 1
            return kind
    return ""


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        kind = fault_of(self.path)
        file = directory / self.path.lstrip("/")
        if not kind and not file.is_file():
            kind = "missing"
        with log.open("a") as out:
            out.write(f"{self.path} {kind or 'served'}\n")
        if kind in ("missing", "busy"):
            self.send_error({"missing": 404, "busy": 503}[kind])
            return
        body = file.read_bytes()
        if kind == "flip":
            body = body[:-1] + bytes([body[-1] ^ 1])
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body[:len(body) // 2] if kind == "cut" else body)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
print(server.server_port, flush=True)
sys.stdin.read()
