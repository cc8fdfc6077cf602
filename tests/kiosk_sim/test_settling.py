"""What the drain phase finds out, and the probes before and after a run."""

from __future__ import annotations

import pytest

from harness.records.history import (
    BatchEnded,
    Ending,
    LedgerBefore,
    LedgerEntry,
    LedgerRead,
    NodeSeen,
    SettledAs,
    Settlement,
    TargetHealth,
)
from harness.records.plan import Batch, BatchKind
from kiosk_sim.matching import digest_of, settle_by_ledger
from kiosk_sim.played import Open


def open_(request_id=""):
    return Open(
        application="A1",
        resident="R1",
        kiosk="K1",
        card="11",
        certificate="juminhyo",
        since_ns=0,
        request_id=request_id,
    )


def line(request_id, state, card="11", certificate="juminhyo"):
    return LedgerEntry(request_id=request_id, card=card, certificate=certificate, state=state)


@pytest.mark.parametrize(
    ("state", "settled"),
    [
        ("issued", SettledAs.ISSUED),
        ("cancelled", SettledAs.NOT_ISSUED),
        ("failed", SettledAs.NOT_ISSUED),
        ("refused", SettledAs.NOT_ISSUED),
        ("open", SettledAs.UNKNOWN),
        ("something new", SettledAs.UNKNOWN),
    ],
)
def test_a_known_request_is_settled_by_its_own_line(state, settled):
    entries = [line("Q1", state), line("Q2", "issued")]
    assert settle_by_ledger(open_("Q1"), entries, (), {}).settled is settled


def test_a_known_request_that_the_ledger_lacks_stays_unknown():
    assert settle_by_ledger(open_("Q1"), [line("Q2", "issued")], (), {}).settled is SettledAs.UNKNOWN


def test_an_id_that_the_ledger_lacks_is_passed_over_where_nobody_else_can_be_meant():
    for state, settled in (
        ("issued", SettledAs.ISSUED),
        ("cancelled", SettledAs.NOT_ISSUED),
        ("open", SettledAs.UNKNOWN),
    ):
        assert settle_by_ledger(open_("gateway-7"), [line("Q2", state)], (), {}, alone=True).settled is settled
    others = [line("Q2", "issued", card="12")]
    assert settle_by_ledger(open_("gateway-7"), others, (), {}, alone=True).settled is SettledAs.NOT_ISSUED


def test_without_request_id_nothing_is_known_where_the_ledger_has_none_of_the_ids_that_answers_carry():
    entries = [line("Q1", "issued")]
    assert settle_by_ledger(open_(), entries, ["gateway-1"], {}).settled is SettledAs.UNKNOWN
    assert settle_by_ledger(open_(), entries, ["gateway-1"], {}, alone=True).settled is SettledAs.ISSUED
    assert settle_by_ledger(open_(), [], ["gateway-1"], {}).settled is SettledAs.NOT_ISSUED


def test_without_request_id_an_empty_ledger_means_not_issued():
    entries = [line("Q1", "issued", card="12"), line("Q2", "issued", certificate="tax")]
    assert settle_by_ledger(open_(), entries, (), {}).settled is SettledAs.NOT_ISSUED


def test_without_request_id_lines_of_other_applications_do_not_count():
    entries = [line("Q1", "issued"), line("Q2", "cancelled")]
    assert settle_by_ledger(open_(), entries, ["Q1"], {}).settled is SettledAs.NOT_ISSUED
    assert settle_by_ledger(open_(), entries, ["Q2"], {}).settled is SettledAs.ISSUED


def test_lines_that_disagree_leave_it_unknown():
    entries = [line("Q1", "issued"), line("Q2", "cancelled")]
    assert settle_by_ledger(open_(), entries, (), {}).settled is SettledAs.UNKNOWN


def as_found(*entries):
    return {entry.request_id: digest_of(entry) for entry in entries}


@pytest.mark.parametrize("old", ["issued", "cancelled", "refused"])
@pytest.mark.parametrize(("new", "settled"), [("issued", SettledAs.ISSUED), ("cancelled", SettledAs.NOT_ISSUED)])
def test_a_line_that_was_closed_before_the_run_does_not_count(old, new, settled):
    entries = [line("Q1", old), line("Q2", new)]
    assert settle_by_ledger(open_(), entries, (), as_found(entries[0])).settled is settled


def test_an_application_that_left_no_line_is_not_taken_for_an_older_one():
    entries = [line("Q1", "issued")]
    assert settle_by_ledger(open_(), entries, (), as_found(*entries)).settled is SettledAs.NOT_ISSUED


def test_an_older_line_that_was_open_or_has_changed_leaves_it_unknown():
    for then, now in (("open", "open"), ("open", "issued"), ("cancelled", "issued")):
        found = settle_by_ledger(open_(), [line("Q1", now)], (), as_found(line("Q1", then)))
        assert found.settled is SettledAs.UNKNOWN
        both = settle_by_ledger(open_(), [line("Q1", now), line("Q2", "issued")], (), as_found(line("Q1", then)))
        assert both.settled is SettledAs.UNKNOWN


def test_where_nobody_looked_before_the_run_a_line_without_request_id_leaves_it_unknown():
    assert settle_by_ledger(open_(), [line("Q1", "issued")], (), None).settled is SettledAs.UNKNOWN
    assert settle_by_ledger(open_(), [], (), None).settled is SettledAs.NOT_ISSUED
    assert settle_by_ledger(open_("Q1"), [line("Q1", "issued")], (), None).settled is SettledAs.ISSUED


def close(peer):
    peer.socket.close()


