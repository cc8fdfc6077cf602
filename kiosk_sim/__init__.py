"""Everything that plays people at kiosks: cards, sessions, drivers, engine. Reads a plan, writes a journal."""
