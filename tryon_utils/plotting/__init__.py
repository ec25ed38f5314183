"""Figures of the course, one module a subject: `plotting.points`, `plotting.losses` and so on."""

import matplotlib
import matplotlib.pyplot as plt

# Load the backend now: a notebook then also shows figures made without pyplot, which it would else print as text.
plt.switch_backend(matplotlib.get_backend())
