# %% [markdown]
# # Diagnose broken GANs
#
# **What you'll do**: receive twenty-five broken GANs. You see the symptom first, guess, order an instrument, find the cause and measure what the cure is worth. In the end one call examines any GAN of your own, and a game
# tests you.
#
# **What you'll learn**
# - to ask a training step whose weights it moves, and where its gradient gets lost;
# - to measure what a loss *wants*, at any logit, without reading its code;
# - to follow real samples, fakes and conditions to where they really arrive;
# - which bugs of popular articles do what, in numbers;
# - why good curves prove nothing, and what does.
#
# **What you need**: [Train a toy GAN](02_train_a_toy_gan.ipynb) and [Build a DCGAN](03_build_a_dcgan.ipynb).
#
# **Time**: about 60 minutes of reading, 110 seconds of training on two CPU cores

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import functools
import gc
import textwrap
import keras
import matplotlib.pyplot as plt
import numpy as np
import tensorflow as tf
from keras import layers, ops
from tryon_utils import clinic, diagnose, losses, training, widgets
from tryon_utils.clinic import case as cases
from tryon_utils.clinic.game import Game
from tryon_utils.diagnose import Reading, instruments
from tryon_utils.gates import gate
from tryon_utils.models import dcgan, toy
from tryon_utils.plotting import clinic as clinic_plots

plt.style.use("tryon_utils.course")
training.use_small_net_threads()

# %%
seed = 0              # of every training; try another: films and numbers change, the diagnoses don't
frames = 9            # of a film
healthy_seeds = range(5)
healthy_steps = 100   # a short training, before a healthy GAN is examined

# %% [markdown]
# ## Most broken GANs don't crash
#
# A network that classifies shows its bugs in its accuracy. A GAN doesn't: its two losses may look calm while nothing is learned, and wild while all is well. So people look at samples, see mud, and turn the learning rate. Most of the time that isn't
# it. A sign is wrong, a sigmoid stands twice, a network is frozen, a label meets the wrong picture: things that can be *measured*.
#
# Here is a ward of such GANs. Each is healthy but for one thing, and that thing was found in published code or text. They are small, points in the plane or pictures of 16 x 16, so that each trains in a second or two.
#
# And here is what we have against them. An **instrument** reads one thing from a training step and says it in numbers. In the picture the data flow in black, and the slopes of the losses, dashed, back to the weights; each instrument
# stands where it reads.

# %% alt="A training step as boxes: noise and conditions go into the generator, its fakes and the data into the discriminator, its logits into the losses; dashed arrows lead from the losses back to both networks. The instruments stand beside: conditions, modes, dead units, ranges, variety, display, arrivals, scores, pulls, labels, counting, reach and updates."
clinic_plots.draw_instruments()

# %% [markdown]
# The patients:

# %% tags=["nbval-check-output"]
print(len(clinic.CASES), "cases:", ", ".join(clinic.CASES))

# %%
@functools.cache
def admit(name):
    case = clinic.CASES[name]
    trained = case.train(seed=seed, frames=frames)
    gc.freeze()  # patients stay: Python need not look through them for garbage, again and again
    return case, trained, case.checkup(trained.gan)


def show_symptom(name):
    case, trained, _ = admit(name)
    print(case.symptom)
    real = case.data()
    return clinic_plots.draw_symptom(trained, real[0] if isinstance(real, tuple) else real, case.show, case.marked)


def read(name, instrument):
    return admit(name)[2].readings[instrument]

# %% [markdown]
# `admit` trains a patient and examines it; the patients don't know of each other, so open the sections below in any order. And this is what a cure is worth: the same measure on the broken GAN and on the cured one, same seed, same data. `show_truth`
# opens a patient's file: the reading that tells, the cause, and that difference.

# %%
@functools.cache
def train_cured(cured, steps, data, compiled):
    return cases.train(cured(seed), data(), steps, seed, compiled).gan


def compare(name):
    case, trained, _ = admit(name)
    cured = train_cured(case.cured, case.cured_steps or case.steps, case.data, case.cured_compiled)
    return case.score(trained.gan), case.score(cured, broken=False)


def show_cure(name):
    case, (ill, well) = clinic.CASES[name], compare(name)
    print(f"{case.measured}: broken {ill:.3g}, cured {well:.3g}  ({case.fix})")


