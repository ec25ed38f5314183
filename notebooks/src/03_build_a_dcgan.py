# %% [markdown]
# # Build a DCGAN
#
# **What you'll do**: build a generator that paints small garments in colour, and a discriminator that judges them, layer by layer. Then train the two in about two
# minutes, watch the pictures come out of the noise, walk between them, and find out whether the generator is copying.
#
# **What you'll learn**
# - what a strided and a transposed convolution do to a tensor, and where checkerboards come from;
# - what batch normalisation is for in a GAN, and the two places where it must not stand;
# - why the generator ends in tanh, and what that asks of the data;
# - how to train on pictures with a moving average, and to go on after an interruption;
# - how to tell a generator that has learned from one that has learned by heart.
#
# **What you need**: [Train a toy GAN](02_train_a_toy_gan.ipynb), for the training step. You know convolutions from Keras.
#
# **Time**: about 40 minutes of reading, 120 seconds of training on two CPU cores

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import tempfile

import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops
from tryon_utils import datasets, images, losses, metrics, training, weights, widgets
from tryon_utils.gates import gate
from tryon_utils.models import features
from tryon_utils.plotting import people
from tryon_utils.plotting import pictures as picture_plots

plt.style.use("tryon_utils.course")
training.use_small_net_threads()

# %%
image_shape = (32, 32, 3)   # height, width, colours
latent_dim = 64             # numbers in one noise vector
channels = 16               # features at half the picture's size
batch_size = 64
learning_rate = 0.0005      # at the start; it falls along half a cosine
training_steps = 3000
seed = 0

# %% [markdown]
# ## The data, and their range
#
# The course renders its own garments, so we know what is in every picture. Here are 1500 of them; 200 we put aside for a question at the end. We train on pictures of 32 x 32 pixels: each is the mean of four pixels of the larger one.
# (To train on [Fashion-MNIST](https://arxiv.org/abs/1708.07747) instead, take `datasets.load_fashion_mnist()`, add an axis for the one colour, and set `image_shape = (28, 28, 1)`.)

