"""PyTorch's loop in a process of its own. This file must import neither TensorFlow nor PyTorch: one runs it, the other doesn't."""

import multiprocessing

import numpy as np


class TorchProcess:
    """PyTorch in a process of its own, so that its threads and memory are not TensorFlow's: trains so many steps when called,
    and calls `after_step` when one is done."""

    def __init__(self, samples):
        context = multiprocessing.get_context("spawn")
        self.pipe, other_end = context.Pipe()
        self.process = context.Process(target=_serve, args=(other_end, samples), daemon=True)
        self.process.start()
        other_end.close()  # so that a process that dies ends our waiting

    def __call__(self, steps, after_step):
        self.pipe.send(steps)
        for _ in range(steps):
            self.pipe.recv()
            after_step()

    def close(self):
        self.pipe.close()
        self.process.join()


def _serve(pipe, samples):
    from measuring import torch_loop  # here, since PyTorch need not be installed

    step, rng, samples = torch_loop.make_step(), np.random.default_rng(0), samples.transpose(0, 3, 1, 2)
    while True:
        try:
            steps = pipe.recv()
        except EOFError:
            return
        for _ in range(steps):
            step(samples[rng.choice(len(samples), torch_loop.BATCH, replace=False)])
            pipe.send("done")
