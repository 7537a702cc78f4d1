"""requests sessions that know the server: they take "/api/…" instead of whole addresses."""

from urllib.parse import urlsplit

import flask
import requests
from flask.sessions import SecureCookieSessionInterface

from harness.waiting import wait_until

TIMEOUT = 30
RUNS = "/plugin/systemcommands/api/runs"


class ApiClient(requests.Session):
    """A program that uses the API: with a user's API key, or anonymous without a user."""

    def __init__(self, url, user=None):
        super().__init__()
        self.base_url = url
        # no proxies, no .netrc: the server is on this machine
        self.trust_env = False
        if user is not None:
            self.headers.update(user.headers)

    def request(self, method, url, *args, **kwargs):
        kwargs.setdefault("timeout", TIMEOUT)
        if not url.startswith("http"):
            url = self.base_url + url
        return super().request(method, url, *args, **kwargs)

    def wait_for_run(self, run_id):
        """Wait for the end of a run, and return it."""

        def ended():
            run = self.get(f"{RUNS}/{run_id}").json()
            active = ("pending", "queued", "starting", "running")
            return run["status"] not in active and run

        return wait_until(ended)


class BrowserClient(ApiClient):
    """A browser without a screen: session cookie, CSRF cookie and the header from it."""

    def request(self, method, url, *args, **kwargs):
        token = self.csrf_token
        if token and method.upper() not in ("GET", "HEAD", "OPTIONS"):
            kwargs["headers"] = {"X-CSRF-Token": token, **(kwargs.get("headers") or {})}
        return super().request(method, url, *args, **kwargs)

    @property
    def csrf_token(self):
        # OctoPrint adds the port to the names of its cookies
        return self.cookies.get(f"csrf_token_P{urlsplit(self.base_url).port}")

    def log_in(self, user):
        """Log in with the password, as the login page does."""
        self.get("/login/")  # brings the CSRF token
        response = self.post(
            "/api/login",
            json={"user": user.name, "pass": user.password, "remember": False},
        )
        response.raise_for_status()
        return response.json()

    def make_old(self, octoprint):
        """Turn the time back at which this session has seen the password.

        Waiting is no alternative: the shortest time that OctoPrint can be set to is a minute.
        """
        app = flask.Flask("test")
        app.secret_key = octoprint.read_config()["server"]["secretKey"]
        serializer = SecureCookieSessionInterface().get_signing_serializer(app)
        (cookie,) = [c for c in self.cookies if c.name.startswith("session")]
        session = serializer.loads(cookie.value)
        session["credentials_seen"] -= 3600
        cookie.value = serializer.dumps(session)
        self.cookies.set_cookie(cookie)
