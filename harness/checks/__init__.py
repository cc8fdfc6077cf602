"""Pure checks, one file per property: what happened and what pages say → findings. No clock, no files, no network."""
