# %% [markdown]
# # Train a toy GAN
#
# **What you'll do**: build a generator and a discriminator small enough to see through, and train them on points in the plane. You take the first step by
# hand, line by line, then compile it, then put it into a Keras model. You train the two networks one button at a time, watch a film of a whole training, break
# it on purpose, and repair it.
#
# **What you'll learn**
# - what one training step of a GAN computes, which weights it moves, and by how much;
# - what the discriminator's surface looks like, and how its slope tells every fake point where to go;
# - how to measure a GAN where the losses say nothing: modes covered, share of good samples, Wasserstein distance;
# - what mode collapse looks like, one way to cause it every time, and what brings a collapsed GAN back;
# - why Keras' default optimizer is a trap for GANs.
#
# **What you need**: [Derive the losses](01_derive_the_losses.ipynb), for the two losses and for logits. You have trained a network with Keras.
#
# **Time**: about 45 minutes of reading, 110 seconds of training on two CPU cores

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops
from scipy.optimize import linear_sum_assignment
from scipy.spatial.distance import cdist
from tryon_utils import losses, points, training, widgets
from tryon_utils.gates import gate
from tryon_utils.plotting import points as point_plots

plt.style.use("tryon_utils.course")
training.use_small_net_threads()

# %%
latent_dim = 2            # numbers in one noise vector
hidden_units = 64         # width of every hidden layer, in both networks
hidden_layers = 3
batch_size = 256          # real points a step, and as many fake ones
learning_rate = 0.002     # at the start; it falls to zero along half a cosine
beta_1 = 0.5              # Adam's memory of past gradients; Keras' default is 0.9
beta_2 = 0.9              # Adam's memory of how large they were; Keras' default is 0.999
training_steps = 3000
seeds = range(5)          # every claim below is measured on all of them

# %% [markdown]
# ## Points whose law we know
#
# Nobody can say exactly how a photograph of a face is distributed. So when a GAN paints a face, how far it is from right is a matter of opinion. Points in the
# plane are different: we choose their distribution ourselves, so we can draw as many real ones as we like, and say exactly how wrong a fake one is. And a
# point has two coordinates, so the *whole* of what the discriminator believes can be drawn on one picture.
#
# Our main set is a ring of eight **modes**: places around which real points crowd. To draw a point, choose a mode by lot, then add a little round normal noise.

# %% tags=["nbval-check-output"]
ring = points.ring(modes=8, radius=2.0, standard_deviation=0.1)
real_points = ring.sample(batch_size, np.random.default_rng(0))
print("real points:", real_points.shape, real_points.dtype)
print(f"range: {real_points.min():.2f} to {real_points.max():.2f}")

# %% [markdown]
# Three more sets will try the same recipe later. The moons and the spiral are curves and have no modes of their own; there we set up stations along the curve, the black
# crosses, so that we can ask how much of it is covered.

# %% alt="Four panels of blue points with black crosses on the modes: a ring of eight clusters, a grid of five by five clusters, two interleaved half moons and a spiral of one and a half turns."
point_sets = [ring, points.grid(), points.two_moons(), points.spiral()]
point_plots.draw_point_sets(point_sets)

# %% [markdown]
# ## Three measures
#
# You will see that a GAN's losses say little about its samples. So we fix what *good* means before we train anything.
#
# **Share of good samples**: how many fake points lie within three standard deviations of a mode? **Modes covered**: how many modes receive at least a fifth of
# their fair share of good points? The first punishes points that are nowhere near the data, the second a generator that paints one thing only. A generator
# needs both: eight scattered points can touch all modes, and a thousand copies of one real point are all good.

# %% tags=["twin:tryon_utils.points"]
def good_share(points, point_set):
    distances = cdist(points, point_set.modes)
    return float(np.mean(distances.min(axis=1) <= 3 * point_set.standard_deviation))


def covered_modes(points, point_set):
    distances = cdist(points, point_set.modes)
    good = distances.min(axis=1) <= 3 * point_set.standard_deviation
    counts = np.bincount(distances.argmin(axis=1)[good], minlength=len(point_set.modes))
    return int(np.sum(counts >= 0.2 * len(points) / len(point_set.modes)))

# %% [markdown]
# *Predict, then run.* Even real points don't score 100 %. On a line, 99.7 % of a normal distribution lies within three standard deviations. Is it more or less in the
# plane? (The squared distance from the middle is exponentially distributed there, so the share outside is $e^{-9/2}$.)

# %% tags=["nbval-check-output"]
many_points = ring.sample(100_000, np.random.default_rng(1))
measured, predicted = good_share(many_points, ring), 1 - np.exp(-9 / 2)
np.testing.assert_allclose(measured, predicted, atol=0.002)
print(f"real points: {measured:.1%} are good (predicted {predicted:.1%}), {covered_modes(many_points, ring)} of 8 modes")

only_one = np.repeat(ring.modes[:1], 1000, axis=0)
print(f"one real point, 1000 times: {good_share(only_one, ring):.1%} are good, {covered_modes(only_one, ring)} of 8 modes")

# %% [markdown]
# Less: in the plane there are two directions in which to stray. And the copies of one point get full marks for being good; that's why we count modes, too.
#
# The third measure needs no modes. The **Wasserstein distance** takes two heaps of equally many points and asks: if I must carry each point of one heap to its own place in
# the other, how far do I walk per point, at the least? Which point goes where is an assignment problem, and SciPy solves it exactly:
#
# $$W_1 = \min_{\text{pairings } p}\ \frac{1}{n}\sum_{i=1}^{n} \left\lVert x_i - y_{p(i)} \right\rVert$$