def show_truth(name):
    case, _, report = admit(name)
    print(*[report.readings[instrument] for instrument in case.instruments], sep="\n\n")
    assert case.cause in [verdict.cause for verdict in report.verdicts[:2]]
    print("", textwrap.fill(f"{diagnose.CAUSES[case.cause].title} {case.story}", 115), sep="\n")
    show_cure(name)

# %% [markdown]
# ## What does a loss want?
#
# The first instrument. A loss can be long and clever, but all that it can do to a network is this: at each logit $a$, push up or push down, so and so hard. We call that the **pull** of the loss, $-\partial L/\partial a$. For the losses of chapter 01
# we know it: $1-\sigma(a)$ on real samples, $-\sigma(a)$ on fakes, and $1-\sigma(a)$ again for the generator on its fakes.
#
# To measure it, we need not understand the loss. We give it logits of our own choice, and ask a tape.

# %% tags=["nbval-check-output"]
def pull(loss, logit):
    logits = tf.fill((8, 1), logit)
    with tf.GradientTape() as tape:
        tape.watch(logits)
        value = loss(logits)
    return -float(ops.sum(tape.gradient(value, logits)))


for logit in (-4.0, 0.0, 4.0):
    print(f"the generator's loss at logit {logit:+.0f}: pull {pull(losses.generator_loss, logit):+.3f}")
    np.testing.assert_allclose(pull(losses.generator_loss, logit), 1 - ops.sigmoid(logit), atol=1e-6)

# %% [markdown]
# In somebody else's training step the loss is not at hand. So the instrument stands *between* the two networks and the tapes: it runs a step, exchanges the discriminator's logits for chosen ones, and notes the slope that the tape finds there. Afterwards it puts
# every weight, every optimizer and every seed back. First on a healthy GAN.

# %% tags=["nbval-check-output"]
healthy = cases.points_gan(seed)
observed = diagnose.observe(healthy, cases.ring_points())
print(instruments.pulls(observed))

# %% [markdown]
# Real samples are pulled up, the harder the less they are believed; fakes are pulled down by the discriminator and up by the generator. This tug-of-war over the fakes *is* the game. Now the first patient.
#
# ## Losses that want something else
#
# ### The generator that flees
#
# *What do you think?* Look at the film and the curves before you go on. Which of the three pulls is wrong?

# %% tags=["nbval-check-output", "training"] alt="A film of four frames: the orange fake points start in a heap among the blue ring and have left the picture by the second frame. Beside it, the discriminator's loss falls to zero and the generator's to minus ten thousand."
show_symptom("the generator that flees")

# %% tags=["nbval-check-output"]
fleeing = read("the generator that flees", "pulls")
assert fleeing.values["generator", "fake"][0.0] < 0 < fleeing.values["discriminator", "real"][0.0]
print("at logit 0, the generator's loss pulls its samples", "up" if fleeing.values["generator", "fake"][0.0] > 0 else "down")

# %% [markdown]
# The article had printed $\min_G \mathbb{E}[\log D(G(z))]$. The non-saturating generator *maximises* it. The discriminator is flawless; its opponent runs away from it, faster and faster.

# %% tags=["nbval-check-output", "training"]
ill, well = compare("the generator that flees")
print("real points are", "near" if well < 0.6 else "far", "from the cured GAN's fakes, and", "far" if ill > 1.2 else "near", "from the fleeing ones")
gate("how many times farther the fleeing fakes are", ill / well, at_least=3)

# %% [markdown]
# ### The obliging generator
#
# Three patients one after the other. *What do you think?* In each film, who has given up: the generator, the discriminator, or both?

# %% tags=["nbval-check-output", "training"] alt="A film of the obliging generator: the orange fake points start in a heap and are gone in the second frame. Both losses fall to zero."
show_symptom("the obliging generator")

# %% tags=["nbval-check-output", "training"] alt="A film of the discriminator upside down: the fakes shrink to a small heap and stay there, off the ring. The discriminator's loss falls to minus a hundred thousand, the generator's climbs as far."
show_symptom("the discriminator upside down")

# %% tags=["nbval-check-output", "training"] alt="A film of the judge of its own opinion: by the second frame the fakes have become a wedge that reaches out of the picture, and they stay there. Both losses fall to zero at once."
show_symptom("the judge of its own opinion")

