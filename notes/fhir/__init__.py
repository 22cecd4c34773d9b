"""A signed summary as a FHIR R4 document Bundle, for the doctor's own system: what the letter says, and its codes.

`document` puts it together; `people`, `facts`, `work`, `readings` and `agreement` make the resources, `sections` the
Composition's parts; `entries` keeps every resource once under its own address, `text` makes any text inert.
"""