# %% tags=["twin:tryon_utils.images"]
def halve(pictures):
    count, height, width, channels = pictures.shape
    if height % 2 or width % 2:
        raise ValueError(f"Pictures of {height} x {width} came; an even height and width are wanted. Crop a row or a column.")
    quarters = pictures.reshape(count, height // 2, 2, width // 2, 2, channels)
    return np.rint(quarters.mean(axis=(2, 4))).astype("uint8")

# %% tags=["nbval-ignore-output"]
garments = halve(datasets.load_garments().picture)
pictures, held_out = garments[:1300], garments[1300:]  # the last 200 are never shown to the networks

# %% tags=["nbval-check-output"]
real_images = images.to_model(pictures)
print("pictures:", pictures.shape, pictures.dtype, f"from {pictures.min()} to {pictures.max()}")
print("real images:", real_images.shape, real_images.dtype, f"from {real_images.min():.0f} to {real_images.max():.0f}")

# %% alt="Thirty-six rendered garments on white: T-shirts, long sleeves and tops in many colours, plain, striped, checked or with an emblem."
people.draw_pictures(pictures[:36], columns=12)

# %% [markdown]
# Inside the model a picture lies in $[-1, 1]$, because the generator will end in a tanh, which can reach nothing else. *Predict, then run.* Suppose we forget this, and leave the data in $[0, 1]$. How
# could a discriminator with a single rule, and no learning at all, tell every fake of a fresh tanh generator from every real picture?

# %% tags=["nbval-check-output"]
forgotten = pictures / 255.0
from_tanh = np.tanh(np.random.default_rng(0).normal(0, 0.1, pictures.shape))
print(f"a negative pixel somewhere: {np.mean((forgotten < 0).any(axis=(1, 2, 3))):.0%} of the real, {np.mean((from_tanh < 0).any(axis=(1, 2, 3))):.0%} of the fake")
assert not (forgotten < 0).any() and (from_tanh < 0).any(axis=(1, 2, 3)).all()

# %% [markdown]
# *Is any pixel negative?* That rule wins the game at the first step, and says nothing about garments. Whatever tells real from fake by a triviality of the format is learned first: the range, a border, even the way a picture was made
# smaller.
#
# ## Down: the strided convolution
#
# The discriminator turns a picture into one number. In ordinary networks, pooling makes the picture smaller; a DCGAN lets the convolution itself move in strides of 2 instead. So the network learns *how* to shrink, and
# the gradient that reaches the generator comes through every pixel. With max pooling, it would come through one pixel of four.

# %% tags=["nbval-check-output"]
batch = real_images[:batch_size]
down = layers.Conv2D(channels, 4, strides=2, padding="same")
print("images", batch.shape, "-> features", down(batch).shape, f"with {down.count_params():,} weights")

# %% [markdown]
# After it comes a **leaky ReLU**. An ordinary ReLU answers 0 to all that is negative, and its slope there is 0, too. In a discriminator that is costly: the generator lives on this slope. The leaky one keeps a fifth of it.

# %% tags=["nbval-check-output"]
values = tf.constant([-2.0, -0.5, 0.5, 2.0])
for name, activation in [("ReLU", layers.ReLU()), ("leaky ReLU", layers.LeakyReLU(negative_slope=0.2))]:
    with tf.GradientTape() as tape:
        tape.watch(values)
        answers = activation(values)
    print(f"{name}: slopes {ops.convert_to_numpy(tape.gradient(answers, values)).round(2)}")

# %% [markdown]
# ## Up: the transposed convolution, and its checkerboard
#
# The generator goes the other way, from a small grid to a large one. A **transposed convolution** with stride 2 takes each place of the small grid and stamps its kernel onto the large one, two pixels apart. Where
# stamps overlap, they are added.
#
# *Predict, then run.* Feed it a field of ones, with all kernel weights 1. Then each pixel simply counts its stamps. With a kernel of 3 x 3 and steps of 2, does each pixel get equally many?

# %%
def count_stamps(kernel_size):
    stamp = layers.Conv2DTranspose(1, kernel_size, strides=2, padding="same", kernel_initializer="ones", use_bias=False)
    return ops.convert_to_numpy(stamp(np.ones((1, 8, 8, 1), "float32")))[0, 4:10, 4:10, 0]  # away from the border

# %% tags=["nbval-check-output"]
kernel_sizes = [3, 5, 4]
stamps = [count_stamps(size) for size in kernel_sizes]
for size, counts in zip(kernel_sizes, stamps, strict=True):
    print(f"kernel {size} x {size}: from {counts.min():.0f} to {counts.max():.0f} stamps a pixel")
assert stamps[0].max() == 4 * stamps[0].min() and stamps[2].max() == stamps[2].min()

# %% alt="Three grids of numbers. Kernel 3 by 3: a checkerboard of 1, 2 and 4. Kernel 5 by 5: a checkerboard of 4, 6 and 9. Kernel 4 by 4: 4 everywhere."
picture_plots.draw_fields(stamps, [f"kernel {size} x {size}" for size in kernel_sizes])

# %% [markdown]
# A checkerboard, before anything was learned. The cure is in the arithmetic: take a kernel size that the stride divides. With 4 x 4 and stride 2 each pixel gets four stamps. But is a layer with *random* weights and
# many channels any better than with ones? We measure it: how much does the mean square of the output differ between the four kinds of pixels (even or odd row, even or odd column)?

# %% tags=["nbval-check-output"]
def checkerboard(kernel_size, seed):
    stamp = layers.Conv2DTranspose(64, kernel_size, strides=2, padding="same",
                                   kernel_initializer=keras.initializers.RandomNormal(stddev=0.02, seed=seed))
    power = ops.convert_to_numpy(stamp(keras.random.normal((64, 8, 8, 64), seed=seed)))[:, 4:12, 4:12] ** 2
    kinds = [power[:, row::2, column::2].mean() for row in (0, 1) for column in (0, 1)]
    return max(kinds) / min(kinds)


for size in kernel_sizes:
    ratios = [checkerboard(size, seed) for seed in range(5)]
    print(f"kernel {size} x {size}: the strongest kind of pixel has {np.mean(ratios):.1f} times the power of the weakest")
    assert np.mean(ratios) < 1.1 if size == 4 else np.mean(ratios) > 1.5

# %% [markdown]
# The stamps tell it all: 4, 9/4 and 1. A training can learn to even this out, but it has to, at every layer, and never quite gets there. An even start is free. (It doesn't forbid checkerboards: a kernel that *learns*
# different weights for even and odd pixels makes one again.)
#
# ## Batch normalisation, and where not
#
# Start with random weights of standard deviation 0.02, as the paper of DCGAN does, and let a tensor run through three layers.

# %% tags=["nbval-check-output"]
def spreads(normalised):
    initializer = keras.initializers.RandomNormal(stddev=0.02, seed=keras.random.SeedGenerator(1))
    x = keras.random.normal((batch_size, 4, 4, 4 * channels), seed=2)
    for width in (2 * channels, channels, channels // 2):
        x = layers.Conv2DTranspose(width, 4, strides=2, padding="same", use_bias=False, kernel_initializer=initializer)(x)
        x = layers.BatchNormalization()(x, training=True) if normalised else x
        x = layers.ReLU()(x)
        yield float(ops.std(x))


print("without:", "  ".join(f"{spread:.3f}" for spread in spreads(False)))
print("with:   ", "  ".join(f"{spread:.3f}" for spread in spreads(True)))

# %% [markdown]
# Without, the signal fades from layer to layer; after a few layers all noise gives nearly the same picture. **Batch normalisation** subtracts each channel's mean over the batch and divides by its spread, so that every layer gets a signal of the
# same size, whatever the layers before it do. It then adds a shift and multiplies by a scale of its own, which are learned; that is why the convolution before it needs no bias.
#
# It must not stand in two places. At the *generator's end*, each channel's mean would be forced to be the same in every batch, however many black garments are in it. At the *discriminator's start*, the difference in colour and brightness between real and fake batches would be
# normalised away before anything has looked at it. For the same reason real and fake pictures go through the discriminator as two batches: *mixed* statistics would tell each picture about the others.
#
# ## The two networks
#
# The grid sizes decide the number of layers: halve until at most 4 pixels are left (or an odd number, as for 28).

# %% tags=["twin:tryon_utils.models.dcgan"]
LARGEST_START = 8  # pixels


def grid_sizes(image_shape):
    sizes = [tuple(image_shape[:2])]
    while max(sizes[0]) > 4 and sizes[0][0] % 2 == 0 and sizes[0][1] % 2 == 0:
        sizes.insert(0, (sizes[0][0] // 2, sizes[0][1] // 2))
    if max(sizes[0]) > LARGEST_START or len(sizes) < 2:
        raise ValueError(f"Halving a picture of {image_shape[0]} x {image_shape[1]} ends at {sizes[0][0]} x {sizes[0][1]}; a grid of at most "
                         f"{LARGEST_START} is wanted. Take sizes such as 28, 32, 64 or 64 x 48.")
    return sizes

# %% tags=["nbval-check-output"]
for shape in [image_shape, (28, 28, 1), (64, 48, 3)]:
    print(shape, "->", grid_sizes(shape))

# %% [markdown]
# The generator fills the smallest grid from noise with a dense layer and doubles it until it has the picture's size. Each doubling halves the channels. A 3 x 3 convolution mixes the last features into three colours.

# %% tags=["twin:tryon_utils.models.dcgan"]
def build_generator(image_shape=(32, 32, 3), latent_dim=64, channels=32, seed=0):
    initializer = keras.initializers.RandomNormal(stddev=0.02, seed=keras.random.SeedGenerator(seed))
    sizes = grid_sizes(image_shape)
    widths = [min(4 * channels, 2**level * channels // 2) for level in reversed(range(len(sizes)))]
    noise = keras.Input((latent_dim,), name="noise")
    x = layers.Dense(sizes[0][0] * sizes[0][1] * widths[0], use_bias=False, kernel_initializer=initializer)(noise)
    x = layers.BatchNormalization(momentum=0.9)(x)
    x = layers.ReLU()(x)
    x = layers.Reshape((*sizes[0], widths[0]))(x)
    for width in widths[1:]:
        x = layers.Conv2DTranspose(width, 4, strides=2, padding="same", use_bias=False, kernel_initializer=initializer)(x)
        x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.ReLU()(x)
    images = layers.Conv2D(image_shape[-1], 3, padding="same", activation="tanh", kernel_initializer=initializer, name="images")(x)
    return keras.Model(noise, images, name="generator")

# %% tags=["nbval-check-output"]
generator = build_generator(image_shape, latent_dim, channels, seed=0)
noise = keras.random.normal((batch_size, latent_dim), seed=1)
for layer in generator.layers:
    if isinstance(layer, (layers.Dense, layers.Reshape, layers.Conv2DTranspose, layers.Conv2D)):
        print(f"{type(layer).__name__:16}-> {layer.output.shape[1:]}")
fake_images = generator(noise)
assert ops.max(ops.abs(fake_images)) <= 1
print(f"{generator.count_params():,} weights; noise {noise.shape} -> fake images {fake_images.shape}")

# %% [markdown]
# The discriminator is its mirror: strided convolutions halve the picture down to the smallest grid, and a dense layer makes one logit of it.

# %% tags=["twin:tryon_utils.models.dcgan"]
def build_discriminator(image_shape=(32, 32, 3), channels=32, seed=0):
    initializer = keras.initializers.RandomNormal(stddev=0.02, seed=keras.random.SeedGenerator(seed))
    images = keras.Input(image_shape, name="images")
    x = images
    for level in range(len(grid_sizes(image_shape)) - 1):
        width = min(4, 2**level) * channels
        x = layers.Conv2D(width, 4, strides=2, padding="same", use_bias=level == 0, kernel_initializer=initializer)(x)
        if level > 0:
            x = layers.BatchNormalization(momentum=0.9)(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    x = layers.Flatten()(x)
    logit = layers.Dense(1, kernel_initializer=initializer, name="logit")(x)
    return keras.Model(images, logit, name="discriminator")

# %% tags=["nbval-check-output"]
discriminator = build_discriminator(image_shape, channels, seed=1)
print("fake images", fake_images.shape, "-> logits", discriminator(fake_images).shape, f"with {discriminator.count_params():,} weights")

# %% [markdown]
# ## The game
#
# You know the game from [chapter 02](02_train_a_toy_gan.ipynb). First, who plays: two networks, their optimizers and their noise, as in `ToyGAN`. And a third network comes along, the **average generator**: a copy whose
# weights follow the generator's slowly,
#
# $$\bar\theta \leftarrow d\,\bar\theta + (1-d)\,\theta .$$
#
# The two players circle around each other, as in chapter 01; the mean of a circling path lies nearer to its centre than any point of it. It costs next to nothing, and training never sees it.

# %% tags=["twin:tryon_utils.models.dcgan"]
class Adversaries(keras.Model):
    def __init__(self, generator, discriminator, average_decay=0.99, seed=0):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.average_generator = keras.models.clone_model(generator)
        self.average_generator.set_weights(generator.get_weights())
        self.average_generator.trainable = False
        self.average_decay = average_decay
        self.noise_seed = keras.random.SeedGenerator(seed)

    def compile(self, generator_optimizer, discriminator_optimizer, **options):
        super().compile(optimizer=None, **options)
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        generator_optimizer.build(self.generator.trainable_variables)
        discriminator_optimizer.build(self.discriminator.trainable_variables)

    def draw_noise(self, count):
        return keras.random.normal((count, self.generator.input_shape[-1]), seed=self.noise_seed)

    def move_average(self):
        for average, weights in zip(self.average_generator.variables, self.generator.variables, strict=True):
            average.assign(self.average_decay * average + (1 - self.average_decay) * weights)

# %% [markdown]
# And how they play. Two things are new. The pair of losses is handed in, so that other games can be played later. And the networks are called with `training=True`, so that batch normalisation uses the
# statistics of the batch at hand.

# %% tags=["twin:tryon_utils.models.dcgan"]
class GAN(Adversaries):
    def __init__(self, generator, discriminator, game=losses.GAMES["non-saturating"], **options):
        super().__init__(generator, discriminator, **options)
        self.game = game

    def train_discriminator(self, real_images):
        fake_images = self.generator(self.draw_noise(ops.shape(real_images)[0]), training=True)
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(real_images, training=True)
            fake_logits = self.discriminator(fake_images, training=True)
            loss = self.game.discriminator_loss(real_logits, fake_logits)
        gradients = tape.gradient(loss, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return {"discriminator_loss": loss,
                "real_probability": ops.mean(ops.sigmoid(real_logits)),
                "fake_probability": ops.mean(ops.sigmoid(fake_logits))}

    def train_generator(self, count):
        with tf.GradientTape() as tape:
            fake_logits = self.discriminator(self.generator(self.draw_noise(count), training=True), training=True)
            loss = self.game.generator_loss(fake_logits)
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        return {"generator_loss": loss}

    def train_step(self, real_images):
        results = self.train_discriminator(real_images)
        results |= self.train_generator(ops.shape(real_images)[0])
        self.move_average()
        return results

# %% [markdown]
# One more function puts the pieces together. Adam has the short memory of chapter 02 (`beta_1` of 0.5), and its rate falls along half a cosine: large steps at first, small ones when the
# details come.

# %% tags=["twin:tryon_utils.models.dcgan"]
def build_gan(training_steps, image_shape=(32, 32, 3), latent_dim=64, channels=32, learning_rate=0.0005, seed=0):
    gan = GAN(build_generator(image_shape, latent_dim, channels, seed=3 * seed), build_discriminator(image_shape, channels, seed=3 * seed + 1),
              average_decay=0.995, seed=3 * seed + 2)
    falling_rates = [keras.optimizers.schedules.CosineDecay(learning_rate, training_steps, alpha=0.05) for _ in range(2)]
    gan.compile(*[keras.optimizers.Adam(rate, beta_1=0.5, beta_2=0.99) for rate in falling_rates])
    return gan

# %% [markdown]
# ## Train it
#
# A garment in the mirror is a garment, so we add the mirror image of each. The film keeps what the average generator makes of the same fixed noise. `training.train` is `fit` with an order of the data that
# depends on the seed and the step alone. It keeps a checkpoint in a file, for trainings get interrupted. So will ours: at half of its steps.
#
# *Predict, then run.* What will come first: the outline, the colours or the pattern?

# %%
gan = build_gan(training_steps, image_shape, latent_dim, channels, learning_rate, seed)
fixed_noise = keras.random.normal((24, latent_dim), seed=5)


def paint(noise):
    return images.to_picture(ops.convert_to_numpy(gan.average_generator(noise)))


def draw_paintings():
    return people.draw_pictures(paint(fixed_noise), columns=12)


film = training.Film(lambda: paint(fixed_noise), every=2)
history = training.History()
folder = tempfile.TemporaryDirectory()
checkpoint = training.Checkpoint(f"{folder.name}/garments.npz", every=500)

# %% tags=["nbval-ignore-output", "training"] alt="Half-way: twenty-four fake garments. The outlines of tops are there, most of them pale, some blue, orange or dark red, with blurred stripes and checks and edges in shreds."
both_ways = np.concatenate([real_images, real_images[:, :, ::-1]])
callbacks = [film, history, training.Progress(draw_paintings, every=5.0)]
training.train(gan, both_ways, training_steps // 2, batch_size, seed, checkpoint=checkpoint, callbacks=callbacks)
interrupted = paint(fixed_noise)

# %% [markdown]
# Now the kernel dies: networks, optimizers and noise are gone. We build all of it anew, with other random numbers, and put the file's in their place. Then the same noise must become the same pictures, pixel by pixel.

# %%
gan = build_gan(training_steps, image_shape, latent_dim, channels, learning_rate, seed + 1)
assert np.any(paint(fixed_noise) != interrupted)
assert checkpoint.restore(gan) == training_steps // 2
np.testing.assert_array_equal(paint(fixed_noise), interrupted)

# %% [markdown]
# On it goes, with the noise, the order of the data and the falling rates that would have come next. It is the training that nobody interrupted, number by number.

# %% tags=["nbval-ignore-output", "training"] alt="At the end of the training: twenty-four fake garments, most of them clearly tops with long, short or no sleeves, in many colours, some with stripes or checks, with ragged edges here and there."
callbacks = [film, history, training.Progress(draw_paintings, every=5.0)]
training.train(gan, both_ways, training_steps, batch_size, seed, checkpoint=checkpoint, callbacks=callbacks);

# %% alt="Two diagrams over the steps. Left: the generator's loss jumps up at first and then swings around 2, the discriminator's stays below it and sinks slowly. Right: the mean probability of real pictures stays well above that of fake ones."
picture_plots.draw_training(history)

# %% [markdown]
# By the curves alone, this is a training in which the discriminator wins: real and fake part. By the pictures, it gets better all the while. Both are true: the discriminator learns, too, and finds finer and finer
# faults. Scrub through the film and answer the question above.

# %% alt="A frame of the film: the fake garments of the fixed noise at the last recorded step, with a slider and a play button."
def draw_frame(frame):
    return people.draw_pictures(film.frames[frame], columns=12, titles=[f"step {film.steps[frame]:,}"])


widgets.explore(draw_frame, frame=widgets.player(len(film.frames), value=-1))

# %% [markdown]
# ## Walk between two garments
#
# Has the network learned single pictures, or a space? Take two noise vectors and look at what lies between. The straight line between them would pass near the origin, where hardly any noise falls: in 64 dimensions, almost all of it lies
# at a distance of about $\sqrt{64}=8$. So we walk along an arc and keep the length.

# %% tags=["nbval-check-output"]
def walk(first, second, steps):
    angle = np.arccos(np.dot(first, second) / np.linalg.norm(first) / np.linalg.norm(second))
    shares = np.linspace(0, 1, steps)[:, None]
    return (np.sin((1 - shares) * angle) * first + np.sin(shares * angle) * second) / np.sin(angle)


ends = np.random.default_rng(8).normal(size=(2, latent_dim)).astype("float32")
print(f"length in the middle: {np.linalg.norm(ends.mean(axis=0)):.1f} on the straight line, {np.linalg.norm(walk(*ends, 3)[1]):.1f} on the arc")
np.testing.assert_allclose(walk(*ends, 5)[[0, -1]], ends, atol=1e-5)

# %% alt="A row of ten fake garments that turn gradually from one into another, with sliders for the two ends."
def draw_walk(first, second):
    ends = [np.random.default_rng(number).normal(size=latent_dim).astype("float32") for number in (first, second + 100)]
    return people.draw_pictures(paint(walk(*ends, 10)))


widgets.explore(draw_walk, first=widgets.slider(0, 50, 3), second=widgets.slider(0, 50, 7))

# %% [markdown]
# ## Is it copying?
#
# A generator that had stored the 1300 garments could make handsome pictures, too. So we look for the nearest real neighbours of a fake. Nearest in what sense? In pixels, a shirt shifted by one pixel is far from itself. We
# compare the *features* that a small network of the course has learned to see ([chapter 06](06_measure_quality.ipynb) is about it).

# %% tags=["nbval-check-output"]
feature_model = features.load()
fake_count = len(real_images)
fake_images = ops.convert_to_numpy(gan.average_generator(keras.random.normal((fake_count, latent_dim), seed=7)))
real_features, held_out_features, fake_features = [features.extract(feature_model, some) for some in (real_images, images.to_model(held_out), fake_images)]
print("fake images", fake_images.shape, "-> features", fake_features.shape)

# %% alt="A fake garment, and beside it the five real garments of the training set that are nearest to it, with their distances. They are alike in cut or colour, but not the same."
def draw_nearest(number):
    distances = np.linalg.norm(real_features - fake_features[number], axis=1)
    nearest = np.argsort(distances)[:5]
    return picture_plots.draw_neighbours(images.to_picture(fake_images[number]), pictures[nearest], distances[nearest])


widgets.explore(draw_nearest, number=widgets.slider(0, fake_count - 1, 11))

# %% [markdown]
# Looking convinces nobody but oneself, so count. Garments that the networks never saw have nearest neighbours in the training set, too, and can't be copies. If many more fakes than these lie suspiciously close to it, the generator is
# copying: take the distance below which 5 % of the unseen garments lie, and ask how many fakes lie below it. An honest generator has about 5 %.

# %% tags=["nbval-ignore-output"]
copying = metrics.memorisation(real_features, held_out_features, fake_features)
print(f"{copying.share_closer:.1%} of the fakes are as close to the training set as the closest 5 % of unseen garments")

# %% [markdown]
# ## The gate
#
# Two numbers from [chapter 06](06_measure_quality.ipynb), used here on trust: the **KID** is a distance between the fake and the real features, 0 for equal distributions, and **coverage** is the share of real garments
# that have a fake in their neighbourhood: low where the generator leaves garments out.

# %% tags=["nbval-ignore-output"]
distance = metrics.kid(real_features, fake_features).value
coverage = metrics.density_coverage(real_features, fake_features).coverage
print(f"KID {distance:.3f}, coverage {coverage:.0%}")

# %% tags=["nbval-check-output"]
gate("KID", distance, at_most=0.15)
gate("coverage", coverage, at_least=0.6)
gate("share of fakes close to the training set", copying.share_closer, at_most=0.1)

# %% [markdown]
# ## Wider, and longer
#
# Two minutes show that it works, not how far it goes. The course ships the average generator of another training: twice as many channels, 12,000 steps, the same 1300 garments and the same code. `make weights` made it, and
# makes it again where it is missing.
#
# *Predict, then run.* What will this improve: the outlines, the patterns, or the variety? And will it have begun to copy?

# %% tags=["nbval-ignore-output"]
trained_longer = weights.load(build_generator(channels=32), "dcgan_garments")
about = weights.find("dcgan_garments")
print(f"{about['steps']:,} steps with 32 channels, {about['seconds']} s on the machine that made it, seed {about['seed']}")

# %% alt="Two rows of twelve garments. Above, of this chapter's training: most are tops, with blurred patterns and ragged edges. Below, of the longer training: cleaner outlines and clearer stripes and checks."
longer_images = ops.convert_to_numpy(trained_longer(keras.random.normal((fake_count, latent_dim), seed=7)))
people.draw_pictures(images.to_picture(np.concatenate([fake_images[:12], longer_images[:12]])), columns=12)

# %% tags=["nbval-check-output"]
longer_features = features.extract(feature_model, longer_images)
longer_distance = metrics.kid(real_features, longer_features).value
longer_copying = metrics.memorisation(real_features, held_out_features, longer_features)
print(f"KID {longer_distance:.2f}, {longer_copying.share_closer:.0%} of the fakes close to the training set")
gate("KID of the longer training", longer_distance, at_most=0.05)

# %% [markdown]
# ## What we have now
#
# - Two networks whose every layer we have seen at work, for any size that halving leads to.
# - A training on pictures with a moving average, a film, and checkpoints that a killed training goes on from.
# - Garments that nobody has rendered, and the means to ask whether they are copies.
#
# *Notes on the measurements.* The floor: two halves of the 1300 real garments are 0.00 apart in KID and cover each other to 97 %.
#
# ## Next
#
# How many of these claims would another loss, another learning rate or another seed have overturned? First the
# [exercises](exercises/03_build_a_dcgan.ipynb), then [Diagnose broken GANs](04_diagnose_broken_gans.ipynb), where nothing crashes and nothing is learned. [Measure quality](06_measure_quality.ipynb) puts the two numbers of
# the gate to the test.
#
# ## Further reading
#
# - Radford, Metz, Chintala, *Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks*, 2016: the architecture of this chapter.
# - Ioffe, Szegedy, *Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift*, 2015.
# - Odena, Dumoulin, Olah, *Deconvolution and Checkerboard Artifacts*, 2016: the stamps, with interactive figures.
# - Yazıcı, Foo, Winkler, Yap, Piliouras, Chandrasekhar, *The Unusual Effectiveness of Averaging in GAN Training*, 2019.
# - Bińkowski, Sutherland, Arbel, Gretton, *Demystifying MMD GANs*, 2018: the KID.
