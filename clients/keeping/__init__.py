"""What is kept of a client and for how long: the archive, two rows of one person, everything taken out."""
