# %% [markdown]
# # Derive the losses
#
# **What you'll do**: start from one formula, the value function of a game between two networks, and get every loss that this course uses out
# of it. You compute each of them by hand, in code and as a picture, find the best discriminator there can be, and turn the smallest GAN in the world, which has
# two parameters, round and round until you know why GANs rotate and what stops them.
#
# **What you'll learn**
# - why the discriminator's loss is binary cross entropy, and what its value tells: $2\ln 2 = 1.386$ is a draw;
# - why the generator's loss isn't simply the opposite of it;
# - why losses take logits, and what a second sigmoid costs: a gradient 810 times too small;
# - what the generator sees when its samples are nowhere near the data, in each of four games;
# - why simultaneous gradient descent spirals away from the solution, by how much a step, and how a penalty on the slope brings it home.
#
# **What you need**: you have trained a classifier with Keras, and remember what a derivative and a logarithm are. You need know nothing of GANs. No chapter
# comes before this one.
#
# **Time**: about 50 minutes of reading, 10 seconds of training on two CPU cores

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops
from tryon_utils import losses, widgets
from tryon_utils.gates import gate
from tryon_utils.losses import as_logits
from tryon_utils.plotting import densities, games
from tryon_utils.plotting import losses as loss_plots
from tryon_utils.plotting.densities import integrate

plt.style.use("tryon_utils.course")

# %%
real_mean, real_deviation = -1.0, 1.2   # the data of this chapter: a bell curve on a line
fake_mean, fake_deviation = 1.5, 0.7    # what a generator makes of it, before it has learned
samples = 6000                          # of each kind, where we train a discriminator
learning_rate = 0.3                     # of both players in the Dirac-GAN
seed = 1

# %% [markdown]
# ## A game for two
#
# A **generator** $G$ turns random numbers $z$ into samples $G(z)$: fakes. A **discriminator** $D$ looks at one sample and returns a number between 0 and 1: how
# sure it is that the sample is real. It is shown real samples $x$ half of the time and fakes the other half. The discriminator wants to be right. The generator wants it to
# be wrong.
#
# The generator never sees the data. All that it ever learns comes to it through the discriminator's judgement: *which way must I move this sample so that
# you would find it more real?* That is a gradient, and this chapter is about how good a gradient it is.

# %% alt="Diagram of the game. Noise z enters the generator, which makes a fake sample. Fake and real samples enter the discriminator, whose logit goes through a sigmoid to a probability. A dashed arrow leads back from the discriminator to the generator: the gradient."
games.draw_the_game()
plt.show()

# %% [markdown]
# How good is a discriminator? Count its successes on a log scale, as one does for any classifier: $\log D(x)$ on a real sample, $\log(1-D(G(z)))$ on a fake.
# Both are at most 0, and 0 means "sure and right". Their expectations make up the **value function**
#
# $$V(D, G) = \mathbb{E}_{x}\left[\log D(x)\right] + \mathbb{E}_{z}\left[\log\left(1 - D(G(z))\right)\right]$$
#
# Here $\mathbb{E}_x$ is the mean over real samples and $\mathbb{E}_z$ the mean over random inputs of the generator; in code, both become means over a batch.
#
# The discriminator wants $V$ high and the generator wants it low. This is the whole game (Goodfellow et al., 2014):
#
# $$\min_G \; \max_D \; V(D, G)$$
#
# Read it from the inside out: for each generator, the discriminator does its best; the generator looks for the place where that best is worst. *Max* stands with $D$ and *min*
# with $G$. Swap them, as some articles do, and the discriminator is rewarded for being wrong.
#
# ## The discriminator's loss is one that you know
#
# Optimizers minimise, so the discriminator's loss is $-V$:
#
# $$L_D = -\,\mathbb{E}_{x}\left[\log D(x)\right] - \mathbb{E}_{z}\left[\log\left(1 - D(G(z))\right)\right]$$
#
# You have used it before. Binary cross entropy of a label $y$ and a prediction $D$ is $-y\log D - (1-y)\log(1-D)$. Set $y=1$ for real samples: only the first term is left. Set
# $y=0$ for fakes: only the second. **The discriminator is a binary classifier with cross entropy, trained on two classes: real and fake.**
#
# One real sample and one fake, with numbers small enough for paper. Say $D(x)=0.8$ and $D(G(z))=0.9$: the discriminator is fairly right about the real
# one and badly fooled by the fake.
#
# *Predict, then run*: which of the two terms of $L_D$ is larger, and how much?

# %% tags=["nbval-check-output"]
real_score, fake_score = 0.8, 0.9
real_part, fake_part = -np.log(real_score), -np.log(1 - fake_score)
np.testing.assert_allclose([real_part, fake_part], [0.2231, 2.3026], atol=5e-5)
print(f"-log(0.8)     = {real_part:.4f}")
print(f"-log(1 - 0.9) = {fake_part:.4f}")
print(f"loss of the discriminator = {real_part + fake_part:.4f}")

# %% [markdown]
# Being fooled at 0.9 costs 2.3026, ten times as much as the small doubt about the real sample. The logarithm punishes what is *surely wrong*.
#
# > **A number in circulation.** A popular article works the same example and gets $-\log(1-0.9)=0.105$, from there a discriminator's loss of 0.328, and a "total loss" of 0.433.
# > It took the logarithm of 0.9 where 0.1 was due. Its total is no loss that anyone minimises, either: two players don't add up their losses.

# %% tags=["nbval-check-output"]
generator_part = -np.log(fake_score)  # the generator's loss; we'll derive it below
np.testing.assert_allclose([generator_part, real_part + fake_part], [0.1054, 2.5257], atol=5e-5)
np.testing.assert_allclose(real_part + fake_part + generator_part, 2.6311, atol=5e-5)
slip = real_part - np.log(fake_score)  # 0.9 in place of 1 - 0.9
print(f"right:   L_G {generator_part:.4f}   L_D {real_part + fake_part:.4f}   sum {real_part + fake_part + generator_part:.4f}")
print(f"printed: L_G 0.105    L_D {slip:.4f}   sum {slip + generator_part:.4f}")

# %% [markdown]
# ## From probabilities to logits
#
# A network's last layer returns any real number, not a probability. That number is called the **logit**; we write it $a(x)$. A sigmoid makes the probability:
#
# $$D(x) = \sigma(a(x)) = \frac{1}{1+e^{-a(x)}}, \qquad a = \log\frac{D}{1-D}$$
#
# Logit 0 is probability one half. The logit is the logarithm of the odds, so each step of $\ln 10\approx 2.3$ makes them ten times longer. Put the sigmoid into the two logarithms:
#
# $$-\log D = -\log\frac{1}{1+e^{-a}} = \log\left(1+e^{-a}\right) = \mathrm{softplus}(-a)$$
#
# $$-\log(1-D) = -\log\frac{e^{-a}}{1+e^{-a}} = \log\left(1+e^{a}\right) = \mathrm{softplus}(a)$$
#
# So the loss can be written on logits alone. This is its definition for the whole course. The package `tryon_utils` holds the same lines, and a test keeps the two
# alike. (`as_logits` turns lists and arrays into float tensors, and refuses shapes that don't belong together.)

# %% tags=["twin:tryon_utils.losses"]
def discriminator_loss(real_logits, fake_logits):
    real_logits, fake_logits = as_logits(real_logits, fake_logits)
    return ops.mean(ops.softplus(-real_logits)) + ops.mean(ops.softplus(fake_logits))