# %% tags=["twin:tryon_utils.points"]
def wasserstein_distance(first, second):
    if len(first) != len(second):
        raise ValueError(f"The samples must be of equal size: got {len(first)} and {len(second)} points. Cut the larger one.")
    distances = cdist(first, second)
    return float(distances[linear_sum_assignment(distances)].mean())

# %% [markdown]
# We test a ruler before we trust it. Shift all points by $(0.3, 0.4)$, and every one must walk exactly 0.5. Shuffle them, and nobody must walk at all.

# %% tags=["nbval-check-output"]
heap = ring.sample(400, np.random.default_rng(2))
np.testing.assert_allclose(wasserstein_distance(heap, heap + [0.3, 0.4]), 0.5, rtol=1e-5)
np.testing.assert_allclose(wasserstein_distance(heap, heap[::-1]), 0.0, atol=1e-6)
floors = [wasserstein_distance(ring.sample(400, np.random.default_rng(seed)), ring.sample(400, np.random.default_rng(seed + 100)))
          for seed in range(10)]
floor = np.mean(floors)
print(f"two samples of 400 real points: {floor:.2f} on average, from {min(floors):.2f} to {max(floors):.2f}")

# %% [markdown]
# Two samples of the *same* distribution are some 0.2 apart: by chance, one of them has a few points more on this mode and fewer on that one, and those points must
# walk to the next mode. No generator can be expected to do better than this floor.
#
# ## Two small networks
#
# The **generator** takes noise and returns a point. Nothing in it knows about rings.

# %% tags=["twin:tryon_utils.models.toy"]
def build_generator(latent_dim=2, units=64, hidden_layers=3, seed=0):
    initializer = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seed))
    noise = keras.Input((latent_dim,), name="noise")
    x = noise
    for _ in range(hidden_layers):
        x = layers.Dense(units, activation="relu", kernel_initializer=initializer)(x)
    points = layers.Dense(2, kernel_initializer=initializer, name="points")(x)
    return keras.Model(noise, points, name="generator")

# %% tags=["nbval-check-output"]
generator = build_generator(latent_dim, hidden_units, hidden_layers, seed=1)
noise = keras.random.normal((batch_size, latent_dim), seed=2)
fake_points = generator(noise)
print("noise", noise.shape, "-> fake points", fake_points.shape, f"from {ops.min(fake_points):.1f} to {ops.max(fake_points):.1f}")
print(f"{generator.count_params():,} weights")

# %% [markdown]
# The **discriminator** takes a point and returns one logit: above 0 it finds the point real, below 0 fake. It ends without a sigmoid, because our losses take logits.

# %% tags=["twin:tryon_utils.models.toy"]
def build_discriminator(units=64, hidden_layers=3, seed=0):
    initializer = keras.initializers.GlorotUniform(keras.random.SeedGenerator(seed))
    points = keras.Input((2,), name="points")
    x = points
    for _ in range(hidden_layers):
        x = layers.Dense(units, activation="leaky_relu", kernel_initializer=initializer)(x)
    logit = layers.Dense(1, kernel_initializer=initializer, name="logit")(x)
    return keras.Model(points, logit, name="discriminator")

# %% tags=["nbval-check-output"]
discriminator = build_discriminator(hidden_units, hidden_layers, seed=3)
fake_logits = discriminator(fake_points)
print("fake points", fake_points.shape, "-> logits", fake_logits.shape)
print(f"D(G(z)) from {ops.min(ops.sigmoid(fake_logits)):.2f} to {ops.max(ops.sigmoid(fake_logits)):.2f}")

# %% [markdown]
# ## One step by hand
#
# A training step has two halves. First the discriminator learns, on one batch of real points and one of fake ones. Its loss is the binary cross entropy that
# you know: $\mathrm{softplus}(-a)$ on real points and $\mathrm{softplus}(a)$ on fake ones, $a$ being the logit.
#
# *Predict, then run.* What will the loss of the untrained discriminator be, roughly? It knows nothing, so it says about one half to everything.

# %% tags=["nbval-check-output"]
discriminator_optimizer = keras.optimizers.Adam(learning_rate, beta_1=beta_1)

with tf.GradientTape() as tape:
    real_logits = discriminator(real_points)
    fake_logits = discriminator(fake_points)
    loss = losses.discriminator_loss(real_logits, fake_logits)
gradients = tape.gradient(loss, discriminator.trainable_variables)
print(f"loss {loss:.2f}, where knowing nothing costs 2 ln 2 = {2 * np.log(2):.2f}")
print(len(gradients), "gradients, the first of shape", gradients[0].shape)

# %% [markdown]
# About that: it knows nothing, and says so not quite evenly. Nothing has moved so far; the optimizer does that. Adam has a curious habit: at its very first step it moves every weight by the learning rate, whatever
# the size of its gradient, since it divides the gradient by the gradient's own size. We can check that.

# %% tags=["nbval-check-output"]
def weights_of(network):
    return np.concatenate([weights.ravel() for weights in network.get_weights()])


before = weights_of(discriminator), weights_of(generator)
discriminator_optimizer.apply(gradients, discriminator.trainable_variables)
moved = np.abs(weights_of(discriminator) - before[0])
np.testing.assert_allclose(np.median(moved), learning_rate, rtol=0.01)
np.testing.assert_array_equal(weights_of(generator), before[1])
print(f"discriminator: most weights moved by {np.median(moved):.4f}, none by more than {moved.max():.4f}; generator: by 0")

