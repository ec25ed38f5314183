"""The helper package of the course: what two chapters or more share.

Import it before `keras`: this file is the one place that keeps TensorFlow's start-up log quiet.
"""

import os

# TensorFlow reads this when it is first imported. Real errors still come through as exceptions.
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

__version__ = "0.1.0"