# %% [markdown]
# By their films the first and the third could be one disease. By their pulls, no two of them could.

# %% alt="Three diagrams of pulls over logits. First, the generator's dashed curve lies exactly on the discriminator's curve for fakes, below zero. Second, the discriminator's curves are upside down: below zero for real samples, above zero for fakes. Third, its curves for real samples and fakes coincide, below zero on the left and above zero on the right."
names = ["the obliging generator", "the discriminator upside down", "the judge of its own opinion"]
clinic_plots.draw_pulls([read(name, "pulls") for name in names], names)

# %% [markdown]
# First diagram: the generator's curve lies *on* the discriminator's curve for fakes. A variable named `gen_loss` was the discriminator's loss on fakes, and the generator makes it small, too. Second: all is upside down; the value
# function $V$ was handed to an optimizer, which minimises. Third: real and fake have the same curve, so no label ever came in. In $-y\log D-(1-y)\log(1-D)$ the author had put $D$ in the place of $y$.

# %% tags=["nbval-check-output"]
for name in names:
    print(f"{name}: {admit(name)[2].verdicts[0].title}")
    assert admit(name)[2].verdicts[0].cause == clinic.CASES[name].cause

# %% [markdown]
# ### Squeezed twice
#
# *What do you think?* What would keep two losses at such heights?

# %% tags=["nbval-check-output", "training"] alt="A film of the ring: the fakes hang on its right side for long, and end as a thin band all along it, between the clusters as dense as on them. Both losses are flat for long stretches."
show_symptom("squeezed twice")

# %% tags=["nbval-check-output"]
squeezed = read("squeezed twice", "pulls").values
right = read("squeezed twice, with a guardian", "pulls").values
factor = right["discriminator", "real"][-8.0] / squeezed["discriminator", "real"][-8.0]
print(f"a real sample at logit -8 is pulled {factor:,.0f} times too weakly; the loss can't fall below {squeezed['floor']:.4f}")
np.testing.assert_allclose(squeezed["floor"], np.log1p(np.exp(-1)) + np.log(2), atol=1e-3)

# %% [markdown]
# The discriminator ends in a sigmoid, and the loss takes `from_logits=True`: it squeezes what lies between 0 and 1 once more. Then a real sample can't cost less than $\ln(1+e^{-1})$, nor a fake one less than $\ln 2$; and the samples that are judged worst feel the
# least. (In this patient a `Reshape` follows the sigmoid. Without it Keras finds the logits behind the sigmoid, warns, and repairs the loss: that's the patient with a guardian, who trains well.)

# %% tags=["nbval-ignore-output", "training"]
show_cure("squeezed twice")

# %% [markdown]
# ### Numbers that are no probabilities
#
# The opposite slip: no sigmoid, and a loss that expects probabilities.

# %% tags=["nbval-check-output", "training"] alt="A film of the ring: the fakes spread far, find the ring, and in the last frame crowd on parts of it. The losses begin near 10, and later the generator's jumps that high again."
show_symptom("numbers that are no probabilities")

# %% alt="Two diagrams of pulls over logits. Left, for numbers that are no probabilities: all pulls are exactly zero at every logit shown. Right, squeezed twice: all pulls are small, at most 0.15, and largest at zero."
names = ["numbers that are no probabilities", "squeezed twice"]
clinic_plots.draw_pulls([read(name, "pulls") for name in names], names)

# %% [markdown]
# What lies outside $[0, 1]$ is clipped, and where something is clipped there is no slope. A fake at logit 3 fools the discriminator perfectly, and the discriminator feels *nothing*. It learns from the few samples that happen to lie between 0 and 1.
#
# ### More than real
#
# Some advise noisy labels, "between 0.7 and 1.2". *What do you think?* Is there anything to be seen?

# %% tags=["nbval-check-output", "training"] alt="A film of the ring as in a healthy training: the fakes spread, and in the end lie on the ring, most of them at the clusters. Both losses are calm."
show_symptom("more than real")

# %% [markdown]
# The pull of a cross entropy is label minus $\sigma(a)$; so at a logit far below 0 the pull *is* the label, and we can read every label off the slope. Here is the instrument, whole; all of them look like that. `seen` is what was watched, and `seen.curves` has the slopes
# of both losses at each logit, one number a sample. First it makes sure that the loss *is* a cross entropy: a hinge has no labels.

