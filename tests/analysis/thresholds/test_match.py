"""Which scores may stand for a label: by its names, codes, words and spelling, for somebody to confirm."""

from __future__ import annotations

import pytest

from bioviz.analysis.thresholds.match import MOST_SUGGESTED, suggested

NAMES = (
    "Ninox boobook_Southern Boobook",
    "Ninox novaeseelandiae_Morepork",
    "Cardinalis cardinalis_Northern Cardinal",
    "Hylocichla mustelina_Wood Thrush",
    "Turdus philomelos_Song Thrush",
    "Strix aluco_Tawny Owl",
    "Bubo bubo_Eurasian Eagle-Owl",
    "Piranga olivacea_Scarlet Tanager",
    "Rain",
)


@pytest.mark.parametrize(
    ("label", "first"),
    [
        ("boobook", "Ninox boobook_Southern Boobook"),
        ("NOCA", "Cardinalis cardinalis_Northern Cardinal"),
        ("WOTH", "Hylocichla mustelina_Wood Thrush"),
        ("scarlet_tanager", "Piranga olivacea_Scarlet Tanager"),
        ("STRIX ALUCO", "Strix aluco_Tawny Owl"),
        ("southern bobook", "Ninox boobook_Southern Boobook"),
        ("rain", "Rain"),
        ("Eurasian eagle owl", "Bubo bubo_Eurasian Eagle-Owl"),
    ],
)
def test_the_likeliest_score_comes_first(label, first):
    assert suggested([label], NAMES)[label][0] == first


def test_all_of_a_group_are_suggested_and_what_has_no_name_like_it_gets_none():
    told = suggested(["owls", "thrush", "insect", "", "a", "zz"], NAMES)
    assert set(told["owls"]) == {"Strix aluco_Tawny Owl", "Bubo bubo_Eurasian Eagle-Owl"}
    assert set(told["thrush"]) == {"Hylocichla mustelina_Wood Thrush", "Turdus philomelos_Song Thrush"}
    assert not any(told[label] for label in ("insect", "", "a", "zz"))
    many = [f"Strix {i}_Owl {i}" for i in range(50)]
    assert len(suggested(["owl"], many)["owl"]) == MOST_SUGGESTED and suggested(["owl"], ()) == {"owl": ()}
