"""The helper package of the course: what two chapters or more share.

Import it before `keras`. This file is the one place that keeps TensorFlow's start-up log quiet: information and
warnings are filtered by TensorFlow's own setting, and the few lines that its libraries write before they have read
that setting are held back while it is imported (they are shown after all where the import fails).

It also asks TensorFlow for oneDNN's convolutions on every x86 processor. By itself TensorFlow takes them on some only; on
the others, chapter 03's training step costs about a third more processor time without them.
"""

import contextlib
import importlib.abc
import importlib.util
import os
import sys
import tempfile

__version__ = "0.1.0"

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("TF_ENABLE_ONEDNN_OPTS", "1")


@contextlib.contextmanager
def _stderr_held():
    """Keep what native code writes to standard error; write it out only where the block raises."""
    sys.stderr.flush()
    standard_error = os.dup(2)
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException:
            held.seek(0)
            os.write(standard_error, held.read())
            raise
        finally:
            os.dup2(standard_error, 2)
            os.close(standard_error)


class _QuietTensorFlow(importlib.abc.MetaPathFinder):
    """Find TensorFlow as Python would, and hold standard error while it is loaded. Works once, then steps aside."""

    def find_spec(self, name, path=None, target=None):
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.util.find_spec(name)
        if spec is not None:
            load = spec.loader.exec_module

            def load_quietly(module):
                with _stderr_held():
                    load(module)

            spec.loader.exec_module = load_quietly
        return spec


if "tensorflow" not in sys.modules:
    sys.meta_path.insert(0, _QuietTensorFlow())
