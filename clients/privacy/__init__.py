"""The privacy officer's desk: who looked at whom, what clients ask of their record, legal holds, and breaches."""
