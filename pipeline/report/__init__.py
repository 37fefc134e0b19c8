"""The report (报告): a static site over a run, opened from the disk, without network."""
