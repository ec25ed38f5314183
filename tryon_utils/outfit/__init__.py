"""Try-on on a learner's own photographs: a person and a garment are read, and the one is dressed in the other.

`wearer` reads the person, `cloth` the garment, `dress` puts the garment on. What can't work is refused with a `PhotoError` that says why.
"""