# %% tags=["twin:tryon_utils.diagnose.instruments"]
def is_cross_entropy(curve):
    low, bend, middle, top, high = (np.mean(curve[logit]) for logit in (-20.0, -8.0, 0.0, 8.0, 20.0))
    errors = low - bend, high - top, (low + high) / 2 - middle
    return high > low and max(map(abs, errors)) < 0.1 * (high - low)  # not 0: labels may be drawn at random each time


def labels(seen):
    values, lines = {}, []
    for kind in ("real", "fake"):
        curve = seen.curves.get(("discriminator", kind))
        if curve is None or seen.squashed or not is_cross_entropy(curve):
            continue
        weights = curve[20.0] - curve[-20.0]  # what each sample weighs in the loss
        values[kind] = np.round(-curve[-20.0] / np.maximum(weights, 1e-12), 4) + 0.0
        lines.append(f"{kind} samples: from {values[kind].min():.2f} to {values[kind].max():.2f}, on average {values[kind].mean():.2f}")
    return Reading("Which labels does the discriminator's loss take?", lines or ["no cross entropy on logits: no labels to read"], values)

# %% tags=["nbval-check-output"]
found = labels(admit("more than real")[2].observation).values["real"]
print("labels of real samples:", "some above 1" if found.max() > 1.05 else "all within [0, 1]")
assert found.max() > 1.1 and read("more than real", "pulls").values["floor"] < 0

# %% [markdown]
# Above 1 no probability can follow: the pull stays positive however large the logit, and the loss has no floor. But be fair: in an even game nothing is to be seen of it. This bug lies in wait for a discriminator that is far ahead.
#
# ## Steps that move the wrong weights
#
# ### One loss for two
#
# *What do you think?* $\ln 4 = 1.386$ is where the losses stand at the equilibrium.

# %% tags=["nbval-check-output", "training"] alt="A film of the ring in which the fakes shrink to one small heap. There is one loss, which falls to a flat line at 1.386."
show_symptom("one loss for two")

# %% tags=["nbval-check-output"]
moved = read("one loss for two", "updates").values["updates"]
print("; then ".join(" and ".join(players) for players in moved))
assert moved == [("generator", "discriminator")]

# %% [markdown]
# One update, both networks. The sum of the losses pulls a fake up and down at once: $1-\sigma(a)-\sigma(a)$, which is 0 at $a=0$. That's a truce. You derived it in the exercises of chapter 02; here is the measurement.

# %% tags=["nbval-check-output"]
truce = read("one loss for two", "pulls").values["generator", "fake"]
np.testing.assert_allclose([truce[logit] for logit in (-2.0, 0.0, 2.0)], [1 - 2 * float(ops.sigmoid(logit)) for logit in (-2.0, 0.0, 2.0)], atol=1e-4)
print("pull on a fake at logit 0:", f"{abs(truce[0.0]):.2f}")

# %% [markdown]
# ### The judge who sleeps, and the judge who was bribed
#
# Two patients written in the manner of Keras 2: no tapes, a compiled discriminator, and a combined model in which it is set to `trainable = False`. Or isn't.

# %% tags=["nbval-check-output", "training"] alt="A film of the ring: the fakes drift to the left, and from the third frame on all are outside. The discriminator's loss climbs and climbs, the generator's falls to zero."
show_symptom("the judge who sleeps")

# %% tags=["nbval-check-output", "training"] alt="A film of the ring: the fakes spread to one side, and from the third frame on nine in ten are outside the picture. Both losses swing in a long wave, the discriminator's up to 5."
show_symptom("the judge who was bribed")

# %% tags=["nbval-check-output"]
for name in ("the judge who sleeps", "the judge who was bribed"):
    moved = read(name, "updates").values["updates"]
    print(f"{name}: {', then '.join(' and '.join(players) or 'nobody' for players in moved)}")

# %% [markdown]
# In Keras 2, a model kept the setting that it was compiled with. In Keras 3 `trainable` counts when the step is run: freeze the discriminator once, and it sleeps forever. One warning is the only sign.

# %% tags=["nbval-check-output"]
print(*sorted(set(admit("the judge who sleeps")[1].warnings)), sep="\n")

# %% [markdown]
# Never freeze it, and the generator's step, whose labels all say "real", moves
# the *judge*: an easier way to be acquitted than to paint well. Freeze and unfreeze around each step, or do as this course does: explicit tapes, each asked for one network's weights.
#
# ### The generator behind glass

