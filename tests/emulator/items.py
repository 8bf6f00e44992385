"""The items of the lists: numbered, unique, and full of what trips readers of JSON."""

from __future__ import annotations

from functools import lru_cache

# JSON texts of names, each written as it goes on the wire: escaped here, raw there.
NAMES = [
    '"Ada Lovelace"',
    r'"quote \" backslash \\ slash \/ and back"',
    '"Zoë Øster ☎ raw \U0001f600"',
    r'"escaped \ud83d\ude00 \u00e9"',
    '"family \U0001f468\u200d\U0001f469\u200d\U0001f467"',
    '"combining e\u0301 and i\u0307"',
    '"right to left \u202e drow \u2066\u05d0\u2069"',
    '"separators \u2028 \u2029 \u0085"',
    r'"breaks \r\n\t\b\f and \u000b"',
    r'"nul \u0000 escape \u001b[31m"',
    '"delete \u007f and bom \ufeff"',
    r'"}],\"entities\":[{\"id\":\"forged\"}"',
    '"漢字かな交じり文 한국어"',
    r'"</script><!-- ::add-mask::no -->"',
    '""',
]
TRICKS = [
    r'"lone \ud800 surrogate"',
    r'"swapped \udc00\ud800 surrogates"',
    '"noncharacters \ufffe \uffff \U0010ffff"',
    '"' + "\\u0041" * 3000 + '"',
]


@lru_cache(maxsize=65536)
def item(number: int, size: int = 0, tricks: bool = False, pretty: bool = False) -> bytes:
    """The item of this number (from 0), of at least `size` bytes."""
    comma, colon, start, end = (",", ":", "{", "}") if not pretty else (
        ",\n      ", ": ", "{\n      ", "\n    }")
    names = NAMES + TRICKS if tricks else NAMES
    fields = [
        ("id", f'"{identifier(number)}"'),
        ("n", str(number)),
        ("name", names[number % len(names)]),
        ("state", '"active"'),
        ("big", "12345678901234567890"),
        ("ratio", "0.10"),
        ("none", "null"),
        ("entities", '[{"id":"inner"},[]]'),
        ("nextUri", '"/not/this/one"'),
        ("cursor", '"not-this-one"'),
        ("pageCount", "1"),
        ("selfUri", f'"/api/v2/users/{identifier(number)}"'),
    ]
    if tricks:
        fields += [("deep", "[" * 400 + "]" * 400), ("twin", "1"), ("twin", "2"), ("", "{}"),
                   ("far", "-1.5E+300"), ("zero", "-0")]
    text = start + comma.join(f'"{name}"{colon}{value}' for name, value in fields)
    missing = size - len(text.encode()) - 10
    if missing > 0:
        text += f'{comma}"pad"{colon}"{"." * missing}"'
    return (text + end).encode()


def identifier(number: int) -> str:
    return f"00000000-0000-4000-8000-{number:012d}"


def csv_row(number: int) -> bytes:
    return f'{identifier(number)},{number},"Zoë ""{number}"" Øster"\r\n'.encode()


CSV_HEAD = b"id,n,name\r\n"
