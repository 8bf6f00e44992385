#!/usr/bin/env python3
"""Puts the tables of the code into README.md: the words of faults.py, the lists of paging.py."""

from __future__ import annotations

from pathlib import Path

import paging
from faults import ANSWERS, DELIVERIES, SETTINGS

README = Path(__file__).resolve().parent / "README.md"


def words() -> str:
    rows = ["| word | scope | what it does |", "|---|---|---|"]
    for title, group in (("in place of the true answer", ANSWERS),
                         ("how the true answer is sent", DELIVERIES),
                         ("what the true answer is", SETTINGS)):
        rows.append(f"| **{title}** | | |")
        rows += [f"| `{name}` | {scope} | {what} |" for name, (scope, what) in group.items()]
    return "\n".join(rows)


def lists() -> str:
    rows = ["| vendor | style | request | array | page size |", "|---|---|---|---|---|"]
    for vendor, group in (("genesys", paging.GENESYS), ("cxone", paging.CXONE)):
        rows += [f"| {vendor} | {one.style} | `{one.request}` | `{one.key}` | {sizes(one)} |"
                 for one in group]
    return "\n".join(rows)


def sizes(listing: paging.Listing) -> str:
    return "all" if listing.locate is paging.whole else f"{listing.size}, at most {listing.largest}"


def filled(text: str) -> str:
    """The manual with the tables as they are now."""
    for name, table in (("words", words()), ("lists", lists())):
        start = text.index(mark := f"<!-- {name} -->\n") + len(mark)
        text = f"{text[:start]}{table}\n{text[text.index('<!-- end -->', start):]}"
    return text


if __name__ == "__main__":
    README.write_text(filled(README.read_text()))
