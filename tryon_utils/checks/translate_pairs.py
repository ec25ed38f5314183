"""Checkers for the exercises of chapter 10. Each takes the learner's answer and returns a `Verdict`."""

import numpy as np

from tryon_utils.checks.judging import Misconception, judge


def patch(answer):
    """Check a function from kernel sizes and strides of convolutions, first to last, to how many pixels wide the patch of one output is.

    Args:
        answer: Function of two sequences of integers.

    Returns:
        A `Verdict`.
    """
    def field(kernel_sizes, strides):
        seen, step = 1, 1
        for kernel_size, stride in zip(kernel_sizes, strides, strict=True):
            seen, step = seen + (kernel_size - 1) * step, step * stride
        return seen

    def stride_first(kernel_sizes, strides):
        seen, step = 1, 1
        for kernel_size, stride in zip(kernel_sizes, strides, strict=True):
            step = step * stride
            seen = seen + (kernel_size - 1) * step
        return seen

    slips = [
        Misconception(lambda kernel_sizes, strides: 1 + sum(size - 1 for size in kernel_sizes), "The strides aren't used. After a stride of 2, the next kernel's steps are two pixels wide."),
        Misconception(stride_first, "A layer's own stride doesn't widen its own kernel: only the strides *before* it do."),
        Misconception(lambda kernel_sizes, strides: int(np.prod(kernel_sizes)), "You multiplied the kernel sizes. Fields of convolutions overlap, so each layer adds to what is seen."),
        Misconception(lambda kernel_sizes, strides: sum(kernel_sizes), "You added whole kernels. Neighbouring kernels share a place, so a layer adds one less than its size."),
        Misconception(lambda kernel_sizes, strides: int(np.prod(strides)), "That is how far apart two patches lie. How wide is one?"),
        Misconception(lambda kernel_sizes, strides: field(kernel_sizes[::-1], strides[::-1]), "You went through the layers from the last to the first. Count the strides before a layer, not after it."),
        Misconception(lambda kernel_sizes, strides: field(kernel_sizes, strides) - 1, "One too few: before any layer, an output sees one pixel."),
        Misconception(lambda kernel_sizes, strides: field(kernel_sizes, strides) ** 2, "That is how many pixels lie in the patch. How many is it wide?"),
    ]
    inputs = [([4, 4, 3], [2, 2, 1]), ([3, 3], [1, 2]), ([5, 3, 4], [1, 2, 2]), ([4], [2]), ([4, 4, 4, 4, 4], [2, 2, 2, 1, 1])]
    return judge(answer, field, inputs, slips, tolerance=1e-6,
                 praise="The last of these networks is pix2pix's own: 70 pixels. Ours, the first, sees 18: more than half of a garment of 32.")


