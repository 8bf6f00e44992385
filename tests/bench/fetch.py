"""A cold `get` against the same request by curl, Python requests and Node axios; a stored one.

usage: fetch.py CC_TOKEN NODE_MODULES PYTHON [RUNS]
The emulator's variables (tests/emulator/README.md) are in the environment. The trust file
is the system's full bundle with the emulator's CA behind it, the same for all.
"""

import os
import sys
import tempfile

from measure import compare, table

CURL = r'''set -o pipefail
curl -sf --cacert "$BUNDLE" -u "$CC_CLIENT_ID:$CC_CLIENT_SECRET" \
	-d grant_type=client_credentials "$CC_TOKEN_URL" | jq -re .access_token'''
REQUESTS = r'''
import os, requests
e = os.environ
r = requests.post(e["CC_TOKEN_URL"], auth=(e["CC_CLIENT_ID"], e["CC_CLIENT_SECRET"]),
                  data={"grant_type": "client_credentials"}, verify=e["BUNDLE"], timeout=30)
r.raise_for_status()
print(r.json()["access_token"])
'''
AXIOS = r'''
const axios = require("axios"), fs = require("fs"), https = require("https"), e = process.env;
axios.post(e.CC_TOKEN_URL, "grant_type=client_credentials", {
	auth: { username: e.CC_CLIENT_ID, password: e.CC_CLIENT_SECRET },
	httpsAgent: new https.Agent({ ca: fs.readFileSync(e.BUNDLE) }),
}).then((r) => console.log(r.data.access_token));
'''


def main() -> None:
    cc_token, node_modules, python = sys.argv[1:4]
    runs = int(sys.argv[4]) if len(sys.argv) > 4 else 21
    e = os.environ
    with tempfile.TemporaryDirectory() as directory:
        bundle = os.path.join(directory, "bundle.pem")
        with open(bundle, "wb") as out:
            for part in ("/etc/ssl/certs/ca-certificates.crt", e["EMU_CA_FILE"]):
                with open(part, "rb") as source:
                    out.write(source.read())
        api = f"{e['EMU_URL']}/ns/bench/-/genesys"
        environment = {
            "PATH": e["PATH"], "HOME": directory, "NODE_PATH": node_modules,
            "BUNDLE": bundle, "CC_CA_FILE": bundle, "CC_STATE_DIR": directory,
            "CC_PROVIDER": "genesys", "CC_CLIENT_ID": e["EMU_GENESYS_ID"],
            "CC_CLIENT_SECRET": e["EMU_GENESYS_SECRET"],
            "CC_TOKEN_URL": f"{api}/oauth/token", "CC_API_URL": api,
        }
        figures = compare({
            "`cc-token get --force` (cold)": [cc_token, "get", "--force"],
            "`cc-token get` (stored)": [cc_token, "get"],
            "`curl -u … \\| jq`": ["bash", "-c", CURL],
            "Python `requests`": [python, "-c", REQUESTS],
            "Node `axios`": ["node", "-e", AXIOS],
        }, runs, environment)
    print(f"Token fetch over loopback TLS, full root bundle, median of {runs} runs:\n")
    print(table(figures, "`cc-token get --force` (cold)"))


main()
