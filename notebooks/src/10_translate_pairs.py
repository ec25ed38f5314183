# %% [markdown]
# # Translate pairs
#
# **What you'll do**: damage pictures on purpose, with noise, blur, holes, old age and loss of size, and train small networks that repair them. You take one apart, piece by piece, to see what each piece is for. Then
# you catch it inventing things.
#
# **What you'll learn**
# - how pix2pix is put together: a U-Net, a discriminator that judges patches, and two losses;
# - why a network that is right on average makes blurred pictures, and what an adversary does about it;
# - that you can't have the least error and the best looks at once, and how to choose in between;
# - how to tell a repair from an invention, and why no doctor should look at either.
#
# **What you need**: [Build a DCGAN](03_build_a_dcgan.ipynb) for the game, [Measure quality](06_measure_quality.ipynb) for the numbers.
#
# **Time**: about 45 minutes of reading, 120 seconds of training on two CPU cores

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops
from scipy import ndimage
from tryon_utils import damages, datasets, images, losses, metrics, training, weights, widgets
from tryon_utils.gates import gate
from tryon_utils.models import features, translate
from tryon_utils.plotting import makeup as face_plots
from tryon_utils.plotting import metrics as metric_plots
from tryon_utils.plotting import people
from tryon_utils.plotting import translate as plots

plt.style.use("tryon_utils.course")
training.use_small_net_threads()

# %%
repair_steps = {"noise": 175, "blur": 250, "hole": 325, "old photograph": 200, "2x smaller": 350, "4x smaller": 300}
part_steps = 325       # of each of the two small trainings by error alone, on garments of 32 x 32
tuned_steps = 100      # of each of the five that go on from there, four of them with an adversary
batch_size = 4         # whole pictures of 64 x 64; twice as many of 32 x 32
damaged = 1000         # pairs of each kind
seed = 0

# %% [markdown]
# ## Damage on purpose
#
# In [chapter 03](03_build_a_dcgan.ipynb) the generator invented. Now it shall *answer*: a picture comes in, and one picture is the right one to come out. For such pairs one usually needs a camera and patience. There is a cheaper source: take a good picture, and
# damage it.

# %% tags=["nbval-ignore-output"]
garments = datasets.load_garments("train")
new_faces = datasets.load_faces("new_both")

# %% tags=["nbval-check-output"]
known = np.concatenate([datasets.load_faces("train").picture, garments.picture[:1100]])
unseen = np.concatenate([new_faces.picture[:100], garments.picture[1100:1200]])  # people with their makeup, and garments, that nobody trains on
print("known", known.shape, known.dtype, "  unseen", unseen.shape)
print("damages:", ", ".join(damages.KINDS))

# %% alt="A person and a garment, each a row: the picture itself, then with noise, blurred, with a grey rectangle, as a faded yellow photograph with scratches, made half as large, and made a quarter as large, which leaves soft patches."
shown = unseen[[3, 104]]
face_plots.draw_faces({"truth": shown, **{kind: damages.damage(shown, kind, np.random.default_rng(5))[0] for kind in damages.KINDS}})

# %% [markdown]
# What was made smaller is enlarged again by **bicubic interpolation**, the ordinary way to enlarge a picture, and a hole is filled with the mean of the rest. So what you see is itself the simplest repair; it is what a network must beat. For
# noise and blur there are simple repairs, too: a median filter, and a little sharpening.
#
# *Predict, then run.* The **PSNR** is the mean squared error in decibels, more is better, and half the error is 6 dB. Which damage costs the most?

# %% tags=["nbval-ignore-output"]
seen, missing = {}, {}
for kind in damages.KINDS:
    seen[kind], missing[kind] = damages.damage(unseen, kind, np.random.default_rng(6))


def filtered(kind):
    pictures = seen[kind].astype("float32")
    if kind == "noise":
        pictures = ndimage.median_filter(pictures, (1, 3, 3, 1))
    elif kind == "blur":
        pictures += pictures - ndimage.gaussian_filter(pictures, (0, 1.2, 1.2, 0))
    return np.clip(np.rint(pictures), 0, 255).astype("uint8")


scores = {"nothing done": {kind: metrics.psnr(unseen, seen[kind]).mean() for kind in seen},
          "simple filter": {kind: metrics.psnr(unseen, filtered(kind)).mean() for kind in seen}}
for kind in seen:
    print(f"{kind:15} nothing done {scores['nothing done'][kind]:4.1f} dB   simple filter {scores['simple filter'][kind]:4.1f} dB")

# %% [markdown]
# ## What a loss wants
#
# Before any network: what is the *best* answer where the picture doesn't say? Take stripes, two pixels light and two dark, and make them four times smaller.

