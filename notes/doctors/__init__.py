"""The doctor's side of what is shared: requests for a clearance, answers through the link, what becomes of them."""
