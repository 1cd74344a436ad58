"""A page of another origin in the browser of somebody who is signed in: it has their cookies, and moves nothing."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from kitops_jupyter.server import bodies
from kitops_jupyter.server.routes import ROUTES
from tests.e2e.acts import ended
from tests.e2e.lab import Lab

pytestmark = pytest.mark.browser
WRITING = ("POST", "PUT", "PATCH", "DELETE")
KITFILE = "manifestVersion: 1.0.0\ncode: [{path: study.ipynb}]\n"
READINGS = {
    "status": "",
    "local": "",
    "repositories": "registry=corp",
    "tags": "repository=corp/app-model",
    "search": "registry=corp&text=champion",
    "kit": "reference=corp/app-model:v1&remote=1",
    "files": "reference=corp/app-model:v1&key=code:0",
    "files/found": "reference=corp/app-model:v1&text=csv",
    "notebook": "reference=corp/app-model:v1&key=code:0&path=train.ipynb",
    "preview": "reference=corp/app-model:v1&key=code:0&path=train.ipynb",
    "readme": "reference=corp/app-model:v1",
    "snapshot": "path=study.ipynb",
    "diff": "a=corp/app-model:v1&b=corp/app-model:champion",
    "diff/file": "a=corp/app-model:v1&b=corp/app-model:champion&path=README.md",
    "diff/read": "id=1",
    "compare": "repository=corp/app-model",
    "compare/series": f"repository=corp/app-model&digests=sha256:{'0' * 64}",
    "history": "repository=corp/app-model",
    "promotion": "reference=corp/app-model:v1&to=champion",
    "jobs": "since=0",
    "disk": "",
}

# In a page: all the ways to send without being asked, each awaited. `token` is what the cookie _xsrf has.
SEND = """
async ({ url, method, body, token }) => {
    const json = JSON.stringify(body);
    const named = `${url}${url.includes('?') ? '&' : '?'}_xsrf=${encodeURIComponent(token)}`;
    const fields = { _xsrf: token, _method: method, ...body };
    const said = [];
    const tell = (way, work) => Promise.resolve().then(work).then(
        answer => said.push([way, answer?.type ?? '', answer?.status ?? 0]), () => said.push([way, 'error', 0]));
    const simple = method === 'GET' ? 'GET' : 'POST';  // what needs no leave
    const content = method === 'GET' ? {} : { body: json };
    const ask = (more, to = url) => fetch(to, { credentials: 'include', ...content, ...more });
    const frame = ready => new Promise(resolve => {
        const made = document.createElement('iframe');
        made.name = `f${Math.random()}`;
        document.body.append(made);
        ready(made, resolve);
    });
    const form = (enctype, pairs, to) => frame((made, resolve) => {
        const sent = Object.assign(document.createElement('form'),
            { method: method === 'GET' ? 'GET' : 'POST', action: to, enctype, target: made.name });
        for (const [name, value] of pairs) {
            sent.append(Object.assign(document.createElement('textarea'), { name, value }));
        }
        document.body.append(sent);
        made.onload = resolve;
        sent.submit();
    });
    const load = (tag, property, to, more = {}) => new Promise(resolve => {
        const made = Object.assign(document.createElement(tag), more, { onload: resolve, onerror: resolve });
        made[property] = to;
        document.body.append(made);
    });
    const sandboxed = () => frame((made, resolve) => {
        made.sandbox = 'allow-scripts allow-forms';
        addEventListener('message', ({ source }) => source === made.contentWindow && resolve());
        const options = { method: simple, mode: 'no-cors', credentials: 'include', ...content };
        made.srcdoc = `<script>fetch(${JSON.stringify(named)}, ${JSON.stringify(options).replaceAll('<', '\\\\u003c')})
            .catch(() => 0).then(() => parent.postMessage('', '*'))</script>`;
    });
    const plain = { 'Content-Type': 'text/plain' };
    const [key] = Object.keys(body);
    const split = [[`{"${key ?? ''}":"`, key ? `",${json.slice(1)}` : '"}']];
    const asking = { method: simple, mode: 'no-cors' };
    const ways = {
        'no-cors': () => ask({ ...asking, headers: plain }),
        'no-cors, token': () => ask({ ...asking, headers: plain }, named),
        'no-cors, no referrer': () => ask({ ...asking, referrerPolicy: 'no-referrer' }, named),
        'cors, token': () => ask({ method, headers: plain }, named),
        'cors, no referrer': () => ask({ method, keepalive: true, referrerPolicy: 'no-referrer' }, named),
        'cors, header': () => ask({ method, headers: { 'Content-Type': 'application/json', 'X-XSRFToken': token } }),
        form: () => form('application/x-www-form-urlencoded', Object.entries(fields), named),
        sandbox: sandboxed,
        img: () => load('img', 'src', named)
    };
    const reading = {
        'img, no referrer': () => load('img', 'src', named, { referrerPolicy: 'no-referrer' }),
        script: () => load('script', 'src', named),
        style: () => load('link', 'href', named, { rel: 'stylesheet' }),
        frame: () => load('iframe', 'src', named)
    };
    const writing = {
        urlencoded: () => ask({ ...asking, body: new URLSearchParams(fields) }, named),
        'form of text': () => form('text/plain', split, named),
        'form with parts': () => form('multipart/form-data', Object.entries(fields), url),
        beacon: () => void navigator.sendBeacon(named, json)
    };
    const all = Object.entries({ ...ways, ...(method === 'GET' ? reading : writing) });
    await Promise.all(all.map(([way, work]) => tell(way, work)));
    return said;
}
"""
# In JupyterLab's own page, as its panel does.
OWN = """
async ({ url, method, body, token }) => (await fetch(url, {
    method, headers: { 'X-XSRFToken': token }, ...(method === 'GET' ? {} : { body: JSON.stringify(body) }) })).status
