# %% [markdown]
# # Measure quality
#
# **What you'll do**: spoil pictures on purpose, in ways that you choose, and watch what each metric says about it. You measure single pictures against the true answer, and sets of pictures
# against sets. Then you cheat: you write a "generator" that gets the best score of all, and catch it.
#
# **What you'll learn**
# - what PSNR, SSIM and CIEDE2000 see in a picture, and what they don't;
# - why a mean over everybody is not enough, and how to read a table by skin tone;
# - what Fréchet distance and KID compute, and why the first reads too high on few samples;
# - how precision, recall, density and coverage tell *bad* from *few*;
# - why a GAN's losses don't say how good its pictures are, and what does;
# - how memorising fools them all, and a test that isn't fooled.
#
# **What you need**: [Build a DCGAN](03_build_a_dcgan.ipynb), for the GAN that we measure.
#
# **Time**: about 45 minutes of reading, 40 seconds of training on two CPU cores

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import ops
from scipy import ndimage
from tryon_utils import datasets, images, metrics, training, weights, widgets
from tryon_utils.gates import gate
from tryon_utils.models import dcgan, features
from tryon_utils.plotting import metrics as metric_plots
from tryon_utils.plotting import people

plt.style.use("tryon_utils.course")

# %%
sample_sizes = [50, 100, 200, 400, 750]   # on how few samples can a distance be trusted?
repeats = 20                              # draws of each size
strengths = np.linspace(0, 1, 6)          # of each corruption in the lab; 0 is none
pull_to_the_mean = 0.3                    # how far our unfair model moves a skin colour towards everybody's mean
training_steps = 1000                     # of a small GAN whose progress we measure
samples_measured = 500
seed = 0

# %% [markdown]
# ## One picture and the true answer
#
# A photograph of a person who tries a lipstick on has no true answer: nobody knows how *this* lipstick would have looked on her. In our rendered world we know. Here are faces with makeup, the truth, and four
# answers that a model might give: it did nothing; it blurred; it was right, but one pixel off; it added noise.

# %% tags=["nbval-ignore-output"]
faces = datasets.load_faces("new_both")

# %% tags=["nbval-check-output"]
rng = np.random.default_rng(0)
truth = faces.picture


def as_pictures(values):
    return np.clip(np.rint(values), 0, 255).astype("uint8")


answers = {
    "nothing done": faces.bare,
    "blurred": as_pictures(ndimage.gaussian_filter(truth.astype("float32"), (0, 0.7, 0.7, 0))),
    "one pixel off": np.roll(truth, 1, axis=2),
    "noise": as_pictures(truth + rng.normal(0, 7, truth.shape)),
}
print("truth:", truth.shape, truth.dtype, "from", truth.min(), "to", truth.max())

# %% alt="A sheet of four faces in five columns: the truth with makeup, the bare face, a blurred one, one moved by a pixel, which looks the same as the truth, and one with noise."
people.draw_pictures([pictures[number] for number in (3, 12, 25, 37) for pictures in (truth, *answers.values())], 5, ["truth", *answers])

# %% [markdown]
# *Predict, then run.* Which answer would you mark worst? Which will the numbers mark worst?
#
# The **PSNR** is the mean squared error on a scale of decibels: $10 \log_{10}(255^2 / \text{MSE})$. **SSIM** compares brightness, contrast and structure in a window around each pixel; 1 is perfect. **CIEDE2000** is the
# difference of two colours as people see it: 1 is just visible, 10 is plain to see. We take it over the whole picture, and over the lips alone.

# %% tags=["nbval-check-output"]
def psnr(target, picture):
    error = np.mean((target.astype("float64") - picture) ** 2, axis=(1, 2, 3))
    return 10 * np.log10(255**2 / error)


np.testing.assert_allclose(psnr(truth, answers["noise"]), metrics.psnr(truth, answers["noise"]))

lips = np.isin(faces.parse, (12, 13))  # MT's labels of the upper and the lower lip
print(f"{'':14} PSNR  SSIM  colour  colour of lips")
paired = {}
for name, picture in answers.items():
    colour, lip_colour = metrics.colour_difference(truth, picture), metrics.colour_difference(truth, picture, lips)
    paired[name] = [values.mean() for values in (metrics.psnr(truth, picture), metrics.ssim(truth, picture), colour, lip_colour)]
    print(f"{name:14} {paired[name][0]:4.1f}  {paired[name][1]:.2f}  {paired[name][2]:6.1f}  {paired[name][3]:6.1f}")

