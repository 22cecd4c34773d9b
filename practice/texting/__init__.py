"""How text messages leave: which gateway, in which dialect, and what its refusals mean."""