# %% tags=["nbval-check-output"]
stripes = np.tile([255, 255, 0, 0], 8)[:, None, None] * np.ones((1, 32, 3))
shifted = np.stack([np.roll(stripes, shift, axis=0) for shift in range(4)]).astype("uint8")
small = damages.shrink(shifted, 4)
assert (small == small[0]).all()
print(f"four different pictures, one small one: every pixel of it is {small[0, 0, 0, 0]}")

# %% [markdown]
# All four possibilities look alike when small. Nobody can know which one it was. What shall a network answer that must answer something? At each pixel, white and black are equally likely. With an error that is squared the
# best guess is the mean, grey; with an absolute error, it is the median. Let white be a little more likely, and try all guesses:

# %% tags=["nbval-check-output"]
possible = np.array([0.0, 0.0, 1.0, 1.0, 1.0])     # three of five say white
guesses = np.linspace(0, 1, 101)
squared = [np.mean((possible - guess) ** 2) for guess in guesses]
absolute = [np.mean(np.abs(possible - guess)) for guess in guesses]
np.testing.assert_allclose([guesses[np.argmin(squared)], guesses[np.argmin(absolute)]], [possible.mean(), np.median(possible)])
print(f"best guess by squared error {guesses[np.argmin(squared)]:.1f}, by absolute error {guesses[np.argmin(absolute)]:.1f}")

# %% [markdown]
# Grey or white: either way the cloth comes out *without stripes*, for every pixel gets the same guess. No such cloth was ever seen, and it has the least error. Whoever asks for the least error asks for this.
#
# A discriminator asks for something else: that the answer could be real. Plain cloth where stripes were likely is easily told. So it drives the generator to *decide*, rightly or wrongly.
#
# ## The U-Net
#
# Down by strided convolutions, to a grid so small that each of its places sees most of the picture, and up again. Two roads lead across: what was seen on the way **down** is handed to the same size on the way **up**, so that no detail must go
# through the bottleneck; and the picture itself is added at the end, so that only a **correction** must be learned. A fourth channel says where nothing is known. Batch normalisation stands where it did in chapter 03, and not at the end.

# %% tags=["twin:tryon_utils.models.translate"]
SEEN = 4  # channels of what is given: a picture, and where nothing is known


def build_generator(shape=(None, None), widths=(16, 32, 64), skips=True, seed=0):
    if any(size and size % 2 ** len(widths) for size in shape):
        raise ValueError(f"A shape of {shape[0]} x {shape[1]} came; height and width that {2 ** len(widths)} divides are wanted, or fewer widths.")
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))

    def convolve(x, width, kernel_size=3, strides=1):
        x = layers.Conv2D(width, kernel_size, strides, "same", use_bias=False, kernel_initializer=initializer)(x)
        return layers.LeakyReLU(negative_slope=0.1)(layers.BatchNormalization(momentum=0.9)(x))

    seen = keras.Input((*shape, SEEN), name="seen")
    x, across = seen, []
    for width in widths:
        across.append(x)
        x = convolve(x, width, kernel_size=4, strides=2)
    for width, handed in zip((*reversed(widths[:-1]), widths[0]), reversed(across), strict=True):
        x = layers.UpSampling2D()(x)
        x = convolve(layers.Concatenate()([x, handed]) if skips else x, width)
    correction = layers.Conv2D(3, 3, padding="same", kernel_initializer="zeros", name="correction")(x)
    pictures = layers.Add(name="pictures")([seen[..., :3], correction]) if skips else correction
    return keras.Model(seen, pictures, name="generator")

# %% tags=["nbval-check-output"]
generator = build_generator()
for layer in generator.layers:
    if isinstance(layer, (layers.Conv2D, layers.Concatenate)):
        print(f"{type(layer).__name__:12}-> {layer.output.shape[1:]}")
given = np.concatenate([images.to_model(seen["noise"][:4]), -np.ones((4, 64, 64, 1), "float32")], axis=-1)
np.testing.assert_array_equal(generator(given), given[..., :3])
print(f"{generator.count_params():,} weights; at first it gives back what it gets")

# %% [markdown]
# ## A judge of patches
#
# The discriminator sees two things side by side: what came in, and what came out, true or made. So it learns not only what pictures look like, but which *answers* are possible: a beautiful face of somebody else won't pass.
#
# And it does not give one verdict on the whole. After three strided convolutions stands a grid, and each place of it gets its own logit. One such place sees a **patch** of the picture, and how wide that is can be counted: each layer adds its
# kernel's width less one, in steps as wide as all strides before it. For garments of 32 x 32 we take two strided convolutions.