# %% tags=["nbval-check-output"]
psnr_of, lips_of = ({name: row[column] for name, row in paired.items()} for column in (0, 3))
assert max(psnr_of, key=psnr_of.get) == "nothing done"
assert min(psnr_of, key=psnr_of.get) == "one pixel off"
assert max(lips_of, key=lips_of.get) == "nothing done"
print("best PSNR: nothing done; worst PSNR: one pixel off; worst lips: nothing done")

# %% [markdown]
# The answer that no eye can tell from the truth has the worst PSNR, and the one that did nothing has the best: makeup covers few pixels, and a mean over all pixels hardly notices. The number that finds it is the one that
# looks where the task is: at the lips.
#
# So choose the region with the metric, and always print the score of *nothing done*. A model that doesn't beat it has learned nothing, whatever its decibels.
#
# ## For whom?
#
# A mean over all people can hide that some are served badly. Let a model be lazy in a way that models often are: wherever it is unsure of a skin's colour, it moves it towards the mean of all skins that it
# saw. Then count the error by **skin tone**, on the ten tones of the Monk scale, twenty faces each.

# %%
skin = faces.parse == 1
mean_colour = truth[skin].mean(axis=0)
beige = np.where(skin[..., None], as_pictures(truth + pull_to_the_mean * (mean_colour - truth)), truth)
tones = [face.monk_tone for face, _ in faces.recipes]
skin_error = metrics.colour_difference(truth, beige, skin)

# %% [markdown]
# *Predict, then run.* The same share of the way for everybody: is the error the same for everybody?

# %% alt="Ten dots in the colours of the skin tones, with intervals hardly larger than the dots. Tone 6, near the mean of all skins, lies lowest; the error grows towards the light end and most towards the dark end, where tone 10 lies far above the dashed line of the mean."
rows = metrics.by_group(skin_error, tones)
tone_colours = np.array([truth[np.array(tones) == row.group][skin[np.array(tones) == row.group]].mean(axis=0) for row in rows]) / 255
metric_plots.draw_groups(rows, tone_colours, "colour difference of skin")

# %% tags=["nbval-check-output"]
worst, best = max(rows, key=lambda row: row.mean), min(rows, key=lambda row: row.mean)
print(f"all: {skin_error.mean():.1f}   best: tone {best.group}, {best.mean:.1f}   worst: tone {worst.group}, {worst.mean:.1f}")
assert worst.mean > 2 * best.mean and worst.low > best.high

# %% [markdown]
# Whoever is near the mean pays little; whoever is far from it pays for being far. The mean over all says nothing about that. From here on, every score of people in this course comes with its table by tone, with intervals: twenty faces
# are not many, and a difference inside the intervals is no difference.
#
# ## A set against a set
#
# A GAN that invents garments has no true answer to compare with. We can only ask whether its *set* of pictures is like the real set. In [chapter 02](02_train_a_toy_gan.ipynb) the samples were points, and the distance of two points meant something. The distance of two
# pictures, pixel by pixel, doesn't: you've just seen what one pixel to the side does.
#
# So we first turn each picture into a point that says what's in it. A network that was trained to tell things apart has such points: the numbers in its last hidden layer, its **features**. The field uses a network called Inception, trained on
# a million photographs. We use a small one of our own, which was trained to read from a garment what we drew: sleeve, neckline, hem, pattern and palette. What does it know? We ask about garments that it never saw, at the size that we use here.

# %% tags=["nbval-ignore-output"]
garments = datasets.load_garments("train")

# %% tags=["nbval-check-output"]
real_pictures = images.halve(garments.picture)
classifier = features.load_classifier()
logits = classifier.predict(images.to_model(real_pictures), verbose=0)
for name, values in weights.find("features_garments")["heads"].items():
    drawn = np.array([values.index(getattr(garment, name)) for garment in garments.recipes])
    right = np.mean(logits[name].argmax(axis=1) == drawn)
    print(f"{name:9} {right:4.0%} right, among {len(values)}")
    assert right > 0.6