# %% tags=["nbval-check-output"]
real_logit = np.log(real_score / (1 - real_score))
fake_logit = np.log(fake_score / (1 - fake_score))
loss = discriminator_loss([real_logit], [fake_logit])
np.testing.assert_allclose(loss, real_part + fake_part, rtol=1e-6)
print(f"logits {real_logit:.4f} and {fake_logit:.4f}: loss {float(loss):.4f}")

# %% [markdown]
# And it is the cross entropy that Keras brings along. One difference is a matter of counting: Keras averages over all samples, real and fake together, and $V$ adds one mean for each
# kind. With as many fakes as real samples, ours is twice Keras'.

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(seed)
real_logits, fake_logits = rng.normal(2.0, 3.0, (2, 8, 1))
labels = np.concatenate([np.ones((8, 1)), np.zeros((8, 1))])
cross_entropy = keras.losses.BinaryCrossentropy(from_logits=True)
by_keras = cross_entropy(labels, np.concatenate([real_logits, fake_logits]))
np.testing.assert_allclose(discriminator_loss(real_logits, fake_logits), 2 * by_keras, rtol=1e-5)
print(f"ours {discriminator_loss(real_logits, fake_logits):.4f} = 2 x Keras' {by_keras:.4f}, for logits of shape {real_logits.shape}")

# %% [markdown]
# *Predict, then run*: what is the loss of a discriminator that returns logit 0 for everything? Of one that is right by 10 on everything? Of one that is
# wrong by 10?

# %% tags=["nbval-check-output"]
for name, real_logit, fake_logit in (("can't tell", 0.0, 0.0), ("right by 10", 10.0, -10.0), ("wrong by 10", -10.0, 10.0)):
    print(f"{name:<12} {discriminator_loss([real_logit], [fake_logit]):9.5f}")
np.testing.assert_allclose(discriminator_loss([0.0], [0.0]), 2 * np.log(2), rtol=1e-6)

# %% [markdown]
# Being right by 10 costs next to nothing, and being wrong by 10 costs 10 on either side: for wrong logits the loss grows as a straight line. That will matter, for a straight line
# has a gradient however far out one is. And keep the first number in mind: $2\ln 2 = 1.3863$. It is what you'll see on the screen when the discriminator has no idea.
#
# ## The best discriminator
#
# How well can a discriminator do at all against a given generator? Let $p(x)$ be the density of the real samples and $q(x)$ that of the fakes. Written with densities, $V$ is one
# integral over all places $x$:
#
# $$V = \int \Big( p(x)\,\log D(x) + q(x)\,\log\left(1-D(x)\right) \Big)\,dx$$
#
# A discriminator that may be any function can choose $D(x)$ at each place by itself, so we maximise the bracket at one place. Call the three numbers there $p$, $q$ and $D$, and set the
# derivative to zero:
#
# $$\frac{p}{D} - \frac{q}{1-D} = 0 \quad\Longrightarrow\quad p\,(1-D) = q\,D \quad\Longrightarrow\quad D^*(x) = \frac{p(x)}{p(x)+q(x)}$$
#
# The second derivative, $-p/D^2 - q/(1-D)^2$, is negative, so it is a maximum. In words: **the best discriminator says which share of the samples found at $x$ is real.** Its logit is even simpler:
#
# $$a^*(x) = \log\frac{D^*}{1-D^*} = \log\frac{p(x)}{q(x)}$$
#
# We don't have to believe it; we can look for the best discriminator blindly. First the most flexible one there is: a table, with one free logit for each of 241 places. Adam
# brings $-V$ down.

# %% tags=["nbval-check-output", "training"]
places = np.linspace(-6.0, 6.0, 241)
p = densities.normal_density(places, real_mean, real_deviation)
q = densities.normal_density(places, fake_mean, fake_deviation)
table = keras.Variable(np.zeros_like(places), dtype="float64")
adam = keras.optimizers.Adam(0.5, epsilon=1e-12)  # densities are tiny at both ends
for _ in range(200):
    with tf.GradientTape() as tape:
        minus_value = ops.sum(p * ops.softplus(-table) + q * ops.softplus(table)) * (places[1] - places[0])
    adam.apply(tape.gradient(minus_value, [table.value]), [table])
error = np.abs(ops.sigmoid(table) - p / (p + q)).max()
assert error < 1e-3, error
np.testing.assert_allclose(table[100:141], np.log(p / q)[100:141], atol=0.02)  # its logits, from x = -1 to 1
print(f"the table of shape {table.shape} differs from p / (p + q) by less than 0.001 everywhere")

# %% [markdown]
# Nobody has densities in real life: we have samples, and a network. So, second, an ordinary Keras classifier, trained with `fit` on 6000 real and 6000 fake samples. It knows
# nothing about bell curves.

# %%
classifier = keras.Sequential([
    keras.Input((1,)),
    layers.Dense(32, activation="tanh", kernel_initializer=keras.initializers.GlorotUniform(seed)),
    layers.Dense(32, activation="tanh", kernel_initializer=keras.initializers.GlorotUniform(seed + 1)),
    layers.Dense(1, kernel_initializer=keras.initializers.GlorotUniform(seed + 2)),  # a logit: no activation
])
classifier.compile(keras.optimizers.Adam(3e-3), keras.losses.BinaryCrossentropy(from_logits=True))

# %% tags=["nbval-check-output", "training"]
real_samples = rng.normal(real_mean, real_deviation, (samples, 1)).astype("float32")
fake_samples = rng.normal(fake_mean, fake_deviation, (samples, 1)).astype("float32")
order = rng.permutation(2 * samples)
inputs = np.concatenate([real_samples, fake_samples])[order]
labels = np.concatenate([np.ones((samples, 1)), np.zeros((samples, 1))])[order]
classifier.fit(inputs, labels, batch_size=256, epochs=12, shuffle=False, verbose=0)
print(f"trained on inputs {inputs.shape} from {inputs.min():.1f} to {inputs.max():.1f}, labels {labels.shape}")

# %% alt="Two bell curves, real in blue on the left and wider, fake in vermilion on the right. The green curve p over p plus q is near 1 on the left, falls through one half where the bell curves cross and rises again on the far right. White dots of the table lie on all of it. The network's dashed line follows it, but stays at 0 on the far right."
learned = keras.ops.convert_to_numpy(ops.sigmoid(classifier(places[:, None])))[:, 0]
found = {"table of logits": (places[::6], ops.sigmoid(table)[::6]), "network": (places, learned)}
densities.draw_found_discriminator(places, p, q, found)
plt.show()

# %% [markdown]
# Where the blue and the orange curve cross, the best discriminator says one half. Look at the right edge, too: the real curve is wider, so *far* to the right it is above the fake one
# again, and $D^*$ turns back up. The table finds that, since it is given the densities. The network doesn't: of 12000 samples hardly one lay out there, and a network says about places that
# it has never seen whatever suits its layers. Remember this whenever you ask a discriminator about something unusual.
#
# So the gate weighs the network's error by how many samples there are. Over seeds 1 to 8 it lay between 0.005 and 0.014.

# %% tags=["nbval-check-output"]
weights = (p + q) / np.sum(p + q)
network_error = np.sum(weights * np.abs(learned - p / (p + q)))
print(f"samples beyond x = 4.5: {np.sum(inputs > 4.5)} of {len(inputs)}")
gate("mean difference of the network from p / (p + q)", network_error, at_most=0.03)