# %% tags=["twin:tryon_utils.models.translate"]
def build_discriminator(shape=(64, 64), channels=24, depth=3, conditions=SEEN, patches=True, spectral=True, seed=0):
    initializer = keras.initializers.HeNormal(keras.random.SeedGenerator(seed))
    wrap = layers.SpectralNormalization if spectral else lambda layer: layer
    both = keras.Input((*shape, conditions + 3), name="both")
    x = both
    for level in range(depth):
        x = wrap(layers.Conv2D(min(2, level + 1) * channels, 4, 2, "same", kernel_initializer=initializer))(x)
        x = layers.LeakyReLU(negative_slope=0.2)(x)
    last = layers.Conv2D(1, 3, padding="same", kernel_initializer=initializer) if patches else layers.Dense(1, kernel_initializer=initializer)
    logits = wrap(last)(x if patches else layers.Flatten()(x))
    discriminator = keras.Model(both, logits, name="discriminator")
    for layer in discriminator.layers:
        if isinstance(layer, layers.SpectralNormalization):  # Keras draws this vector without a seed
            layer.vector_u.assign(initializer(layer.vector_u.shape))
    return discriminator


def patch_size(depth=3):
    seen, step = 1, 1
    for kernel_size, stride in [(4, 2)] * depth + [(3, 1)]:
        seen, step = seen + (kernel_size - 1) * step, step * stride
    return seen

# %% [markdown]
# Don't believe the formula: change one column of pixels after the other, and see which of them move the logit in the middle.

# %% tags=["nbval-check-output"]
discriminator = build_discriminator((32, 32), depth=2, seed=1)
both = np.random.default_rng(0).normal(size=(1, 32, 32, SEEN + 3)).astype("float32")
logits = discriminator(both)
changed = np.repeat(both, 32, axis=0)
changed[np.arange(32), :, np.arange(32)] += 10
moves = np.abs(ops.convert_to_numpy(discriminator(changed) - logits))[:, 4, 4, 0] > 1e-5
assert moves.sum() == patch_size(depth=2)
print(f"logits {logits.shape}; the middle one sees {moves.sum()} columns of 32")

# %% [markdown]
# ## Two losses
#
# $$L_G = w_1\,\overline{e\big(y - G(x)\big)} + w_2\,L_{\text{fool}}\big(D(x, G(x))\big)$$
#
# The first asks to be right, the second to look real. $e$ is the absolute value, as in pix2pix, or the square. The mean goes over all pixels; in a picture with a hole it goes over the hole's alone, since everything else is known. The discriminator plays the
# hinge game of [chapter 05](05_stabilise_training.ipynb). As in chapter 03, a slow average of the generator is what we use in the end.

# %% tags=["twin:tryon_utils.models.translate"]
class Opponents(keras.Model):
    def __init__(self, generator, discriminator=None, average_decay=0.98):
        super().__init__()
        self.generator, self.discriminator, self.average_decay = generator, discriminator, average_decay
        self.average_generator = keras.models.clone_model(generator)
        self.average_generator.set_weights(generator.get_weights())
        self.average_generator.trainable = False

    def compile(self, generator_optimizer, discriminator_optimizer=None, **options):
        super().compile(optimizer=None, **options)
        self.generator_optimizer, self.discriminator_optimizer = generator_optimizer, discriminator_optimizer
        generator_optimizer.build(self.generator.trainable_variables)
        if self.discriminator is not None:
            discriminator_optimizer.build(self.discriminator.trainable_variables)

    def move_average(self):
        for average, newest in zip(self.average_generator.variables, self.generator.variables, strict=True):
            average.assign(self.average_decay * average + (1 - self.average_decay) * newest)

# %% tags=["twin:tryon_utils.models.translate"]
class Translation(Opponents):
    def __init__(self, generator, discriminator=None, pixel_weight=1.0, adversarial_weight=0.02, error=ops.abs, game=losses.GAMES["hinge"], **options):
        super().__init__(generator, discriminator, **options)
        self.pixel_weight, self.adversarial_weight, self.error, self.game = pixel_weight, adversarial_weight, error, game

    def train_discriminator(self, seen, truth, made):
        with tf.GradientTape() as tape:
            real_logits, fake_logits = (self.discriminator(ops.concatenate([seen, shown], axis=-1), training=True) for shown in (truth, made))
            loss = self.game.discriminator_loss(real_logits, fake_logits)
        gradients = tape.gradient(loss, self.discriminator.trainable_variables)
        self.discriminator_optimizer.apply(gradients, self.discriminator.trainable_variables)
        return {"discriminator_loss": loss}

    def train_generator(self, seen, truth):
        missing = (seen[..., 3:] + 1) / 2
        counted = ops.maximum(missing, 1 - ops.max(missing, axis=(1, 2), keepdims=True))  # a hole's pixels; all, where there is no hole
        with tf.GradientTape() as tape:
            made = self.generator(seen, training=True)
            pixels = ops.sum(counted * self.error(truth - made)) / (3 * ops.sum(counted))
            loss = self.pixel_weight * pixels
            if self.discriminator is not None:
                logits = self.discriminator(ops.concatenate([seen, made], axis=-1))  # not training: spectral normalisation would move its weights
                loss = loss + self.adversarial_weight * self.game.generator_loss(logits)
        gradients = tape.gradient(loss, self.generator.trainable_variables)
        self.generator_optimizer.apply(gradients, self.generator.trainable_variables)
        self.move_average()
        return {"pixels": pixels}, made

    def train_step(self, packed):
        values = ops.cast(packed, "float32") / 127.5 - 1
        seen, truth = values[..., :SEEN], values[..., SEEN:]
        results, made = self.train_generator(seen, truth)
        if self.discriminator is not None:
            results |= self.train_discriminator(seen, truth, ops.stop_gradient(made))
        return results