# %% tags=["nbval-check-output", "training"] alt="A film of the ring in which the fake heap does not move at all. The discriminator's loss falls, the generator's rises."
show_symptom("the generator behind glass")

# %% tags=["nbval-check-output"]
print(admit("the generator behind glass")[2])

# %% [markdown]
# `predict` returns an array; a tape sees numbers that come from nowhere. Keras would have complained, but the author had left out the gradients that are `None`. And it is slow: `predict` is made for large sets, not for one batch.
#
# From here on a patient is two cells: the symptom, and its file. Say which instrument you would order before you open the file.
#
# ### The generator that asks nobody
#
# *What do you think?* Both losses fall to zero, as the obliging generator's did. Is it the same disease?

# %% tags=["nbval-check-output", "training"] alt="A film of the ring: from the second frame on all fakes are outside the picture. Both losses fall to zero."
show_symptom("the generator that asks nobody")

# %% tags=["nbval-ignore-output", "training"]
show_truth("the generator that asks nobody")

# %% [markdown]
# ### The shared memory
#
# A kind patient: it crashes at once. *What do you think?* Whose variable is it that nobody knows?

# %% tags=["nbval-check-output", "training"] alt="One frame of the ring with the heap of fakes before the first step, and in place of the losses a ValueError about an unknown variable."
show_symptom("the shared memory")

# %% tags=["nbval-ignore-output", "training"]
show_truth("the shared memory")

# %% [markdown]
# ### The same night every day
#
# *What do you think?* Hardly a patient, by its curves. How does a generator become good at noise that it has seen, and at no other?

# %% tags=["nbval-check-output", "training"] alt="A film of the ring: the fakes spread and settle on the ring, on some clusters many, between others hardly any. The losses are calm, near 1.4 and 0.7."
show_symptom("the same night every day")

# %% tags=["nbval-ignore-output", "training"]
show_truth("the same night every day")

# %% [markdown]
# ### Beyond the line
#
# A Wasserstein game with a gradient penalty: the critic's slope shall be 1 on the lines between real samples and fakes. *What do you think?* Slow trainings are normal there. How would you find out whether this one is slower than it should be?

# %% tags=["nbval-check-output", "training"] alt="A film of the ring: the fakes wander in a wide band from one side to another and end as a cloud below the middle. Both losses swing in waves."
show_symptom("beyond the line")

# %% tags=["nbval-ignore-output", "training"]
show_truth("beyond the line")

# %% [markdown]
# The penalty's points were drawn with `random.normal`: half of the shares are below 0, and another sixth above 1. The instrument needs no name of a function for it; it looks where the points lie.

# %% tags=["nbval-check-output"]
shares = read("beyond the line", "arrivals").values["weights"]
np.testing.assert_allclose([np.mean(shares < 0), np.mean(shares > 1)], [1 / 2, 1 / 6], atol=0.08)
print("points beyond the ends of the line:", "most" if np.mean((shares < 0) | (shares > 1)) > 0.5 else "few")

# %% [markdown]
# ## Data that aren't what they seem
#
# ### Half the world is missing

# %% tags=["nbval-check-output", "training"] alt="Real garments, and three mosaics of fakes: grey, then darker patches, then pale, mottled ones that look much alike. Both losses are lively and near their usual size."
show_symptom("half the world is missing")

# %% tags=["nbval-check-output"]
low, high = read("half the world is missing", "ranges").values["real"]
least, greatest = read("half the world is missing", "ranges").values["reach"]
print(f"the discriminator gets data from {low:.1f} to {high:.1f}; the generator can make {least:.1f} to {greatest:.1f}")
assert low > 0 and least < -0.99

# %% [markdown]
# How does the instrument know what the generator *can* make? It turns the last layer's weights up a thousand times, and reads where the last activation ends. "Is any number negative?" is a rule that finds every early fake; and even where the generator has learned to stay positive, half of its tanh lies idle. Look at the
# losses again: they show nothing.
#
# ### The wrong size
#
# Another one that crashes. *What do you think?* The generator starts from a grid of 4 x 4, and two transposed convolutions with stamps of 4 x 4 and a stride of 2 enlarge it. How large is the picture without padding?