def best_guess(answer):
    """Check a function from the values that may be right, all equally likely, to the one guess with the least mean absolute error.

    Args:
        answer: Function of an array (n,), n odd.

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(np.mean, "That is the guess with the least mean *squared* error. What balances as many values above as below?"),
        Misconception(lambda values: (values.min() + values.max()) / 2, "The middle between the ends makes the *largest* error smallest. Here every error counts once."),
        Misconception(lambda values: values[len(values) // 2], "You took the value in the middle of the list. It is the middle of the *sorted* list that counts."),
        Misconception(lambda values: np.mean(np.abs(values - np.median(values))), "That is how large the error is. Which guess has it?"),
        Misconception(np.max, "That is the brightest value. Is its mean error really the least?"),
        Misconception(np.min, "That is the darkest value. Is its mean error really the least?"),
        Misconception(np.sum, "That is the sum. A guess lies among the values."),
    ]
    inputs = [(np.array([0.1, 0.9, 0.2]),), (np.array([1.0, 1.0, 0.0, 0.0, 1.0]),), (np.array([0.3, 0.8, 0.1, 0.95, 0.6, 0.2, 0.9]),), (np.array([0.5]),)]
    return judge(answer, np.median, inputs, slips, tolerance=1e-5,
                 praise="The median. Where stripes may lie either way it picks the more likely colour for all of them: flat cloth, and the best score.")


def keep_known(answer):
    """Check a function from a made picture, what was seen and where nothing was known to the picture that changes nothing that was known.

    Args:
        answer: Function of two arrays (height, width, 3) and a bool array (height, width).

    Returns:
        A `Verdict`.
    """
    slips = [
        Misconception(lambda made, seen, missing: np.where(missing[..., None], seen, made), "Turned round: in the hole stands what was seen there, which was nothing."),
        Misconception(lambda made, seen, missing: made, "You gave back what was made. Outside the hole every pixel was known: keep it."),
        Misconception(lambda made, seen, missing: seen, "You gave back what was seen: the hole is still there."),
        Misconception(lambda made, seen, missing: (made + seen) / 2, "You mixed both everywhere. A known pixel is right already, and half of a hole is still a hole."),
        Misconception(lambda made, seen, missing: made * missing[..., None], "Inside is right, and outside is black. What was seen belongs there."),
        Misconception(lambda made, seen, missing: seen + made * missing[..., None], "In the hole you added what was made to what stood there already. Take that away first."),
        Misconception(lambda made, seen, missing: seen * ~missing[..., None], "The hole is black now. Put what was made into it."),
    ]
    rng = np.random.default_rng(0)
    inputs = [(rng.random((*shape, 3)), rng.random((*shape, 3)), rng.random(shape) < share) for shape, share in (((4, 5), 0.4), ((3, 3), 0.7), ((2, 6), 0.2))]
    return judge(answer, lambda made, seen, missing: np.where(missing[..., None], made, seen), inputs, slips, tolerance=1e-6,
                 praise="Whatever a network would have changed outside, it can't now. Chapter 14 does the same with everything outside the garment's place.")


def contradiction(answer):
    """Check a function from made pictures (n, h, w, c), the small ones they were made from, and the factor, to each one's mean contradiction.

    Args:
        answer: Function of two arrays and an integer.

    Returns:
        A `Verdict`.
    """
    def shrunk(made, factor):
        n, height, width, channels = made.shape
        return made.reshape(n, height // factor, factor, width // factor, factor, channels).mean(axis=(2, 4))

    def by_picture(errors):
        return errors.mean(axis=tuple(range(1, errors.ndim)))

    slips = [
        Misconception(lambda made, small, factor: by_picture(np.abs(made[:, ::factor, ::factor] - small)), "You took every so-many-th pixel. A small pixel is the *mean* of a square."),
        Misconception(lambda made, small, factor: np.abs(shrunk(made, factor) - small).mean(), "That is one number for all. Give one for each picture."),
        Misconception(lambda made, small, factor: by_picture(shrunk(made, factor) - small), "Without absolute values, too bright here and too dark there cancel."),
        Misconception(lambda made, small, factor: by_picture(np.abs(made - np.repeat(np.repeat(small, factor, axis=1), factor, axis=2))), "You enlarged the small picture. Its pixels are means, so the detail that was made counts as an error: shrink instead."),
        Misconception(lambda made, small, factor: by_picture((shrunk(made, factor) - small) ** 2), "You squared the differences. Absolute ones are wanted, in the unit of the picture."),
        Misconception(lambda made, small, factor: np.abs(shrunk(made, factor) - small).max(axis=(1, 2, 3)), "That is the worst place. The mean over all is wanted."),
        Misconception(lambda made, small, factor: by_picture(np.abs(shrunk(made, factor) * factor**2 - small)), "You took sums of the squares, not means."),
    ]
    rng = np.random.default_rng(1)
    inputs = []
    for shape, factor in (((2, 4, 4, 3), 2), ((3, 8, 4, 1), 4), ((1, 6, 9, 3), 3)):
        made = rng.random(shape)
        inputs.append((made, shrunk(made, factor) + rng.normal(0, 0.2, (shape[0], shape[1] // factor, shape[2] // factor, shape[3])), factor))
    return judge(answer, lambda made, small, factor: by_picture(np.abs(shrunk(made, factor) - small)), inputs, slips, tolerance=1e-5,
                 praise="Near 0 says that nothing which was seen is contradicted. It says nothing of what was not seen, and an invention passes.")