# %% [markdown]
# ## What the game measures
#
# Now the generator's view. It faces the best discriminator, so what it can lower is $V$ *at* $D^*$. Put $D^*$ in, and expand both fractions by $\tfrac12$ so that the mixture
# $m = \tfrac12(p+q)$ appears:
#
# $$V(D^*, G) = \int p\,\log\frac{p}{p+q} + q\,\log\frac{q}{p+q}\;dx = \int p\,\log\frac{p}{2m} + q\,\log\frac{q}{2m}\;dx$$
#
# Each $\log\tfrac12$ comes out of its integral, and densities integrate to 1:
#
# $$V(D^*, G) = -2\log 2 + \int p\,\log\frac{p}{m}\,dx + \int q\,\log\frac{q}{m}\,dx$$
#
# The two integrals are Kullback-Leibler divergences from the mixture. Half their sum has a name, the **Jensen-Shannon divergence** $\mathrm{JSD}(p, q)$: zero where $p=q$, at most $\ln 2$. So
#
# $$V(D^*, G) = -\log 4 + 2\,\mathrm{JSD}(p, q)$$

# %% tags=["twin:tryon_utils.plotting.densities"]
def kl_divergence(p, q, x):
    with np.errstate(divide="ignore", invalid="ignore"):
        return integrate(np.where(p > 0, p * np.log(p / q), 0.0), x)


def jensen_shannon_divergence(p, q, x):
    mixture = (p + q) / 2
    return kl_divergence(p, mixture, x) / 2 + kl_divergence(q, mixture, x) / 2


# %% tags=["nbval-check-output"]
x = densities.LINE
p = densities.normal_density(x, real_mean, real_deviation)
q = densities.normal_density(x, fake_mean, fake_deviation)
value = integrate(p * np.log(p / (p + q)) + q * np.log(q / (p + q)), x)
divergence = jensen_shannon_divergence(p, q, x)
np.testing.assert_allclose(value, -np.log(4) + 2 * divergence, rtol=1e-9)
print(f"JSD {divergence:.4f}   V at the best D {value:.4f} = -log 4 + 2 JSD = {-np.log(4) + 2 * divergence:.4f}")

# %% [markdown]
# That is why one says that a GAN minimises a divergence: **if** the discriminator were always the best one, the generator would go downhill on JSD, which is lowest, zero, where $q = p$. There $D^* = \tfrac12$ everywhere
# and the discriminator's loss is $-V = \log 4 = 2\ln 2$. This is the equilibrium of the game.
#
# It also tells you how to read the curve of a training: the discriminator's loss at its best is $2\ln 2 - 2\,\mathrm{JSD}$. Near 0: it tells all apart. Near 1.386: it can't tell. The trained network's loss
# gives an estimate of the divergence that never saw a density.

# %% tags=["nbval-check-output"]
measured = float(discriminator_loss(classifier(real_samples), classifier(fake_samples)))
estimate = np.log(2) - measured / 2
assert abs(estimate - divergence) < 0.03
np.testing.assert_allclose(2 * np.log(2) - 2 * jensen_shannon_divergence(p, p, x), 1.3863, atol=5e-5)
print(f"JSD from the densities {divergence:.2f}; from the network's loss: within 0.03 of it")

# %% [markdown]
# > **Two more numbers in circulation.** "The discriminator's loss is 0 at equilibrium": no, it is 1.386, and 0 would mean that the generator has lost. "The generator's loss is lowest at
# > $D(G(z))=0.5$": no, it falls all the way to $D(G(z)) = 1$. One half isn't where the generator *wants* to be; it is where a good discriminator *holds* it.
#
# **Turn it.** Move the heaps apart and back. Then set the distance to 0 and make the fakes narrower: what does $D^*$ look like if the generator has the right middle, but too little variety?

# %% alt="Two bell curves with the best discriminator between them, falling from 1 to 0. Bars beside them: the Jensen-Shannon divergence is three quarters of its ceiling ln 2, the Wasserstein distance is 3. Three sliders change the distance and both widths."
widgets.explore(densities.draw_two_densities,
                distance=widgets.slider(-8.0, 8.0, 3.0, step=0.25),
                real_deviation=widgets.slider(0.3, 2.0, 1.0, step=0.1),
                fake_deviation=widgets.slider(0.3, 2.0, 1.0, step=0.1))

# %% [markdown]
# Too little variety: $D^*$ becomes a valley, below one half in the middle, where there are more fakes than real samples, and near 1 on both sides. It tells the fakes in the middle to spread out.
#
# And at a distance of 6 or more the green bar is full and hardly moves, while the other one grows on. We'll come back to that.

# %% tags=["nbval-check-output"]
for distance in (1.0, 3.0, 6.0, 8.0):
    p, q = densities.normal_density(x, -distance / 2, 1.0), densities.normal_density(x, distance / 2, 1.0)
    share = jensen_shannon_divergence(p, q, x) / np.log(2)
    print(f"distance {distance:g}: JSD {share:.3f} of ln 2, Wasserstein distance {densities.wasserstein_distance(p, q, x):.3f}")
    assert share > 0.98 or distance < 6

# %% [markdown]
# ## The generator's loss: two ways to fool
#
# In the value function only the second term depends on the generator. To minimise $V$ is to minimise
#
# $$L_G^{\text{saturating}} = \mathbb{E}_z\left[\log(1-D(G(z)))\right] = -\,\mathbb{E}_z\left[\mathrm{softplus}(a)\right]$$
#
# Its gradient at the logit of one fake sample, with $\mathrm{softplus}' = \sigma$:
#
# $$\frac{\partial}{\partial a}\left(-\mathrm{softplus}(a)\right) = -\sigma(a) = -D$$
#
# Read that again: **the push that a fake gets is as large as the discriminator's belief in it.** A bad fake, spotted at once, has $D\approx 0$ and gets hardly any push. It is said to *saturate*. Right at the start,
# when all fakes are bad, the generator learns least. (You may read that it gives no gradient where $D$ is near 1. It is the other way round.)
#
# The way out was already in the first paper: don't minimise the chance of being caught, maximise the chance of being believed. Turn the label of the fakes to "real" and take cross entropy:
#
# $$L_G = -\,\mathbb{E}_z\left[\log D(G(z))\right] = \mathbb{E}_z\left[\mathrm{softplus}(-a)\right], \qquad \frac{\partial}{\partial a}\,\mathrm{softplus}(-a) = -\sigma(-a) = D - 1$$
#
# This is the **non-saturating** loss: full push, $-1$, exactly for the fakes that are spotted. Both have the same direction and the same equilibrium. They differ in *where they push hard*.

# %% tags=["twin:tryon_utils.losses"]
def generator_loss(fake_logits):
    return ops.mean(ops.softplus(-as_logits(fake_logits)))


def saturating_generator_loss(fake_logits):
    return -ops.mean(ops.softplus(as_logits(fake_logits)))


# %% [markdown]
# A gradient tape checks both derivatives.

# %% tags=["nbval-check-output"]
def slope_at(logit, loss, dtype="float64"):
    logits = tf.constant([logit], dtype)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = loss(logits)
    return float(tape.gradient(value, logits)[0])


for logit in (-8.0, -2.0, 0.0, 3.0):
    score = 1 / (1 + np.exp(-logit))
    slopes = slope_at(logit, saturating_generator_loss), slope_at(logit, generator_loss)
    np.testing.assert_allclose(slopes, (-score, score - 1), rtol=1e-6)
    print(f"logit {logit:4.0f}   D {score:.4f}   saturating {slopes[0]:7.4f}   non-saturating {slopes[1]:7.4f}")

# %% [markdown]
# *Predict, then run*: at logit $-6$ the discriminator gives a fake a chance of a quarter of a percent. How many times harder does the non-saturating loss push?

# %% tags=["nbval-check-output"]
ratio = slope_at(-6.0, generator_loss) / slope_at(-6.0, saturating_generator_loss)
np.testing.assert_allclose(ratio, np.exp(6), rtol=1e-6)
print(f"at logit -6 the non-saturating loss pushes {ratio:.0f} times harder")