"""


@contextmanager
def foreign_site() -> Iterator[int]:
    """An HTTP server with an empty page, on a port of this machine."""

    class Empty(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<!doctype html><title>elsewhere</title><body></body>")

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Empty)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    try:
        yield server.server_port
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def writings(job_id: str) -> list[tuple[str, str, dict[str, Any]]]:
    """Of every route that changes something: a request that would, if the panel sent it."""
    return [
        ("POST", "registries", {"name": "evil", "url": "http://127.0.0.1:9"}),
        ("DELETE", "registries?name=corp", {}),
        ("POST", "summaries", {"references": ["corp/app-model:v1"]}),
        ("POST", "check/registry", {"name": "evil", "url": "http://127.0.0.1:9"}),
        ("POST", "check/pull", {"reference": "corp/app-model:v1", "directory": "stolen"}),
        ("POST", "check/pack", {"directory": "", "kitfile": KITFILE}),
        ("POST", "jobs", {"kind": "pull", "reference": "corp/built:v1", "directory": "stolen"}),
        ("POST", "jobs", {"kind": "pack", "directory": "", "kitfile": KITFILE, "reference": "evil:v1", "push": True}),
        ("POST", "jobs", {"kind": "unpack", "reference": "mine:v1", "directory": "stolen"}),
        ("POST", "jobs", {"kind": "push", "reference": "mine:v1", "destination": "corp/evil:v1"}),
        ("POST", "jobs", {"kind": "index", "reference": "corp/built:v1", "remote": True}),
        ("POST", "jobs", {"kind": "copy", "source": "corp/built:v1", "destination": "corp/evil:v2"}),
        ("DELETE", f"jobs/{job_id}", {}),
        ("POST", f"jobs/{job_id}/retry", {}),
        ("POST", "limits", {"transfers_at_once": 1}),
        ("POST", "login", {"registry": "users", "username": "user", "password": "hunter2"}),
        ("POST", "logout", {"registry": "corp"}),
        ("POST", "tag", {"source": "corp/built:v1", "target": "corp/built:evil"}),
        ("POST", "promote", {"reference": "corp/built:v1", "to": "champion"}),
        ("POST", "remove", {"references": ["corp/built:v1"], "remote": True, "force": True}),
        ("POST", "disk", {"untagged": "", "cache": True}),
        ("POST", "validate", {"text": KITFILE}),
    ]


def state_of(lab: Lab) -> dict[str, Any]:
    """All that a person has: their files, kits, registries, sign-ins and jobs; and the tags in the registry."""
    asked = {name: lab.ask(name) for name in ("status", "local", "jobs", "tags?repository=corp/built")}
    kept = {path for path in tree(lab.home) if not path.is_relative_to(lab.home / "cache")}  # readings fill the cache
    return {"files": {path: path.stat().st_mtime_ns for path in tree(lab.root) | kept}, **asked}


def tree(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file() and ".ipynb_checkpoints" not in path.parts}


def test_every_route_is_tried() -> None:
    given = {(route.method, route.path) for route in ROUTES if route.method in WRITING}
    tried = {(method, url.partition("?")[0].replace("abc", "{id}")) for method, url, _ in writings("abc")}
    assert tried == given
    assert {body["kind"] for _, url, body in writings("abc") if url == "jobs"} == set(bodies.JOBS)
    assert set(READINGS) == {route.path for route in ROUTES if route.method == "GET"}


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_page_of_another_port_or_name_moves_nothing(page: Any, lab: Lab, host: str) -> None:
    base = f"http://127.0.0.1:{lab.port}"
    api = f"{base}/kitops/api"
    cookies = page.context.cookies(base)
    (token,) = (cookie["value"] for cookie in cookies if cookie["name"] == "_xsrf")
    own = {"url": f"{api}/jobs", "method": "POST", "token": token}
    asked = {"kind": "pull", "reference": "corp/nothing:v1", "directory": "nothing"}
    assert page.evaluate(OWN, {**own, "body": asked}) == 201  # what is refused below is not refused for its form
    job = ended(page, lab, "corp/nothing:v1")
    other = page.context.new_page()
    other.set_default_timeout(120_000)
    answers: list[Any] = []
    other.on("response", lambda answer: answers.append(answer))
    with foreign_site() as port:
        other.goto(f"http://{host}:{port}/")
        if host == "127.0.0.1":
            assert token in other.evaluate("document.cookie")  # cookies know no ports
        before = state_of(lab)
        sent = writings(job["id"]) + [("GET", f"{path}?{query}", {}) for path, query in READINGS.items()]
        for method, path, body in sent:
            said = other.evaluate(SEND, {"url": f"{api}/{path}", "method": method, "body": body, "token": token})
            assert all(kind in ("opaque", "error", "", "load") for _, kind, _ in said), (path, said)
        other.goto("about:blank")
    heard = [answer for answer in answers if answer.url.startswith(api) and answer.request.method != "OPTIONS"]
    assert {urlsplit(each.url).path for each in heard} == {urlsplit(f"{api}/{path}").path for _, path, _ in sent}
    assert len(heard) > 5 * len(sent)
    allowed = [(each.status, each.request.method, each.url) for each in heard if each.status not in (403, 404, 405)]
    assert allowed == []
    if host == "127.0.0.1":
        sent_cookies = [each.request.all_headers().get("cookie", "") for each in heard[:10]]
        assert any("username-" in each for each in sent_cookies)  # they were asked in somebody's name
    assert state_of(lab) == before
    for path, query in READINGS.items():
        assert page.evaluate(OWN, {**own, "url": f"{api}/{path}?{query}", "method": "GET", "body": {}}) == 200
    after = state_of(lab)
    assert {name: after[name] for name in ("status", "jobs")} == {name: before[name] for name in ("status", "jobs")}
    assert tree(lab.root) == {path for path in before["files"] if path.is_relative_to(lab.root)}
    assert page.evaluate(OWN, {**own, "url": f"{api}/jobs/{job['id']}", "method": "DELETE", "body": {}}) < 300
