#!/usr/bin/env python3
"""All active users of a Genesys Cloud org, one JSON object a line."""

import json
import os
from pathlib import Path

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry


class FreshToken(requests.auth.AuthBase):
    """Reads the token file for each request: it is replaced when the token is refreshed."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        token = Path(os.environ["CC_TOKEN_FILE"]).read_text().strip()
        request.headers["Authorization"] = f"Bearer {token}"
        return request


def main() -> None:
    session = requests.Session()
    session.auth = FreshToken()
    # Waits as Retry-After says.
    retry = Retry(total=8, backoff_factor=1, status_forcelist=[429, 502, 503])
    session.mount("https://", HTTPAdapter(max_retries=retry))
    number = 1
    while True:
        answer = session.get(
            os.environ["CC_TOKEN_API_URL"] + "/api/v2/users",
            params={"state": "active", "pageSize": 100, "pageNumber": number},
            timeout=30,
        )
        answer.raise_for_status()
        page = answer.json()
        for user in page["entities"]:
            print(json.dumps(user))
        if number >= page["pageCount"]:
            return
        number += 1


main()
