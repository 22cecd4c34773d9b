"""What providers tell and clients answer: signed, small, checked before anything is read."""
