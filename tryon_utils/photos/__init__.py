"""Photographs: taken in safely, and the person in them found. Everything happens on this machine.

- `containers`: reads a picture file's own description of itself, and leaves out what isn't needed to paint it;
- `intake`: from a file or bytes to a `Photo`, or to a `PhotoError` that says why not;
- the other rooms find faces, landmarks, people and poses with small networks, and lay a face upright and back again.
"""
