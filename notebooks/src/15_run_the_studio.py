# %% [markdown]
# # Run the studio
#
# **What you'll do**: put the course's pieces together to one application, part by part, and open it. Then you let it learn from stars: it recommends, and it tunes a GAN to a taste, once gently,
# and once so greedily that it has to take the change back.
#
# **What you'll learn**
# - what every system that generates pictures for people has in common, from the upload to the feedback;
# - how to recommend from a handful of stars, why that needs exploring, and how to measure it without real people;
# - how a model is tuned on feedback by reweighting, and who must have the last word;
# - what a generated picture should say about itself.
#
# **What you need**: [Build a DCGAN](03_build_a_dcgan.ipynb) for the model, [Measure quality](06_measure_quality.ipynb) for the judge.
#
# **Time**: about 40 minutes of reading, 4 seconds of training on two CPU cores

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import io
import pathlib
import tempfile
import matplotlib.pyplot as plt
import numpy as np
from PIL import Image
from tryon_utils import cards, datasets, feedback, gallery, images, metrics, recommend, tastes, tuning, weights, widgets
from tryon_utils.gates import gate
from tryon_utils.models import features
from tryon_utils.photos import intake
from tryon_utils.plotting import people as people_plots
from tryon_utils.plotting import studio as plots
from tryon_utils.studio.shell import Studio

plt.style.use("tryon_utils.course")

# %%
simulated_people = 24     # on whom we measure the recommendations
rounds, shown = 20, 5     # how often each is shown something, and how much at once
gentle = {"strength": 1.0, "floor": 0.5}   # how much a liking counts, and what part of the attention is dealt out evenly
greedy = {"strength": 8.0, "floor": 0.0}
seed = 0

# %% [markdown]
# ## What all of them do
#
# A makeup mirror, a wardrobe, a maker of characters, a platform of styles: five such systems were the reason for this course. Look at them from afar, and all five are the same loop.
#
# | part | it answers | in the course |
# |---|---|---|
# | **acquire** | what came in, and may it come in at all? | `photos.intake`, `camera` |
# | **prepare** | what does the network need to see? | `images`, `photos`, `agnostic`, `regions` |
# | **generate** | what could it look like? | `gallery`, which opens any trained model |
# | **judge** | is it any good, and for whom? | `metrics`, frozen `features`, the tables by skin tone |
# | **show** | what do people see, and what does it say of itself? | `studio`, `cards` |
# | **learn** | what did they think of it? | `feedback`, `recommend`, `tuning` |
#
# Most failures of real systems happen between the parts: a picture in the wrong range, a model that nobody judged, a star that is stored and changes nothing. So we go once around.
#
# ## Acquire
#
# Whatever comes from outside is read by one function. It knows pixels or one sentence, and nothing in between.

# %% tags=["nbval-check-output"]
def as_file(picture, kind):
    file = io.BytesIO()
    Image.fromarray(picture).save(file, format=kind)
    return file.getvalue()


whole = as_file(np.full((48, 64, 3), 180, "uint8"), "JPEG")
print("taken in:", intake.read(whole).pixels.shape, intake.read(whole).pixels.dtype)
for spoilt in (whole[:200], b"GIF, I swear", bytes(31_000_000)):
    try:
        intake.read(spoilt)
    except intake.PhotoError as error:
        print("refused: ", error)

# %% [markdown]
# ## Generate
#
# The gallery lists the models whose weights are there, and no others: a model that isn't trained yet can't be chosen. A generator's noise is a row of numbers, so we number its designs: design 17 starts a random
# stream at 17, and is the same picture on every computer. That makes a favourite small, since one number is enough to keep it.

# %% tags=["nbval-check-output"]
entry = gallery.find("dcgan_garments")
sampler = gallery.Sampler(entry)
np.testing.assert_array_equal(sampler.pictures([17]), sampler.paint(sampler.noise(17)[None]))
print(f"{entry.title}: needs {', '.join(entry.needs)}, is built in chapter {entry.chapter[:2]}")
print("pictures", sampler.pictures([0, 17]).shape, sampler.pictures([0]).dtype)

# %% [markdown]
# This generator can't be told what to paint. But our classifier can read what it painted. So the studio draws a few hundred designs and shows those that look most as wanted. *Predict, then run*: the DCGAN was never told what a
# stripe is. Of the eight best among 240, how many are striped?

