"""Figures of the course, one module a subject: `plotting.points`, `plotting.losses` and so on."""
