"""Right and wrong answers to the exercises of chapter 03; each wrong one with a word that its hint must contain."""

import math

import numpy as np


def counted(kernel, stride, length=60):
    stamps = np.zeros(length * stride + kernel)
    for place in range(length):
        stamps[place * stride:place * stride + kernel] += 1
    inside = stamps[4 * kernel:-4 * kernel]
    return (inside.max() / inside.min())**2


def stepped(decay):
    return math.log(2) / -math.log(decay)


def in_rounds(gan, batches, discriminator_steps):
    for number in range(len(batches) // discriminator_steps):
        for batch in batches[number * discriminator_steps:(number + 1) * discriminator_steps]:
            gan.train_discriminator(batch)
        gan.train_generator(len(batch))
        gan.move_average()


def by_counting(gan, batches, discriminator_steps):
    results = {}
    for number, batch in enumerate(batches, start=1):
        if number > len(batches) - len(batches) % discriminator_steps:
            break
        results |= gan.train_discriminator(batch)
        if number % discriminator_steps == 0:
            results |= gan.train_generator(batch.shape[0])
            gan.move_average()
    return results


def wrong_loop(steps_of_round):
    """Return a loop with a round of its own: a function of the GAN and the batches of the round."""
    def loop(gan, batches, discriminator_steps):
        for start in range(0, len(batches) - discriminator_steps + 1, discriminator_steps):
            steps_of_round(gan, batches[start:start + discriminator_steps])

    return loop


def same_batch(gan, batches, discriminator_steps):
    for batch in batches:
        for _ in range(discriminator_steps):
            gan.train_discriminator(batch)
        gan.train_generator(len(batch))
        gan.move_average()


def many_generator_steps(gan, batches, discriminator_steps):
    for batch in batches:
        gan.train_discriminator(batch)
        for _ in range(discriminator_steps):
            gan.train_generator(len(batch))
        gan.move_average()


def in_turn(gan, batches, discriminator_steps):
    for batch in batches:
        gan.train_discriminator(batch)
        gan.train_generator(len(batch))
        gan.move_average()


def with_leftovers(gan, batches, discriminator_steps):
    for start in range(0, len(batches), discriminator_steps):
        for batch in batches[start:start + discriminator_steps]:
            gan.train_discriminator(batch)
        gan.train_generator(4)
        gan.move_average()


def generator_first(gan, batches):
    gan.train_generator(len(batches[0]))
    _ = [gan.train_discriminator(batch) for batch in batches]
    gan.move_average()


def no_average(gan, batches):
    _ = [gan.train_discriminator(batch) for batch in batches]
    gan.train_generator(len(batches[0]))


def average_first(gan, batches):
    gan.move_average()
    no_average(gan, batches)


def average_always(gan, batches):
    for batch in batches:
        gan.train_discriminator(batch)
        gan.move_average()
    gan.train_generator(len(batches[0]))
    gan.move_average()


def average_at_the_end(gan, batches, discriminator_steps):
    wrong_loop(no_average)(gan, batches, discriminator_steps)
    gan.move_average()


RIGHT = {
    "training_loop": [in_rounds, by_counting],
    "sides": [37, 37.0, np.int64(37), 2 * (2 * 7 + 3) + 3],
    "most_to_fewest": [counted, lambda kernel, stride: (-(-kernel // stride) / (kernel // stride))**2,
                       lambda kernel, stride: (math.ceil(kernel / stride) * math.ceil(kernel / stride)) / math.floor(kernel / stride)**2],
    "half_life": [stepped, lambda decay: np.log2(0.5) / np.log2(decay), lambda decay: math.log(0.5, decay)],
}

WRONG = {
    "training_loop": [(same_batch, "fresh"), (many_generator_steps, "other way"), (in_turn, "no effect"), (with_leftovers, "left"),
                      (wrong_loop(generator_first), "first"), (wrong_loop(no_average), "never moves"), (wrong_loop(average_first), "behind"),
                      (wrong_loop(average_always), "faster"), (average_at_the_end, "once")],
    "sides": [(28, "padding"), (17, "two"), (34, "first"), (14, "doubling"), (35, "stride"), (33, "fewer"), (1, "transposed")],
    "most_to_fewest": [(lambda kernel, stride: math.ceil(kernel / stride) / (kernel // stride), "one dimension"),
                       (lambda kernel, stride: 2 * math.ceil(kernel / stride) / (kernel // stride), "multiply"),
                       (lambda kernel, stride: (kernel / stride)**2, "average"),
                       (lambda kernel, stride: 1 / counted(kernel, stride), "upside down"),
                       (lambda kernel, stride: math.ceil(kernel / stride)**2, "fewest"),
                       (lambda kernel, stride: kernel % stride + 1, "remainder")],
    "half_life": [(lambda decay: 1 / (1 - decay), "37"), (lambda decay: 0.5 / (1 - decay), "share"), (lambda decay: -math.log(decay) / math.log(2), "upside down"),
                  (lambda decay: math.log(0.5) * math.log(decay), "divided"), (lambda decay: math.log(2) / math.log(decay), "sign"),
                  (lambda decay: math.log(0.5) / math.log(1 - decay), "new share"), (lambda decay: decay / (1 - decay), "age")],
}
