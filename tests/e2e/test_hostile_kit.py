"""A kit that somebody hostile made, looked at in every view: nothing of it runs, loads, or leaves its place."""

from __future__ import annotations

import json
import shutil
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

import kitops_jupyter as kit
from kitops_jupyter.settings import Settings
from tests.e2e.acts import node, open_kit, unfold
from tests.e2e.lab import Lab

pytestmark = pytest.mark.browser
END = "the end of it"
ALIEN = "script, iframe, object, embed, form:not(.kitops-Diff-other), style, link, video, audio, base, meta, [onerror]"


@pytest.fixture
def canary() -> Iterator[Any]:
    """A web server of someone else; `hits` has what was asked of it."""

    class Hear(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            server.hits.append(self.path)  # type: ignore[attr-defined]
            self.send_response(200)
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Hear)
    server.hits = []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def html(out: str, lab: str) -> list[str]:
    """What runs, loads or leads away when a page takes it for its own."""
    fell = "window.__fell=1"
    return [
        f"<script>{fell}</script><script src='{out}/script'></script>",
        f"<script type=module>import '{out}/module'</script>",
        f"<img src={out}/img srcset='{out}/srcset 2x' onerror='{fell}'><img src=x onerror={fell}>",
        drawing(out),
        f"<math><mtext><table><mglyph><style><!--</style><img title='--&gt;&lt;img src=x onerror={fell}&gt;'></math>",
        f"<math href='javascript:{fell}'>math</math><noscript><p title='</noscript><img src=x onerror={fell}>'>",
        f"<iframe src='{out}/iframe'></iframe><iframe srcdoc='<script>parent.__fell=1</script>'></iframe>",
        f"<object data='{out}/object'></object><embed src='{out}/embed'><portal src='{out}/portal'></portal>",
        f"<style>@import '{out}/import';body{{background:url({out}/css)}}</style>",
        f"<link rel=stylesheet href='{out}/link'>",
        f"<link rel=prefetch href='{out}/prefetch'><link rel=preconnect href='{out}'><base href='{out}/'>",
        f"<div style='background:url({out}/style);position:fixed;inset:0;z-index:99999'>style</div>",
        f"<video src='{out}/video' poster='{out}/poster' autoplay onerror='{fell}'></video><audio src='{out}/audio'>",
        f"<form action='{out}/form'><input autofocus onfocus='{fell}'><input type=image src='{out}/input'>",
        f"<form><button formaction='javascript:{fell}'>b</button></form><body background='{out}/background'>",
        f"<meta http-equiv=refresh content='0;url={out}/refresh'><body onload='{fell}'>",
        f"<details open ontoggle='{fell}'><summary>d</summary></details><marquee onstart='{fell}'>m</marquee>",
        f"<table background='{out}/table'><td background='{out}/td'>cell</td></table>",
        "<button data-commandlinker-command='filebrowser:create-new-file'>press</button>",
        *(f"<span class='{name}'>over</span>" for name in ("jp-Dialog", "lm-Widget lm-Menu", "jp-Spinner")),
        *(f"<a href='{to}' target=_top download ping='{out}/ping' onclick='{fell}'>go</a>" for to in ways(out, lab)),
    ]


def drawing(out: str) -> str:
    fell = "window.__fell=1"
    parts = [
        f"<svg onload='{fell}'><script>{fell}</script><image href='{out}/image'/><use href='{out}/use#a'/>",
        f"<foreignObject><iframe src='javascript:parent.__fell=1'></iframe><img src=x onerror={fell}></foreignObject>",
        f"<animate attributeName=href values='javascript:{fell}'/><a href='javascript:{fell}'>svg link</a></svg>",
    ]
    return "".join(parts)


def ways(out: str, lab: str) -> list[str]:
    """Addresses of links: programs, files, this JupyterLab; and the last to the web."""
    fell = "window.__fell=1"
    programs = [f"{kind}{fell}" for kind in ("javascript:", "JaVaScRiPt&colon;", "java&#10;script:", "&#1;javascript:")]
    programs += [f"vbscript:{fell}", f"data:text/html,<script>{fell}</script>", "blob:x", "file:///etc/passwd"]
    back = f"http:{lab[5:].replace('/', chr(92))}/logout"
    here = ["/logout", "logout", "?reset", "../lab?reset", f"{lab}/logout", f"{lab.upper()}/logout", "#main", back]
    return [*programs, *here, f"{lab[5:]}/logout", f"{lab[:7]}a@{lab[7:]}/logout", f"{out}/clicked"]