# %% alt="Eight designs of the DCGAN in a row, all of them tops with horizontal stripes in different colours."
striped = sampler.matching({"pattern": "horizontal stripes"}, count=8)
people_plots.draw_pictures(sampler.pictures(striped), width=5.5)

# %% [markdown]
# And between two designs lie others. On a straight line, $z(t) = (1-t)\,z_0 + t\,z_1$, the noise gets short on the way: two independent vectors of 64 normal numbers are almost at right angles, so that the middle has only
# $1/\sqrt2$ of their length, and the generator has hardly met anything like that. We walk on the arc instead, with $\omega$ the angle between the two:
#
# $$z(t) = \frac{\sin((1-t)\,\omega)}{\sin\omega}\,z_0 + \frac{\sin(t\,\omega)}{\sin\omega}\,z_1$$

# %% tags=["nbval-check-output"]
def on_the_arc(start, end, share):
    angle = np.arccos(start @ end / np.linalg.norm(start) / np.linalg.norm(end))
    return (np.sin((1 - share) * angle) * start + np.sin(share * angle) * end) / np.sin(angle)


start, end = sampler.noise(striped[0]), sampler.noise(striped[1])
lengths = [np.linalg.norm(z) for z in (start, end, (start + end) / 2, on_the_arc(start, end, 0.5))]
assert lengths[2] < 0.8 * min(lengths[:2]) and min(lengths[:2]) < lengths[3] * 1.02
np.testing.assert_array_equal(sampler.walk(striped[0], striped[1], frames=3)[1], sampler.paint(on_the_arc(start, end, 0.5)[None])[0])
print("on the line the middle is at least a fifth too short, on the arc it isn't")

# %% [markdown]
# ## Learn: keep the stars
#
# Stars go into a SQLite file in the learner's own folder. It keeps names, numbers and days, no pictures. Here we take a file in a folder that vanishes, so that yours is left alone.

# %% tags=["nbval-check-output"]
with tempfile.TemporaryDirectory() as folder:
    store = feedback.Feedback(pathlib.Path(folder) / "feedback.sqlite3")
    store.rate("dcgan_garments/17", 4, model="dcgan_garments", recipe={"number": 17})
    store.rate("dcgan_garments/17", 2)
    store.rate("dcgan_garments/40", 1, kind="heart")
    other_notebook = feedback.Feedback(store.path)   # a second one that is open at the same time
    print("stars", other_notebook.latest(), "  hearts", [rating.item for rating in other_notebook.favourites()])
    print("deleted:", store.delete_all(), "  left:", other_notebook.history())
    store.close(), other_notebook.close()

# %% [markdown]
# ## Learn: recommend
#
# What will somebody like who has rated ten tops of 1,300? First, tops become **points**: sleeve, neckline, hem, pattern and fabric as zeros and ones, two colours as the eye sees them, fit and scale. Each factor is scaled to move the points
# equally far. Then a taste is a direction $w$ among the points $x$, and a star is a noisy reading of $3 + w^\top x$. With a normal prior and normal noise, what we believe after some stars is normal, too:
#
# $$A = P^{-1} + \tfrac{1}{s^2} X^\top X, \qquad m = \tfrac{1}{s^2} A^{-1} X^\top (y - 3), \qquad w \sim N(m, A^{-1})$$

# %% tags=["nbval-ignore-output"]
garments = datasets.load_garments()

# %% tags=["nbval-check-output"]
known, held_out = np.arange(1300), np.arange(1300, 1500)   # as chapter 03 split them
points = recommend.embed_garments(garments.recipes)[known]
taste = recommend.Taste(points)
taste.learn([3, 50, 77], [5, 1, 4])

rows = np.column_stack([points, np.ones(len(points))])     # the last column: is somebody generous?
prior = np.r_[np.full(points.shape[1], np.mean(np.sum(points**2, axis=1))), 1 / 0.5**2]
A = np.diag(prior) + rows[[3, 50, 77]].T @ rows[[3, 50, 77]] / (taste.noise**2 + taste.misfit**2)
m = np.linalg.solve(A, rows[[3, 50, 77]].T @ np.array([2, -2, 1]) / (taste.noise**2 + taste.misfit**2))
np.testing.assert_allclose(taste.predict()[0], 3 + rows @ m)
print("points", points.shape, "  the formula and the package agree")

