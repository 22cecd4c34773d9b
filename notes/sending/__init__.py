"""A signed letter on other ways than link and code: encrypted, on paper by post or fax, by a secure mail gateway."""
