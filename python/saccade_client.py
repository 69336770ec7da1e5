"""Saccade from Python: where people look in a video, an image or a web page.

    from saccade_client import Client
    result = Client("https://saccade.example.com", token).analyze("visit.webm")
    result.frames()      # a pandas.DataFrame, or a list of dicts without pandas
    result.density()     # a numpy array that sums to 1 per frame, or nested lists
    result.download("results")

One file; it needs requests. It works against EyeQuant's own service too, as far as that has the call: it asks the server
once which one it is, and sends the vendor nothing that the vendor does not document.
"""

import base64
import csv
import io
import json
import os
import re
import struct
import time
import uuid

import requests

__version__ = "0.1"
__all__ = ["Client", "Analysis", "SaccadeError"]

_BUSY = (429, 502, 503, 504)

# Names of files that do not depend on what was analyzed; those of `saccade analyze`.
_NAMES = {
    "input.image": "input.png", "input.poster.plain": "poster.jpg", "input.poster.heat": "posterHeat.jpg", "attention.grid": "attention.grid",
    "attention.overlay": "overlay.webm", "attention.data.json": "frames.json", "attention.data.csv": "frames.csv", "attention.data.density": "density.npy",
    "attention.markers.edl": "markers.edl", "attention.markers.fcpxml": "markers.fcpxml", "attention.markers.csv": "markers.csv",
    "attention.markers.eyeTrace": "eyetrace.csv", "elements.data": "elements.json",
}


def _format(data):
    """The format of a file where it is not the default of a server, by its first bytes."""
    kind, brand = data[4:8], data[8:12]
    if data[:4] == b"GIF8":
        return "gif"
    if data[:4] == b"RIFF" and brand == b"WEBP":
        return "webp"
    if kind in (b"moov", b"mdat", b"wide", b"free", b"skip", b"pnot") or kind == b"ftyp" and brand == b"qt  ":
        return "mov"
    return "mp4" if kind == b"ftyp" else None


def _by_prediction(names):
    """Returns names like "attention.data" as the API takes them."""
    if isinstance(names, str):
        raise ValueError("outputs are a list, like ['attention.data']")
    asked = {}
    for name in names:
        what, dot, output = name.partition(".")
        if not (what and dot and output):
            raise ValueError("%r is no output; outputs are named like attention.data" % name)
        asked.setdefault(what, {"outputs": []})["outputs"].append(output)
    return asked


class SaccadeError(Exception):
    """An error of the server, or a failed analysis. code is what to branch on."""

    def __init__(self, code, message, status=None, request_id=None):
        super().__init__("%s: %s" % (code, message))
        self.code, self.message, self.status, self.request_id = code, message, status, request_id