# %% [markdown]
# Whom to believe? The obvious way is to show what the mean likes best. But the mean knows only what was shown. **Thompson's rule** draws one $w$ from the posterior and shows what *that* taste likes best. Where we know little, draws differ, and
# strange things get their chance; where we know much, they agree.
#
# ### On people whose taste is known
#
# Real people can't tell us what they would have thought of the 1,295 tops that we did not show. So we simulate people whose liking of everything is written down. We don't make it easy: their tastes are no straight directions; they have favourites, dislike
# combinations, and are moody. And 40 % of every taste is shared, so that "what everybody likes" is a strong rival, which knows 200 other people; ours knows nobody but you.

# %%
rng = np.random.default_rng(seed)
crowd = tastes.draw_people(points[:600], simulated_people, rng)
runs = {how: tastes.simulate(points[:600], crowd, how, rng, rounds, shown) for how in tastes.WAYS}
curves = {how: tastes.interval(run.liked, rng) for how, run in runs.items()}

# %% [markdown]
# *Predict, then run.* Four ways: at random, the most popular first, the best guess, and Thompson's. Who leads after the first five tops? Who after a hundred?

# %% alt="Four curves of true liking against the number of things rated. Most popular starts highest, above four and a half stars, and falls steadily below four. Best guess rises quickly to about four. Thompson rises more slowly and reaches the same height. Random stays at three."
plots.draw_rounds(curves, shown)

# %% tags=["nbval-ignore-output"]
for how, run in runs.items():
    middle, low, high = tastes.interval(run.found, rng)
    print(f"{how:13} ten best that are left: {middle:.2f} stars, 95 % interval {low:.2f} to {high:.2f}")

# %% [markdown]
# Popularity wins the start, and then runs out of things that everybody likes. The best guess is soon good, and soon content: it likes what it knows. Thompson's rule pays for its curiosity in the middle, and in the end it knows best what is left. That last
# table is why the studio uses it. A shop that earns with each of the first ten might choose otherwise, and mix.
#
# Is its confidence honest? Of 100 intervals that should hold the truth with 80 %, about 80 should.
#
# The gates below come from five seeds, other people and other moods in each. Thompson's ten best were 0.53 to 0.68 stars above the most popular and 0.10 to 0.35 above the best guess; the most popular led by 1.6 to 2.2 stars after five tops; and 79 to
# 81 of 100 intervals held.

# %% tags=["nbval-check-output"]
found = {how: run.found.mean() for how, run in runs.items()}
gate("Thompson's ten best, in stars above the most popular", found["Thompson"] - found["most popular"], at_least=0.4)
gate("Thompson's ten best, in stars above the best guess", found["Thompson"] - found["best guess"], at_least=0.05)
gate("most popular leads after five, in stars", runs["most popular"].liked[:, 0].mean() - runs["Thompson"].liked[:, 0].mean(), at_least=1.1)
gate("80 % intervals that hold the truth", runs["Thompson"].covered, at_least=0.75, at_most=0.85)

# %% [markdown]
# ## Learn: tune the model
#
# Recommending chooses among what the generator paints anyway. Tuning changes what it paints. The smallest part of a generator that can learn a taste is where its noise is drawn from: at first from $N(0, I)$. Designs that are liked
# lie somewhere in the noise. So fit a normal distribution to noise that is **reweighted** by liking, and draw from that.
#
# $$w_i = f + (1 - f)\, n\, \frac{e^{s z_i}}{\sum_j e^{s z_j}} \qquad \mu = \frac{\sum_i w_i\, \epsilon_i}{\sum_i w_i} \qquad \Sigma = (1 - \lambda)\, \frac{\sum_i w_i\, (\epsilon_i - \mu)(\epsilon_i - \mu)^\top}{\sum_i w_i} + \lambda I$$
#
# Here $z_i$ is the believed liking of design $i$, standardised, $\epsilon_i$ its noise, $s$ the **strength**, and $f$ the **floor**: the part of the attention that is dealt out evenly, so that nothing is forgotten;
# $\lambda = 0.1$ keeps some width in every direction. To train all weights of the generator on
# reweighted pictures is the same idea with the same dangers, and takes minutes; this takes a moment.
#
# Somebody has rated sixty designs. Since they are simulated, too, we can read from any picture what they truly think of it, and hide that from the model.