# %% alt="Left: the generator's two losses over the logit. The non-saturating one falls steeply for negative logits and flattens for positive ones; the saturating one is flat for negative logits and falls for positive ones. Right: the sizes of their gradients, two mirrored sigmoids that cross at logit 0 and one half. A shaded band marks logits below minus 2, where the discriminator is sure."
loss_plots.draw_saturation()
plt.show()

# %% [markdown]
# It is $403 = e^6$. In general $\frac{1-D}{D} = e^{-a}$.
#
# Be careful what you conclude, though. The two curves cross at logit 0: **while the discriminator is unsure, both losses push alike.** The saturating one fails against a discriminator that is far ahead, and often works where both
# networks learn at the same speed. Here is a game in which we can see both. The generator has a single parameter, where its bell curve stands; the data stand at 0, and the discriminator is always the best one, $a^* = \log(p/q)$. The gradient
# with respect to the position is the expectation, over fakes, of the loss' slope at the logit times the logit's slope at the fake, which is $-\mu$ here:

# %% tags=["nbval-check-output"]
def travel(start, slope_at_score, steps=150):
    mean, way = start, [start]
    for _ in range(steps):
        q = densities.normal_density(x, mean, 1.0)
        score = 1 / (1 + np.exp(mean * x - mean**2 / 2))  # sigmoid of log(p / q) for two normal densities
        mean -= 0.05 * integrate(q * slope_at_score(score) * -mean, x)
        way.append(mean)
    return np.array(way)


ways = {(start, name): travel(start, slope) for start in (1.5, 6.0)
        for name, slope in (("saturating", lambda score: -score), ("non-saturating", lambda score: score - 1))}
for (start, name), way in ways.items():
    print(f"from {start} {name:<15} to {abs(way[-1]):.2f}")
assert ways[1.5, "saturating"][-1] < 0.1 and ways[6.0, "non-saturating"][-1] < 0.1 and ways[6.0, "saturating"][-1] > 5

# %% alt="Position of the fakes over 150 steps. From 1.5 both losses bring the fakes to the data at 0. From 6 the non-saturating loss brings them most of the way within 60 steps, the saturating one hardly moves them."
loss_plots.draw_travel(ways)
plt.show()

# %% [markdown]
# Near the data, both arrive. From 6, where hardly a fake is believed, the saturating loss stays where it is. A discriminator that is far ahead is what you get at the start of a training, when every fake is easily spotted, and
# whenever you train it more often than the generator. In a balanced training the choice matters much less.
#
# ## Why logits, and never two sigmoids
#
# *Predict, then run*: three ways to compute the non-saturating loss in float32, and its gradient, which should be almost exactly $-1$ for a fake at logit $-20$ and just as well at $-200$: by logarithm and sigmoid, as in the
# formula; by Keras on probabilities; on the logit. Which of them get it right?

# %% tags=["nbval-check-output"]
def formula(logits):
    return -ops.mean(ops.log(ops.sigmoid(logits)))


def on_probabilities(logits):
    scores = ops.reshape(ops.sigmoid(logits), (-1,))  # why there is a reshape, we say below
    return keras.losses.binary_crossentropy(ops.ones_like(scores), scores)


for logit in (-20.0, -200.0):
    for name, loss in (("log(sigmoid)", formula), ("probabilities", on_probabilities), ("logits", generator_loss)):
        print(f"logit {logit:>6}  {name:<14} loss {float(loss(tf.constant([logit]))):8.3f}  gradient {slope_at(logit, loss, 'float32'):8.4f}")
np.testing.assert_allclose(on_probabilities(tf.constant([-20.0])), -np.log(1e-7), rtol=1e-4)

# %% [markdown]
# The formula itself breaks: at $-200$ the sigmoid is exactly 0 in float32, its logarithm minus infinity and the gradient not a number; one such sample ruins all weights. Keras guards against this by clipping probabilities at
# $10^{-7}$, so the loss stops at $-\ln 10^{-7} = 16.118$, and where it clips, the gradient is exactly 0: the worst fakes are not taught at all. Softplus on logits has neither problem.
#
# The opposite mistake is more common and makes no noise: the network ends in a sigmoid, and the loss, told `from_logits=True`, applies another. Then the "logits" are stuck between 0 and 1. (Keras remembers which tensor came straight out
# of a sigmoid and goes back to its logit: with `Dense(1, activation="sigmoid")` as last layer it repairs both mistakes, the second with a warning. Put a `Reshape` in between, as above, or take the loss from `tf.nn`, and nobody notices.)

# %% tags=["nbval-check-output"]
def double_sigmoid(logits):
    return generator_loss(ops.sigmoid(logits))


print(" logit   correct  double sigmoid  factor lost  saturating")
for logit in (-8.0, -6.0, -4.0, 0.0):
    right, wrong = slope_at(logit, generator_loss), slope_at(logit, double_sigmoid)
    print(f"{logit:6.1f}  {right:8.4f}  {wrong:14.5f}  {right / wrong:11.1f}  {slope_at(logit, saturating_generator_loss):10.6f}")
    assert logit != -6.0 or round(right / wrong) == 810

# %% [markdown]
# At logit $-6$ a factor of 810 is lost, twice as much as by the saturating loss. There is a tell-tale sign. Even a perfect discriminator, at 1 on real samples and 0 on fakes, has a loss that can't fall any further than this:

# %% tags=["nbval-check-output"]
floor = discriminator_loss([1.0], [0.0])  # probabilities where logits were due
np.testing.assert_allclose(floor, 1.0064, atol=5e-5)
print(f"floor of the discriminator's loss with two sigmoids: {floor:.4f}")

# %% [markdown]
# If a discriminator's loss comes to rest at about 1.006, look for a second sigmoid.
#
# ## Three other games
#
# Cross entropy isn't the only way to reward a discriminator. Three more games are in wide use. In all of them the discriminator returns a plain number and no sigmoid follows; we keep the word logit.
#
# **Least squares** (Mao et al., 2017) wants 1 on real samples and 0 on fakes, and measures the miss by its square. It pulls *back* fakes that are rated too real.
#
# $$L_D = \tfrac12\,\mathbb{E}_x\left[(a-1)^2\right] + \tfrac12\,\mathbb{E}_z\left[a^2\right] \qquad L_G = \tfrac12\,\mathbb{E}_z\left[(a-1)^2\right]$$
#
# **Hinge** (Lim and Ye, 2017) stops teaching the discriminator on samples that are right by a margin of 1, as a support vector machine does.
#
# $$L_D = \mathbb{E}_x\left[\max(0, 1-a)\right] + \mathbb{E}_z\left[\max(0, 1+a)\right] \qquad L_G = -\,\mathbb{E}_z\left[a\right]$$
#
# **Wasserstein** (Arjovsky et al., 2017) drops the margin: the larger the difference of the means, the better. That has no end, unless the slope of the discriminator is limited. We'll do that below.
#
# $$L_D = \mathbb{E}_z\left[a\right] - \mathbb{E}_x\left[a\right] \qquad L_G = -\,\mathbb{E}_z\left[a\right]$$

# %% tags=["twin:tryon_utils.losses"]
def least_squares_discriminator_loss(real_logits, fake_logits):
    real_logits, fake_logits = as_logits(real_logits, fake_logits)
    return ops.mean(ops.square(real_logits - 1)) / 2 + ops.mean(ops.square(fake_logits)) / 2


def least_squares_generator_loss(fake_logits):
    return ops.mean(ops.square(as_logits(fake_logits) - 1)) / 2