# %% [markdown]
# Now the generator's half. It wants the discriminator to find its points real, so its loss is $\mathrm{softplus}(-a)$ *on the fake points*.
#
# *Predict, then run.* The gradient of this loss must pass through the discriminator to reach the generator. Will this half move the discriminator's weights, too?

# %% tags=["nbval-check-output"]
generator_optimizer = keras.optimizers.Adam(learning_rate, beta_1=beta_1)

with tf.GradientTape() as tape:
    fake_logits = discriminator(generator(noise))  # the points are made inside the tape this time
    loss = losses.generator_loss(fake_logits)
gradients = tape.gradient(loss, generator.trainable_variables)
before = weights_of(discriminator), weights_of(generator)
generator_optimizer.apply(gradients, generator.trainable_variables)
np.testing.assert_array_equal(weights_of(discriminator), before[0])
print(f"generator: most weights moved by {np.median(np.abs(weights_of(generator) - before[1])):.4f}; discriminator: by 0")

# %% [markdown]
# It doesn't. The gradient flows *through* the discriminator, but we asked the tape for the gradients of the generator's weights, and gave the optimizer those alone. This
# is all it takes: no freezing, no `trainable = False`, no combined model. Each network has an optimizer of its own, because Adam remembers past gradients
# weight by weight.
#
# ## What the discriminator tells a fake point
#
# Between the two networks there is a point $x = G(z)$, and what arrives there is one arrow: the direction in which this point's loss falls fastest. With $D=\sigma(a)$
# and the loss $\mathrm{softplus}(-a)$, whose slope at the logit is $\sigma(a)-1$, the chain rule gives
#
# $$-\frac{\partial}{\partial x}\,\mathrm{softplus}(-a(x)) = \bigl(1 - D(x)\bigr)\,\nabla a(x)$$
#
# In words: *walk uphill on the discriminator's surface, the faster the less it believes you.* The code takes the left side with a tape, and checks the right.

# %% tags=["nbval-check-output"]
def descent_arrows(discriminator, fake_points):
    fake_points = tf.convert_to_tensor(fake_points)
    with tf.GradientTape() as tape:
        tape.watch(fake_points)  # a tape watches weights by itself, but not data
        loss = ops.sum(ops.softplus(-discriminator(fake_points)))
    return -ops.convert_to_numpy(tape.gradient(loss, fake_points))


arrows = descent_arrows(discriminator, fake_points)
with tf.GradientTape() as tape:
    tape.watch(fake_points)
    logits = discriminator(fake_points)
slopes = tape.gradient(logits, fake_points)
np.testing.assert_allclose(arrows, (1 - ops.sigmoid(logits)) * slopes, rtol=1e-4, atol=1e-6)
print("arrows:", arrows.shape, "- both sides of the formula agree")

# %% [markdown]
# To see more than two steps' worth of learning, let the discriminator alone learn for 100 steps, while the generator stands still. Then draw its surface: blue where it says
# real, orange where it says fake, white where it can't tell, and a green line at exactly one half.

# %%
def surface_of(discriminator):
    return ops.convert_to_numpy(ops.sigmoid(discriminator(points.plane())))


rng = np.random.default_rng(3)
for _ in range(100):
    with tf.GradientTape() as tape:
        loss = losses.discriminator_loss(discriminator(ring.sample(batch_size, rng)), discriminator(fake_points))
    discriminator_optimizer.apply(tape.gradient(loss, discriminator.trainable_variables), discriminator.trainable_variables)

# %% alt="The plane with eight blue clusters of real points on a ring and orange fake points in a small heap near the middle. The discriminator's surface is orange around the heap and blue outside it. Arrows on the fake points lead outwards, most of them in one direction."
arrows = descent_arrows(discriminator, fake_points)
point_plots.draw_game(real_points, fake_points, surface_of(discriminator), arrows[:25], title="arrows on 25 fake points")

# %% [markdown]
# Look at it for a moment, because this picture is the whole idea. The generator has never seen a blue point. What it has is these arrows.
#
# Notice also what the discriminator has *not* learned: it has no idea of a ring. It has fenced in the fakes, no more, and calls everything outside the fence real, even the
# corners where no point has ever been. It will learn better as the fakes get better; that is the point of the game.
#
# ## The same step, compiled
#
# Now all of it as one function. Python runs the code above operation by operation, which is called eager mode. `tf.function` follows the code once, writes the
# operations down as a graph, and from then on runs the graph. The mathematics is the same. We write a function that makes the step, so that we can make it twice.

# %%
def make_train_step(generator, discriminator, generator_optimizer, discriminator_optimizer):
    def train_step(real_points, noise, fresh_noise):
        fake_points = generator(noise)
        with tf.GradientTape() as tape:
            loss = losses.discriminator_loss(discriminator(real_points), discriminator(fake_points))
        gradients = tape.gradient(loss, discriminator.trainable_variables)
        discriminator_optimizer.apply(gradients, discriminator.trainable_variables)

        with tf.GradientTape() as tape:
            loss = losses.generator_loss(discriminator(generator(fresh_noise)))
        gradients = tape.gradient(loss, generator.trainable_variables)
        generator_optimizer.apply(gradients, generator.trainable_variables)

    return train_step

# %% [markdown]
# To compare, each way of training starts from the same weights, sees the same real points and draws the same noise. The seeds see to that.

# %%
def new_players(seed):
    generator = build_generator(latent_dim, hidden_units, hidden_layers, seed=3 * seed)
    discriminator = build_discriminator(hidden_units, hidden_layers, seed=3 * seed + 1)
    optimizers = [keras.optimizers.Adam(learning_rate, beta_1=beta_1) for _ in range(2)]
    for optimizer, network in zip(optimizers, [generator, discriminator], strict=True):
        optimizer.build(network.trainable_variables)  # its memory must exist before a graph is written
    return generator, discriminator, *optimizers