def sequence(*applications, name="B1"):
    return Batch(batch=name, phase="P1", kind=BatchKind.SEQUENCE, applications=applications)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("state", "settled"),
    [("cancelled", SettledAs.NOT_ISSUED), ("issued", SettledAs.ISSUED), ("open", SettledAs.UNKNOWN)],
)
def test_the_drain_phase_settles_what_is_open_by_the_ledger(state, settled, serve, issuer, run_against):
    issuer.faults[("K1", "document")] = close
    run = run_against(serve(issuer).url)
    run.plan(sequence(run.application(1, kiosk="K1"), run.application(2, kiosk="K2")))
    assert run.play("quiet", "--phase", "P1") == 0, run.errors
    lost = run.endings()["A000001"]
    assert lost.ending is Ending.UNRESOLVED
    issuer.ledger[lost.request_id]["state"] = state
    assert run.play("settle") == 0, run.errors
    (settlement,) = run.records(Settlement)
    assert (settlement.application, settlement.settled, settlement.source) == ("A000001", settled, "ledger")
    (read,) = run.records(LedgerRead)
    assert (read.entries, read.complete) == (2, True)
    assert len(run.records(LedgerEntry)) == 2
    assert run.records(TargetHealth)[-1].alive


@pytest.mark.slow
@pytest.mark.parametrize(
    ("probed", "settled"), [(True, SettledAs.ISSUED), (False, SettledAs.UNKNOWN)], ids=["probed", "not probed"]
)
def test_lines_of_an_earlier_run_are_told_apart_only_where_the_probe_saw_them(
    probed, settled, serve, issuer, run_against
):
    issuer.faults[("K1", "apply")] = close  # the answer that would tell the request id never comes
    run = run_against(serve(issuer).url)
    one = run.application(1, kiosk="K1")
    earlier = {"application": "Q-earlier", "card": one.card, "certificate": one.certificate.value}
    issuer.ledger["Q-earlier"] = {**earlier, "state": "issued", "issue_numbers": ["9"], "node": "n1", "at": "before"}
    if probed:
        assert run.play("probe") == 0, run.errors
        assert run.records(LedgerBefore)[0].digests.keys() == {"Q-earlier"}
    run.plan(sequence(one))
    assert run.play("quiet", "--phase", "P1") == 0, run.errors
    (new,) = (entry for name, entry in issuer.ledger.items() if name != "Q-earlier")
    new["state"] = "issued"
    assert run.play("settle") == 0, run.errors
    (settlement,) = run.records(Settlement)
    assert settlement.settled is settled


@pytest.mark.slow
def test_a_probe_in_the_middle_of_a_run_takes_nothing_for_older_than_the_run(serve, issuer, run_against):
    run = run_against(serve(issuer).url)
    run.plan(sequence(run.application(1, kiosk="K1")))
    assert run.play("quiet", "--phase", "P1") == 0, run.errors
    assert run.play("probe") == 0, run.errors
    assert run.records(LedgerBefore) == []


@pytest.mark.slow
def test_a_settled_application_frees_its_kiosk_and_its_resident(serve, issuer, run_against):
    def cancel_and_close(peer):
        for entry in issuer.ledger.values():
            entry["state"] = "cancelled"
        peer.socket.close()

    issuer.faults[("K1", "document")] = cancel_and_close
    run = run_against(serve(issuer).url)
    run.plan(
        sequence(run.application(1, kiosk="K1")),
        sequence(run.application(1, kiosk="K2"), name="B2"),
    )
    assert run.play("quiet", "--phase", "P1") == 0, run.errors
    assert run.records(Settlement)[0].settled is SettledAs.NOT_ISSUED
    assert run.endings()["A000002"].ending is Ending.DELIVERED
    assert [b.void for b in run.records(BatchEnded)] == ["", ""]


@pytest.mark.slow
def test_a_dead_target_is_told_by_probe_and_settle(serve, issuer, run_against):
    server = serve(issuer)
    run = run_against(server.url)
    assert run.play("probe") == 0, run.errors
    assert next((n.node, n.build) for n in run.records(NodeSeen)) == ("n1", "b1")
    issuer.alive = False
    assert run.play("probe") == 1
    assert "503" in run.errors
    server.close()
    assert run.play("settle") == 0
    (read,) = run.records(LedgerRead)
    assert not read.complete
    assert [h.alive for h in run.records(TargetHealth)] == [True, False, False]


@pytest.mark.slow
def test_a_target_without_a_ledger_leaves_open_applications_unknown(serve, issuer, run_against):
    issuer.faults[("K1", "document")] = close
    run = run_against(serve(issuer).url)
    run.folder.target.write_text(run.folder.target.read_text().replace("ledger = true", "ledger = false"))
    run.plan(sequence(run.application(1, kiosk="K1")))
    assert run.play("quiet", "--phase", "P1") == 0, run.errors
    assert run.play("settle") == 0, run.errors
    (settlement,) = run.records(Settlement)
    assert (settlement.settled, settlement.source) == (SettledAs.UNKNOWN, "none")
    assert run.records(LedgerRead) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('adapter = "nowhere"', "target.toml: adapter"),
        ('adapter = "no.such.module:Class"', "cannot import"),
        ('adapter = "kiosk_sim.targets.order:Order"', "does not accept"),
        ('client = "centre"', "adapter"),
        ('ca = "missing.pem"', "tls.ca"),
    ],
)
def test_a_wrong_target_file_is_told_with_its_key(line, told, run_against):
    head, more = (line + "\n", "") if not line.startswith("ca") else ("", f"[tls]\n{line}\n")
    run = run_against("http://127.0.0.1:9", more, head)
    assert run.play("probe") == 64
    assert told in run.errors
    assert run.folder.segments() == []