# %% tags=["twin:tryon_utils.losses"]
def hinge_discriminator_loss(real_logits, fake_logits):
    real_logits, fake_logits = as_logits(real_logits, fake_logits)
    return ops.mean(ops.relu(1 - real_logits)) + ops.mean(ops.relu(1 + fake_logits))


def hinge_generator_loss(fake_logits):
    return -ops.mean(as_logits(fake_logits))


# %% tags=["twin:tryon_utils.losses"]
def wasserstein_discriminator_loss(real_logits, fake_logits):
    real_logits, fake_logits = as_logits(real_logits, fake_logits)
    return ops.mean(fake_logits) - ops.mean(real_logits)


def wasserstein_generator_loss(fake_logits):
    return -ops.mean(as_logits(fake_logits))


# %% [markdown]
# One pair of batches through all of them. The mean real logit is $(2 - 1)/2 = 0.5$, the mean fake one $(-3 + 0.5)/2 = -1.25$: you can work each number out on paper.

# %% tags=["nbval-check-output"]
real_logits, fake_logits = ops.convert_to_tensor([2.0, -1.0]), ops.convert_to_tensor([-3.0, 0.5])
print(f"{'game':<16}  L_D     L_G     logits of shape {tuple(real_logits.shape)}")
for name, game in losses.GAMES.items():
    print(f"{name:<15} {game.discriminator_loss(real_logits, fake_logits):6.3f}  {game.generator_loss(fake_logits):6.3f}")
np.testing.assert_allclose(hinge_discriminator_loss(real_logits, fake_logits), (0 + 2) / 2 + (0 + 1.5) / 2)
np.testing.assert_allclose(wasserstein_discriminator_loss(real_logits, fake_logits), -1.25 - 0.5)
np.testing.assert_allclose(least_squares_discriminator_loss(real_logits, fake_logits), (1 + 4) / 4 + (9 + 0.25) / 4)

# %% [markdown]
# **Turn it.** How does each game push a fake at this logit? Where does least squares push *away* from "real"? Then change to the discriminator's loss: which of the four lets go of a fake that it has spotted?

# %% alt="Left: the generator's loss in all games over the logit of a fake sample, each with its tangent at logit minus 2. Right: bars of how hard each pushes the logit up there: non-saturating 0.88, saturating 0.12, least squares 3, hinge and Wasserstein 1. A slider moves the logit, a menu changes to the discriminator's loss."
widgets.explore(loss_plots.draw_losses_at_logit, logit=widgets.slider(-8.0, 8.0, -2.0, step=0.25),
                loss_of=widgets.choice(["generator", "discriminator"]))

# %% [markdown]
# Least squares pulls back beyond logit 1, and pushes hardest where a fake is worst, without a limit. For the discriminator, hinge is the one that lets go: a fake below $-1$ gets no push at all, and
# cross entropy does nearly the same, smoothly.

# %% tags=["nbval-check-output"]
for fake_logit in (-8.0, 3.0):
    np.testing.assert_allclose(slope_at(fake_logit, least_squares_generator_loss), fake_logit - 1)
for name, loss in (("cross entropy", discriminator_loss), ("hinge", hinge_discriminator_loss)):
    slopes = [slope_at(fake_logit, lambda a: loss(0 * a, a)) for fake_logit in (-3.0, -0.5)]  # the real logit stays at 0
    print(f"discriminator, {name:<13}: slope {slopes[0]:.3f} at a fake's logit -3, {slopes[1]:.3f} at -0.5")
assert slopes[0] == 0.0 and slopes[1] == 1.0

# %% [markdown]
# ## When real and fake don't meet
#
# A sample is taught by two factors, by the chain rule. If $\theta$ is a parameter of the generator,
#
# $$\frac{\partial L_G}{\partial\theta} = \mathbb{E}_z\left[\;\underbrace{L_G'(a)}_{\text{push on the logit}} \cdot \underbrace{\nabla_x\,a(x)}_{\text{slope of }D\text{ at the fake}} \cdot\; \frac{\partial G(z)}{\partial\theta}\;\right]$$
#
# All we did so far concerned the first factor. But a full push is worth nothing if the second is zero. Images fill a space of thousands of dimensions very thinly, and at first, real and fake ones hardly overlap. What do the best
# discriminators look like then?
#
# Let real and fake samples be two rounded heaps of width 1, so that they don't touch from a distance of 1 on. For each game and each place, we find the best output by trying all of a long list, and then see how much the discriminator *gains by looking at $x$*,
# against one that has to return the same number everywhere. For cross entropy this gain is $2\ln2-(2\ln 2 - 2\,\mathrm{JSD}) = 2\,\mathrm{JSD}$.

# %%
outputs = np.linspace(-16.0, 16.0, 641)  # all that a discriminator may return
softplus = loss_plots.softplus
loss_on_real_and_fake = {
    "cross entropy": (softplus(-outputs), softplus(outputs)),
    "least squares": ((outputs - 1)**2 / 2, outputs**2 / 2),
    "hinge": (np.maximum(1 - outputs, 0), np.maximum(1 + outputs, 0)),
}


def gain(p, q, on_real, on_fake):
    blind = np.min(on_real + on_fake)
    looking = np.min(p[:, None] * on_real + q[:, None] * on_fake, axis=1)
    return blind - integrate(looking, heap_places)


# %% tags=["nbval-check-output"]
heap_places = np.linspace(-2.5, 2.5, 1001)
gaps = np.linspace(0.0, 3.0, 61)
heaps = [(densities.heap_density(heap_places, -gap / 2, 1.0), densities.heap_density(heap_places, gap / 2, 1.0)) for gap in gaps]
gains = {name: np.array([gain(p, q, *both) for p, q in heaps]) for name, both in loss_on_real_and_fake.items()}
twice_jsd = [2 * jensen_shannon_divergence(p, q, heap_places) for p, q in heaps]
np.testing.assert_allclose(gains["cross entropy"], twice_jsd, atol=1e-3)
np.testing.assert_allclose(gains["hinge"], [integrate(np.abs(p - q), heap_places) for p, q in heaps], atol=1e-3)
for name, values in gains.items():
    assert np.ptp(values[gaps >= 1]) < 1e-6  # flat: nothing to go down
    print(f"{name:<14} at distance 0, 0.5, 1, 2, 3:", np.round(np.abs(values[[0, 10, 20, 40, 60]]), 3))

# %% [markdown]
# All three see how much the heaps *overlap*, each in its own way: 2 JSD for cross entropy; for hinge, the area between the densities, twice what is called total variation. (Least squares with these targets has the same best
# output as cross entropy, $p/(p+q)$.) From distance 1 on there is no overlap, every gain has reached its ceiling, $2\ln2$, 2 and $\tfrac14$, and **stays constant: a generator at distance 3 gets no hint that 2 would be better.** The best
# discriminator is level on either heap, so its slope at the fakes, our second factor, is zero.
#
# What *does* notice the distance is the work of moving one heap onto the other: the **Wasserstein distance**. On a line it is the area between the two cumulative distributions:
#
# $$W_1(p, q) = \int \left|P(x) - Q(x)\right|\,dx$$

# %% tags=["twin:tryon_utils.plotting.densities"]
def wasserstein_distance(p, q, x):
    difference = (p - q)[1:] + (p - q)[:-1]
    return np.sum(np.abs(np.cumsum(difference / 2 * np.diff(x))) * np.diff(x))