class Client:
    """A server and a token. timeout is that of one request, in seconds; retries is how often one is repeated that can be."""

    def __init__(self, url, token, timeout=120, retries=4, session=None):
        if not re.match(r"https?://[^/?#]+", url):
            raise ValueError("%r is not the address of a server, like https://saccade.example.com" % url)
        url = url.rstrip("/")
        self.base = url if url.endswith("/v2") else url + "/v2"
        self.timeout, self.retries = timeout, retries
        self._token, self._http, self._ours = token.strip(), session or requests.Session(), None

    def analyze(self, source, title=None, predictions=None, aois=None, medium=None, wait=True, timeout=None,
                elements=False, steal=False, variants=None, uncertainty=False, format=None):
        """Analyzes a file (WebM, PNG, JPEG; on a Saccade server MP4, QuickTime, GIF and WebP too), bytes of an image, or the
        address of a page, and returns an Analysis.

        predictions names outputs like "attention.data" or "clarity.score"; without any, a Saccade server is asked for the
        heat map, the numbers and the scores, the vendor for its default. aois are areas of interest as in the API. With
        wait, the analysis has ended; a failed one raises SaccadeError. timeout is how long to wait, in seconds. Of a page, on
        a Saccade server: elements measures what is on it, steal who gives attention to whom, variants other ways to show it.
        format is that of the file (webm, mp4, mov, gif, webp); without one, a Saccade server is told what the bytes say.
        With uncertainty, every share and score of a Saccade server has an interval of 80 %.
        """
        body = {"input": {}}
        if isinstance(variants, str):
            raise ValueError("variants is a list, like ['mobileWeb', 'dark']")
        if isinstance(source, (bytes, bytearray)):
            kind, data = "image", bytes(source)
        elif re.match(r"https?://", str(source)):
            kind, data = "url", None
        else:
            with open(source, "rb") as f:
                data = f.read()
            kind = "image" if data[:4] == b"\x89PNG" or data[:3] == b"\xff\xd8\xff" or _format(data) == "webp" else "video"
            title = title or os.path.splitext(os.path.basename(str(source)))[0]
        if title:
            body["input"]["title"] = title
        format = format or (data is not None and self.ours() and _format(data))
        if format:
            body["input"]["format"] = format
        if kind == "video":
            body["input"]["content"] = self._upload(data)
        else:
            body["input"]["type"] = kind
            body["input"]["content"] = base64.b64encode(data).decode() if kind == "image" else str(source)
            if medium:
                body["input"]["medium"] = medium
        if predictions is None and self.ours():
            predictions = ["attention.attentionMap", "attention.data", "focus.score", "clarity.score", "excitingness.score"]
        if predictions:
            body["predictions"] = _by_prediction(predictions)
        if aois:
            body["aois"] = aois
        if elements or steal or variants:
            if kind != "url" or not self.ours():
                raise ValueError("elements, steal and variants are for the address of a page, on a Saccade server")
            body.update({k: v for k, v in (("elements", elements), ("steal", steal), ("variants", list(variants or ()))) if v})
        if uncertainty:
            body["uncertainty"] = True
        path = "/analyses/video" if kind == "video" else "/analyses"
        headers = {"Idempotency-Key": str(uuid.uuid4())} if self.ours() else {}
        made = self._call("POST", path, repeat=bool(headers), json=body, headers=headers)
        if not isinstance(made, dict) or "id" not in made:
            raise SaccadeError("foreign", "The answer is not as documented; is this the address of a server?")
        result = Analysis(self, path + "/" + made["id"], {"id": made["id"], "status": "pending", "title": title})
        return result.wait(timeout) if wait else result

    def get(self, id):
        """Returns the analysis with this id, of a video, an image or a page, as it is now."""
        for path in ("/analyses/video/", "/analyses/"):
            try:
                return Analysis(self, path + id, self._call("GET", path + id))
            except SaccadeError as e:
                if e.status != 404 or path == "/analyses/":
                    raise

    def list(self, **filters):
        """Yields what the account has, newest first, as dicts. filters: type, status. A Saccade server only."""
        after = {}
        while True:
            page = self._call("GET", "/analyses", params=dict(filters, limit=100, **after))
            yield from page["analyses"]
            if not page.get("next"):
                return
            after = {"after": page["next"]}

    def ours(self):
        """Returns whether the server is Saccade; the vendor's has no OpenAPI document. It is asked once."""
        if self._ours is None:
            try:
                answer = self._http.get(self.base + "/openapi.json", timeout=self.timeout)
                self._ours = answer.status_code == 200 and "saccade" in answer.json()["info"]["title"].lower()
            except (ValueError, KeyError, TypeError, requests.RequestException):
                self._ours = False
        return self._ours

    def _upload(self, data):
        url = self._call("GET", "/upload-urls")["url"]
        self._check(self._http.put(url, data=data, timeout=self.timeout))
        return url

    def _call(self, method, path, repeat=None, headers=None, **more):
        """Makes one API request and returns its JSON. It is repeated, if that does no harm, while the server is busy or gone."""
        repeat = method == "GET" if repeat is None else repeat
        headers = dict(headers or {}, Authorization="Bearer " + self._token)
        for left in range(self.retries if repeat else 0, -1, -1):
            pause = 2.0 ** (self.retries - left)
            try:
                answer = self._http.request(method, self.base + path, headers=headers, timeout=self.timeout, **more)
            except (requests.ConnectionError, requests.Timeout):
                if not left:
                    raise
            else:
                if answer.status_code not in _BUSY or not left:
                    break
                pause = _seconds(answer, pause)
            time.sleep(pause)
        self._check(answer)
        if answer.status_code == 204 or not answer.content:
            return None
        try:
            return answer.json()
        except ValueError:
            raise SaccadeError("foreign", "The answer is not as documented; is this the address of a server?", answer.status_code) from None

    @staticmethod
    def _check(answer):
        if answer.status_code < 400:
            return
        try:
            error = answer.json()["error"]
            raise SaccadeError(error["code"], error["message"], answer.status_code, answer.headers.get("X-Request-Id"))
        except (ValueError, KeyError, TypeError):
            raise SaccadeError("client_error" if answer.status_code < 500 else "server_error",
                               "The server answered %d." % answer.status_code, answer.status_code) from None


