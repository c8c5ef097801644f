"""Colours that survive: simulated colour blindness (Machado, Oliveira and Fernandes 2009, severity 1) and grey print."""

from itertools import pairwise

import numpy as np
import pytest

from analysis import tables
from analysis.charts.classes import BLANKS
from analysis.charts.grades import GRADES

MACHADO = {
    "protan": [[0.152286, 1.052583, -0.204868], [0.114503, 0.786281, 0.099216], [-0.003882, -0.048116, 1.051998]],
    "deutan": [[0.367322, 0.860646, -0.227968], [0.280085, 0.672501, 0.047413], [-0.011820, 0.042940, 0.968881]],
    "tritan": [[1.255528, -0.076749, -0.178779], [-0.078411, 0.930809, 0.147602], [0.004733, 0.691367, 0.303900]],
}
RAMPS = sorted({tuple(row.split(";")) for row in tables.load("class_breaks")["colours"]})


def linear(colour):
    rgb = np.array([int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)])
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def lab(rgb):
    xyz = np.array([[0.4124564, 0.3575761, 0.1804375], [0.2126729, 0.7151522, 0.0721750], [0.0193339, 0.1191920, 0.9503041]]) @ rgb
    f = np.array([v ** (1 / 3) if v > 0.008856 else 7.787 * v + 16 / 116 for v in xyz / (0.95047, 1.0, 1.08883)])
    return np.array([116 * f[1] - 16, 500 * (f[0] - f[1]), 200 * (f[1] - f[2])])


def seen(colour, eye):
    return lab(np.clip(np.array(MACHADO[eye]) @ linear(colour), 0, 1) if eye in MACHADO else linear(colour))


@pytest.mark.parametrize("eye", ["plain", *MACHADO])
@pytest.mark.parametrize("ramp", RAMPS, ids=[ramp[-1] for ramp in RAMPS])
def test_neighbouring_classes_are_told_apart_by_every_eye(ramp, eye):
    assert min(np.linalg.norm(seen(a, eye) - seen(b, eye)) for a, b in pairwise(ramp)) >= 10


@pytest.mark.parametrize("ramp", RAMPS, ids=[ramp[-1] for ramp in RAMPS])
def test_classes_darken_evenly_in_grey_print(ramp):
    lightness = [seen(colour, "plain")[0] for colour in ramp]
    assert min(a - b for a, b in pairwise(lightness)) >= 8


@pytest.mark.parametrize("eye", ["plain", *MACHADO])
def test_the_five_grades_are_told_apart_by_every_eye(eye):
    looks = [(fill, hatch) for fill, hatch, _ in GRADES.values()]
    for number, (fill, hatch) in enumerate(looks):
        for other, other_hatch in looks[:number]:
            assert hatch != other_hatch or np.linalg.norm(seen(fill, eye) - seen(other, eye)) >= 10, (fill, other)


def test_grades_keep_their_order_in_grey_print():
    lightness = [seen(fill, "plain")[0] for fill, hatch, _ in GRADES.values() if not hatch]
    assert min(b - a for a, b in pairwise(lightness)) >= 8


@pytest.mark.parametrize("ramp", RAMPS, ids=[ramp[-1] for ramp in RAMPS])
def test_blanks_are_no_class_in_grey_print(ramp):
    for fill, hatch, _ in BLANKS.values():
        assert hatch or min(abs(seen(fill, "plain")[0] - seen(colour, "plain")[0]) for colour in ramp) >= 6


def test_blanks_differ_from_each_other_and_from_every_class_by_more_than_shade():
    looks = {kind: (fill, hatch) for kind, (fill, hatch, _) in BLANKS.items()}
    assert len(set(looks.values())) == len(looks)
    assert not {fill for fill, _ in looks.values() if fill} & {colour for ramp in RAMPS for colour in ramp}