# %% tags=["twin:tryon_utils.models.translate"]
def build_translation(training_steps, shape=(64, 64), adversarial_weight=0.02, pixel_weight=1.0, error=ops.abs, learning_rate=0.004, seed=0,
                      patches=True, begin_with=None, **options):
    generator = build_generator(shape, seed=2 * seed, **options)
    if begin_with is not None:
        generator.set_weights(begin_with.get_weights())
    discriminator = build_discriminator(shape, depth=2, patches=patches, seed=2 * seed + 1) if adversarial_weight else None
    model = Translation(generator, discriminator, pixel_weight, adversarial_weight, error)
    rates = [keras.optimizers.schedules.CosineDecay(learning_rate, training_steps, alpha=0.05) for _ in range(2)]
    model.compile(keras.optimizers.Adam(rates[0], beta_1=0.9), keras.optimizers.Adam(rates[1], beta_1=0.5, beta_2=0.99))
    return model


def restore(generator, seen, missing=None):
    missing = np.zeros(seen.shape[:3], bool) if missing is None else missing
    made = np.empty_like(seen)
    for start in range(0, len(seen), 50):
        piece = slice(start, start + 50)
        given = np.concatenate([seen[piece] / np.float32(127.5) - 1, 2 * missing[piece][..., None].astype("float32") - 1], axis=-1)
        pictures = ops.convert_to_numpy(generator(given))
        made[piece] = np.clip(np.rint((pictures + 1) * 127.5), 0, 255)
    with_hole = missing.any(axis=(1, 2))
    made[with_hole] = np.where(missing[with_hole][..., None], made[with_hole], seen[with_hole])
    return made

# %% [markdown]
# Does the loss do what is said? Two pictures by hand: one without a hole, and one where only four pixels count.

# %% tags=["nbval-check-output"]
truth, hole = np.full((2, 8, 8, 3), 0.5, "float32"), np.zeros((2, 8, 8, 1), "float32")
hole[1, 2:4, 2:4] = 1
given = np.concatenate([np.zeros((2, 8, 8, 3), "float32"), 2 * hole - 1], axis=-1)
given[1, 2, 2, 0] = -0.5  # one value in the hole is wrong by 1, all others by 0.5
by_hand = Translation(build_generator(widths=(4, 4)), error=ops.square)
by_hand.compile(keras.optimizers.SGD(0.0))
found, _ = by_hand.train_generator(given, truth)
np.testing.assert_allclose(found["pixels"], (64 * 3 * 0.25 + 11 * 0.25 + 1) / (64 * 3 + 4 * 3), rtol=1e-5)
print(f"squared error {float(found['pixels']):.4f}, as worked by hand")

# %% [markdown]
# ## Take it apart
#
# What is each piece for? The honest way to know is to leave it out. We do so on a small task that has much to guess: garments of 32 x 32 pixels from 8 x 8. Two networks learn by the absolute error alone, one of them without the roads across. Then five trainings go on from the
# other one: one as before, two with an adversary of another weight, one with *nothing but* the adversary, and one whose judge gives a single verdict. So it's mostly done, since an adversary teaches little while all is a blur.

# %% tags=["nbval-ignore-output"]
small_garments = images.halve(garments.picture)
known_small, unseen_small = small_garments[:1100], small_garments[1100:]
packed = damages.damaged_pairs(known_small, damaged, np.random.default_rng(1), ["4x smaller"])
enlarged, _ = damages.damage(unseen_small, "4x smaller", np.random.default_rng(2))
feature_model = features.load()
real_features = features.extract(feature_model, images.to_model(unseen_small))


def unlikeness(pictures):
    return metrics.kid(real_features, features.extract(feature_model, images.to_model(pictures)), subsets=2).value

# %% [markdown]
# *Predict, then run.* Which one wins by PSNR? Which by KID, the distance of the sets of [chapter 06](06_measure_quality.ipynb), which is 0 where the made pictures as a set are like the real ones?

# %% tags=["nbval-ignore-output", "training"]
def train_small(steps, rate, **options):
    model = build_translation(steps, (32, 32), learning_rate=rate, seed=seed, **options)
    return training.train(model, packed, steps, 2 * batch_size, seed, callbacks=[training.Progress()])


