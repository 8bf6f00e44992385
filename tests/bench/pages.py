"""200 pages of 100 users: `cc-token api --paginate` against loops in Python and Node.

usage: pages.py CC_TOKEN NODE_MODULES PYTHON [RUNS]
The emulator's variables (tests/emulator/README.md) are in the environment. The loops are
the vendor tutorials' (a request a page, items printed a line each); the second Python one
keeps its connection, which the tutorials do not.
"""

import os
import sys
import tempfile

from measure import compare, table

PYTHON = r'''
import json, os, requests, sys
e, page = os.environ, 1
get = requests.Session().get if sys.argv[1:] == ["session"] else requests.get
while True:
    r = get(f"{e['CC_API_URL']}/api/v2/users", params={"pageSize": 100, "pageNumber": page},
            headers={"Authorization": "Bearer " + open(e["TOKEN_FILE"]).read()},
            verify=e["CC_CA_FILE"], timeout=60)
    r.raise_for_status()
    body = r.json()
    for item in body["entities"]:
        print(json.dumps(item))
    if page >= body["pageCount"]:
        break
    page += 1
'''
NODE = r'''
const axios = require("axios"), fs = require("fs"), https = require("https"), e = process.env;
const httpsAgent = new https.Agent({ ca: fs.readFileSync(e.CC_CA_FILE), keepAlive: true });
(async () => {
	for (let page = 1, last = 1; page <= last; page++) {
		const { data } = await axios.get(e.CC_API_URL + "/api/v2/users", {
			params: { pageSize: 100, pageNumber: page }, httpsAgent,
			headers: { Authorization: "Bearer " + fs.readFileSync(e.TOKEN_FILE, "utf8") },
		});
		last = data.pageCount;
		for (const item of data.entities) console.log(JSON.stringify(item));
	}
})();
'''


def main() -> None:
    cc_token, node_modules, python = sys.argv[1:4]
    runs = int(sys.argv[4]) if len(sys.argv) > 4 else 5
    e = os.environ
    paginate = [cc_token, "api", "-q", "--paginate", "/api/v2/users?pageSize=100"]
    for latency in (0, 50):
        words = "items=20000" + (f",api.latency={latency}" if latency else "")
        api = f"{e['EMU_URL']}/ns/pages{latency}/{words}/genesys"
        with tempfile.TemporaryDirectory() as directory:
            environment = {
                "PATH": e["PATH"], "HOME": directory, "NODE_PATH": node_modules,
                "CC_CA_FILE": e["EMU_CA_FILE"], "CC_STATE_DIR": directory, "CC_NAME": "bench",
                "CC_PROVIDER": "genesys", "CC_CLIENT_ID": e["EMU_GENESYS_ID"],
                "CC_CLIENT_SECRET": e["EMU_GENESYS_SECRET"],
                "CC_TOKEN_URL": f"{api}/oauth/token", "CC_API_URL": api,
                "TOKEN_FILE": f"{directory}/bench/token",
            }
            figures = compare({
                "`cc-token api --paginate`": paginate,
                "`… --concurrency 8`": [*paginate, "--concurrency", "8"],
                "Python `requests`, a connection a page": [python, "-c", PYTHON],
                "Python `requests.Session`": [python, "-c", PYTHON, "session"],
                "Node `axios`": ["node", "-e", NODE],
            }, runs, environment)
        print(f"200 pages of 100 items, {latency} ms server latency, median of {runs} runs:\n")
        print(table(figures, "`… --concurrency 8`" if latency else "`cc-token api --paginate`"),
              end="\n\n")


main()
