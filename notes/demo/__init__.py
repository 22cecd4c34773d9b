"""A practice to try things in: people and cases after published accounts, up to a year behind and two months ahead.

Everything dated is made by the product's own verbs, as of the day it would have happened.
"""