# %% tags=["nbval-check-output"]
work = np.array([wasserstein_distance(p, q, heap_places) for p, q in heaps])
ramp = [integrate((p - q) * -heap_places, heap_places) for p, q in heaps]  # the mean of -x on real minus that on fake
np.testing.assert_allclose(work, gaps, atol=1e-2)  # two equal heaps: every grain travels the same way
np.testing.assert_allclose(ramp, gaps, atol=1e-2)
print("Wasserstein distance at distance 0, 0.5, 1, 2, 3:", np.round(work[[0, 10, 20, 40, 60]], 3))

# %% alt="Left: two heaps that are apart. The best discriminator of the hinge game is level on each heap, 1 on real and minus 1 on fake; the Wasserstein game's is a straight line of slope minus 1. Right: over the distance of the heaps, the divergences of cross entropy, least squares and hinge rise and are flat from 1 on; the Wasserstein distance rises as a straight line."
densities.draw_heaps_apart(gaps, {name: values / values[-1] for name, values in gains.items()}, work)
plt.show()

# %% [markdown]
# And the Wasserstein game measures exactly this. Among all discriminators whose slope is nowhere steeper than 1, the best value of $\mathbb{E}_x[a]-\mathbb{E}_z[a]$ *is* $W_1$ (a theorem of Kantorovich and Rubinstein). For our heaps the best is the ramp $a(x)=-x$ in the left
# picture, which earns the whole distance: its slope at the fakes is 1 in size, at any distance.
#
# ### Limit the slope: the gradient penalty
#
# How does one keep a network's slope at 1? WGAN-GP (Gulrajani et al., 2017) measures it at points between real and fake samples and adds to the discriminator's loss
#
# $$\lambda\;\mathbb{E}_{\hat x}\left[\left(\lVert\nabla_{\hat x}\,a(\hat x)\rVert_2 - 1\right)^2\right], \qquad \hat x = u\,x + (1-u)\,G(z),\quad u \sim \text{uniform on } [0, 1]$$
#
# The penalty is a function of gradients with respect to *samples*, so a tape has to be inside the tape. Our functions take the gradients and leave the tape to the train step, where you can see it. (`interpolate` draws one $u$ for each pair. Uniform, not
# normal: a normal $u$ leaves the segment.)

# %% tags=["twin:tryon_utils.losses"]
def squared_norms(gradients):
    if gradients is None:
        raise ValueError("gradients is None: the tape saw no path from the samples to the logits. Watch the samples "
                         "(tape.watch) before the discriminator is called on them, inside the tape.")
    gradients = ops.convert_to_tensor(gradients)
    if len(gradients.shape) < 2:
        raise ValueError(f"gradients must have a batch axis and at least one more: got shape {tuple(gradients.shape)}. "
                         "For samples of one number each, reshape them to (batch, 1).")
    return ops.sum(ops.square(gradients), axis=tuple(range(1, len(gradients.shape))))


def gradient_penalty(gradients):
    slopes = ops.sqrt(ops.maximum(squared_norms(gradients), 1e-12))
    return ops.mean(ops.square(slopes - 1))


# %% tags=["nbval-check-output"]
images = tf.random.stateless_normal((4, 8, 8, 3), seed=(seed, 0))
with tf.GradientTape() as slope_tape:
    slope_tape.watch(images)
    logits = ops.sum(images, axis=(1, 2, 3)) / 4  # a discriminator whose gradient is 1/4 in each of 192 numbers
gradients = slope_tape.gradient(logits, images)
norm = np.sqrt(8 * 8 * 3) / 4
np.testing.assert_allclose(gradient_penalty(gradients), (norm - 1)**2, rtol=1e-5)
print(f"gradients {tuple(gradients.shape)}: every norm is {norm:.4f}, the penalty {gradient_penalty(gradients):.4f}")

# %% [markdown]
# Does it work? We train discriminators on samples of two heaps that are 2.5 apart, with a penalty of weight $\lambda=10$: one in the Wasserstein game, one with plain cross entropy.
#
# What do we expect? A penalty is a soft limit. With slope $-s$ all along a distance $d$, the Wasserstein discriminator earns $s\,d-\lambda(s-1)^2$. The derivative, $d-2\lambda(s-1)$, is zero at $s=1+\frac{d}{2\lambda}=1.125$. So its value should
# come out as $2.5\cdot1.125=2.8125$, an eighth above the distance. This is one whole train step of a discriminator, as later chapters use it:

# %%
def make_train_step(discriminator, game_loss, optimizer, weights_seed):
    @tf.function
    def train_step(real, fake):
        between = losses.interpolate(real, fake, seed=weights_seed)
        with tf.GradientTape() as tape:
            with tf.GradientTape() as slope_tape:
                slope_tape.watch(between)
                logits = discriminator(between)
            penalty = gradient_penalty(slope_tape.gradient(logits, between))
            loss = game_loss(discriminator(real), discriminator(fake))
            total = loss + 10.0 * penalty
        variables = discriminator.trainable_variables
        optimizer.apply(tape.gradient(total, variables), variables)
        return loss

    return train_step


# %%
def sample_heap(mean, count):
    height = rng.uniform(size=4 * count)
    place = rng.uniform(-0.5, 0.5, 4 * count)
    return (mean + place[height < (1 + np.cos(2 * np.pi * place)) / 2][:count, None]).astype("float32")


def slope_at_fakes(discriminator):
    fakes = tf.constant(sample_heap(1.25, 128))
    with tf.GradientTape() as tape:
        tape.watch(fakes)
        logits = discriminator(fakes)
    return float(ops.mean(tape.gradient(logits, fakes)))


# %% [markdown]
# *Predict, then run*: will cross entropy, the loss whose divergence is flat, have a slope at the fakes, too?

# %% tags=["nbval-check-output", "training"]
slopes, values = {}, {}
for name, game_loss in (("Wasserstein", wasserstein_discriminator_loss), ("cross entropy", discriminator_loss)):
    critic = keras.models.clone_model(classifier)  # the same layers with fresh weights
    critic.layers[-1].kernel.assign(np.zeros((32, 1)))  # level at first: on a line, the penalty bars the way from slope 1 to -1
    train_step = make_train_step(critic, game_loss, keras.optimizers.Adam(3e-3, beta_1=0.5), keras.random.SeedGenerator(seed))
    history = [float(train_step(sample_heap(-1.25, 128), sample_heap(1.25, 128))) for _ in range(400)]
    slopes[name], values[name] = slope_at_fakes(critic), -np.mean(history[-50:])
    print(f"{name:<13}  value {values[name]:4.1f}, slope at the fakes {slopes[name]:4.1f}")
gate("slopes at the fakes", list(slopes.values()), at_least=-1.25, at_most=-0.9)
gate("distance of the Wasserstein value from 2.8125", abs(values["Wasserstein"] - 2.5 * (1 + 2.5 / (2 * 10))), at_most=0.1)