def tex(out: str, lab: str) -> list[str]:
    fell = "window.__fell=1"
    return [
        f"\\href{{javascript:{fell}}}{{a}} \\href{{{out}/tex}}{{b}} \\href{{/logout}}{{c}}",
        f"\\href{{{lab}/logout}}{{d}} \\href{{data:text/html,x}}{{e}}",
        f"\\style{{background:url({out}/tex-style);position:fixed;top:0;left:0;z-index:99999}}{{wide}}",
        "\\class{jp-Dialog}{over} \\cssId{main}{id} \\unicode{x202e} \\unicode[url]{65}",
        f"\\html{{<img src=x onerror={fell}>}} \\require{{{out}/require}} \\includegraphics{{{out}/graphics}}",
        f"\\text{{<img src=x onerror={fell}>}} \\bbox[background:url({out}/bbox)]{{x}} \\data{{x={fell}}}{{y}}",
        f"\\def\\x{{\\x\\x}}\\x \\mmlToken{{mi}}[href='javascript:{fell}']{{z}} \\color{{url({out}/color)}}{{k}}",
    ]


def notebook(out: str, lab: str) -> str:
    """Each of these in the source of a cell, and in outputs of every kind."""
    fell = "window.__fell=1"
    vega = {"$schema": "https://vega.github.io/schema/vega/v5.json", "data": [{"name": "t", "url": f"{out}/vega"}]}
    bundles: list[dict[str, Any]] = [
        {"application/javascript": fell},
        {"text/javascript": fell},
        {"application/vnd.jupyter.widget-view+json": {"model_id": "x", "version_major": 2}},
        {"application/vnd.vega.v5+json": vega, "application/vnd.vegalite.v5+json": vega},
        {"application/vnd.plotly.v1+json": {"data": [], "layout": {"images": [{"source": f"{out}/plotly"}]}}},
        {"application/vnd.bokehjs_exec.v0+json": "", "application/vnd.bokehjs_load.v0+json": fell},
        {"application/vnd.holoviews_exec.v0+json": "", "text/html": f"<script>{fell}</script>"},
        {"application/geo+json": {"type": "Point"}, "application/pdf": "JVBERi0=", "application/xhtml+xml": "<a/>"},
        {"application/json": {"a": f"<img src=x onerror={fell}>"}},
        {"image/svg+xml": drawing(out)},
        {"image/png": f"x' onerror='{fell}"},
        {"image/jpeg": f"{out}/jpeg"},
        {"text/latex": "".join(f"${text}$" for text in tex(out, lab))},
        *({kind: text} for text in html(out, lab) for kind in ("text/html", "text/markdown")),
    ]
    shown = [{"output_type": "display_data", "metadata": {"trusted": True}, "data": data} for data in bundles]
    streams = [
        {"output_type": "stream", "name": name, "text": "\n".join(html(out, lab))} for name in ("stdout", "stderr")
    ]
    error = {
        "output_type": "error",
        "ename": html(out, lab)[0],
        "evalue": "",
        "traceback": [f"\x1b]8;;javascript:{fell}\x07a"],
    }
    outputs: list[dict[str, Any]] = [*shown, *streams, error]
    links = [
        f"![a]({out}/md)",
        f"[a](javascript:{fell})",
        "[a](/logout)",
        f"<javascript:{fell}>",
        f"[web]({out}/clicked)",
    ]
    links += [
        f"[a][r]\n\n[r]: vbscript:{fell}",
        "![a](attachment:a.svg)",
        f"{out}/autolink",
        '```mermaid\ngraph TD;click A href "javascript:1"\n```',
    ]
    sources = [*html(out, lab), *links, *(f"${text}$\n\n$${text}$$" for text in tex(out, lab))]
    attached = {"a.svg": {"image/svg+xml": drawing(out)}}
    cells: list[dict[str, Any]] = [
        {"cell_type": "markdown", "metadata": {"trusted": True}, "source": text, "attachments": attached}
        for text in sources
    ]
    cells += [{"cell_type": "raw", "metadata": {"format": "text/html"}, "source": text} for text in sources[:3]]
    code = {"cell_type": "code", "metadata": {"trusted": True}, "execution_count": 1, "source": f"```\n{sources[1]}"}
    cells += [{**code, "outputs": outputs[at : at + 20]} for at in range(0, len(outputs), 20)]
    cells.append({"cell_type": "markdown", "metadata": {}, "source": END})
    metadata = {
        "widgets": {"application/vnd.jupyter.widget-state+json": {}},
        "language_info": {"name": html(out, lab)[0]},
    }
    return json.dumps({"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells})


def make(folder: Path, out: str, lab: Lab) -> None:
    """Push corp/hostile:v1 and :v2, from a home of their own."""
    base = f"http://127.0.0.1:{lab.port}"
    (home := folder / "home").mkdir()
    shutil.copy(lab.home / "registries.json", home)
    settings = Settings.load({}, home=home)
    bad = f"</bdi></title><script>window.__fell=1</script><img src={out}/name onerror=window.__fell=1>"
    (project := folder / "project").mkdir()
    odd = "<img src=x onerror=window.__fell=1>gpj.'\"&lt;"
    (project / f"{odd}.ipynb").write_text(notebook(out, base))
    (project / f"{odd}.txt").write_text(bad)
    (project / "README.md").write_text("\n\n".join(html(out, base)))
    for tag in ("v1", "v2"):
        turned = f"{bad}\u202egpj.exe\u2066 {tag}"
        package = {
            "name": turned,
            "description": turned,
            "authors": [turned, turned],
            "license": turned,
            "version": "1.0.0",
        }
        part = {"path": ".", "description": turned, "license": turned}
        text = json.dumps({"package": package, "code": [part], "docs": [{"path": "README.md", "description": turned}]})
        (project / f"{odd}.txt").write_text(turned)
        kit.pack(project, text=text, tag=f"corp/hostile:{tag}", settings=settings)
        kit.push(f"corp/hostile:{tag}", settings=settings)


def test_nothing_of_a_hostile_kit_runs_loads_or_leads_into_this_jupyterlab(
    page: Any, lab: Lab, canary: Any, tmp_path: Path
) -> None:
    base, out = f"http://127.0.0.1:{lab.port}", f"http://127.0.0.1:{canary.server_port}"
    make(tmp_path, out, lab)
    fell: list[str] = []
    popups: list[Any] = []

    def asked(request: Any) -> None:
        if not request.url.startswith((base, "data:", f"blob:{base}")):
            fell.append(request.url)

    def shown(dialog: Any) -> None:
        fell.append(f"dialog {dialog.message}")
        dialog.dismiss()

    page.on("request", asked)
    page.on("dialog", shown)
    page.context.on("page", lambda opened: popups.append(opened))
    cookies, place = page.context.cookies(), page.url
    tab = open_kit(page, "corp/hostile:v1")
    unfold(page, node(tab, "code"))
    tab.locator('.kitops-Node[aria-level="2"]').filter(has_text="onerror").first.wait_for()
    views = {"Kitfile": "window.__fell", "History": "Lifecycle", "Diff": "Compare", "Notebook": "read only"}
    for name, told in views.items():
        tab.get_by_role("tab", name=name).click()
        tab.get_by_text(told).last.wait_for()
        if name == "Diff":
            tab.locator("input").last.fill("corp/hostile:v2")
            tab.locator("input").last.press("Enter")
            tab.get_by_text("changed").first.wait_for()
        if name == "Notebook":
            read_on(tab)
        view = tab.locator(".kitops-TabPanel")
        assert view.locator(ALIEN).evaluate_all("all => all.map(each => each.outerHTML)") == []
        assert page.evaluate("window.__fell") is None
    assert covered(page) == []
    assert (fell, canary.hits, popups) == ([], [], [])
    links = tab.locator(".kitops-Cells a")
    addresses = links.evaluate_all("all => all.map(each => each.getAttribute('href') ?? '')")
    assert f"{out}/clicked" in addresses
    for at, address in enumerate(addresses):
        for kind in ("click",) if address in addresses[:at] else ("click", "ctrl-click", "auxclick"):
            click(links.nth(at), kind)
    links.and_(page.locator('[href="/logout"]')).first.click(button="middle")  # and once as the browser itself does it
    page.wait_for_timeout(500)
    for opened in popups:
        opened.wait_for_url(lambda url: url != "about:blank", wait_until="commit")
    web = {"/clicked", "/tex", "/autolink"}
    assert {opened.url for opened in popups} == {f"{out}{path}" for path in web}
    assert set(canary.hits) - {"/favicon.ico"} == web
    assert page.evaluate("window.__fell") is None
    assert (fell, page.url) == ([], place)
    assert page.context.cookies() == cookies


def read_on(tab: Any) -> None:
    """All of the notebook, its formulas too."""
    tab.locator(".kitops-Cell").first.wait_for(state="attached")  # one that is emptied is not seen
    while (more := tab.locator(".kitops-Cells > .kitops-Button")).is_visible():
        more.click()
    tab.get_by_text(END).last.wait_for()
    tab.locator("mjx-container").first.wait_for()


def click(link: Any, kind: str) -> None:
    """As a mouse does, whatever lies above it."""
    link.evaluate(
        """(link, kind) => {
            const more = { bubbles: true, cancelable: true, ctrlKey: kind === 'ctrl-click' };
            const button = kind === 'auxclick' ? 1 : 0;
            link.dispatchEvent(new MouseEvent(kind.replace('ctrl-', ''), { ...more, button }));
        }""",
        kind,
    )


def covered(page: Any) -> list[str]:
    """What of the notebook lies above the rest of JupyterLab."""
    found: list[str] = page.evaluate(
        """() => {
            const cells = document.querySelector('.kitops-TabPanel .kitops-Cells');
            const place = cells.closest('.kitops-Kit').getBoundingClientRect();
            const found = new Set();
            for (let x = 2; x < innerWidth; x += 40) for (let y = 2; y < innerHeight; y += 20) {
                const inside = x >= place.left && x <= place.right && y >= place.top && y <= place.bottom;
                const top = document.elementFromPoint(x, y);
                if (!inside && top?.closest('.kitops-Cells')) found.add(top.outerHTML.slice(0, 200));
            }
            return [...found];
        }"""
    )
    return found