class Analysis:
    """An analysis. raw is the whole answer of the server; id, status, outputs and error are parts of it."""

    def __init__(self, client, path, raw):
        self._client, self._path, self.raw = client, path, raw

    def __repr__(self):
        return "<Analysis %s %s>" % (self.id, self.status)

    @property
    def id(self):
        return self.raw["id"]

    @property
    def status(self):
        return self.raw["status"]

    @property
    def outputs(self):
        return self.raw.get("outputs") or {}

    @property
    def error(self):
        return self.raw.get("error")

    def score(self, name):
        """Returns a score, 0 to 100: "focus", "clarity" or "excitingness"; None where it was not asked for."""
        return (self.outputs.get(name) or {}).get("score")

    def refresh(self):
        """Asks the server how far it is."""
        self.raw = dict(self.raw, **self._client._call("GET", self._path))
        return self

    def wait(self, timeout=None):
        """Waits until the analysis has ended and returns it. A failed one raises SaccadeError, a late one TimeoutError."""
        end = None if timeout is None else time.monotonic() + timeout
        while self.refresh().status == "pending":
            if end is not None and time.monotonic() >= end:
                raise TimeoutError("analysis %s is still pending after %s s; it goes on on the server" % (self.id, timeout))
            time.sleep(1)
        if self.status == "failed":
            raise SaccadeError((self.error or {}).get("code"), (self.error or {}).get("message"))
        return self

    def frames(self):
        """Returns the numbers of every frame: a pandas.DataFrame, or a list of dicts where pandas is missing."""
        text = self._data("csv").decode("utf-8")
        try:
            import pandas
        except ImportError:
            return [{k: _number(v) for k, v in row.items()} for row in csv.DictReader(io.StringIO(text))]
        return pandas.read_csv(io.StringIO(text))

    def density(self):
        """Returns where people look, (frames, h, w) or (h, w), each map summing to 1: a numpy array, or nested lists."""
        data = self._data("density")
        try:
            import numpy
        except ImportError:
            return _npy(data)
        return numpy.load(io.BytesIO(data), allow_pickle=False)

    def measure(self, aois):
        """Measures areas of interest, in place of the former ones, and returns the results. A Saccade server only."""
        results = self._client._call("PUT", self._path + "/aois", repeat=True, json={"aois": aois})["aois"]
        self.raw.setdefault("outputs", {})["aois"] = results
        return results

    def add_outputs(self, outputs, palette=None, timeout=None):
        """Has more outputs rendered, like ["attention.attentionMap"], and waits until they are there. A Saccade server only."""
        body = {"outputs": _by_prediction(outputs), **({"palette": palette} if palette else {})}
        self._client._call("POST", self._path + "/outputs", repeat=True, json=body)
        until = time.monotonic() + timeout if timeout is not None else None
        while True:
            waiting = self.refresh().raw.pop("rendering", None)
            if not waiting:
                return self.outputs
            if waiting.get("error"):
                raise SaccadeError(waiting["error"]["code"], waiting["error"]["message"])
            if until is not None and time.monotonic() > until:
                raise TimeoutError("the outputs of analysis %s are not there after %s s; they are rendered on the server" % (self.id, timeout))
            time.sleep(0.5)

    def download(self, directory):
        """Downloads every file of the result into a directory, made if it is missing, and returns their paths."""
        os.makedirs(directory, exist_ok=True)
        ext, paths = ".webm" if "/video/" in self._path else ".png", []
        for name, url in _links(self.outputs):
            if name == "input.video":  # the upload itself
                continue
            path = os.path.join(directory, _NAMES.get(name) or name.rsplit(".", 1)[-1] + ext)
            of = re.match(r"variants\.([\w-]+)\.(\w+)$", name)
            if of:
                path = os.path.join(directory, "variant-%s%s%s" % (of.group(1), "" if of.group(2) == "image" else "-" + of.group(2), ext))
            if name in ("clarity.map", "excitingness.map"):
                path = os.path.join(directory, name.replace(".map", "Map") + ext)
            with open(path, "wb") as f:
                f.write(self._fetch(url))
            paths.append(path)
        with open(os.path.join(directory, "result.json"), "w", encoding="utf-8") as f:
            json.dump(self.raw, f, indent=2)
        return paths

    def delete(self):
        """Cancels or erases the analysis. A Saccade server only."""
        self._client._call("DELETE", self._path)

    def _data(self, name):
        links = (self.outputs.get("attention") or {}).get("data")
        if not links:
            raise SaccadeError("no_data", 'This analysis has no numbers; ask for predictions=["attention.data"], on a Saccade server.')
        return self._fetch(links[name])

    def _fetch(self, url):
        answer = self._client._http.get(url, timeout=self._client.timeout)  # links need no token, and get none
        self._client._check(answer)
        return answer.content


