"""Paper dolls: rendered people whose every factor is known exactly."""