noise_seed = keras.random.SeedGenerator(2)
noise, fresh_noise = [keras.random.normal((batch_size, latent_dim), seed=noise_seed) for _ in range(2)]

# %% tags=["nbval-check-output"]
eager_players, compiled_players = new_players(seed=0), new_players(seed=0)
eager_step = make_train_step(*eager_players)
compiled_step = tf.function(make_train_step(*compiled_players))

eager_step(real_points, noise, fresh_noise)
compiled_step(real_points, noise, fresh_noise)
by_hand = [weights_of(network) for network in eager_players[:2]]
for weights, network in zip(by_hand, compiled_players[:2], strict=True):
    np.testing.assert_allclose(weights_of(network), weights, atol=1e-6)
print("after one step, eager and compiled weights agree to 0.000001")

# %% [markdown]
# *Predict, then run.* How many times faster is the graph: 1.2, 3 or 30 times?

# %% tags=["nbval-ignore-output"]
def milliseconds(step, repeats):
    started = tf.timestamp()
    for _ in range(repeats):
        step(real_points, noise, fresh_noise)
    return float(tf.timestamp() - started) / repeats * 1000


eager_time, compiled_time = milliseconds(eager_step, 50), milliseconds(compiled_step, 500)
print(f"a step takes {eager_time:.1f} ms eager, {compiled_time:.2f} ms compiled: {eager_time / compiled_time:.0f} times faster")

# %% [markdown]
# Nearer to thirty than to three. Our networks are so small that eager Python spends nearly all of its time on deciding what to do next. With large networks the difference shrinks, since there the arithmetic takes
# the time.
#
# ## The same step, as a Keras model
#
# `keras.Model.fit` brings batches, callbacks and compiling with it, and all it needs of us is a method `train_step`. This is the class that the course keeps; the halves of the step are
# methods of their own, so that we can also call them one by one.

