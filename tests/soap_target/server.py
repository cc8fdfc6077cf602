"""A small certificate issuing system that is unlike the reference issuer: SOAP, serial only, fetched by polling.

`python server.py --population DIR --state DIR --ready-file FILE [--swap]`; ends with its standard input.
"""

from __future__ import annotations

import argparse
import json
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import zeep
from bureau import Bureau, Order
from lxml import etree
from register import Refused, Register

VERSION = "soap-1.4"
_PARSER = etree.XMLParser(resolve_entities=False, no_network=True)


class Service:
    """Decodes requests and encodes replies by the WSDL."""

    def __init__(self, bureau: Bureau) -> None:
        client = zeep.Client(str(Path(__file__).with_name("issue.wsdl")))
        self._binding = next(iter(client.wsdl.bindings.values()))
        self._bureau = bureau

    def answer(self, action: str, body: bytes) -> bytes:
        """Return the reply envelope; raise KeyError or ValueError for what the WSDL does not know."""
        name = action.strip('"').rpartition(":")[2]
        operation = self._binding.get(name)
        asked = operation.input.deserialize(etree.fromstring(body, _PARSER))
        told = getattr(self, f"_{name}")(asked)
        return etree.tostring(operation.output.serialize(**told).content)

    def _RequestIssue(self, asked) -> dict:  # noqa: N802  names of the WSDL
        order = Order(
            serial=asked.serial,
            code=asked.certificateCode,
            household=asked.household,
            members=tuple(asked.member or ()),
            domicile=asked.withDomicile,
            relation=asked.withRelation,
            year=asked.taxYear,
            copies=asked.copies,
        )
        try:
            return {"resultCode": "0", "receiptNo": self._bureau.accept(order)}
        except Refused as e:
            return {"resultCode": e.code, "message": str(e)}

    def _FetchResult(self, receipt) -> dict:  # noqa: N802  a message of one element comes as its value
        state, documents = self._bureau.fetch(receipt)
        return {"state": state, "document": [{"number": n, "body": b} for n, b in documents]}

    def _Conclude(self, asked) -> dict:  # noqa: N802
        return {"resultCode": self._bureau.conclude(asked.receiptNo, printed=asked.printed)}

    def _Inquire(self, asked) -> dict:  # noqa: N802
        return {"state": "UP", "version": VERSION}


def handler(service: Service) -> type[BaseHTTPRequestHandler]:
    """Return the HTTP handler of a service."""

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            try:
                reply, status = service.answer(self.headers.get("SOAPAction", ""), body), 200
            except Exception as e:  # noqa: BLE001  a SOAP fault says what was wrong
                reply, status = _fault(e), 500
            self.send_response(status)
            self.send_header("Content-Type", "text/xml; charset=utf-8")
            self.send_header("Content-Length", str(len(reply)))
            self.end_headers()
            self.wfile.write(reply)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


def _fault(e: Exception) -> bytes:
    return (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body><s:Fault>'
        f"<faultcode>s:Client</faultcode><faultstring>{type(e).__name__}</faultstring>"
        "</s:Fault></s:Body></s:Envelope>"
    ).encode()


def main() -> None:
    """Serve until standard input ends."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--population", type=Path, required=True)
    parser.add_argument("--state", type=Path, required=True)
    parser.add_argument("--ready-file", type=Path, required=True)
    parser.add_argument("--swap", action="store_true", help="the switched-on defect")
    given = parser.parse_args()
    given.state.mkdir(parents=True, exist_ok=True)
    bureau = Bureau(Register(given.population), given.state / "issue.log", swap=given.swap)
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler(Service(bureau)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    part = given.ready_file.with_suffix(".part")
    part.write_text(json.dumps({"url": f"http://127.0.0.1:{server.server_port}"}))
    part.replace(given.ready_file)
    sys.stdin.buffer.read()


if __name__ == "__main__":
    main()