# %% tags=["nbval-check-output", "training"] alt="Real garments, and a mosaic of grey, speckled fakes before the first step; in place of the losses stands a ValueError that expects another shape."
show_symptom("the wrong size")

# %% tags=["nbval-ignore-output", "training"]
show_truth("the wrong size")

# %% tags=["nbval-check-output"]
sides = [4]
for _ in range(2):
    sides.append(2 * (sides[-1] - 1) + 4)  # the last stamp begins 2 (n - 1) further on, and is 4 long
print("a side has", ", then ".join(map(str, sides)), "pixels")
assert sides[-1] == clinic.CASES["the wrong size"].broken(seed).generator.output_shape[1]

# %% [markdown]
# ### The batch that nobody looked at
#
# *What do you think?* Sixteen noises, one picture.

# %% tags=["nbval-check-output", "training"] alt="Real garments, and three mosaics of fakes: grey, then one pale blur sixteen times, then dark blocks on white, all alike. Both losses swing near their usual size."
show_symptom("the batch that nobody looked at")

# %% tags=["nbval-ignore-output", "training"]
show_truth("the batch that nobody looked at")

# %% [markdown]
# ### The crowd gives it away
#
# *What do you think?* Curves and pictures resemble the last ones. Real and fake pictures go through the discriminator together here, to save a call. What does that change, if every picture is judged by itself?

# %% tags=["nbval-check-output", "training"] alt="Real garments, and three mosaics of fakes: grey, then dark squares, then mottled squares on white, all nearly alike. Both losses fall towards zero."
show_symptom("the crowd gives it away")

# %% tags=["nbval-ignore-output", "training"]
show_truth("the crowd gives it away")

# %% [markdown]
# ### The burnt pictures
#
# *What do you think?* The owner says that the metrics are good. Look at the first picture, too: real garments, shown by the same line of code.

# %% tags=["nbval-check-output", "training"] alt="Real garments and three mosaics of fakes, all in black, white and pure colours without any shades. Both losses are lively and near their usual size."
show_symptom("the burnt pictures")

# %% tags=["nbval-ignore-output", "training"]
show_truth("the burnt pictures")

# %% [markdown]
# ### The shortest epochs of the world
#
# "Sixty epochs, and still nothing!" *What do you think?* There are 2000 points, and 128 in a batch.

# %% tags=["nbval-check-output", "training"] alt="A film of sixty steps: the fakes stretch into a wedge, move to the lower right, and end as a loose cloud across the ring. Both losses swing."
show_symptom("the shortest epochs of the world")

# %% tags=["nbval-ignore-output", "training"]
show_truth("the shortest epochs of the world")

# %% [markdown]
# ## Conditions that come to the wrong place
#
# ### The mixed-up name tags
#
# A ring of ten modes; the class says which. The black points are fakes that were asked to be of class 9: the blue heap just below the rightmost one. *What do you think?*

# %% tags=["nbval-check-output", "training"] alt="A film of a ring of ten clusters: the fakes spread and then form a thin circle through all of them; the black ones, asked for class 9, lie all around it. Both losses are calm."
show_symptom("the mixed-up name tags")

# %% tags=["nbval-check-output"]
values = read("the mixed-up name tags", "conditions").values
by_chance = values["matching"] < values["chance"] + 0.1
print("real samples that come with their own class:", "as many as by chance" if by_chance else "more than by chance")
assert by_chance

# %% tags=["nbval-ignore-output", "training"]
show_cure("the mixed-up name tags")

# %% [markdown]
# ### The class nobody ordered
#
# *What do you think?* The same ring, and black again for class 9.

# %% tags=["nbval-check-output", "training"] alt="A film of a ring of ten clusters: nine of them have their orange fakes in the end; the black ones, asked for class 9, gather near the middle, where no real point is."
show_symptom("the class nobody ordered")

# %% tags=["nbval-ignore-output", "training"]
show_truth("the class nobody ordered")

# %% [markdown]
# ### Dressed, but somebody else
#
# People are points on the inner circle, of radius 1, in any direction; dressed, the same person is at twice the distance in the *same* direction. The black points are what the generator made for people at the right. *What do you think?*

# %% tags=["nbval-check-output", "training"] alt="A film of the circle of dressed people: the fakes shrink to one small heap near its left side; the black ones, made for people at the right, lie in it, too. The generator's loss climbs beyond 30."
show_symptom("dressed, but somebody else")

