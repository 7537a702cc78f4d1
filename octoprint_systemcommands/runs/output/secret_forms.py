"""The ways in which programs commonly write a text, and a secret thereby."""

import html
import json
import re
from collections.abc import Iterator
from typing import Callable
from urllib.parse import quote, quote_plus

import yaml

# What Python, JavaScript and curl leave as it is in a URL, beside letters and digits
_UNQUOTED = ("", "/", "!'()*", "!'()*;,/?:@&=+$#")

# A character in JSON, which most write in lower case
_CODE = re.compile(r"\\u[0-9a-f]{4}")

# What bash's "printf %q" writes a backslash in front of, wherever it stands
_SPECIAL_IN_BASH = re.compile(r"[ !\"$&'()*,;<>?\[\\\]^`{|}]|(?<=[:=])~")

# A quote in HTML and XML, double and single; which of them are replaced, and by what,
# depends on where it stands and on who writes it
_QUOTES_IN_MARKUP = (
    ('"', "'"),
    ("&quot;", "'"),
    ("&quot;", "&#x27;"),
    ("&quot;", "&#39;"),
    ("&quot;", "&#039;"),
    ("&quot;", "&apos;"),
    ("&#34;", "&#39;"),
)


def forms(secret: str) -> set[bytes]:
    """All that a secret can look like."""
    return {form.encode() for way in WAYS.values() for form in way(secret)}


def _as_it_is(text: str) -> Iterator[str]:
    yield text


def _in_urls(text: str) -> Iterator[str]:
    of_browsers = quote_plus(text, safe="*").replace("~", "%7E")
    for quoted in (
        *(quote(text, safe) for safe in _UNQUOTED),
        quote_plus(text),
        of_browsers,
    ):
        yield quoted
        yield re.sub("%..", lambda code: code[0].lower(), quoted)


def _in_json(text: str) -> Iterator[str]:
    for ascii_only in (True, False):
        escaped = json.dumps(text, ensure_ascii=ascii_only)[1:-1]
        for written in (
            escaped,
            escaped.replace("/", "\\/"),
            # so that it can stand in HTML: Go, Flask, .NET
            _as_codes(escaped, "&<>"),
            _as_codes(escaped, "&<>'"),
            _as_codes(escaped.replace('\\"', '"'), "&<>'\"+`"),
        ):
            yield written
            yield _CODE.sub(lambda code: code[0][:2] + code[0][2:].upper(), written)


def _as_codes(escaped: str, characters: str) -> str:
    for character in characters:
        escaped = escaped.replace(character, f"\\u{ord(character):04x}")
    return escaped


def _in_shells(text: str) -> Iterator[str]:
    # "set -x" of bash and others, shlex, dash
    yield text.replace("'", "'\\''")
    yield text.replace("'", "'\"'\"'")
    yield re.sub("'+", lambda quotes: f"'\"{quotes[0]}\"'", text)
    # "printf %q", which does more where a word begins
    escaped = _SPECIAL_IN_BASH.sub(lambda special: "\\" + special[0], text)
    yield escaped
    if escaped.startswith(("#", "~")):
        yield "\\" + escaped
    # $'…', which is what both write in a locale without the letters
    yield _octal(_escaped(text, "'"))


def _in_python(text: str) -> Iterator[str]:
    # What it is a part of decides on the quotes around it, and thereby on those in it
    for written in (
        repr('"' + text)[2:-1],
        ascii('"' + text)[2:-1],
        repr(b'"' + text.encode())[3:-1],
    ):
        yield written
        yield written.replace("\\'", "'")


def _in_markup(text: str) -> Iterator[str]:
    escaped = html.escape(text, quote=False)
    for double, single in _QUOTES_IN_MARKUP:
        yield escaped.replace('"', double).replace("'", single)


def _in_quotes(text: str) -> Iterator[str]:
    # SQL, YAML, CSV
    yield text.replace("'", "''")
    yield text.replace('"', '""')
    # C and programs such as git, ls and strace; Ruby; Perl and PHP; YAML
    yield _octal(_escaped(text, '"'))
    yield re.sub(r"#(?=[{$@])", r"\\#", _escaped(text, '"'))
    yield _escaped(text, "'")
    yield yaml.safe_dump(text, default_style='"', width=float("inf"))[1:-2]


def _escaped(text: str, quotes: str) -> str:
    return text.replace("\\", "\\\\").replace(quotes, f"\\{quotes}")


def _octal(text: str) -> str:
    """With a number for each byte of a letter that is not ASCII."""
    return re.sub(
        r"[^\x00-\x7f]+",
        lambda letters: "".join(f"\\{byte:03o}" for byte in letters[0].encode()),
        text,
    )


# The promise is the table in SECURITY.md, which has these names
WAYS: dict[str, Callable[[str], Iterator[str]]] = {
    "as it is": _as_it_is,
    "URLs and forms": _in_urls,
    "JSON": _in_json,
    "shells": _in_shells,
    "Python": _in_python,
    "HTML and XML": _in_markup,
    "quotes of other languages": _in_quotes,
}