# %% [markdown]
# It knows sleeves, hems, patterns and palettes, and is less sure of necklines, which are a few pixels wide. Remember that: *a metric can't see what its network can't see*. And since the network is ours, so are the numbers: they can be compared with each
# other, on this data, and with no number in any paper.

# %% tags=["nbval-check-output"]
model = features.load()
real_features = features.extract(model, images.to_model(real_pictures))
print("pictures", real_pictures.shape, "-> features", real_features.shape, real_features.dtype)
print(f"from {real_features.min():.0f}, mean square {np.mean(real_features**2):.1f}")

# %% [markdown]
# ## Fréchet distance
#
# Describe each cloud of points by its mean $m$ and covariance $C$, as if it were normal. The **Fréchet distance** of the two normal distributions is
#
# $$d = \lVert m_r - m_f\rVert^2 + \operatorname{tr}\!\left(C_r + C_f - 2\,(C_r C_f)^{1/2}\right)$$
#
# With Inception's features this is called **FID**. In one dimension it is $(m_r-m_f)^2 + (s_r-s_f)^2$, which we can check by hand.

# %% tags=["nbval-check-output"]
one_real, one_fake = np.array([[0.0], [2.0]]), np.array([[5.0], [9.0]])     # means 1 and 7
by_hand = (1 - 7) ** 2 + (np.std(one_real, ddof=1) - np.std(one_fake, ddof=1)) ** 2
np.testing.assert_allclose(metrics.frechet_distance(one_real, one_fake), by_hand)
print(f"by hand {by_hand:.0f}, measured {metrics.frechet_distance(one_real, one_fake):.0f}")

# %% [markdown]
# ## KID
#
# Means and covariances are not everything. The **kernel distance** compares *pairs*: how alike are two real samples, two fake ones, and a real with a fake? If both sets come from one world, all three are equal on average. Alike is what
# the kernel says:
#
# $$k(x,y) = \left(\tfrac{1}{d}\,x^\top y + 1\right)^3 \qquad \text{KID} = \overline{k(x,x')} + \overline{k(y,y')} - 2\,\overline{k(x,y)}$$
#
# The means leave a sample's pair with itself out. That makes it **unbiased**: on few samples it scatters, but around the right value. It may even come out below zero.

# %% tags=["nbval-check-output"]
def kid(real, fake):
    def kernel(x, y):
        return (x @ y.T / x.shape[1] + 1) ** 3

    def without_diagonal(kernel):
        n = len(kernel)
        return (kernel.sum() - np.trace(kernel)) / (n * (n - 1))

    return without_diagonal(kernel(real, real)) + without_diagonal(kernel(fake, fake)) - 2 * kernel(real, fake).mean()


few = real_features.astype("float64")[:200]
np.testing.assert_allclose(kid(few[:100], few[100:]), metrics.kid(few[:100], few[100:]).value, atol=1e-9)
print("ours and the package agree")

# %% [markdown]
# *Predict, then run.* We draw two sets of real garments, over and over, and measure their distance. The truth is 0. What will the two distances say on 50 samples, and what on 750?

# %%
frechet, kernel = np.zeros((2, len(sample_sizes), repeats))
for row, count in enumerate(sample_sizes):
    for column in range(repeats):
        chosen = rng.permutation(len(real_features))[:2 * count]
        first, second = real_features[chosen[:count]], real_features[chosen[count:]]
        frechet[row, column] = metrics.frechet_distance(first, second)
        kernel[row, column] = metrics.kid(first, second, subsets=2).value

# %% alt="Two panels against the number of samples, from 50 to 750. Left: the Fréchet distance of two real sets starts at about 2.5 and falls towards 0, but never reaches it. Right: KID scatters around 0 at every size, less and less."
metric_plots.draw_bias(sample_sizes, frechet, kernel)

# %% tags=["nbval-check-output"]
assert np.all(np.diff(frechet.mean(axis=1)) < 0) and frechet.min() > 0
assert frechet[0].mean() > 8 * frechet[-1].mean()
errors = kernel.std(axis=1, ddof=1) / np.sqrt(repeats)
assert np.all(np.abs(kernel.mean(axis=1)) < 4 * errors)
print("Fréchet: above 0 in every draw, on 50 samples at least 8 times as far as on 750")
print("KID: around 0 at every size")

