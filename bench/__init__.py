"""What `make bench` runs: the product's work, the least that Django could do for it, and the figures to reach."""