start = train_small(part_steps, 0.004, adversarial_weight=0).average_generator
without_skips = train_small(part_steps, 0.004, adversarial_weight=0, skips=False).average_generator
variants = {"L1 alone": {"adversarial_weight": 0}, "L1 + weak": {"adversarial_weight": 0.08}, "L1 + strong": {"adversarial_weight": 0.16},
            "no L1": {"adversarial_weight": 0.16, "pixel_weight": 0.0}, "one verdict": {"adversarial_weight": 0.16, "patches": False}}
tuned = {name: train_small(tuned_steps, 0.001, begin_with=start, **options) for name, options in variants.items()}

# %% tags=["nbval-ignore-output"]
made_small = {"bicubic": enlarged, "no skips": restore(without_skips, enlarged)} | {name: restore(model.average_generator, enlarged) for name, model in tuned.items()}
parts = {name: {"PSNR": metrics.psnr(unseen_small, pictures).mean(), "SSIM": metrics.ssim(unseen_small, pictures).mean(), "KID": unlikeness(pictures)}
         for name, pictures in made_small.items()}
print(f"{'':18} PSNR   SSIM    KID")
for name, found in parts.items():
    print(f"{name:18} {found['PSNR']:4.1f}  {found['SSIM']:5.3f}  {found['KID']:5.2f}")

# %% alt="Five garments from 8 by 8 pixels, a row each: what is seen, which is a blur; what each of the trainings makes of it; and the truth. Without skips the outline is fuzzy and the colours are wrong; with L1 the outline is sharp and stripes and checks are gone; without L1 there is hardly more than the blur, with coloured stains."
shown = [5, 31, 48, 80, 122]
face_plots.draw_faces({**{name: pictures[shown] for name, pictures in made_small.items()}, "truth": unseen_small[shown]})

# %% [markdown]
# - **Without skips** all must go through a grid of 4 x 4: the outline comes back, but the colours are guessed. The roads across are worth several decibels, the most of all parts. (It had the first of the two trainings only; so had the network that the others began with.)
# - **L1 alone** has the best PSNR. Look at the checks and stripes: they are gone, as the small computation above foretold.
# - **With a weak adversary** the KID falls and the error hardly grows: edges and folds get their contrast back. The strong one costs PSNR, for certain; whether it gets the better KID for it is a matter of luck, as you'll see below.
# - **No L1**: nothing holds the answer to its question, and what had been learned before is lost within a hundred steps. A judge alone is a poor teacher of what is right.
# - **One verdict** on the whole picture, at the same weight, is a much coarser hint than 64 on patches; the picture gets stains where the generator tries to please it.
#
# ## You can't have both
#
# Put the runs into one picture: to the right the error grows, upwards the unlikeness. The lower left corner would be right *and* real. And nothing forces us to take one of the runs: mix the picture of L1 alone with that of the
# likest adversary, and you move between them. (Bicubic lies so far to the upper right that we leave it out.)

# %%
def rooted(pictures):
    return np.sqrt(np.mean((unseen_small.astype("float32") - pictures) ** 2))


likest = min(("L1 + weak", "L1 + strong"), key=lambda name: parts[name]["KID"])
ends = made_small["L1 alone"].astype("float32"), made_small[likest].astype("float32")
shares = np.linspace(0, 1, 9)
blended = [np.rint((1 - share) * ends[0] + share * ends[1]).astype("uint8") for share in shares]
blends = np.array([(rooted(pictures), unlikeness(pictures)) for pictures in blended])
runs = {name: (rooted(made_small[name]), found["KID"]) for name, found in parts.items() if name.startswith("L1")}

# %% alt="A row of garments above a diagram of KID against error. L1 alone and the two runs with an adversary are dots; a dashed line of blends runs from L1 alone to the adversary with the lower KID, and a ring marks the one shown."
def draw_share(share):
    place = int(np.argmin(np.abs(shares - share)))
    return plots.draw_blend(blended[place][:14], runs, blends, place, f"{1 - shares[place]:.0%} of L1 alone, {shares[place]:.0%} of {likest}")


widgets.explore(draw_share, share=widgets.slider(0.0, 1.0, 0.5, step=0.125))

# %% [markdown]
# One run of a game says little. These are the means of four seeds each, with the same steps as above, and in brackets the lowest and the highest:
#
# | weight of the adversary | PSNR | KID |
# |---|---|---|
# | 0 | 24.9 (24.8 to 25.0) | 0.19 (0.19 to 0.20) |
# | 0.04 | 25.0 (24.9 to 25.1) | 0.19 (0.18 to 0.20) |
# | 0.08 | 24.9 (24.8 to 25.0) | 0.16 (0.14 to 0.20) |
# | 0.12 | 24.5 (24.3 to 24.8) | 0.21 (0.14 to 0.31) |
# | 0.16 | 24.4 (24.1 to 24.9) | 0.19 (0.11 to 0.31) |
#
# The likest pictures of all twenty runs came from the strongest adversary, with a KID of 0.11, and they cost 0.8 dB. This is the **perception-distortion trade**, and it is no weakness of our networks: for any damage that loses something, an answer with the least error can't look like the
# real ones as a set, and one that looks real must be wrong more often. It was proved for all methods (Blau and Michaeli, below). But the proof says where the *best* method lies. A short training may lie off that line and be worse at both, and among the strong ones some are. The blends show something else: two networks make different mistakes, so
# their mean has a smaller error than either. What you can choose is where on the line to stand. For measuring, stand left. For a shop window, go down and right, and look at what you got.
#
# Where does the judge see a fake? Its logits are a map. Move the frame over the places that it finds most suspicious: what lies in their patch?

