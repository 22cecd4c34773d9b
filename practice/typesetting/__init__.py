"""What letters and day sheets are typeset with: the press, the faces, and which characters those can show."""
