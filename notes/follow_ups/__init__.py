"""Between visits: how it was after one, asked by link; and what a client's own last visits say together."""