def _seconds(answer, otherwise):
    try:
        return min(max(float(answer.headers["Retry-After"]), 0), 3600)
    except (KeyError, ValueError):
        return otherwise


def _links(node, name=""):
    """Yields the links of a result with names like attention.attentionMap; names are checked, whatever the server says."""
    if isinstance(node, dict):
        for key, value in node.items():
            if re.match(r"[A-Za-z]\w{0,40}$", key):
                yield from _links(value, name + "." + key if name else key)
    elif isinstance(node, list) and name == "variants":
        for v in node:
            if re.match(r"[A-Za-z][\w-]{0,40}$", str(v.get("variant"))):
                yield from _links(v, name + "." + v["variant"])
    elif isinstance(node, str) and re.match(r"https?://", node):
        yield name, node


def _number(text):
    if text in ("true", "false"):
        return text == "true"
    try:
        return int(text)
    except ValueError:
        try:
            return float(text)
        except ValueError:
            return text or None


def _npy(data):
    """Reads a float32 array of NumPy's format into nested lists."""
    if data[:6] != b"\x93NUMPY":
        raise SaccadeError("no_data", "This is no NumPy file.")
    size = 2 if data[6] == 1 else 4
    (length,) = struct.unpack("<H" if size == 2 else "<I", data[8:8 + size])
    header = data[8 + size:8 + size + length].decode("latin1")
    shape = [int(n) for n in re.search(r"'shape': \(([0-9, ]*)\)", header).group(1).replace(" ", "").split(",") if n]
    if "'<f4'" not in header or "'fortran_order': False" not in header:
        raise SaccadeError("no_data", "This NumPy file is not float32 in C order.")
    flat = list(struct.unpack("<%df" % ((len(data) - 8 - size - length) // 4), data[8 + size + length:]))
    for n in reversed(shape[1:]):
        flat = [flat[i:i + n] for i in range(0, len(flat), n)]
    return flat