# %% [markdown]
# Never compare Fréchet distances on different numbers of samples, and always print what *real against real* gives at your number. That is the floor. KID has none, so it is our measure for gates.
#
# ## Bad, or few?
#
# One number can't say *what* is wrong. A generator may paint badly, or paint one thing only. So ask two questions, each with balls around the samples that reach to their nearest neighbours:
#
# - **Precision**: which share of fakes lies in a ball of some real sample? **Recall**: which share of real samples lies in a ball of some fake?
# - **Density**: in how many real balls does a fake lie, against what is usual? It is 1 for real samples. **Coverage**: which share of real balls has a fake in it?
#
# On a line, with one neighbour, you can do it on paper. Real samples lie at 0, 1, 2 and, astray, at 10. Their balls reach 1, 1, 1 and 8 far.

# %% tags=["nbval-check-output"]
line = np.array([[0.0], [1.0], [2.0], [10.0]])
fakes = np.array([[0.5], [0.5], [-2.0], [5.0]])     # in two balls, in two, in none, in the wide one
precision = metrics.precision_recall(line, fakes, neighbours=1).precision
found = metrics.density_coverage(line, fakes, neighbours=1)
np.testing.assert_allclose([precision, found.density, found.coverage], [3 / 4, 5 / 4, 3 / 4])
print(f"precision {precision:.2f}   density {found.density:.2f}   coverage {found.coverage:.2f}")

# %% [markdown]
# ## The lab
#
# Now spoil real garments, each way at six strengths, and look at all metrics at once. One half of the garments is the real set. The other half is what we spoil.

