"""The baseline oracle: what the same application gave when it was issued quietly beforehand, but for volatile parts."""
