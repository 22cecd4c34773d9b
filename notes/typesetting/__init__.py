"""What the letters are typeset from: one template, the faces it uses, and which characters those can show."""