# %% alt="A garment made from 8 by 8 pixels with a frame around a patch, beside a grid of eight by eight logits, orange where the judge says fake and violet where it says real."
def draw_suspicion(picture, row, column):
    made_now = made_small["L1 + strong"][[picture]]
    given = [images.to_model(enlarged[[picture]]), -np.ones((1, 32, 32, 1), "float32"), images.to_model(made_now)]
    logits = ops.convert_to_numpy(tuned["L1 + strong"].discriminator(np.concatenate(given, axis=-1)))[0, ..., 0]
    return plots.draw_patches(made_now[0], logits, patch_size(depth=2), (row, column))


widgets.explore(draw_suspicion, picture=widgets.slider(0, 199, 31), row=widgets.slider(0, 7, 3), column=widgets.slider(0, 7, 4))

# %% [markdown]
# ## Repair them all
#
# Now the whole task: faces and garments of 64 x 64, and six damages. Each gets a small network of its own, without an adversary: we want to be right first, so the error is squared, which is what the PSNR counts.
#
# Why not one network that sees for itself what is wrong? We tried: with 2,200 steps in all, one network of this size gained 4.5 dB on noise and 5.8 on old photographs, but 1.4 in holes, under 1 on blur and on the fourfold size, and lost 0.4 on the twofold. One damage wants neighbours
# mixed, another wants them parted; a small network in a short time learns the compromise. *Predict, then run*: where will the networks of their own gain most?

# %% tags=["nbval-ignore-output", "training"]
def train_repair(kind, number):
    packed = damages.damaged_pairs(known, damaged, np.random.default_rng(number), [kind])
    model = build_translation(repair_steps[kind], (64, 64), adversarial_weight=0, error=ops.square, seed=6 * seed + number)
    training.train(model, packed, repair_steps[kind], batch_size, seed, callbacks=[training.Progress()])
    return model.average_generator


repairs = {kind: train_repair(kind, number) for number, kind in enumerate(damages.KINDS)}

# %% [markdown]
# The same networks with wider layers, trained five to seven times as long, ship with the course; `make weights` trains them anew. They stand behind one small interface, as the studio wants it: a name, what is needed, `apply`, and where the weights come from.

# %% tags=["nbval-check-output"]
shipped = {kind: translate.load(kind) for kind in damages.KINDS}
hole_repair = shipped["hole"]
print(hole_repair.title, "| needs", hole_repair.needs, "|", hole_repair.generator.count_params(), "weights |", hole_repair.provenance["steps"], "steps")

# %% tags=["nbval-ignore-output"]
repaired = {kind: restore(repairs[kind], seen[kind], missing[kind]) for kind in seen}
repaired_longer = {kind: shipped[kind].apply(seen[kind], missing[kind]) for kind in seen}
scores["ours"] = {kind: metrics.psnr(unseen, repaired[kind]).mean() for kind in seen}
scores["shipped"] = {kind: metrics.psnr(unseen, repaired_longer[kind]).mean() for kind in seen}
best_simple = {kind: max(scores["nothing done"][kind], scores["simple filter"][kind]) for kind in seen}
gains, gains_longer = ({kind: scores[name][kind] - best_simple[kind] for kind in seen} for name in ("ours", "shipped"))
for kind in seen:
    print(f"{kind:15} simple {best_simple[kind]:4.1f} dB   ours {gains[kind]:+.1f}   shipped {gains_longer[kind]:+.1f}")

# %% alt="Six lines, one a damage, with a dot each for doing nothing, the simple filter, our network and the shipped network. The networks' dots lie to the right of the others, the shipped one's farthest."
plots.draw_repairs(scores)

# %% alt="Six rows, one a damage, with a face and a garment each: damaged, repaired by our networks, repaired by the shipped network, and the truth. Noise, scratches and the yellow are gone, holes are filled in the colours around them, and what was made smaller has edges again."
rows = {kind: (number, 100 + number) for number, kind in enumerate(seen)}
columns = {title: np.stack([pictures[kind][rows[kind][place]] for kind in seen]) for place, end in ((0, ""), (1, " ")) for title, pictures in
           ((f"seen{end}", seen), (f"ours{end}", repaired), (f"shipped{end}", repaired_longer), (f"truth{end}", dict.fromkeys(seen, unseen)))}