# %% [markdown]
# Over seeds 1 to 8 the value lay between 2.80 and 2.82, the Wasserstein slope between $-1.12$ and $-1.08$ and that of cross entropy between $-1.02$ and $-1.00$.
#
# So it isn't the formula of the loss that made the difference, but the **limit on the slope**: with it, cross entropy teaches at a distance, too. And a second honest remark: real networks are smooth and trained for a few steps only; they are
# never the best discriminator, and so ordinary GANs learn where the theory above sees no gradient. The flat JSD is a reason *not to train the discriminator to the end without limiting its slope*, not a proof that cross entropy fails.
#
# ## Why GANs go round and round
#
# So far one player stood still. What happens when both move? Take the smallest GAN there is (Mescheder et al., 2018). All real samples lie at one point, $x=0$. The generator has one parameter $\theta$ and puts all its fakes at $x=\theta$. The discriminator's logit is a straight line
# through 0 with slope $\psi$: $a(x)=\psi x$. The value function becomes
#
# $$V(\psi,\theta) = -\mathrm{softplus}(-\psi\cdot 0) - \mathrm{softplus}(\psi\theta) = -\ln 2 - \mathrm{softplus}(\psi\theta)$$
#
# The solution is plain to see: $\theta=0$, and $\psi = 0$, for there is nothing to tell apart. Each player follows its own gradient. With the learning rate $\eta$, and with the losses $L_D=-V$ and $L_G=V$:
#
# $$\psi \leftarrow \psi - \eta\,\sigma(\psi\theta)\,\theta \qquad\qquad \theta \leftarrow \theta + \eta\,\sigma(\psi\theta)\,\psi$$
#
# Fakes lie right of the data ($\theta>0$): so $D$ tilts down. $D$ is tilted down ($\psi<0$): so the fakes move left, past the data, for the slope pulls on. Then $D$ tilts up, and so on. They chase each other.

# %% tags=["twin:tryon_utils.plotting.games"]
def dirac_gradients(fake, slope, game="saturating", penalty=0.0):
    score = 1.0 if game == "Wasserstein" else 1 / (1 + np.exp(-np.clip(slope * fake, -60, 60)))
    push = {"non-saturating": score - 1, "saturating": -score, "Wasserstein": -score}[game]
    return push * slope, score * fake + penalty * slope


def dirac_path(start, learning_rate, steps, alternating=False, penalty=0.0, game="saturating"):
    fake, slope = start
    path = [(fake, slope)]
    for _ in range(steps):
        new_slope = slope - learning_rate * dirac_gradients(fake, slope, game, penalty)[1]
        answered = new_slope if alternating else slope
        fake = fake - learning_rate * dirac_gradients(fake, answered, game, penalty)[0]
        slope = new_slope
        path.append((fake, slope))
    return np.array(path)


# %% [markdown]
# These gradients are the ones of our losses; a tape confirms it at a place somewhere off the centre.

# %% tags=["nbval-check-output"]
fake, slope = tf.constant(0.7, tf.float64), tf.constant(-1.3, tf.float64)
for name in ("saturating", "non-saturating", "Wasserstein"):
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([fake, slope])
        generator_side = losses.GAMES[name].generator_loss([slope * fake])
        discriminator_side = losses.GAMES[name].discriminator_loss([slope * 0.0], [slope * fake])
    by_tape = [tape.gradient(generator_side, fake), tape.gradient(discriminator_side, slope)]
    np.testing.assert_allclose(by_tape, dirac_gradients(0.7, -1.3, name), rtol=1e-9)
    print(f"{name:<15} gradients", np.round(by_tape, 4))

# %% [markdown]
# ### The Jacobian tells
#
# Near the solution $\psi\theta\approx0$, so $\sigma\approx\tfrac12$, and one step of both players at once multiplies the pair $(\theta,\psi)$ by a matrix:
#
# $$\begin{pmatrix}\theta\\ \psi\end{pmatrix} \leftarrow \begin{pmatrix}1 & \eta/2\\ -\eta/2 & 1\end{pmatrix}\begin{pmatrix}\theta\\ \psi\end{pmatrix}, \qquad \lambda = 1 \pm \tfrac{\eta}{2}\,i, \qquad |\lambda| = \sqrt{1+\eta^2/4} \;>\; 1$$
#
# The size of the largest eigenvalue, the **spectral radius**, is what each step multiplies the distance by in the long run. It is above 1 for *every* learning rate: a smaller one only makes the spiral slower. Pythagoras shows why. The players want to go round, at a right angle
# to the line from the centre. A step is straight. A straight step along the tangent ends outside the circle, always.

# %% alt="A dashed circle around the equilibrium, and arrows for five steps. Each arrow starts at a right angle to the line from the centre, so each ends farther out. The first makes a right triangle with legs r and eta half r, and the hypotenuse r times the root of 1 plus eta squared over 4."
games.draw_tangent_step()
plt.show()

# %% tags=["twin:tryon_utils.plotting.games"]
def dirac_jacobian(learning_rate, alternating=False, penalty=0.0, game="saturating"):
    push = learning_rate * (1.0 if game == "Wasserstein" else 0.5)
    keep = 1 - learning_rate * penalty
    if alternating:
        return np.array([[1 - push**2, push * keep], [-push, keep]])
    return np.array([[1.0, push], [-push, keep]])


def spectral_radius(matrix):
    return np.max(np.abs(np.linalg.eigvals(matrix)))


# %% [markdown]
# Now measure the growth in the real game, without any linearisation: start very near the centre, play 200 steps, and take the 200th root of what the distance has grown by.
#
# *Predict, then run*: by how many percent does each step grow the distance, for $\eta=0.3$?

# %% tags=["nbval-check-output"]
def measured_growth(steps=200, **options):
    distances = np.hypot(*dirac_path((1e-4, 0.0), learning_rate, steps, **options).T)
    return (distances[-1] / distances[0])**(1 / steps)


radius = spectral_radius(dirac_jacobian(learning_rate))
np.testing.assert_allclose(radius, np.sqrt(1 + learning_rate**2 / 4), rtol=1e-12)
np.testing.assert_allclose(measured_growth(), radius, rtol=1e-6)
print(f"spectral radius {radius:.5f}, measured growth a step {measured_growth():.5f}")

# %% [markdown]
# A little over one percent a step: after 200 steps the distance is more than nine times as large. No bug, no bad luck, no local minimum: gradient descent at its job, for two players at once.
#
# ### Taking turns
#
# Real GANs usually take turns: first $D$ moves, then $G$ answers the *new* $D$. Put the new $\psi$ into the second update:
#
# $$\begin{pmatrix}\theta\\ \psi\end{pmatrix} \leftarrow \begin{pmatrix}1-\eta^2/4 & \eta/2\\ -\eta/2 & 1\end{pmatrix}\begin{pmatrix}\theta\\ \psi\end{pmatrix}, \qquad \det = 1-\tfrac{\eta^2}{4}+\tfrac{\eta^2}{4} = 1$$
#
# While $\eta<4$ the eigenvalues are a complex pair, and the product of the two is the determinant. So each has size exactly 1: **taking turns neither grows nor shrinks the distance in the long run.** The players circle for ever.
#
# ### R1 brings them home
#
# A damper is missing: something that resists while the discriminator tilts. R1 (Mescheder et al., 2018) charges the discriminator for its slope **at real samples**:
#
# $$R_1 = \frac{\gamma}{2}\,\mathbb{E}_x\left[\lVert\nabla_x\,a(x)\rVert^2\right]$$
#
# It asks for slope 0 there, not 1: once fakes lie where the data lie, the discriminator shall let go.

# %% tags=["twin:tryon_utils.losses"]
def r1_penalty(gradients):
    return ops.mean(squared_norms(gradients)) / 2


# %% [markdown]
# In the Dirac-GAN the gradient of $a(x)=\psi x$ is $\psi$ at every sample, so $R_1=\gamma\psi^2/2$, and the discriminator's update gets another term, $-\eta\gamma\psi$. With both players moving at once:
#
# $$\begin{pmatrix}1 & \eta/2\\ -\eta/2 & 1-\eta\gamma\end{pmatrix}, \qquad \det = 1-\eta\gamma+\tfrac{\eta^2}{4}, \qquad |\lambda| = \sqrt{1-\eta\gamma+\eta^2/4}\quad\text{while }\gamma<1$$
#
# That is below 1 as soon as $\gamma>\eta/4$: the penalty eats more than the tangent adds. When taking turns, $|\lambda|=\sqrt{1-\eta\gamma}$, and any $\gamma$ above 0 will do.
#
# *Predict, then run*: what will 200 steps with $\gamma=0.3$ leave of the distance: a half, a tenth, a thousandth?