# %% tags=["nbval-ignore-output", "training"]
show_truth("dressed, but somebody else")

# %% [markdown]
# That is the one to remember for the second half of this course. A generator that takes noise and nothing else can't dress *you*. Measured in degrees between the person who went in and the one who came out, it is as far off as a
# stranger: 90. No loss, no learning rate and no larger network helps; the person has to be an input.
#
# *What do you think?* How many of all these patients said that something was wrong, by an error or a warning?

# %% tags=["nbval-check-output", "training"]
films = [admit(name)[1] for name in clinic.CASES]
crashed, warned = sum(film.error is not None for film in films), sum(film.error is None and bool(film.warnings) for film in films)
print(f"{crashed} crashed, {warned} left a warning, {len(films) - crashed - warned} said nothing")

# %% [markdown]
# ## One call
#
# `checkup` reads all the instruments and says what they amount to. Its rules see readings, never names or code. Does it find what we know to be true? Every patient: the rank of the true cause among its verdicts, and what the cure is worth.

# %% tags=["nbval-ignore-output", "training"]
ranks = {}
for name, case in clinic.CASES.items():
    found = [verdict.cause for verdict in admit(name)[2].verdicts]
    ranks[name] = found.index(case.cause) + 1 if case.cause in found else 99
    ill, well = compare(name)
    print(f"{name:36} rank {ranks[name]}  {case.measured}: {ill:.3g} -> {well:.3g}")

# %% tags=["nbval-check-output"]
gate("rank of the true cause", list(ranks.values()), at_most=2)
hardly = [compare(name)[0] for name in ("squeezed twice, with a guardian", "more than real")]
gate("distance of the two that hardly suffer", hardly, at_most=0.6)

# %% [markdown]
# Four patients hardly suffer, in trainings as short as these. Two of them are held to that by a gate: Keras has repaired the one, and the other's labels do harm only where the discriminator is far ahead. One noise for ever leaves gaps, but small ones; and a penalty beyond the line
# costs less than what two seeds differ by: five cured trainings ended between 0.7 and 1.7. In *their* rows, the table proves nothing. All other rows are what a wrong sign, a wrong row or a missing argument costs.
#
# A doctor who calls everybody ill is right about the ill, too. So the same call on healthy GANs: the toy GAN of chapter 02 and the DCGAN of chapter 03 (with few channels), five seeds each, after a short training: 100 steps, and five of the DCGAN, whose steps are not compiled here. (The course's tests ask them before it, too.)

# %% tags=["nbval-check-output", "training"]
def healthy_gans(seed):
    gan = toy.ToyGAN(toy.build_generator(seed=seed), toy.build_discriminator(seed=seed + 10), seed=seed)
    gan.compile(cases.adam(), cases.adam())
    yield "toy GAN", gan, cases.ring_points()
    yield "DCGAN", dcgan.build_gan(healthy_steps, cases.SHAPE, 16, 4, seed=seed), cases.small_garments()


