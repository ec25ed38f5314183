"""Checkers for the exercises of chapter 03. Each takes the learner's answer and returns a `Verdict`."""

import numpy as np

from tryon_utils.checks.judging import Misconception, judge


def sides(answer):
    """Check the side of a picture that a generator's two transposed convolutions (kernel 5, stride 2, "valid") make of 7 pixels.

    Args:
        answer: Number.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(28, "That is what padding=\"same\" gives. Without padding every stamp is kept whole, also where it sticks out at the end."),
        Misconception(17, "That is after the first layer. There are two."),
        Misconception(34, "The first layer's 16 has lost a pixel: the last stamp begins at 12 and is five pixels long."),
        Misconception(14, "That is one doubling, without the stamps' length."),
        Misconception(35, "You added one kernel to twice the side. The last stamp begins one stride before that."),
        Misconception(33, "You added two pixels fewer than the kernel asks for, in one of the layers. Where does the last stamp end?"),
        Misconception(1, "That is the way of a convolution, which gets smaller. A transposed one gets larger."),
    ]
    return judge(answer, 37, None, slips, tolerance=1e-6,
                 praise="7 becomes 17 and 17 becomes 37. A popular tutorial lost its picture here: without padding=\"same\", no 28 comes out.")


def most_to_fewest(answer):
    """Check a function from a kernel size and a stride to the ratio of most to fewest stamps on a pixel, in two dimensions.

    Args:
        answer: Function of two integers, the stride no larger than the kernel.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda kernel, stride: np.ceil(kernel / stride) / (kernel // stride), "That is right for one dimension. A picture has rows and columns, and the stamps of both multiply."),
        Misconception(lambda kernel, stride: 2 * np.ceil(kernel / stride) / (kernel // stride), "You doubled the ratio of one dimension. Do rows and columns add or multiply?"),
        Misconception(lambda kernel, stride: (kernel / stride)**2, "That is how many stamps a pixel gets on average. The most against the fewest is wanted."),
        Misconception(lambda kernel, stride: ((kernel // stride) / np.ceil(kernel / stride))**2, "You divided the fewest by the most: the ratio is upside down."),
        Misconception(lambda kernel, stride: np.ceil(kernel / stride)**2, "That is the most stamps. Divide by the fewest."),
        Misconception(lambda kernel, stride: kernel % stride + 1, "The remainder tells whether there is a checkerboard, but not how strong it is: a larger kernel has a weaker one."),
    ]
    return judge(answer, lambda kernel, stride: (np.ceil(kernel / stride) / (kernel // stride))**2,
                 [(3, 2), (5, 2), (4, 2), (7, 2), (5, 3), (6, 3), (7, 4)], slips, tolerance=1e-6,
                 praise="It is 1 exactly where the stride divides the kernel, and a larger kernel softens the pattern without curing it.")


def half_life(answer):
    """Check a function from the decay of a moving average to the steps after which half of its start is left.

    Args:
        answer: Function of one number between 0 and 1.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda decay: 1 / (1 - decay), "That is how far the average looks back in the mean; by then 37 % of the start is left, not half."),
        Misconception(lambda decay: 0.5 / (1 - decay), "That would hold if every step took away equally much. It takes a share of what is left."),
        Misconception(lambda decay: np.log(decay) / np.log(0.5), "Upside down: the closer the decay is to 1, the longer the memory must be."),
        Misconception(lambda decay: np.log(0.5) * np.log(decay), "Solve decay to the power of n = 1/2 for n: the logarithms are divided."),
        Misconception(lambda decay: np.log(2) / np.log(decay), "A negative number of steps: the logarithm of the decay is negative. Mind the sign."),
        Misconception(lambda decay: np.log(0.5) / np.log(1 - decay), "You let the new share, 1 - decay, act on the start. What is the start multiplied by at each step?"),
        Misconception(lambda decay: decay / (1 - decay), "That is the mean age of the weights in the average. Half of the start is something else."),
    ]
    return judge(answer, lambda decay: np.log(0.5) / np.log(decay), [(0.9,), (0.99,), (0.5,), (0.995,)], slips, tolerance=1e-4,
                 praise="With 0.995 it takes 138 steps. So an average of 2000 steps has forgotten its random start.")


def training_loop(answer):
    """Check a training loop with several steps of the discriminator before each of the generator, by the order of its steps.

    Args:
        answer: Function of `(gan, batches, discriminator_steps)`. The GAN has `train_discriminator(real_images)`,
            `train_generator(count)` and `move_average()`.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(_steps(_loop(same=True)), "The discriminator sees the same batch again and again between two steps of the generator. Give it a fresh one each time."),
        Misconception(_steps(_loop(many="generator")), "You train the generator several times for each step of the discriminator. It is the other way round here."),
        Misconception(_steps(_loop(many="neither")), "Each is trained once in turn: discriminator_steps has no effect."),
        Misconception(_steps(_loop(first="generator")), "The generator steps first, against a discriminator that has not seen this round's batches."),
        Misconception(_steps(_loop(average=None)), "The average never moves, so the generator that you keep stays as it began."),
        Misconception(_steps(_loop(average="each")), "The average moves after steps of the discriminator, too. The generator has not changed there: that only makes the average faster."),
        Misconception(_steps(_loop(average="early")), "The average moves before the generator has stepped, so it is one step behind."),
        Misconception(_steps(_loop(leftover=True)), "The batches that are left at the end are too few for a whole round, and you stepped the generator after them all the same."),
        Misconception(_steps(_loop(average="end")), "The average moves once, at the end. It must follow the generator step by step."),
    ]
    if not callable(answer):
        return judge(answer, None, [()])
    return judge(_steps(answer), _steps(_loop()), [(6, 2), (6, 1), (7, 3), (10, 5)], slips,
                 praise="Every batch is seen once, the generator answers after each round, and the average follows it.")


class _Recorder:
    """Stands in for a GAN and writes down what is done to it: 1 and the batch, 2 and the count, or 3."""

    def __init__(self):
        self.steps = []

    def train_discriminator(self, real_images):
        self.steps.append((1, float(np.mean(real_images))))
        return {"discriminator_loss": 0.7}

    def train_generator(self, count):
        self.steps.append((2, float(count)))
        return {"generator_loss": 0.7}

    def move_average(self):
        self.steps.append((3, 0.0))


def _steps(loop):
    """Return the function from a number of batches and of steps to what a loop does, in order."""
    def run(count, discriminator_steps):
        gan = _Recorder()
        returned = loop(gan, [np.full((4, 2, 2, 3), number, "float32") for number in range(count)], discriminator_steps)
        return returned if returned is ... else np.array([(0.0, 0.0), *gan.steps])

    return run


def _loop(same=False, many="discriminator", first="discriminator", average="after", leftover=False):
    """Return a loop that is right, or wrong in one way."""
    def loop(gan, batches, discriminator_steps):
        taken = discriminator_steps if many == "discriminator" and not same else 1
        for start in range(0, len(batches) if leftover else len(batches) - taken + 1, taken):
            if average == "early":
                gan.move_average()
            if first == "generator":
                gan.train_generator(len(batches[start]))
            for batch in [batches[start]] * discriminator_steps if same else batches[start:start + taken]:
                gan.train_discriminator(batch)
                if average == "each":
                    gan.move_average()
            for _ in range(discriminator_steps if many == "generator" else int(first != "generator")):
                gan.train_generator(len(batches[start]))
            if average in ("after", "each"):
                gan.move_average()
        if average == "end":
            gan.move_average()

    return loop