# %% tags=["nbval-check-output"]
penalty = 0.3
np.testing.assert_allclose(r1_penalty(np.full((5, 1), -1.3)), 1.3**2 / 2, rtol=1e-6)
expected = {"simultaneous": 1 + learning_rate**2 / 4, "alternating": 1.0,
            "simultaneous, R1": 1 - learning_rate * penalty + learning_rate**2 / 4, "alternating, R1": 1 - learning_rate * penalty}
for name, square in expected.items():
    options = {"alternating": "alternating" in name, "penalty": penalty if "R1" in name else 0.0}
    radius = spectral_radius(dirac_jacobian(learning_rate, **options))
    np.testing.assert_allclose(radius, np.sqrt(square), rtol=1e-9)
    growth = measured_growth(**options)
    np.testing.assert_allclose(growth, radius, atol=2e-3)
    print(f"{name:<17} spectral radius {radius:.4f}, measured {growth:.4f}; 200 steps leave {growth**200:8.5f} of the distance")

# %% [markdown]
# A thousandth. (Alternating steps end at 1.02, not at 1: their closed curve is an ellipse, not quite a circle, and step 200 falls where it is a little farther out.) The same from farther away, as pictures:

# %% alt="Three phase portraits with arrows that turn clockwise around the equilibrium. Simultaneous steps spiral out of the picture, alternating steps stay on a closed curve, and simultaneous steps with R1 spiral into the centre."
games.draw_dirac_ways(learning_rate, penalty=penalty)
plt.show()

# %% [markdown]
# ### Without steps: the circle itself
#
# Why circles? Let the steps become infinitely small. Then $\dot\theta=\sigma\psi$ and $\dot\psi=-\sigma\theta$, and the squared distance from the centre changes by
#
# $$\frac{d}{dt}\,\frac{\theta^2+\psi^2}{2} = \theta\dot\theta+\psi\dot\psi = \sigma\,\psi\,\theta - \sigma\,\theta\,\psi = 0$$
#
# The value function's own game conserves the distance: like a pendulum without friction. A simultaneous step adds energy, a pair of turns keeps it, R1 is the friction: it adds $-\gamma\psi^2$, which is never positive.
#
# With the non-saturating generator the same sum gives something else, $-\psi\theta\,\tanh(\psi\theta/2)$: never positive, but tiny near the centre. So two forces compete: far out, this pull inwards wins; near the centre, the tangent wins.

# %% tags=["nbval-check-output"]
fake, slope = np.random.default_rng(seed).normal(0.0, 2.0, (2, 1000))  # a thousand positions
product = fake * slope
change = {}
for name, damper in (("saturating", 0.0), ("saturating", penalty), ("non-saturating", 0.0)):
    to_fake, to_slope = dirac_gradients(fake, slope, name, damper)
    change[name, damper] = -fake * to_fake - slope * to_slope
np.testing.assert_allclose(change["saturating", 0.0], 0.0, atol=1e-12)
np.testing.assert_allclose(change["saturating", penalty], -penalty * slope**2, atol=1e-12)
np.testing.assert_allclose(change["non-saturating", 0.0], -product * np.tanh(product / 2), atol=1e-12)
print("half the squared distance changes by 0, by -gamma psi^2 and by -psi theta tanh(psi theta / 2), at", fake.size, "positions")

# %% [markdown]
# *Predict, then run*: where does that leave simultaneous steps in the non-saturating game, if they start inside, or outside?

# %% tags=["nbval-check-output"]
for start in (0.1, 3.0):
    distances = np.hypot(*dirac_path((start, 0.0), learning_rate, 4000, game="non-saturating").T)
    assert 0.75 < distances[-100:].min() and distances[-100:].max() < 0.8
    print(f"from {start}: after 4000 steps between {distances[-100:].min():.2f} and {distances[-100:].max():.2f} from the centre")

# %% [markdown]
# On a ring: for ever at the same distance, neither solved nor exploding. If you have seen a GAN's losses swing for hours without getting better or worse, this is the picture to have in mind.
#
# **Turn it.** Find the smallest penalty that settles at learning rate 1 with simultaneous steps, and compare with $\eta/4$. Then switch to alternating steps, and to the non-saturating game. What happens if the penalty is *too* large?

# %% alt="Left: the phase portrait of the Dirac-GAN with its path spiralling out. Right: the distance from the equilibrium over the steps on a log scale, with the growth that the spectral radius foretells as a dashed line. Controls set the learning rate, the penalty, the game and whether steps alternate."
widgets.explore(games.draw_phase_portrait,
                learning_rate=widgets.slider(0.05, 1.5, 0.3, step=0.05),
                penalty=widgets.slider(0.0, 2.0, 0.0, step=0.05),
                alternating=widgets.switch(),
                game=widgets.choice(["saturating", "non-saturating", "Wasserstein"]))

# %% tags=["nbval-check-output"]
for gamma in (0.2, 0.25, 0.3, 1.0, 1.5, 2.0):
    print(f"learning rate 1, gamma {gamma:<4}  spectral radius {spectral_radius(dirac_jacobian(1.0, penalty=gamma)):.4f}")
np.testing.assert_allclose(spectral_radius(dirac_jacobian(1.0, penalty=1.0 / 4)), 1.0, rtol=1e-9)

# %% [markdown]
# At $\gamma=\eta/4$ the tangent and the penalty are level; above it the game settles, fastest at $\gamma=1$. A larger penalty slows it down again: the discriminator is held so flat that it has little to tell the generator.
#
# ## What we have now
#
# - One value function, and from it the discriminator's loss: binary cross entropy on real and fake. A draw is $2\ln2=1.386$.
# - The best discriminator, $p/(p+q)$, found by formula, by table and by network. Against it, the generator minimises the Jensen-Shannon divergence.
# - The non-saturating loss: the same direction, but a full push where fakes are spotted. The saturating one needs a discriminator that isn't far ahead.
# - Losses on logits. A loss that rests at 1.006 means two sigmoids.
# - Four games, and what they see when real and fake don't meet: only a limit on the discriminator's slope gives a gradient there.
# - The rotation: simultaneous steps grow by $\sqrt{1+\eta^2/4}$ a step, taking turns keeps the distance, and R1 shrinks it as soon as $\gamma>\eta/4$.
#
# All losses stand in `tryon_utils.losses`, where every later chapter takes them from.
#
# ## Next
#
# Do the [exercises](exercises/01_derive_the_losses.ipynb): they take about half an hour, and a checker tells you what went wrong. Then, in
# [chapter 02](02_train_a_toy_gan.ipynb), both networks get more than one parameter, and you train them.
#
# ## Further reading
#
# - Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio, *Generative adversarial nets*, 2014: the value function, the best discriminator, the equilibrium; five readable pages.
# - Arjovsky, Bottou, *Towards principled methods for training generative adversarial networks*, 2017: what happens when supports don't meet.
# - Arjovsky, Chintala, Bottou, *Wasserstein GAN*, 2017, and Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville, *Improved training of Wasserstein GANs*, 2017: the distance, and the gradient penalty.
# - Mao, Li, Xie, Lau, Wang, Smolley, *Least squares generative adversarial networks*, 2017; Lim, Ye, *Geometric GAN*, 2017: least squares and hinge.
# - Mescheder, Geiger, Nowozin, *Which training methods for GANs do actually converge?*, 2018: the Dirac-GAN and R1.
