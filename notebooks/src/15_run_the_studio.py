# %% [markdown]
# # Run the studio
#
# **What you'll do**: put the course's pieces together to one application, part by part, and open it. Then you let it learn from stars: it recommends, and it tunes a GAN to a taste, once with success
# and once so greedily that it has to take the change back.
#
# **What you'll learn**
# - what every system that generates pictures for people has in common, from the upload to the feedback;
# - how to recommend from a handful of stars, why that needs exploring, and how to measure it without real people;
# - how a model is tuned on feedback by reweighting its data, and who must have the last word;
# - what a generated picture should say about itself.
#
# **What you need**: [Build a DCGAN](03_build_a_dcgan.ipynb) for the model, [Measure quality](06_measure_quality.ipynb) for the judge.
#
# **Time**: about 40 minutes of reading, 25 seconds of training on two CPU cores

# %%
import tryon_utils  # first: it keeps TensorFlow's start-up log quiet
import io
import pathlib
import tempfile
import keras
import matplotlib.pyplot as plt
import numpy as np
from keras import ops
from PIL import Image
from tryon_utils import (cards, datasets, feedback, gallery, images, metrics, recommend, tastes, training, tuning, weights, widgets)
from tryon_utils.gates import gate
from tryon_utils.models import dcgan, features
from tryon_utils.photos import intake
from tryon_utils.plotting import people as people_plots
from tryon_utils.plotting import studio as plots
from tryon_utils.studio.shell import Studio

plt.style.use("tryon_utils.course")
training.use_small_net_threads()

# %%
simulated_people = 24     # on whom we measure the recommendations
rounds, shown = 20, 5     # how often each is shown something, and how much at once
warm_up_steps = 100       # of a new discriminator, before anything is tuned
tuning_steps = 200
gentle = {"strength": 1.0, "floor": 0.5}   # how much a liking counts, and what part of the data is dealt out evenly
greedy = {"strength": 6.0, "floor": 0.0}
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
people_plots.draw_pictures(sampler.pictures(striped))

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

# %% tags=["nbval-check-output"]
found = {how: run.found.mean() for how, run in runs.items()}
gate("Thompson's ten best, in stars above the most popular", found["Thompson"] - found["most popular"], at_least=0.3)
gate("Thompson's ten best, in stars above the best guess", found["Thompson"] - found["best guess"], at_least=0.05)
gate("most popular leads after five, in stars", runs["most popular"].liked[:, 0].mean() - runs["Thompson"].liked[:, 0].mean(), at_least=0.8)
gate("80 % intervals that hold the truth", runs["Thompson"].covered, at_least=0.7, at_most=0.9)

# %% [markdown]
# ## Learn: tune the model
#
# Recommending chooses among what the generator paints anyway. Tuning changes what it paints. Somebody has rated sixty tops. Let the GAN train on, with the data reweighted: what they are believed to like is shown more often.
#
# $$w_i = f + (1 - f)\, n\, \frac{e^{s z_i}}{\sum_j e^{s z_j}}$$
#
# $z_i$ is the believed liking, standardised, $s$ the strength, and $f$ the floor: the part of the attention that is dealt out evenly, so that nothing is forgotten.

# %% tags=["nbval-check-output"]
somebody = tastes.draw_people(points, 1, rng)
taste = recommend.Taste(points)
for _ in range(12):
    things = np.array(recommend.recommend(taste, 5, rng))
    taste.learn(things, somebody.stars(0, things, rng))
believed = taste.predict()[0]

z = (believed - believed.mean()) / believed.std()
by_hand = 0.5 + 0.5 * len(z) * np.exp(z) / np.exp(z).sum()
np.testing.assert_allclose(tuning.sample_weights(believed, strength=1.0, floor=0.5), by_hand)
print(f"{len(taste.seen)} stars; the formula and the package agree")

# %% [markdown]
# Turn both. The more of the weight lies on few tops, the less data there is: with weights $w$, the data are worth as much as a share $(\sum w)^2 / (n \sum w^2)$ of them. *How little would you dare to train a GAN on?*

# %%
pictures = images.halve(garments.picture)


def draw_weights(strength, floor):
    found = tuning.sample_weights(believed, strength, floor)
    return plots.draw_weights(pictures[known], believed, found, tuning.effective_share(found))


# %% alt="Six tops that are shown most often and six that are shown least often, beside the curve of weights over believed liking, which rises like an exponential from the floor of a half."
widgets.explore(draw_weights, strength=widgets.slider(0.0, 6.0, 1.0, 0.5), floor=widgets.slider(0.0, 1.0, 0.5, 0.1))

# %% [markdown]
# ### Who has the last word?
#
# Not the stars. The tuned model must also be as good a painter as before, and that is judged on what no star ever touched: KID against held-out tops, and the share of held-out tops that have no sample near them (1 - coverage). Only if neither gets worse by more
# than we allow, and the samples are liked better, it is kept. Otherwise every weight goes back to what it was, bit for bit.
#
# `tuning.tune` knows nothing of GANs: it gets a function that trains, one that measures the truth, and one that measures the liking.

