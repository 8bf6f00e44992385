#!/usr/bin/env python3
"""All interactions of a CXone tenant, one JSON object a line."""

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
    # Waits as Retry-After says. This POST is a query: to repeat it does no harm.
    retry = Retry(
        total=8, backoff_factor=1, status_forcelist=[429, 502, 503], allowed_methods=["POST"]
    )
    session.mount("https://", HTTPAdapter(max_retries=retry))
    number = 1
    while True:
        answer = session.post(
            os.environ["CC_TOKEN_API_URL"] + "/interactions/v1/search",
            json={"pageSize": 100, "pageNumber": number},
            timeout=30,
        )
        answer.raise_for_status()
        page = answer.json()
        for interaction in page["data"]:
            print(json.dumps(interaction))
        if number >= page["pagination"]["totalPages"]:
            return
        number += 1


main()
