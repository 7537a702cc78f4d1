"""The server, as a program sees it that has an API key."""

import ipaddress
import os
from collections.abc import Mapping
from typing import Any, NamedTuple, Optional

import requests

from ..runs.environment import local_url
from . import exit_codes
from .exit_codes import CliError

# Seconds for a connection, and for an answer
_TIMEOUT = (5, 60)

_API = "/plugin/systemcommands/api"

_NO_KEY = (
    "No API key. Set OCTOPRINT_APIKEY, or give one with --apikey. In OctoPrint you get one "
    "under Settings > Application Keys, or in your user settings."
)

# Codes of the API that mean: try again later, or otherwise
_NOT_NOW = ("busy", "printing", "confirm", "temperature", "overloaded")


class Unreachable(CliError):
    """The server does not answer."""

    def __init__(self, message: str):
        super().__init__(message, exit_codes.UNAVAILABLE)


class ApiError(CliError):
    """The server has refused something.

    Attributes:
        code: what it is called in the API; None if it was not this plugin that has answered
    """

    def __init__(self, message: str, exit_code: int, code: Optional[str]):
        super().__init__(message, exit_code)
        self.code = code


class Address(NamedTuple):
    """Where the server is, as it was said; what was not said comes from ``config.yaml``.

    Attributes:
        apikey, host, port, https, prefix: see the options of the same names
    """

    apikey: Optional[str] = None
    host: Optional[str] = None
    port: Optional[int] = None
    https: bool = False
    prefix: Optional[str] = None


class Server:
    """Sends requests.

    Arguments:
        address: where it is
        settings: OctoPrint's; None if there are none
    """

    def __init__(self, address: Address, settings: Any = None):
        def configured(*path: str) -> Any:
            return None if settings is None else settings.get(list(path))

        # only OctoPrint 1.x has a key for everything, which opens nothing elsewhere, and must
        # not get there
        own_host = configured("server", "host")
        is_here = address.host in (None, own_host) or _is_here(str(address.host))
        key = address.apikey or (configured("api", "key") if is_here else None)
        if not key:
            raise CliError(_NO_KEY, exit_codes.NO_PERMISSION)
        host = address.host or own_host
        port = address.port or configured("server", "port") or 5000
        url = local_url(host, int(port))
        if address.https:
            url = url.replace("http:", "https:", 1)
        prefix = (address.prefix or "").strip("/")
        self.url = f"{url}/{prefix}" if prefix else url
        self._session = requests.Session()
        # no proxies, and no other password from .netrc
        self._session.trust_env = False
        self._session.verify = os.environ.get("REQUESTS_CA_BUNDLE") or True
        self._session.headers["X-Api-Key"] = key

    def get(self, path: str, **query: Any) -> dict[str, Any]:
        """The answer to a GET.

        Raises:
            Unreachable, ApiError
        """
        return self._ask("GET", path, params=query)

    def post(self, path: str, body: Mapping[str, Any]) -> dict[str, Any]:
        """The answer to a POST.

        Raises:
            Unreachable, ApiError
        """
        return self._ask("POST", path, json=dict(body))

    def _ask(self, method: str, path: str, **kwargs: Any) -> dict[str, Any]:
        try:
            response = self._session.request(
                method,
                f"{self.url}{_API}{path}",
                timeout=_TIMEOUT,
                # the key is for nobody else
                allow_redirects=False,
                **kwargs,
            )
        except requests.exceptions.SSLError as error:
            raise Unreachable(f"No secure connection to {self.url}: {error}") from None
        except (requests.RequestException, ValueError) as error:
            reason = getattr(error, "strerror", None) or type(error).__name__
            raise Unreachable(
                f"OctoPrint does not answer at {self.url} ({reason}). Is it running? Say "
                "where it is with --host, --port, --https and --prefix."
            ) from None
        return _answer(response, self.url)


def _is_here(host: str) -> bool:
    """Whether a host is this machine, whatever a name server says."""
    if host.lower() == "localhost":
        return True
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return False
    return address.is_loopback or address.is_unspecified


def _answer(response: requests.Response, url: str) -> dict[str, Any]:
    try:
        body = response.json()
    except ValueError:
        body = None
    if response.ok and not response.is_redirect and isinstance(body, dict):
        return body
    said = body if isinstance(body, dict) else {}
    code = said.get("code")
    message = _message(said) or f"OctoPrint has answered {response.status_code}"
    if code in _NOT_NOW:
        if code == "confirm":
            message += ' Say that it is meant with "--confirmed".'
        raise ApiError(message, exit_codes.NOT_NOW, code)
    if response.status_code in (401, 403):
        if code in (None, "forbidden"):
            message = "The API key is wrong, or its user may not do this."
        raise ApiError(message, exit_codes.NO_PERMISSION, code)
    if code is not None and response.status_code in (400, 404, 409):
        raise ApiError(message, exit_codes.USAGE, code)
    if response.status_code in (502, 503, 504):
        raise Unreachable(f"OctoPrint is not ready at {url}: {response.status_code}")
    if code is None and response.status_code < 500:
        raise Unreachable(
            f"{url} has answered {response.status_code}: it is another server, or System "
            "Commands is not enabled there. Say where OctoPrint is with --host, --port, "
            "--https and --prefix."
        )
    raise ApiError(message, exit_codes.SOFTWARE, code)


def _message(said: Mapping[str, Any]) -> str:
    problems = said.get("problems")
    if isinstance(problems, list) and len(problems) > 1:
        return "\n".join(
            f"{problem.get('argument') or 'arguments'}: {problem.get('message')}"
            for problem in problems
            if isinstance(problem, dict)
        )
    return str(said.get("error") or "")