# %%
judge = features.load()
held_out_features = features.extract(judge, images.to_model(pictures[held_out]))
known_features = np.column_stack([features.extract(judge, images.to_model(pictures[known])), np.ones(len(known))])
# somebody's true liking, read from a picture: fitted on all tops, since a simulated person can be asked about all
reads_liking = np.linalg.solve(known_features.T @ known_features + 3 * np.eye(65), known_features.T @ somebody.liking[0])
noise = keras.random.normal((500, 64), seed=7)

# %%
def sample_features():
    return features.extract(judge, gan.average_generator.predict(noise, verbose=0, batch_size=100))


def truth():
    fake = sample_features()
    return {"KID": metrics.kid(held_out_features, fake).value, "missed": 1 - metrics.density_coverage(held_out_features, fake).coverage}


def liked():
    fake = sample_features()
    return np.mean(np.column_stack([fake, np.ones(len(fake))]) @ reads_liking)


def train(sample_weights):
    order = tuning.resample(sample_weights, 2 * len(known), np.random.default_rng(seed))
    training.train(gan, real_images[order], tuning_steps, seed=seed, callbacks=[training.Progress()])

# %% [markdown]
# We start from the shipped generator. Its discriminator was not shipped, and a new one knows nothing: what it says at first would ruin the generator. So it trains alone for a while.

# %% tags=["training", "nbval-ignore-output"]
real_images = images.to_model(pictures[known])
generator = weights.load(dcgan.build_generator(), "dcgan_garments")
generator.trainable = True
gan = dcgan.GAN(generator, dcgan.build_discriminator(seed=3 * seed + 1), average_decay=0.98, seed=3 * seed + 2)
gan.compile(*[keras.optimizers.Adam(rate, beta_1=0.5, beta_2=0.99) for rate in (1e-4, 4e-4)])
batches = training.Batches(real_images, 64, seed)
with training.Progress() as progress:
    progress.start(warm_up_steps)
    for step in range(warm_up_steps):
        progress.update(step + 1, gan.train_discriminator(ops.convert_to_tensor(batches[step])))

# %% tags=["training", "nbval-ignore-output"]
before = gan.get_weights()
samples = [sampler.paint(noise[:10])]
gentle_outcome = tuning.tune(gan, train, tuning.sample_weights(believed, **gentle), truth, liked, allowed={"KID": 0.015, "missed": 0.04})
samples.append(images.to_picture(gan.average_generator.predict(noise[:10], verbose=0)))

# %% [markdown]
# *Predict, then run.* Now the same, greedily: six times the strength, no floor. The data are worth a few dozen tops then. Will the samples be liked better? Will it be accepted?

# %% tags=["training", "nbval-ignore-output"]
gan.set_weights(before)
greedy_outcome = tuning.tune(gan, train, tuning.sample_weights(believed, **greedy), truth, liked, allowed={"KID": 0.015, "missed": 0.04})

# %% tags=["nbval-ignore-output"]
for outcome in (gentle_outcome, greedy_outcome):
    print(outcome.reason)

# %% alt="Two rows of ten garments from the same noise: the shipped model's, and below them the gently tuned model's, which have kept their cut while colours and patterns have moved towards what somebody likes."
plots.draw_tunings(samples, ["before", "tuned to somebody's taste, and accepted"])

# %% tags=["nbval-check-output"]
gate("liking gained by the gentle tuning, in stars", gentle_outcome.liked_after - gentle_outcome.liked_before, at_least=0.03)
assert gentle_outcome.accepted and not greedy_outcome.accepted
assert all(np.array_equal(now, then) for now, then in zip(gan.get_weights(), before, strict=True))
print("gentle: accepted   greedy: rolled back, bit for bit")

# %% [markdown]
# The greedy model was liked *more*, and refused all the same. A system that only maximises what people click would have shipped it.
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
# All six parts, with doors. Draw, give stars, let it choose for you, walk from design to design, make a card, and delete your stars. Errors stay in its line at the bottom, as one sentence. The same room runs without any code in view:
# `make studio` serves it in your browser, to this computer only, and then each visitor's stars end with the visit.

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
# That was the course. [Open the fitting room](00_open_the_fitting_room.ipynb) again and look at its map: you have built all that is on it. The exercises are [here](exercises/15_run_the_studio.ipynb).
#
# ## Further reading
#
# - W. R. Thompson, *On the likelihood that one unknown probability exceeds another in view of the evidence of two samples*, 1933: the rule, from medicine.
# - S. Agrawal, N. Goyal, *Thompson sampling for contextual bandits with linear payoffs*, 2013.
# - C. A. E. Goodhart's observation, in the words of M. Strathern, 1997: when a measure becomes a target, it ceases to be a good measure.