# %% tags=["twin:tryon_utils.models.toy"]
class ToyGAN(keras.Model):
    def __init__(self, generator, discriminator, seed=0):
        super().__init__()
        self.generator = generator
        self.discriminator = discriminator
        self.noise_seed = keras.random.SeedGenerator(seed)

    def compile(self, generator_optimizer, discriminator_optimizer, **options):
        super().compile(optimizer=None, **options)
        self.generator_optimizer = generator_optimizer
        self.discriminator_optimizer = discriminator_optimizer
        generator_optimizer.build(self.generator.trainable_variables)
        discriminator_optimizer.build(self.discriminator.trainable_variables)

    def draw_noise(self, count):
        return keras.random.normal((count, self.generator.input_shape[-1]), seed=self.noise_seed)

    def train_discriminator(self, real_points):
        fake_points = self.generator(self.draw_noise(ops.shape(real_points)[0]))
        with tf.GradientTape() as tape:
            real_logits = self.discriminator(real_points)
            fake_logits = self.discriminator(fake_points)
            loss = losses.discriminator_loss(real_logits, fake_logits)
        gradients = tape.gradient(loss, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return {"discriminator_loss": loss,
                "real_probability": ops.mean(ops.sigmoid(real_logits)),
                "fake_probability": ops.mean(ops.sigmoid(fake_logits))}

    def train_generator(self, count):
        with tf.GradientTape() as tape:
            fake_logits = self.discriminator(self.generator(self.draw_noise(count)))
            loss = losses.generator_loss(fake_logits)
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        return {"generator_loss": loss}

    def train_step(self, real_points):
        results = self.train_discriminator(real_points)
        return results | self.train_generator(ops.shape(real_points)[0])

# %% [markdown]
# Its noise comes from a `SeedGenerator`, which gives other numbers at every call. That matters: a generator that sees the same noise at every step learns to place these points
# and no others. Started from the same weights and seed, `fit` takes the very step that we took by hand.

# %% tags=["nbval-check-output"]
generator, discriminator, *optimizers = new_players(seed=0)
gan = ToyGAN(generator, discriminator, seed=2)
gan.compile(*optimizers)
gan.fit(real_points, batch_size=batch_size, shuffle=False, verbose=0)  # one batch: one step

for weights, network in zip(by_hand, [generator, discriminator], strict=True):
    np.testing.assert_allclose(weights_of(network), weights, atol=1e-6)
print("after one step, fit and the loop by hand agree to 0.000001")

# %% [markdown]
# Three ways, one step. From here on it's only a matter of taking it a few thousand times.
#
# ## Step it yourself
#
# The board below holds a fresh GAN. Its buttons call the methods of the class above. On the right you see the Wasserstein distance to the data, and the floor
# that we measured. Things to try:
#
# 1. Press *Train D once* ten times. The surface tilts until it separates the two heaps. The arrows grow. The distance doesn't change: no fake point has moved.
# 2. Then press *Train G once* ten times. The points follow the arrows. Go on for a while without training D: where do they end up, and why don't they stop?
# 3. *Start again*, then *Both x 50* until the ring appears. Which comes first, the right places or the right shares?

# %%
board_noise = keras.random.normal((400, latent_dim), seed=4)
board_points = ring.sample(400, np.random.default_rng(4))


def take_note(game, updates):
    game["updates"].append(game["updates"][-1] + updates)
    game["distances"].append(wasserstein_distance(board_points, game["gan"].generator(board_noise)))


def new_game():
    generator, discriminator, *optimizers = new_players(seed=5)
    gan = ToyGAN(generator, discriminator, seed=5)
    gan.compile(*optimizers)
    game = {"gan": gan, "both": tf.function(gan.train_step), "rng": np.random.default_rng(5), "updates": [0], "distances": []}
    game["distances"].append(wasserstein_distance(board_points, generator(board_noise)))
    return game

# %%
def train_discriminator_once(game):
    game["gan"].train_discriminator(ring.sample(batch_size, game["rng"]))
    take_note(game, 1)


def train_generator_once(game):
    game["gan"].train_generator(batch_size)
    take_note(game, 1)


def train_both(game):
    for _ in range(50):
        game["both"](ring.sample(batch_size, game["rng"]))
    take_note(game, 100)


def draw_board(game):
    fake_points = ops.convert_to_numpy(game["gan"].generator(board_noise))
    arrows = descent_arrows(game["gan"].discriminator, fake_points[:40])
    return point_plots.draw_board(board_points, fake_points, surface_of(game["gan"].discriminator), arrows,
                                  game["updates"], game["distances"], floor, title=f"{game['updates'][-1]:,} updates")

# %% alt="Left: the plane with blue real points on a ring, orange fake points that have begun to spread along it, the discriminator's coloured surface and black arrows on forty fake points. Right: the Wasserstein distance falling with the number of updates towards the dashed line of two real samples."
board = widgets.step_through(new_game, draw_board, {"Train D once": train_discriminator_once,
                                                    "Train G once": train_generator_once, "Both x 50": train_both})
for _ in range(6):
    board.press("Both x 50")  # so that there is something to see before you press anything
board

# %% [markdown]
# What you will have seen: a discriminator alone makes no sample better, it only makes arrows. A generator alone runs after its arrows, past the real points and out of the picture, since only
# the discriminator could call it back, and nobody asks it. With both in turn, the places come first: within a few hundred updates there is a ring, and then the shares of its modes even out slowly.
#
# ## Train it
#
# Now the whole training. Both learning rates fall to zero along half a cosine: the first steps find the modes, the last ones tidy up. Every batch is drawn afresh, so no
# real point is ever seen twice. That leaves the word *epoch* without a meaning; we let Keras call 50 steps an epoch, so that it reports every 50 steps, and run these 50 in
# one go (`steps_per_execution`), which saves the cost of handing over each step by itself.

# %%
def new_optimizer(steps=training_steps):
    falling_rate = keras.optimizers.schedules.CosineDecay(learning_rate, steps)
    return keras.optimizers.Adam(falling_rate, beta_1=beta_1, beta_2=beta_2)


def new_gan(seed, generator_optimizer, discriminator_optimizer):
    generator, discriminator, *_ = new_players(seed)
    gan = ToyGAN(generator, discriminator, seed=3 * seed + 2)
    gan.compile(generator_optimizer, discriminator_optimizer, steps_per_execution=50)
    return gan


def train(gan, point_set, seed, steps=training_steps, callbacks=()):
    batches = point_set.sample(steps * batch_size, np.random.default_rng(seed)).reshape(steps, batch_size, 2)
    gan.fit(tf.data.Dataset.from_tensor_slices(batches), steps_per_epoch=50, epochs=steps // 50,
            shuffle=False, verbose=0, callbacks=list(callbacks))
    return gan

# %% [markdown]
# Three callbacks watch it: a progress line with a live picture, a history of the numbers, and a film that keeps a frame of every epoch. All samples come
# from the same fixed noise, so what moves between two frames is the generator. `tryon_utils.training` holds the three for all later chapters.

# %%
fixed_noise = keras.random.normal((2000, latent_dim), seed=6)
shown_points = ring.sample(400, np.random.default_rng(6))


def samples_of(gan):
    return ops.convert_to_numpy(gan.generator(fixed_noise))


gan = new_gan(0, new_optimizer(), new_optimizer())
film = training.Film(lambda: {"fake": samples_of(gan)[:400], "surface": surface_of(gan.discriminator)})
history = training.History(lambda: {"distance": wasserstein_distance(shown_points, samples_of(gan)[:400])})
progress = training.Progress(lambda: point_plots.draw_game(shown_points, **film.frames[-1], title=f"step {film.steps[-1]:,}"))

# %% [markdown]
# *Predict, then run.* Where will the curves settle, if all goes well: the discriminator's loss, the generator's, and the mean of $D$ on real and on fake points?

# %% tags=["nbval-ignore-output", "training"] alt="The end of the training: orange fake points sit on all eight blue clusters of the ring, and the discriminator's surface is white, that is undecided, around most of them."
train(gan, ring, seed=0, callbacks=[film, history, progress]);

# %% alt="Three curves over 3000 steps. Left: the discriminator's loss close to 2 ln 2 and the generator's close to ln 2 after a restless beginning. Middle: D of real and of fake points, both near one half. Right: the distance to real points falls steeply at first and ends near 0.2."
point_plots.draw_training(history)

# %% [markdown]
# The losses wander at first, and then sit near $2\ln 2$ and $\ln 2$ (dotted), with $D$ near one half: the draw that chapter 01 derived. Look at the two panels on the left alone, and try to
# tell when the samples were good. You can't. The curve on the right can. A GAN's losses measure the two players against each other, not the samples against the data.

# %% tags=["nbval-check-output"]
last = slice(-10, None)
np.testing.assert_allclose(history["discriminator_loss"][last].mean(), 2 * np.log(2), atol=0.1)
np.testing.assert_allclose(history["generator_loss"][last].mean(), np.log(2), atol=0.1)
np.testing.assert_allclose(history["fake_probability"][last].mean(), 0.5, atol=0.05)
assert history["distance"][last].mean() < 2 * floor
print("the last ten records: losses within 0.1 of 2 ln 2 and ln 2, D within 0.05 of one half,")
print("and a distance less than twice that between two real samples")

# %% [markdown]
# ## The film
#
# Play it, or drag the slider. The generator folds the plane of noise over the ring; you can see the strands that it can't cut, since a continuous function can't tear.

# %% alt="Five moments of the training. Step 0: a heap of fake points in the middle. After 100 steps the fake points are strewn all over the plane, after 200 they lie along the ring. After 500 steps they crowd on the clusters, at step 3000 still more so."
moments = [0, 2, 4, 10, 60]
point_plots.draw_film_strip(shown_points[:200], [film.frames[m] for m in moments], [film.steps[m] for m in moments])

# %% alt="One frame of the film, at its end: real and fake points together on eight clusters, over the discriminator's surface."
def draw_frame(frame):
    return point_plots.draw_game(shown_points, **film.frames[frame], title=f"step {film.steps[frame]:,}")


widgets.explore(draw_frame, frame=widgets.player(len(film.frames), value=8))

# %% [markdown]
# ## Pass the gates
#
# One good run is an anecdote. A recipe is good if it works from any start, so we train five GANs from five seeds, and set a **gate** that each must pass: all 8 modes, and at least 85 %
# of good samples.

# %% tags=["nbval-ignore-output", "training"]
ring_samples = []
with training.Progress(unit="seed") as progress:
    progress.start(len(seeds))
    for seed in seeds:
        gan = train(new_gan(seed, new_optimizer(), new_optimizer()), ring, seed)
        ring_samples.append(samples_of(gan))
        progress.update(len(ring_samples))

# %% alt="Five panels, one a seed: in each, orange samples fill all eight pale blue circles of the ring, with few points between them. The titles give between 95 and 98 percent of good samples."
def scores(samples, point_set):
    return f"{covered_modes(samples, point_set)}/{len(point_set.modes)} modes\n{good_share(samples, point_set):.0%} good"


point_plots.draw_samples(ring_samples, [scores(samples, ring) for samples in ring_samples], ring)

# %% tags=["nbval-check-output"]
gate("modes covered", [covered_modes(samples, ring) for samples in ring_samples], at_least=8)
gate("good samples", [good_share(samples, ring) for samples in ring_samples], at_least=0.85)

# %% [markdown]
# Why 85 % and not 95? A gate must stand well below what was measured, or it will fail one day for no fault of yours: on another processor the sums are rounded otherwise, and a GAN's path
# is so sensitive that after a hundred steps nothing looks the same. Over twenty-five seeds this recipe gave 95.5 to 98.0 % of good samples and 8 of 8 modes every time.
#
# *Predict, then run.* All samples good, all modes there. Are we done, or can you think of a way in which these points could still differ from real ones? Look at the clusters in
# the pictures above.

# %% tags=["nbval-check-output"]
def width(samples):
    """Standard deviation around the nearest mode, along one axis, of the good samples."""
    distances = cdist(samples, ring.modes).min(axis=1)
    return np.sqrt(np.mean(distances[distances <= 3 * ring.standard_deviation]**2) / 2)


widths = [width(samples) for samples in ring_samples]
np.testing.assert_allclose(width(many_points), ring.standard_deviation, atol=0.005)
assert max(widths) < 0.9 * ring.standard_deviation
print("the fake clusters are narrower than the real ones, on every seed")

# %% [markdown]
# The generator hugs the middles. That is a collapse on a small scale: less variety than the data has, and none of it visible in a score that asks only *is this sample
# good?* Whatever you measure, ask what it can't see.
#
# ## Other points, the same recipe
#
# *Predict, then run.* Nothing about our networks was made for a ring. We change one word and no number. Which of the three will be hardest: 25 heaps on a grid, two moons, or a spiral?

# %% tags=["nbval-ignore-output", "training"]
other_sets = point_sets[1:]
other_samples = []
with training.Progress(unit="set") as progress:
    progress.start(len(other_sets))
    for point_set in other_sets:
        gan = train(new_gan(0, new_optimizer(), new_optimizer()), point_set, seed=0)
        other_samples.append(samples_of(gan))
        progress.update(len(other_samples))

# %% alt="Three panels of orange samples over pale blue circles. The grid: nearly all of the 25 heaps are found, with threads of points between them. The two moons and the spiral: the samples lie along the whole of the curves."
titles = [f"{point_set.name}: {scores(samples, point_set)}" for point_set, samples in zip(other_sets, other_samples, strict=True)]
point_plots.draw_samples(other_samples, titles, other_sets)

# %% tags=["nbval-check-output"]
pairs = list(zip(other_samples, other_sets, strict=True))
grid_share, *curve_shares = [good_share(samples, point_set) for samples, point_set in pairs]
gate("share of the other sets' modes covered", [covered_modes(samples, point_set) / len(point_set.modes) for samples, point_set in pairs], at_least=0.8)
gate("good samples on the two curves", curve_shares, at_least=0.95)
assert grid_share < min(curve_shares)

# %% [markdown]
# The grid. A curve is what a generator likes: it folds the plane of noise onto a line and is done. Separate heaps must be torn apart, and a continuous function can't tear; it can
# only make the threads between the heaps thin. Twenty-five heaps need many threads, and every sample on a thread is a bad one.
#
# ## Break it
#
# Our recipe has a small `beta_1`, a small `beta_2` and a falling rate. Is all that fuss needed? *Predict, then run*: what happens with plain `keras.optimizers.Adam()`, as it comes?
#
# To see what happened, we keep a film of each of the five trainings.

# %% tags=["nbval-ignore-output", "training"]
broken_steps = 2000
broken_gans = {seed: new_gan(seed, keras.optimizers.Adam(), keras.optimizers.Adam()) for seed in seeds}
films = {seed: training.Film(lambda gan=gan: {"fake": samples_of(gan)[:300], "surface": surface_of(gan.discriminator)}) for seed, gan in broken_gans.items()}
with training.Progress(unit="seed") as progress:
    progress.start(len(seeds))
    for seed in seeds:
        train(broken_gans[seed], ring, seed, broken_steps, [films[seed]])
        progress.update(seed - seeds[0] + 1)

# %% alt="Five panels, one a seed: the orange samples lie in one heap or along one thread, mostly away from the eight pale blue circles. The titles give 0 or 1 modes."
broken_samples = [samples_of(gan) for gan in broken_gans.values()]
point_plots.draw_samples(broken_samples, [scores(samples, ring) for samples in broken_samples], ring)

# %% tags=["nbval-check-output"]
gate("modes covered by plain Adam", [covered_modes(samples, ring) for samples in broken_samples], at_most=4)
gate("good samples by plain Adam", [good_share(samples, ring) for samples in broken_samples], at_most=0.5)

# %% [markdown]
# This is **mode collapse**: two thousand different noise vectors, and one smear of points, which lies beside the data as often as on it. It happened every time; over twenty-five seeds, 0 or 1 modes
# were covered, once 3, and at most 28 % of the samples were good. Look at how one of them goes on.

# %% alt="Six moments of one broken training. The fake points lie in one smear, now below, now right, now across the middle of the ring, and never on all of it; the discriminator's border follows them about."
moments = [4, 10, 16, 20, 24, 30]
broken_film = films[seeds[0]]
point_plots.draw_film_strip(shown_points[:200], [broken_film.frames[m] for m in moments], [broken_film.steps[m] for m in moments])

# %% [markdown]
# The smear runs about. Where it lies, the discriminator learns to say *fake*, so the best place is now elsewhere, and all points go there together; and then again. You have met this chase: it's the rotation of
# [chapter 01](01_derive_the_losses.ipynb), in more dimensions.
#
# But why do they stay together? Because of what each fake point is told: *go uphill*. If the discriminator stood still, all points would climb to wherever it is highest, and a
# generator that gives that one point for all noise would be the best answer there is. Only a discriminator that answers at once keeps them apart: wherever
# fake points get too many, it must push them away *before* the rest arrives. Whatever makes the answer come late helps the collapse.
#
# What comes late here is momentum. Adam doesn't follow the gradient of this step, but a mean over past ones, in which the gradient of $k$ steps ago has the weight
# $(1-\beta_1)\,\beta_1^k$. So how old is the news, on average?
#
# $$\sum_{k=0}^{\infty} k\,(1-\beta_1)\,\beta_1^k = \frac{\beta_1}{1-\beta_1}$$

# %% tags=["nbval-check-output"]
ages = np.arange(1000)
for memory in [0.9, 0.5]:
    mean_age = np.sum(ages * (1 - memory) * memory**ages)
    np.testing.assert_allclose(mean_age, memory / (1 - memory))
    print(f"beta_1 = {memory}: the gradients that move the weights are {mean_age:.0f} steps old on average")

# %% [markdown]
# In ordinary training that does good: the loss surface stands still, and old gradients are nearly as true as new ones. In a game, nine steps ago the opponent was somebody else.
#
# *Predict, then run.* If this is the reason, it's enough to change this one number, from the same start, with the same data, and leave all else as Keras has it. Is it?

# %% tags=["nbval-ignore-output", "training"]
one_number_samples = []
with training.Progress(unit="seed") as progress:
    progress.start(len(seeds))
    for seed in seeds:
        gan = new_gan(seed, keras.optimizers.Adam(beta_1=0.5), keras.optimizers.Adam(beta_1=0.5))
        one_number_samples.append(samples_of(train(gan, ring, seed, broken_steps)))
        progress.update(len(one_number_samples))

# %% alt="Five panels, one a seed: orange samples lie on all eight pale blue circles of the ring, with some points strewn between them."
point_plots.draw_samples(one_number_samples, [scores(samples, ring) for samples in one_number_samples], ring)

# %% tags=["nbval-check-output"]
gate("modes covered with beta_1 = 0.5", [covered_modes(samples, ring) for samples in one_number_samples], at_least=8)
gate("good samples with beta_1 = 0.5", [good_share(samples, ring) for samples in one_number_samples], at_least=0.65)

# %% [markdown]
# It is enough: 8 of 8 modes on twenty-five seeds of twenty-five. The rest of our recipe makes the samples better, but this number decides whether there is a ring at all. Keras' default is made for ordinary training.
# (Without the falling rate a mode may drop out for a moment. Stopped after 1500 steps, two of the twenty-five had 7 modes, and after 2500 steps one.)
#
# ## Repair it
#
# Can a collapsed GAN come back? We keep the weights that it has and give it our own optimizers again. And we do this twice, the second time with one thing more: in
# chapter 01 a penalty on the discriminator's slope at real points, **R1**, brought the rotation to rest. The class below adds it. Only the discriminator's half differs: a
# second tape, inside the first, takes the slopes.

# %%
class PenalisedGAN(ToyGAN):
    penalty_weight = 0.1

    def train_discriminator(self, real_points):
        fake_points = self.generator(self.draw_noise(ops.shape(real_points)[0]))
        with tf.GradientTape() as tape:
            with tf.GradientTape() as slope_tape:
                slope_tape.watch(real_points)
                real_logits = self.discriminator(real_points)
            slopes = slope_tape.gradient(real_logits, real_points)
            loss = losses.discriminator_loss(real_logits, self.discriminator(fake_points))
            loss = loss + self.penalty_weight * losses.r1_penalty(slopes)
        gradients = tape.gradient(loss, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return {"discriminator_loss": loss}

# %%
repair_steps = 2500


def repair(broken_gan, gan_class, seed):
    generator, discriminator, *_ = new_players(seed)
    generator.set_weights(broken_gan.generator.get_weights())
    discriminator.set_weights(broken_gan.discriminator.get_weights())
    gan = gan_class(generator, discriminator, seed=100 + seed)
    gan.compile(new_optimizer(steps=repair_steps), new_optimizer(steps=repair_steps), steps_per_execution=50)
    return train(gan, ring, 100 + seed, repair_steps)

# %% tags=["nbval-ignore-output", "training"]
repaired = {ToyGAN: [], PenalisedGAN: []}
with training.Progress(unit="repair") as progress:
    progress.start(2 * len(seeds))
    for done, (gan_class, seed) in enumerate([(gan_class, seed) for gan_class in repaired for seed in seeds]):
        repaired[gan_class].append(samples_of(repair(broken_gans[seed], gan_class, seed)))
        progress.update(done + 1)

# %% alt="Two rows of five panels, one a seed. Upper row, repaired by the optimizer: orange samples lie on the circles again, though on some seed a circle may stay empty. Lower row, repaired by optimizer and penalty: all eight circles are filled."
rows = repaired[ToyGAN] + repaired[PenalisedGAN]
point_plots.draw_samples(rows, [scores(samples, ring) for samples in rows], ring)

# %% [markdown]
# Upper row: new optimizers alone. The samples are good again, and the modes come back. Are they enough, then? Five seeds can be lucky together. A mode that no sample visits is hard to find: no fake point is there to be told
# the way. Over the twenty-five seeds in the notes below, 10 of the collapsed GANs stayed short of one to three modes, and a look at the share of good samples wouldn't have told us.
#
# Lower row: with the penalty. One way to understand it: a discriminator that may not be steep near real points must spread its slope over the plane, so that a point far from an empty mode feels
# which way to go, too.

# %% tags=["nbval-check-output"]
won_back = [covered_modes(samples, ring) - covered_modes(broken, ring) for broken, samples in zip(broken_samples, repaired[ToyGAN], strict=True)]
gate("modes won back by new optimizers", won_back, at_least=1)
gate("modes covered with the penalty", [covered_modes(samples, ring) for samples in repaired[PenalisedGAN]], at_least=8)
gate("good samples with the penalty", [good_share(samples, ring) for samples in repaired[PenalisedGAN]], at_least=0.7)

# %% [markdown]
# Would the penalty alone have done it, with Keras' default optimizers? Guess, then compile with `keras.optimizers.Adam()` in `repair` and see. (From scratch, it ended with 0 to 5 modes on five seeds of
# five: a penalty holds the rotation back, but it doesn't make old news fresh.)
#
# ## What we have now
#
# - A training step that we can take apart: the discriminator's half, the generator's half, each moving its own weights only; the same by hand, compiled and under `fit`.
# - Measures that don't trust the losses: modes covered, share of good samples, Wasserstein distance, and a sense of what each can't see.
# - A recipe that passes its gate from every seed, one number that breaks it every time, and a repair that worked every time.
# - In the package: `points`, `models.toy`, and `training` with progress, history and film, which watch images as gladly as points.
#
# *Notes on the measurements.* With the code of this chapter on two CPU cores, seeds 0 to 24:
#
# | training | modes covered | good samples |
# |---|---|---|
# | the recipe, 3000 steps | 8 on every seed | 95.5 to 98.0 % |
# | Keras' default Adam, 2000 steps | 0 (nine times), 1 (fifteen times), 3 (once) | 0 to 27.6 % |
# | the same with `beta_1=0.5`, 2000 steps | 8 on every seed | 82.5 to 95.8 % |
# | collapsed, then our optimizers, 2500 steps | 8 (fifteen times), 7 (eight times), 6, 5 | 86.7 to 95.3 % |
# | collapsed, then our optimizers and the penalty | 8 on every seed | 80.6 to 94.6 % |
#
# ## Next
#
# First the [exercises](exercises/02_train_a_toy_gan.ipynb). Then from points to pictures: the next chapter trains a GAN on images, with the same step and the same measures in mind.
#
# ## Further reading
#
# - Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio, *Generative Adversarial Nets*, 2014: the game and its training step.
# - Kahng, Thorat, Chau, Viégas, Wattenberg, *GAN Lab: Understanding Complex Deep Generative Models using Interactive Visual Experimentation*, 2018: the board of this chapter, in a browser.
# - Metz, Poole, Pfau, Sohl-Dickstein, *Unrolled Generative Adversarial Networks*, 2017: the ring of eight modes, and a discriminator that answers before it is asked.
# - Mescheder, Geiger, Nowozin, *Which Training Methods for GANs do actually Converge?*, 2018: why R1 works, and where the rotation comes from.
# - Radford, Metz, Chintala, *Unsupervised Representation Learning with Deep Convolutional Generative Adversarial Networks*, 2016: where `beta_1 = 0.5` became a habit.
# - Gidel, Askari Hemmat, Pezeshki, Le Priol, Huang, Lacoste-Julien, Mitliagkas, *Negative Momentum for Improved Game Dynamics*, 2019: why a game wants no momentum, or less than none.
