"""The scoreboard: what the campaign detects of issuers with known defects, how soon, and where it cries wolf."""