alarms = {"toy GAN": [], "DCGAN": []}
for number in healthy_seeds:
    for name, gan, data in healthy_gans(number):
        cases.train(gan, data, healthy_steps if name == "toy GAN" else healthy_steps // 20, number, compiled=name == "toy GAN")
        alarms[name].append(len(diagnose.checkup(gan, data, batch_size=32, steps=3).verdicts))
for name, counts in alarms.items():
    print(f"{name:8} alarms for each seed: {counts}")
gate("alarms on healthy toy GANs", alarms["toy GAN"], at_most=0)
gate("alarms on healthy DCGANs", alarms["DCGAN"], at_most=0)

# %% [markdown]
# And it must not harm the patient: weights, statistics, optimizers and random state stay as they are, bit for bit.

# %% tags=["nbval-check-output"]
def state_of(gan):
    owners = [gan, gan.generator_optimizer, gan.discriminator_optimizer]
    return [ops.convert_to_numpy(variable) for owner in owners for variable in owner.variables] + [np.random.get_state()[1]]


before = state_of(healthy)
diagnose.checkup(healthy, cases.ring_points())
for old, new in zip(before, state_of(healthy), strict=True):
    np.testing.assert_array_equal(old, new)
print(len(before), "arrays, none changed")

# %% [markdown]
# ## Your own GAN
#
# A Keras model with `generator`, `discriminator` and `train_step` can be handed over as it is. Anything else, in three parts. Here is somebody's GAN with other networks, another loss and other names; something is wrong with it. What?

# %%
G = keras.Sequential([keras.Input((5,)), layers.Dense(32, activation="relu"), layers.Dense(2)])
D = keras.Sequential([keras.Input((2,)), layers.Dense(32, activation="relu"), layers.Dense(1)])
optimizer_g, optimizer_d = keras.optimizers.RMSprop(1e-3), keras.optimizers.RMSprop(1e-3)
noise_seed = keras.random.SeedGenerator(1)


def my_step(real):
    with tf.GradientTape() as tape_d, tf.GradientTape() as tape_g:
        fake = G(keras.random.normal((len(real), 5), seed=noise_seed))
        loss_d = ops.mean(ops.relu(1 - D(real))) + ops.mean(ops.relu(1 + D(fake)))
        loss_g = ops.mean(D(fake))
    optimizer_d.apply(tape_d.gradient(loss_d, D.trainable_variables), D.trainable_variables)
    optimizer_g.apply(tape_g.gradient(loss_g, G.trainable_variables), G.trainable_variables)

# %% tags=["nbval-check-output"]
report = diagnose.checkup(diagnose.Players(G, D, my_step), cases.ring_points())
assert [verdict.cause for verdict in report.verdicts] == ["generator's sign"]
print(report)

# %% [markdown]
# Line by line that code looks well; in the hinge game the generator's loss is $-\mathbb{E}[a]$, and a minus is easily lost.
#
# ## The clinic game
#
# Your turn. A patient comes, with its film. Order instruments one by one and make your diagnosis: ten points, less two for each instrument.

# %% alt="The clinic game: a film of a broken training and its losses, the symptom in words, and the points. Below the controls to order an instrument, to make a diagnosis and to receive the next patient."
game = Game({name: admit(name) for name in clinic.CASES}, seed=4)


def draw_round(instrument, diagnosis):
    return clinic_plots.draw_game(game)


causes = {cause.title: key for key, cause in diagnose.CAUSES.items()}
desk = widgets.explore(draw_round, instrument=widgets.choice([*instruments.ALL, "display"]), diagnosis=widgets.choice(causes),
                       actions={"Order the instrument": lambda instrument, diagnosis: game.order(instrument),
                                "Make the diagnosis": lambda instrument, diagnosis: game.diagnose(diagnosis),
                                "Next patient": lambda instrument, diagnosis: game.next()})
desk.controls["diagnosis"].layout.width = "44em"  # some titles are long
desk

# %% [markdown]
# ## What it can't see
#
# The checkup finds what is *wrong*, not what is *unlucky*. A generator that has collapsed onto one mode by the optimizer's memory (chapter 02), a discriminator that is too strong or too weak, too little data, too few steps: there every line of code does what it should. That is the subject
# of the next chapter. It watches four steps at one moment; a bug that shows only later needs a checkup then. While it watches, every `tf.function` runs line by line, so a bug of the graph alone
# escapes it: noise drawn with NumPy inside a `tf.function`, say, which is drawn once, when the graph is made. And labels that were mixed up before they reached your training step are in your data: it believes your data.
#
# ## What we have now
#
# - Instruments that ask a training step what it does, instead of what it says it does.
# - `checkup(gan, data)` for any pair of Keras networks, right on every patient of this ward and silent on the healthy. The course's tests hold it to that, and to some fifty GANs more, well and ill, that look like none of these.
# - All cases on one page for the wall: *The bug clinic on one page*, in the book.
#
# ## Next
#
# First the [exercises](exercises/04_diagnose_broken_gans.ipynb), then [Stabilise training](05_stabilise_training.ipynb), for GANs without a bug that fail all the same.
#
# ## Further reading
#
# - Goodfellow, Pouget-Abadie, Mirza, Xu, Warde-Farley, Ozair, Courville, Bengio, *Generative Adversarial Networks*, 2014: which sign belongs where.
# - Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville, *Improved Training of Wasserstein GANs*, 2017: where the penalty is taken.
# - Salimans, Goodfellow, Zaremba, Cheung, Radford, Chen, *Improved Techniques for Training GANs*, 2016: labels of 0.9, on one side.
# - Mirza, Osindero, *Conditional Generative Adversarial Nets*, 2014: both networks are told.
