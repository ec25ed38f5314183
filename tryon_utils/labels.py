"""What the numbers in a parse map mean, and the colours in which we show them.

Sources: Choi et al., 2021 (VITON-HD, after the labels of CIHP); Li et al., 2018 (MT, which came with BeautyGAN).
Left and right are the person's own.
"""

import numpy as np

BODY = ("background", "hat", "hair", "glove", "glasses", "upper garment", "dress", "coat", "socks", "trousers", "neck", "scarf",
        "skirt", "face", "left arm", "right arm", "left leg", "right leg", "left shoe", "right shoe")
FACE = ("background", "skin", "left brow", "right brow", "left eye", "right eye", "glasses", "left ear", "right ear", "earring",
        "nose", "inner mouth", "upper lip", "lower lip", "neck", "necklace", "clothes", "hair", "hat")


def _colours(codes):
    return np.array([[int(code[start:start + 2], 16) for start in (0, 2, 4)] for code in codes.split()], "uint8")


BODY_COLOURS = _colours("f4f1ec 8c564b 5b4636 bcbd22 1f1f1f d9764a 9467bd 17807e c7c7c7 3f6f9f e7b58c 7f7f7f 4f8f6f f0cfa8 c9578f "
                        "7a5bb0 9fc5dd 6a9fc0 333333 555555")
FACE_COLOURS = _colours("f4f1ec f0cfa8 6b4a2f 8f6a4a 2f6fb0 63a0d8 1f1f1f d99a6c e6b88f d8b021 e3a77f 5b1f2a c23b4e e06a78 e7b58c "
                        "7f7f7f 4f8f6f 5b4636 8c7ab8")


def coloured(parse, colours):
    """Return a parse map, uint8 (h, w), as a picture uint8 (h, w, 3)."""
    return colours[parse]