# %%
designs = sampler.noise_of(960)
design_features = sampler.features()
judge = features.load()
held_out_features, known_features = (features.extract(judge, images.to_model(images.halve(garments.picture[part]))) for part in (held_out, known))

somebody = tastes.draw_people(points, 1, rng)
columns = np.column_stack([known_features, np.ones(len(known))])
reads_liking = np.linalg.solve(columns.T @ columns + 3 * np.eye(columns.shape[1]), columns.T @ somebody.liking[0])


def true_liking(found):
    return np.column_stack([found, np.ones(len(found))]) @ reads_liking

# %% tags=["nbval-check-output"]
taste = recommend.Taste(recommend.embed_features(design_features))
for _ in range(12):
    things = np.array(recommend.recommend(taste, 5, rng))
    felt = true_liking(design_features[things]) + rng.normal(0, 0.6, len(things))
    taste.learn(things, np.clip(np.rint(felt), 1, 5))
believed = taste.predict()[0]

z = (believed - believed.mean()) / believed.std()
by_hand = 0.5 + 0.5 * len(z) * np.exp(z) / np.exp(z).sum()
np.testing.assert_allclose(tuning.sample_weights(believed, strength=1.0, floor=0.5), by_hand)
print(f"{len(taste.seen)} stars, {len(believed)} designs; the formula and the package agree")

# %% [markdown]
# Turn strength and floor. The more of the weight lies on few designs, the less there is to learn from: with weights $w$, the designs are worth as much as a share $(\sum w)^2 / (n \sum w^2)$ of them. *How few would you dare to fit 64 means and
# 2,080 covariances to?*

# %%
design_pictures = sampler.pictures(range(len(believed)))


def draw_weights(strength, floor):
    found = tuning.sample_weights(believed, strength, floor)
    return plots.draw_weights(design_pictures, believed, found, tuning.effective_share(found))


# %% alt="Six designs that count most and six that count least, beside the curve of weights over believed liking, which rises like an exponential from the floor of a half."
widgets.explore(draw_weights, strength=widgets.slider(0.0, 8.0, 1.0, 0.5), floor=widgets.slider(0.0, 1.0, 0.5, 0.1))

# %% [markdown]
# ### Who has the last word?
#
# Not the stars. What the tuned model paints must also be as good as before, and that is judged on tops that no star and no training ever touched, with two measures of [chapter 06](06_measure_quality.ipynb): the share of samples that are *unlike* any real top (1 - precision), and
# the share of real tops that are *missed* by all samples (1 - coverage). Only if neither gets worse by more than chance explains, and the samples are liked better, the model is kept. Otherwise everything goes back to what it was, bit for bit.
#
# `tuning.tune` knows nothing of generators: it gets a function that trains, one that measures the truth, and one that measures the liking.

# %%
noise_model = tuning.NoiseModel(sampler.latent_dim)


def sample_features():
    noise = noise_model.draw(400, np.random.default_rng(7))   # the same draws before and after: what differs is the model
    return features.extract(judge, images.to_model(sampler.paint(noise)))


def truth():
    fake = sample_features()
    return {"unlike": 1 - metrics.precision_recall(held_out_features, fake).precision,
            "missed": 1 - metrics.density_coverage(held_out_features, fake).coverage}


def tune(strength, floor):
    return tuning.tune(noise_model, lambda weights: noise_model.fit(designs, weights), tuning.sample_weights(believed, strength, floor), truth,
                       liked=lambda: true_liking(sample_features()).mean(), allowed={"unlike": 0.05, "missed": 0.05})

# %% tags=["training", "nbval-ignore-output"]
def twelve():
    return sampler.paint(noise_model.draw(12, np.random.default_rng(1)))


start, samples = noise_model.get_weights(), [twelve()]
gentle_outcome = tune(**gentle)
samples.append(twelve())
print(gentle_outcome.reason)

# %% [markdown]
# *Predict, then run.* Now the same from the start, greedily: eight times the strength, and no floor. What will the samples look like? Will they be liked better? Will it be accepted?

