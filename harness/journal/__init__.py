"""The one system of record: append-only segments, the document store and the run folder that holds them.

*Acknowledged* means that `append` or `put` returned: the bytes are the kernel's and survive `kill -9` of any
process. The supervisor flushes them to the disk at most every 200 ms: that is what a power loss may take.
"""

from harness.journal.documents import DocumentStore, DocumentWriter
from harness.journal.manifest import read_manifest
from harness.journal.run_folder import RunFolder
from harness.journal.segments import (
    Entry,
    SegmentState,
    SegmentTail,
    SegmentWriter,
    inspect_segments,
    read_history,
    read_segment,
)

__all__ = [
    "DocumentStore",
    "DocumentWriter",
    "Entry",
    "RunFolder",
    "SegmentState",
    "SegmentTail",
    "SegmentWriter",
    "inspect_segments",
    "read_history",
    "read_manifest",
    "read_segment",
]
