"""Targets: how one system under test is spoken to. A plug-in imports this, and nothing else of honnin."""

from harness.records.certificates import Certificate, Options, Scope
from harness.records.history import Ending, LedgerEntry, UpdateResult
from harness.records.plan import PlannedUpdate, Step
from harness.records.target import Target
from kiosk_sim.targets.actions import (
    Abandon,
    Abort,
    Action,
    Answered,
    AwaitFile,
    Builds,
    Deliver,
    Delivered,
    Done,
    End,
    Failed,
    FileArrived,
    Health,
    Ledger,
    NodeBuild,
    Ran,
    Result,
    Run,
    Send,
    Session,
    UpdateEnd,
    Wait,
)
from kiosk_sim.targets.adapter import TargetAdapter
from kiosk_sim.targets.basic import BasicAdapter
from kiosk_sim.targets.endings import Asked, describe, unanswered, unexpected, update_unanswered
from kiosk_sim.targets.order import CardRefused, Order, Signer

__all__ = [
    "Abandon",
    "Abort",
    "Action",
    "Answered",
    "Asked",
    "AwaitFile",
    "BasicAdapter",
    "Builds",
    "CardRefused",
    "Certificate",
    "Deliver",
    "Delivered",
    "Done",
    "End",
    "Ending",
    "Failed",
    "FileArrived",
    "Health",
    "Ledger",
    "LedgerEntry",
    "NodeBuild",
    "Options",
    "Order",
    "PlannedUpdate",
    "Ran",
    "Result",
    "Run",
    "Scope",
    "Send",
    "Session",
    "Signer",
    "Step",
    "Target",
    "TargetAdapter",
    "UpdateEnd",
    "UpdateResult",
    "Wait",
    "describe",
    "unanswered",
    "unexpected",
    "update_unanswered",
]
