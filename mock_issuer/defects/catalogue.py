"""All defects by id, and how a switch is written: D02, D02@n2, D01:limit_s=2, D01@n2:limit_s=2,linger_s=1."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec
from msgspec import Struct

from mock_issuer.controls.catalogue import CONTROLS
from mock_issuer.defects import (
    d01_lock_only,
    d02_second_key,
    d03_worker_file,
    d04_visible_part,
    d05_newest_file,
    d06_leftover,
    d07_one_writer,
    d08_static_buffer,
    d09_static_request,
    d10_thread_local,
    d11_shared_formatter,
    d12_returned_twice,
    d13_captured_variable,
    d14_left_session,
    d15_cancelled_connection,
    d16_kept_connection,
    d17_uncorrelated_reply,
    d18_second_job,
    d19_coarse_cache_key,
    d20_stale_seal,
    d21_local_number,
    d22_worker_id,
    d23_select_max,
    d24_short_number,
    d25_old_build,
    d26_replica_lag,
    d27_two_queries,
    d28_dirty_read,
    d29_paid_is_issued,
    d30_replayed_queue,
    d31_no_idempotency,
    d32_no_owner_check,
    d33_early_session,
    d34_old_lists,
    d35_unlinked_fields,
    d36_shared_work_row,
)
from mock_issuer.defects.defect import Defect

_MODULES = (
    d01_lock_only,
    d02_second_key,
    d03_worker_file,
    d04_visible_part,
    d05_newest_file,
    d06_leftover,
    d07_one_writer,
    d08_static_buffer,
    d09_static_request,
    d10_thread_local,
    d11_shared_formatter,
    d12_returned_twice,
    d13_captured_variable,
    d14_left_session,
    d15_cancelled_connection,
    d16_kept_connection,
    d17_uncorrelated_reply,
    d18_second_job,
    d19_coarse_cache_key,
    d20_stale_seal,
    d21_local_number,
    d22_worker_id,
    d23_select_max,
    d24_short_number,
    d25_old_build,
    d26_replica_lag,
    d27_two_queries,
    d28_dirty_read,
    d29_paid_is_issued,
    d30_replayed_queue,
    d31_no_idempotency,
    d32_no_owner_check,
    d33_early_session,
    d34_old_lists,
    d35_unlinked_fields,
    d36_shared_work_row,
)
CATALOGUE: Mapping[str, Defect] = {module.DEFECT.id: module.DEFECT for module in _MODULES}


class Switch(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A defect to be switched on at a node, None for all nodes."""

    defect: str
    node: str | None = None
    params: dict[str, float] = {}


def parse_switch(text: str) -> Switch:
    """Read a written switch. Raises ValueError saying what is allowed."""
    name, _, written = text.partition(":")
    defect, _, node = name.partition("@")
    params = {}
    for part in filter(None, written.split(",")):
        key, _, value = part.partition("=")
        try:
            params[key] = float(value)
        except ValueError:
            raise ValueError(f"{text}: {part!r} is not NAME=NUMBER") from None
    return known(Switch(defect=defect, node=node or None, params=params))


def find(name: str) -> Defect | None:
    """Return a defect or control by name."""
    return CATALOGUE.get(name) or CONTROLS.get(name)


def known(switch: Switch) -> Switch:
    """Return a switch with its parameters' full names. Raises ValueError unless defect and parameters exist.

    The unit may be left out where it leaves no doubt: ttl for ttl_s.
    """
    defect = find(switch.defect)
    if defect is None:
        raise ValueError(f"no defect {switch.defect!r}; there are: {', '.join(CATALOGUE)}, {', '.join(CONTROLS)}")
    if defect.one_node and switch.node is None:
        raise ValueError(f"{switch.defect} is a defect of one node; say which: {switch.defect}@n2")
    full = {name.rpartition("_")[0]: name for name in defect.parameters} | {name: name for name in defect.parameters}
    if unknown := sorted(set(switch.params) - set(full)):
        allowed = ", ".join(defect.parameters) or "none"
        raise ValueError(f"{switch.defect} has no parameter {', '.join(unknown)}; it has: {allowed}")
    return msgspec.structs.replace(switch, params={full[name]: value for name, value in switch.params.items()})
