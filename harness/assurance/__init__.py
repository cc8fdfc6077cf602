"""What a run is worth where nothing was found: bounds, the standard procedure, and which runs there were before it."""