# %% tags=["training", "nbval-ignore-output"]
noise_model.set_weights(start)
greedy_outcome = tune(**greedy)
back = all(np.array_equal(now, then) for now, then in zip(noise_model.get_weights(), start, strict=True))
noise_model.fit(designs, tuning.sample_weights(believed, **greedy))   # only to look at what was refused
samples.append(twelve())
noise_model.set_weights(start)
print(greedy_outcome.reason)

# %% alt="Three rows of twelve garments from the same noise. Before: all kinds. Gently tuned: all kinds still, some of them changed towards one taste. Greedily tuned: twelve garments that look much alike."
plots.draw_tunings(samples, ["before", "gently tuned: accepted", "greedily tuned: rolled back"])

# %% tags=["nbval-check-output"]
gate("liking gained by the gentle tuning, in stars", gentle_outcome.liked_after - gentle_outcome.liked_before, at_least=0.03)
gate("missed by the greedy tuning, beyond before", greedy_outcome.after["missed"] - greedy_outcome.before["missed"], at_least=0.15)
assert gentle_outcome.accepted and not greedy_outcome.accepted and back
assert greedy_outcome.liked_after > gentle_outcome.liked_after
print("gentle: accepted   greedy: liked even better, and rolled back, bit for bit")

# %% [markdown]
# With five seeds, five other people, it was the same: gentle gained 0.07 to 0.20 stars and was accepted each time; greedy was liked more each time, missed 28 to 48 of 100 real tops beyond what it missed before, and was rolled back each time.
#
# Look at the rows again. Taken one by one, the greedy samples are good tops: precision finds nothing wrong with them, and they are liked more than what the gentle model paints. But they are nearly all that is left: this is mode collapse, brought about by applause.
# A system that only maximises what people click would have shipped it.
#
# ## Show: say what it is
#
# Whatever leaves the studio leaves it on a card. People see the word on it; programs read which model made it, from which weights, on which day. Nothing about you is in it.

# %% alt="A card: a large garment, a title below it, a red badge that says generated, and two lines with the model's name, a date and the beginning of the weights' checksum."
card = cards.make(sampler.pictures([striped[0]])[0], f"Design {striped[0]}, sewn by nobody", entry.provenance(), width=420)
Image.open(io.BytesIO(card))

# %% tags=["nbval-check-output"]
said = cards.read(card)
assert said.weights_sha256 == weights.find("dcgan_garments")["sha256"]
print("made by", said.model)
touched = np.array(Image.open(io.BytesIO(card)))
touched[40:60, 40:60] = 255
for name, file in {"a screenshot": as_file(touched, "PNG"), "a photograph of it": as_file(touched, "JPEG")}.items():
    try:
        cards.read(file)
    except cards.CardError as error:
        print(f"{name}: {error}")

# %% [markdown]
# A note can be dropped and a mark cut off. Cards help the honest to stay honest; to prove something about a picture from a stranger, they are no use.
#
# ## The whole
#
# All six parts in one room, here with the door whose model we used. Draw, give stars, let it choose for you, walk from design to design, make a card, and delete your stars. Errors stay in its line at the bottom, as one sentence.
# [The studio](the_studio.ipynb) opens with every door whose model is trained, and keeps your stars. `make studio` serves the same room in your browser without any code in view, to this computer only; then each visitor's stars end with the visit.

# %% tags=["nbval-ignore-output"] alt="The studio with the atelier open: its title, the doors, and eight designs in two rows."
Studio(feedback.Feedback(feedback.MEMORY), seed=seed)

# %% [markdown]
# ## What we have now
#
# - One loop, acquire, prepare, generate, judge, show, learn, with a tested part of the course at each place.
# - Recommendations that know nobody but you, that explore, and whose confidence is honest, as far as simulated people go: nobody has measured it on real ones.
# - A tuning that listens to stars, and a judge above it that doesn't.
#
# ## Next
#
# That was the course. Open [the studio](the_studio.ipynb) and show it to somebody; then ask which part of the loop you would build better. The exercises are [here](exercises/15_run_the_studio.ipynb).
#
# ## Further reading
#
# - W. R. Thompson, *On the likelihood that one unknown probability exceeds another in view of the evidence of two samples*, 1933: the rule, from medicine.
# - S. Agrawal, N. Goyal, *Thompson sampling for contextual bandits with linear payoffs*, 2013.
# - C. A. E. Goodhart's observation, in the words of M. Strathern, 1997: when a measure becomes a target, it ceases to be a good measure.
