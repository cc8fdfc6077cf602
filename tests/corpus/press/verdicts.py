"""Compares an opinion on a corpus document with the truth about it: right, unread, or wrong and how."""

UNREAD = "unread"


def told(opinion, truth):
    """Return "right", "unread: ..." or "wrong: ..." for a `DocumentOwnership`.

    Right, for an original: every page own, nothing against it. For a variant: what was put in is told with its owner,
    on its page, and nobody else is accused.
    """
    change = truth["change"]
    if opinion.reason or len(opinion.pages) != truth["pages"]:
        return f"wrong: {opinion.status}, {len(opinion.pages)} pages: {opinion.reason}"
    unread = [p for p in opinion.pages if p.verdict == "unread"]
    accused = _accused(opinion)
    allowed = _owners(change)
    if others := {owner for owner, _ in accused} - allowed:
        return f"wrong: {', '.join(sorted(others))} are accused"
    if change is None:
        return _of_an_original(opinion, unread)
    if any(owner in allowed and page in {change["page"], 0} for owner, page in accused):
        return "right"
    if any(p.page == change["page"] for p in unread):
        return "unread: the page with it"
    return f"wrong: {change['kind']} of {change['of']} is not told"


def _owners(change):
    if change is None:
        return set()
    return {change["of"], *change.get("persons", ())}


def _of_an_original(opinion, unread):
    if foreign := [p.page for p in opinion.pages if p.verdict in {"foreign", "mixed", "stranger"}]:
        return f"wrong: false alarm on pages {foreign}"
    against = (*opinion.wrong, *opinion.leaked, *opinion.residue, *opinion.unexplained)
    if against or opinion.seal is not None:
        return f"wrong: false alarm {opinion.seal or against[0]}"
    if unread:
        return f"unread: {unread[0].reason}"
    if opinion.missing:
        return f"wrong: missing {opinion.missing[0].item}"
    return "right"


def _accused(opinion):
    """Return (owner, page) of everything that is said to be another resident's."""
    found = {(e.owner, e.page) for p in opinion.pages for e in p.evidence}
    found |= {(e.owner, e.page) for e in (*opinion.wrong, *opinion.residue, *opinion.leaked) if e.owner}
    if opinion.seal is not None and opinion.seal.owner:
        found.add((opinion.seal.owner, opinion.seal.page))
    return {(owner, page) for owner, page in found if owner}