face_plots.draw_faces(columns, names=[kind.replace("photograph", "photo") for kind in seen])

# %% [markdown]
# Look at what is hard. Noise, scratches and the yellow go; what they hid was still there, in the neighbours. The hole is filled with something likely and soft, and one sees its edge. Four times smaller, the eyes of a face come back as shadows, and checks as
# something checked, nearly.
#
# Try it on pictures of your choice. The strength of a damage is drawn; *again* draws it anew.

# %% alt="A face made four times smaller, our repair, that of the shipped network and the truth beside each other, with menus for the damage and sliders for the picture."
def draw_repair(damage, picture, again):
    seen_now, missing_now = damages.damage(unseen[[picture]], damage, np.random.default_rng(again))
    made_now = {"seen": seen_now, "ours": restore(repairs[damage], seen_now, missing_now), "shipped": shipped[damage].apply(seen_now, missing_now)}
    titles = [f"{name}: {float(metrics.psnr(unseen[[picture]], pictures)[0]):.1f} dB" for name, pictures in made_now.items()]
    return people.draw_pictures([*(pictures[0] for pictures in made_now.values()), unseen[picture]], titles=[*titles, "truth"], width=7.2)


widgets.explore(draw_repair, damage=widgets.choice(list(damages.KINDS), "4x smaller"), picture=widgets.slider(0, 199, 7), again=widgets.slider(0, 20, 1))

# %% [markdown]
# And for whom? The gain in decibels by skin tone, on the hundred faces, over all six damages, of the shipped networks.

# %% alt="Ten dots in the colours of the skin tones with intervals: the mean gain in decibels by tone."
tones = np.array([face.monk_tone for face, _ in new_faces.recipes[:100]])
gain_of_faces = np.mean([metrics.psnr(unseen, repaired_longer[kind])[:100] - metrics.psnr(unseen, seen[kind])[:100] for kind in seen], axis=0)
skin = new_faces.parse[:100] == 1
colours = np.array([unseen[:100][tones == tone][skin[tones == tone]].mean(axis=0) for tone in range(1, 11)]) / 255
metric_plots.draw_groups(metrics.by_group(gain_of_faces, tones), colours, "gain in dB")

# %% [markdown]
# Every tone gains five decibels or so; the darker ones a little more than the light ones.
#
# ## Inventions
#
# A repaired picture is sharp and plausible. Is it *true*? Our garments hold a trap: no known garment has dots, and some new ones do. Make them four times smaller, and repair them with the shipped network, the better one.

# %% tags=["nbval-ignore-output"]
strange = datasets.load_garments("new_item")
dotted = np.flatnonzero([garment.pattern == "dots" for garment in strange.recipes])[:60]
dots = strange.picture[dotted]
dots_seen, _ = damages.damage(dots, "4x smaller", np.random.default_rng(0))
dots_made = shipped["4x smaller"].apply(dots_seen)

# %% alt="Six garments in three rows. Above what is seen, a blur; in the middle what is made, with smears or faint checks in place of the dots; below the truth, with clear dots."
people.draw_pictures([*dots_seen[:6], *dots_made[:6], *dots[:6]], columns=6, width=6.0)

# %% [markdown]
# A test that many would trust: make the made picture small again, and compare it with what was seen. If nothing of what was seen is contradicted, isn't the answer right? *Predict, then run*: how large is the contradiction, and how large the error?

# %% tags=["nbval-ignore-output"]
def contradiction(made, small, factor):
    return np.abs(damages.shrink(made, factor).astype("float32") - small).mean()


small_dots = damages.shrink(dots, 4)
error = np.abs(dots_made.astype("float32") - dots).mean()
print(f"contradiction {contradiction(dots_made, small_dots, 4):.1f} grey levels, error {error:.1f}; bicubic: {contradiction(dots_seen, small_dots, 4):.1f} and {np.abs(dots_seen.astype('float32') - dots).mean():.1f}")

# %% [markdown]
# What was seen is kept nearly everywhere. The rest is what the network has learned about *other* garments. A detail that is not in the small picture can't come from it; it comes from the training set. Such a detail is called a
# **hallucination**, and a plausible one is worse than an ugly one, because nobody asks.
#
# Which patterns does it see in the world? Ask our classifier of [chapter 06](06_measure_quality.ipynb), which knows dots, what it reads.

# %% tags=["nbval-ignore-output"]
reader = features.load_classifier()
patterns = weights.find("features_garments")["heads"]["pattern"]


def read_patterns(pictures):
    found = reader.predict_on_batch(images.to_model(pictures))["pattern"].argmax(axis=1)
    return {name: int(np.sum(found == number)) for number, name in enumerate(patterns) if np.any(found == number)}


read = {"truth": read_patterns(dots), "made": read_patterns(dots_made)}
for name, counts in read.items():
    print(f"{name}: {counts}")

