"""The letter a doctor reads: one tree, as page, paper and lines."""
