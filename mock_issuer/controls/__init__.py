"""Controls: ways in which a correct issuer may differ; a tester that finds a defect in one raises a false alarm."""