# %% [markdown]
# Not all dots are read as dots even in the truth, so compare the lines: most of the dots are gone, and what was made is read as plain, as an emblem, or as stripes and checks, the patterns that the network knows. Look at the pictures above again: where dots were, there are stripes and checks, crisp, and
# well drawn. Nobody who sees only the middle row would doubt them.
#
# It works the other way round, too: what is there and rare does not come back. Take what the small picture lost, the difference between the truth and what is seen, and what the network added to what is seen. How much of the one is in the other? We count it by what it belongs to: most
# faces have lips, few have glasses.
#
# $$\text{share given back} = \frac{\sum (y - x)\,(G(x) - x)}{\sum (y - x)^2}$$

# %% tags=["nbval-ignore-output"]
of_faces = {"lips": (12, 13), "eyes": (4, 5), "brows": (2, 3), "hair": (17,), "glasses": (6,), "earrings": (9,)}
lost, added = (pictures[:100].astype("float32") - seen["4x smaller"][:100] for pictures in (unseen, repaired_longer["4x smaller"]))
given_back = {}
for name, numbers in of_faces.items():
    where = np.isin(new_faces.parse[:100], numbers)
    given_back[name] = np.sum((lost * added)[where]) / np.sum((lost**2)[where])
    print(f"{name:9} on {where.any(axis=(1, 2)).mean():4.0%} of the faces: {given_back[name]:4.0%} given back")

# %% [markdown]
# Hair, which is large, comes back best. Of glasses, which few wear and which are thin, next to nothing does, and earrings are painted *over*: below 0 means that the network moved away from the truth, towards the usual ear. It isn't only that they are rare; they are small, too. Both are true of what one looks for with a lens.
#
# Now think of the same network, trained on X-rays or on photographs of skin. It fills in what is *usual*. The rare thing, the one that the doctor is looking for, is the first that does not come back, and the usual thing may be put where there was none. The picture gets better to look
# at, and worse to look *into*. That is why repaired, enlarged or "enhanced" pictures are no evidence: not in medicine, not in court. In a fitting room they are, if we say so.
#
# ## Gates

# %% tags=["nbval-check-output"]
gate("our gain over mean fill in dB", gains["hole"], at_least=2)
gate("shipped gain over mean fill in dB", gains_longer["hole"], at_least=2)
gate("our gain over bicubic, twice smaller, in dB", gains["2x smaller"], at_least=1.6)
gate("shipped gain over bicubic, twice smaller, in dB", gains_longer["2x smaller"], at_least=2)
gate("our gain over bicubic, four times smaller, in dB", gains["4x smaller"], at_least=2)
gate("shipped gain over bicubic, four times smaller, in dB", gains_longer["4x smaller"], at_least=2)
gate("our least gain on noise, blur and old photographs, in dB", min(gains[kind] for kind in ("noise", "blur", "old photograph")), at_least=0.3)
gate("KID of the better adversary, of that of L1 alone", parts[likest]["KID"] / parts["L1 alone"]["KID"], at_most=0.95)
gate("PSNR of L1 alone above that of the strong adversary, in dB", parts["L1 alone"]["PSNR"] - parts["L1 + strong"]["PSNR"], at_least=0.05)
gate("PSNR lost without L1, in dB", parts["L1 + strong"]["PSNR"] - parts["no L1"]["PSNR"], at_least=2)
gate("PSNR lost without skips, in dB", parts["L1 alone"]["PSNR"] - parts["no skips"]["PSNR"], at_least=2)

# %% [markdown]
# ## What we have now
#
# - `damages`: six ways to make pairs out of single pictures.
# - A U-Net, a patch discriminator and `translate.Translation`, which learn from any pairs, and six `translate.Restorer`s for the studio; [chapter 12](12_try_on_makeup.ipynb) and 14 use the same three pieces for makeup and clothes.
# - A diagram of distortion against perception, and the habit of asking where on it one wants to stand.
# - Three tests for inventions: the contradiction, which they pass; a pattern that was never seen; and what is not given back.
#
# ## Next
#
# First the [exercises](exercises/10_translate_pairs.ipynb). Here every picture had its answer. What if nobody has the answers, and there are only two piles of pictures? [Translate without pairs](11_translate_without_pairs.ipynb).
#
# ## Further reading
#
# - Isola, Zhu, Zhou, Efros, *Image-to-Image Translation with Conditional Adversarial Networks*, 2017: pix2pix.
# - Ronneberger, Fischer, Brox, *U-Net: Convolutional Networks for Biomedical Image Segmentation*, 2015.
# - Ledig, Theis, Huszár, and others, *Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network*, 2017.
# - Blau, Michaeli, *The Perception-Distortion Tradeoff*, 2018: the proof.
# - Cohen, Luck, Honari, *Distribution Matching Losses Can Hallucinate Features in Medical Image Translation*, 2018.
