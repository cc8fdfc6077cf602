"""全件チェック of the data link: two extracts compared person by person, as keyed digests, where they lie."""
