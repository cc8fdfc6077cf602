"""Switches defects on and off at the nodes, and at the centre's side of them, for whoever holds the token."""

from __future__ import annotations

import secrets
from urllib.parse import quote

import msgspec

from mock_issuer.centre.link import NodeLink
from mock_issuer.centre.routing import Router
from mock_issuer.defects.catalogue import Switch, node_id
from mock_issuer.refusals import Refusal
from mock_issuer.web import Answer, Request, Routes, json_answer


class Administration:
    """Answers below /admin."""

    def __init__(self, token: str, router: Router) -> None:
        """Guard by `token`."""
        self._token = token
        self._router = router
        self.routes = Routes(
            {
                "GET /admin/defects": self._active,
                "PUT /admin/defects": self._turn_on,
                "DELETE /admin/defects": self._turn_off,
            }
        )

    def __call__(self, request: Request) -> Answer:
        """Answer a request below /admin."""
        if not secrets.compare_digest(request.headers.get("x-admin-token", "").encode(), self._token.encode()):
            raise Refusal(401, "UNAUTHORIZED", "X-Admin-Token is missing or wrong; the ready file has it")
        return self.routes(request)

    def _active(self, request: Request) -> Answer:
        alive = [link for link in self._router.links if link.alive]
        return json_answer({link.node: msgspec.json.decode(link.call("GET", "/defects").body) for link in alive})

    def _turn_on(self, request: Request) -> Answer:
        switch = request.record(Switch)
        answer = self._at(switch.node, "PUT", "/defects", request.body)
        for link in self._links(switch.node) if answer.status == 200 else ():
            link.switches.turn_on(switch)
            link.reconnect()
        return answer

    def _turn_off(self, request: Request) -> Answer:
        defect, node = request.query.get("defect"), request.query.get("node")
        for link in self._links(node):
            link.switches.turn_off(defect)
            link.reconnect()  # a defect's connections end with it
        return self._at(node, "DELETE", f"/defects?defect={quote(defect)}" if defect else "/defects")

    def _links(self, node: str | None) -> tuple[NodeLink, ...]:
        return (self._router.named(node_id(node)),) if node else self._router.links

    def _at(self, node: str | None, method: str, path: str, body: bytes = b"") -> Answer:
        links = [link for link in self._links(node) if node or link.alive]
        for link in links:
            answer = link.call(method, path, body)
            if answer.status != 200:
                return answer
        return self._active(Request(method="GET", path="", query={}, headers={}, body=b"", peer_certificate=None))
