"""The tutorial's architecture and loop in PyTorch, which is no dependency of the course: measured only where it is installed."""

import torch
from torch import nn

BATCH, LATENT, RATE = 256, 100, 1e-4  # as in `loops`


def make_step(seed=0):
    """Return the train step of PyTorch's DCGAN tutorial on the same architecture; its images are (batch, 3, 32, 32) arrays."""
    torch.manual_seed(seed)
    generator = nn.Sequential(
        nn.Linear(LATENT, 8 * 8 * 256, bias=False), nn.BatchNorm1d(8 * 8 * 256), nn.LeakyReLU(0.3), nn.Unflatten(1, (256, 8, 8)),
        nn.ConvTranspose2d(256, 128, 5, 1, 2, bias=False), nn.BatchNorm2d(128), nn.LeakyReLU(0.3),
        nn.ConvTranspose2d(128, 64, 5, 2, 2, 1, bias=False), nn.BatchNorm2d(64), nn.LeakyReLU(0.3),
        nn.ConvTranspose2d(64, 3, 5, 2, 2, 1, bias=False), nn.Tanh())
    discriminator = nn.Sequential(
        nn.Conv2d(3, 64, 5, 2, 2), nn.LeakyReLU(0.3), nn.Dropout(0.3),
        nn.Conv2d(64, 128, 5, 2, 2), nn.LeakyReLU(0.3), nn.Dropout(0.3), nn.Flatten(), nn.Linear(8 * 8 * 128, 1))
    for network in (generator, discriminator):
        network.to(memory_format=torch.channels_last)
    optimizers = [torch.optim.Adam(network.parameters(), RATE) for network in (generator, discriminator)]
    loss = nn.BCEWithLogitsLoss()
    ones, zeros = torch.ones(BATCH, 1), torch.zeros(BATCH, 1)

    def train_step(images):
        images = torch.from_numpy(images).to(memory_format=torch.channels_last)
        fakes = generator(torch.randn(BATCH, LATENT))
        optimizers[1].zero_grad()
        (loss(discriminator(images), ones) + loss(discriminator(fakes.detach()), zeros)).backward()
        optimizers[1].step()
        optimizers[0].zero_grad()
        generator_loss = loss(discriminator(fakes), ones)
        generator_loss.backward()
        optimizers[0].step()
        return generator_loss.item()

    return train_step
