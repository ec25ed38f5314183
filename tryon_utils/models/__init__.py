"""The models of the course, one readable file a family."""
