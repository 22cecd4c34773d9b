"""Who works in a practice: invited by link, as what, with which credential, and what happens when somebody leaves."""
