"""The client's own copy: what a course came to in everyday words, printed or behind a link that is theirs."""