# %%
order = rng.permutation(len(real_pictures))
known, unseen = order[:len(order) // 2], order[len(order) // 2:]
sleeves = np.array([garment.sleeve for garment in garments.recipes])[unseen]


def blur(pictures, strength):
    return as_pictures(ndimage.gaussian_filter(pictures.astype("float32"), (0, 1.5 * strength, 1.5 * strength, 0)))


def noise(pictures, strength):
    return as_pictures(pictures + np.random.default_rng(1).normal(0, 30 * strength, pictures.shape))


def shift_colours(pictures, strength):
    return as_pictures(pictures + 30 * strength * np.array([1, 0, -1]))


def drop_modes(pictures, strength):
    long_or_none = np.flatnonzero(np.isin(sleeves, ("long", "none")))
    kept = np.delete(np.arange(len(pictures)), long_or_none[:int(strength * len(long_or_none))])
    return pictures[np.resize(kept, len(pictures))]


def copy_known(pictures, strength):
    copies = int(strength * len(pictures))
    return np.concatenate([real_pictures[known[:copies]], pictures[copies:]])

# %% [markdown]
# *Predict, then turn.* Which corruption lowers precision? Which lowers recall and coverage, and leaves precision alone? And which of them **improves** a score?

# %%
def measure(pictures):
    fake_features = features.extract(model, images.to_model(pictures))
    precision, recall = metrics.precision_recall(real_features[known], fake_features)
    density, coverage = metrics.density_coverage(real_features[known], fake_features)
    closer = metrics.memorisation(real_features[known], real_features[unseen], fake_features).share_closer
    return {"KID": metrics.kid(real_features[known], fake_features, subsets=2).value,
            "Fréchet distance": metrics.frechet_distance(real_features[known], fake_features),
            "precision": precision, "recall": recall, "density": density, "coverage": coverage, "closer than honest": closer}


corruptions = {"blur": blur, "noise": noise, "colour shift": shift_colours, "dropped modes": drop_modes, "copies": copy_known}
measured = {}
for name, corrupt in corruptions.items():
    found = [measure(corrupt(real_pictures[unseen], strength)) for strength in strengths]
    measured[name] = {metric: np.array([row[metric] for row in found]) for metric in found[0]}

# %% alt="Above, a row of twelve slightly blurred garments. Below, five small panels against strength with a dot at the chosen one: KID and Fréchet distance rise, precision and recall fall, recall faster, density and coverage fall, and the share of samples closer than honest stays near 0."
def draw_lab(corruption, strength):
    pictures = corruptions[corruption](real_pictures[unseen], strength)
    return metric_plots.draw_lab(pictures[:12], strengths, measured[corruption], strength, corruption)


widgets.explore(draw_lab, corruption=widgets.choice(list(corruptions)), strength=widgets.slider(0.0, 1.0, 0.6, step=0.1))

# %% tags=["nbval-check-output"]
for name in ("blur", "noise", "colour shift", "dropped modes"):
    assert np.all(np.diff(measured[name]["Fréchet distance"][1:]) > 0), name
    assert measured[name]["KID"][-1] > 20 * abs(measured[name]["KID"][0]), name
    assert measured[name]["coverage"][-1] < measured[name]["coverage"][0] - 0.2, name
assert measured["noise"]["precision"][-1] < 0.7 < 0.9 < measured["dropped modes"]["precision"][-1]
assert measured["dropped modes"]["recall"][-1] < 0.8
print("blur, noise, colour shift and dropped modes: both distances grow, coverage falls")
print("dropped modes alone leave precision where it was")

# %% [markdown]
# Two lessons. Bad pictures lower precision; missing ones leave it high and lower recall and coverage. And a colour shift that you hardly see can weigh more than a blur that you do: this network was trained to tell palettes
# apart. A metric is an opinion. Know whose.
#
# ## A training, measured
#
# What of a real generator, that nobody spoilt by hand? Train a small GAN of [chapter 03](03_build_a_dcgan.ipynb) on the known half, and measure it every 100 steps, beside its losses.
#
# *Predict, then run.* Pictures get better during the training. Which curves will say so: the generator's loss, the discriminator's, the KID?

# %%
gan = dcgan.build_gan(training_steps, channels=16, seed=seed)
fixed_noise = keras.random.normal((samples_measured, 64), seed=1)


def measure_gan():
    fake_features = features.extract(model, ops.convert_to_numpy(gan.average_generator(fixed_noise)))
    return {"KID": metrics.kid(real_features[known], fake_features, subsets=2).value,
            "precision": metrics.precision_recall(real_features[known], fake_features).precision,
            "coverage": metrics.density_coverage(real_features[known], fake_features).coverage}

# %% tags=["nbval-ignore-output", "training"]
history, progress = training.History(measure_gan), training.Progress()
training.train(gan, images.to_model(real_pictures[known]), training_steps, seed=seed, report_every=100, callbacks=[history, progress]);

# %% alt="Three panels over the steps. Left: both losses go up and down, and say little. Middle: KID stays high at first, then falls steadily to the end. Right: precision begins at the top, falls to 0 and climbs again; coverage stays at 0 for the first half and then climbs."
metric_plots.draw_measured_training(history)

# %% tags=["nbval-ignore-output"]
lowest = history["generator_loss"].argmin()
print(f"the generator's loss is lowest at step {history.steps[lowest]}: KID {history['KID'][lowest]:.2f} there, {history['KID'][-1]:.2f} at the end")
gate("KID at the end, of that at the first look", history["KID"][-1] / history["KID"][0], at_most=0.5)

# %% [markdown]
# Whoever stops where the generator's loss is lowest takes the pictures of that step. With four of five seeds they were two to five times as far from the real ones as those at the end; with the fifth it happened to be the end. The loss is no
# measure of progress: an opponent takes it who learns, too. A GAN's losses say how the game stands, not how good the pictures are. The metrics do. So stop, choose and compare by them.
#
# But never by one alone. Look at the precision of the first points, when there is no garment yet: what made it so high?

# %% tags=["nbval-ignore-output"]
print(f"step {history.steps[0]}: precision {history['precision'][0]:.0%}, coverage {history['coverage'][0]:.0%}, KID {history['KID'][0]:.1f}")

# %% [markdown]
# The first fakes are grey, all alike, and all of them happen to lie in the ball of one single garment: so all count as precise. Coverage counts garments, not fakes, and isn't fooled.
#
# ## The perfect cheat
#
# Now choose *copies* in the lab. Each strength replaces a share of the samples by copies of the real set itself, and *every* metric gets better or stays. A generator that stores its training set and gives it back has
# Fréchet distance 0, precision 1 and coverage 1, and has learned nothing.

# %% tags=["nbval-check-output"]
cheat = {metric: values[-1] for metric, values in measured["copies"].items()}
honest = {metric: values[0] for metric, values in measured["copies"].items()}
assert cheat["Fréchet distance"] < 1e-3 < honest["Fréchet distance"] and cheat["KID"] < honest["KID"]
assert cheat["precision"] == cheat["recall"] == cheat["coverage"] == 1
print(f"the cheat: Fréchet {cheat['Fréchet distance']:.2f}, precision {cheat['precision']:.0%}, coverage {cheat['coverage']:.0%}")

# %% [markdown]
# What gives it away? Its samples are too close to the training set: closer than *new real garments* are. So we need real garments that were **held out**, and compare two sets of distances: from fakes to their nearest training
# sample, and from held-out garments to theirs. Take the distance that 5 % of the held-out ones stay below; of honest samples, 5 % do, too.
#
# A cleverer cheat copies one in four samples only, mirrored, so that no pixel agrees. *Predict, then run*: will it be found?

# %% tags=["nbval-check-output"]
third, rest = np.split(unseen, [len(unseen) // 2])   # held out for the test, and given out as samples
mirrored = real_pictures[known[:len(rest) // 4], :, ::-1]
generators = {"honest": real_pictures[rest], "cheat, one in four": np.concatenate([mirrored, real_pictures[rest[len(mirrored):]]]),
              "blurred": blur(real_pictures[rest], 0.6)}
verdicts = {name: metrics.memorisation(real_features[known], real_features[third], features.extract(model, images.to_model(pictures)))
            for name, pictures in generators.items()}
assert abs(verdicts["honest"].z) < 3 and verdicts["honest"].share_closer < 0.1
assert verdicts["cheat, one in four"].z < -3 and verdicts["cheat, one in four"].share_closer > 0.2
assert verdicts["blurred"].z > -3
print("the honest set and the blurred one pass; the cheat is found, mirrors and all")

# %% alt="Eight pairs of garments. Each picture of the upper row is the mirror image of the one below it, its nearest in the training set; the distances above are small."
verdict = verdicts["cheat, one in four"]
closest = np.argsort(verdict.distances)[:8]
metric_plots.draw_neighbours(generators["cheat, one in four"][closest], real_pictures[known][verdict.nearest[closest]], verdict.distances[closest])

# %% [markdown]
# The features don't care which way a garment faces, so a mirror hides nothing. Look at the pairs, always: a number says *that* something is too close, the picture says *what*.
#
# ## What we have now
#
# - For pairs: `metrics.psnr`, `ssim` and `colour_difference`, each over a region, and the habit of printing the score of *nothing done*.
# - For people: `metrics.by_group`, a table by skin tone with intervals.
# - For sets: `metrics.kid` for gates, `frechet_distance` with its floor, `precision_recall` and `density_coverage` to tell bad from few, and `memorisation` with held-out data against cheats.
# - A network of our own, `features.load()`, and a list of what it can't see.
#
# ## Next
#
# First the [exercises](exercises/06_measure_quality.ipynb). Then take these metrics to every GAN that you train, from [the first one](02_train_a_toy_gan.ipynb) on.
#
# ## Further reading
#
# - Wang, Bovik, Sheikh, Simoncelli, *Image Quality Assessment: From Error Visibility to Structural Similarity*, 2004: SSIM.
# - Sharma, Wu, Dalal, *The CIEDE2000 Color-Difference Formula*, 2005: the formula, with test data that every implementation should pass.
# - Heusel, Ramsauer, Unterthiner, Nessler, Hochreiter, *GANs Trained by a Two Time-Scale Update Rule Converge to a Local Nash Equilibrium*, 2017: where FID comes from.
# - Bińkowski, Sutherland, Arbel, Gretton, *Demystifying MMD GANs*, 2018: KID, and why FID is biased.
# - Kynkäänniemi, Karras, Laine, Lehtinen, Aila, *Improved Precision and Recall Metric for Assessing Generative Models*, 2019.
# - Naeem, Oh, Uh, Choi, Yoo, *Reliable Fidelity and Diversity Metrics for Generative Models*, 2020: density and coverage.
# - Meehan, Chaudhuri, Dasgupta, *A Non-Parametric Test to Detect Data-Copying in Generative Models*, 2020.
