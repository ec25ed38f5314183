"""A training that is killed at any moment goes on as if nothing had happened."""

import pathlib
import signal
import subprocess
import sys
import textwrap

import keras
import numpy as np
import pytest
from tryon_utils import training
from tryon_utils.models import dcgan

STEPS, EVERY = 24, 5

SCRIPT = textwrap.dedent("""
    import os, signal, sys
    import tryon_utils
    import numpy as np
    sys.path.insert(0, {tests!r})
    from test_checkpoints import EVERY, STEPS, new_gan, samples
    from tryon_utils import training

    where, when = sys.argv[1], int(sys.argv[2])

    class Killer(training.Checkpoint):
        def on_train_batch_end(self, batch, logs=None):
            super().on_train_batch_end(batch)
            if where == "epoch" and self.steps_done == when:
                os.kill(os.getpid(), signal.SIGKILL)

    true_savez, written = np.savez, 0
    def torn_savez(file, **arrays):
        global written
        written += 1
        if where == "write" and written == when:
            file.write(b"PK half a file")
            file.flush()
            os.kill(os.getpid(), signal.SIGKILL)
        true_savez(file, **arrays)
    np.savez = torn_savez

    training.train(new_gan(), samples(), STEPS, batch_size=4, report_every=8, checkpoint=Killer({path!r}, every=EVERY))
""")


def samples():
    return np.random.default_rng(0).uniform(-1, 1, (22, 8, 8, 1)).astype("float32")


def new_gan(seed=0, latent_dim=3):
    gan = dcgan.GAN(dcgan.build_generator((8, 8, 1), latent_dim, channels=4, seed=seed), dcgan.build_discriminator((8, 8, 1), channels=4, seed=seed + 1),
                    seed=seed + 2)
    rate = keras.optimizers.schedules.CosineDecay(1e-3, STEPS)
    gan.compile(keras.optimizers.Adam(rate, beta_1=0.5), keras.optimizers.Adam(rate, beta_1=0.5))
    return gan


def state_of(gan):
    holders = gan, gan.generator_optimizer, gan.discriminator_optimizer
    return [keras.ops.convert_to_numpy(variable) for holder in holders for variable in holder.variables]


def assert_same_state(one, other):
    for values, others in zip(state_of(one), state_of(other), strict=True):
        np.testing.assert_allclose(values, others, atol=1e-5)


@pytest.fixture(scope="module")
def uninterrupted():
    return training.train(new_gan(), samples(), STEPS, batch_size=4, report_every=8)


@pytest.mark.parametrize(("where", "when", "kept"), [("epoch", 13, 10), ("write", 3, 10), ("write", 1, 0)])
def test_a_killed_training_goes_on_exactly(where, when, kept, uninterrupted, tmp_path):
    path = tmp_path / "run.npz"
    script = SCRIPT.format(tests=str(pathlib.Path(__file__).parent), path=str(path))
    killed = subprocess.run([sys.executable, "-c", script, where, str(when)], capture_output=True, text=True)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    gan, checkpoint = new_gan(seed=50), training.Checkpoint(path, EVERY)
    checkpoint.about = {"samples": 22, "batch_size": 4, "seed": 0}
    assert checkpoint.restore(gan) == kept
    if kept == 0:
        gan = new_gan()
    history = training.History()
    training.train(gan, samples(), STEPS, batch_size=4, report_every=8, checkpoint=training.Checkpoint(path, EVERY), callbacks=[history])
    assert_same_state(gan, uninterrupted)
    assert history.steps[-1] == STEPS


def test_the_state_has_the_noise_the_average_and_both_optimizers(uninterrupted, tmp_path):
    checkpoint = training.Checkpoint(tmp_path / "run.npz")
    checkpoint.set_model(uninterrupted)
    checkpoint.save()
    other, another = new_gan(seed=9), new_gan(seed=19)
    assert not np.array_equal(other.draw_noise(5), another.draw_noise(5))
    for gan in (other, another):
        checkpoint.restore(gan)
        assert_same_state(gan, uninterrupted)
    np.testing.assert_array_equal(other.draw_noise(5), another.draw_noise(5))
    np.testing.assert_array_equal(other.average_generator.get_weights()[0], uninterrupted.average_generator.get_weights()[0])
    assert int(other.generator_optimizer.iterations) == int(other.discriminator_optimizer.iterations) == STEPS


def test_a_finished_training_is_not_trained_further(uninterrupted, tmp_path):
    checkpoint = training.Checkpoint(tmp_path / "run.npz", every=STEPS)
    gan = training.train(new_gan(), samples(), STEPS, batch_size=4, report_every=8, checkpoint=checkpoint)
    training.train(gan, samples(), STEPS, batch_size=4, report_every=8, checkpoint=checkpoint)
    assert_same_state(gan, uninterrupted)


@pytest.mark.parametrize("damage", [b"", b"PK", None])
def test_a_damaged_file_is_refused(damage, uninterrupted, tmp_path):
    path = tmp_path / "run.npz"
    checkpoint = training.Checkpoint(path)
    checkpoint.set_model(uninterrupted)
    checkpoint.save()
    path.write_bytes(path.read_bytes()[:-200] if damage is None else damage)
    with pytest.raises(training.CheckpointError, match=r"run\.npz is no whole checkpoint.*Delete it"):
        checkpoint.restore(new_gan())


def test_another_model_and_another_training_are_refused(uninterrupted, tmp_path):
    path = tmp_path / "run.npz"
    checkpoint = training.Checkpoint(path)
    checkpoint.set_model(uninterrupted)
    checkpoint.save()
    with pytest.raises(training.CheckpointError, match="another model"):
        checkpoint.restore(new_gan(latent_dim=4))
    with pytest.raises(training.CheckpointError, match="of a training with"):
        training.train(new_gan(), samples(), STEPS, batch_size=8, checkpoint=training.Checkpoint(path))


# ---- The order of the data -------------------------------------------------------------------------------------------

def test_each_pass_shows_every_sample_once_in_an_order_of_its_own():
    batches = training.Batches(np.arange(12), batch_size=4, seed=1)
    passes = [np.concatenate([batches[step] for step in range(3 * number, 3 * number + 3)]) for number in range(3)]
    for order in passes:
        np.testing.assert_array_equal(np.sort(order), np.arange(12))
    assert not np.array_equal(passes[0], passes[1]) and not np.array_equal(passes[1], passes[2])
    assert not np.array_equal(training.Batches(np.arange(12), 4, seed=2)[0], batches[0])


def test_a_step_finds_its_batch_from_anywhere():
    batches = training.Batches(np.arange(22), batch_size=4)
    late = training.Batches(np.arange(22), batch_size=4).dataset(first_step=7)
    for step, batch in zip(range(7, 12), late, strict=False):
        np.testing.assert_array_equal(batch, batches[step])


@pytest.mark.parametrize("batch_size", [0, 23])
def test_a_batch_has_at_least_one_sample_and_at_most_all(batch_size):
    with pytest.raises(ValueError, match=r"1 to 22 is wanted"):
        training.Batches(np.zeros(22), batch_size)
