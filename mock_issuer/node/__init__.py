"""An issuing server: checks, generates, prints into the kiosk's output buffer, keeps its part of the ledger."""
