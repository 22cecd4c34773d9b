"""People's accounts: the door and its second step, where they are signed in, what they change themselves."""
