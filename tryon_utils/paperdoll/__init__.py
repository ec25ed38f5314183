"""Paper dolls: rendered people whose every factor is known exactly.

Where to find what (each family of files builds on the ones before it):

    colour, noise, factors, shading   what all rendering shares: linear light, textures, named randomness, one G-buffer
    face_*, hair_*                    a head, from factors to painted and lit layers; `face` makes the portrait
    makeup, looks                     layers of makeup, and the named looks made of them
    pose, body_*                      a body in a pose, from contours to painted and lit layers
    fabric, garment_*                 a top: its cut, cloth, folds, in the shop and worn; `person` makes the picture
"""

from tryon_utils.paperdoll.face import FaceFactors, FaceSample, LayerTruth, render_face, sample_face_factors
from tryon_utils.paperdoll.looks import LOOKS, Look, find_look, sample_look
from tryon_utils.paperdoll.makeup import MakeupLayer
from tryon_utils.paperdoll.person import (
    GarmentFactors, GarmentSample, PersonFactors, PersonSample, render_garment, render_people, render_person,
    sample_garment_factors, sample_person_factors,
)

__all__ = [
    "LOOKS", "FaceFactors", "FaceSample", "GarmentFactors", "GarmentSample", "LayerTruth", "Look", "MakeupLayer", "PersonFactors",
    "PersonSample", "find_look", "render_face", "render_garment", "render_people", "render_person", "sample_face_factors",
    "sample_garment_factors", "sample_look", "sample_person_factors",
]
