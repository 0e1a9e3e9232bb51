"""Demo data: invented people with valid check digits, spread over the real villages; the same at every run.

What the figures file of the speech states for `org.*`, `staff.*` and the reported forms comes out exactly;
nothing else is promised of it. Never loaded into a database that holds anything.
"""
