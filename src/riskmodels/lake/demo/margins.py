"""How people divide over the protected characteristics: about Census 2021 for Brent, leaned towards social tenants.

Shares follow the Census 2021 tables for the borough (TS021 ethnic group, TS030 religion, TS038 disability) and what
social landlords publish of their lead tenants, roughly: they are for a demonstration and are not statistics.
"""

from __future__ import annotations

import numpy as np

__all__ = [
    "AGES",
    "BROAD_GROUP",
    "DISABILITY_BY_AGE",
    "ETHNIC_GROUPS",
    "RELIGIONS",
    "RELIGION_BY_GROUP",
    "ethnic_shares",
]

# Group: share of the borough's people, broad group.
_GROUPS: dict[str, tuple[float, str]] = {
    "Asian or Asian British: Indian": (0.195, "Asian"),
    "Asian or Asian British: Pakistani": (0.044, "Asian"),
    "Asian or Asian British: Bangladeshi": (0.008, "Asian"),
    "Asian or Asian British: Chinese": (0.011, "Asian"),
    "Asian or Asian British: Any other Asian background": (0.070, "Asian"),
    "Black, Black British, Caribbean or African: Caribbean": (0.064, "Black"),
    "Black, Black British, Caribbean or African: African": (0.087, "Black"),
    "Black, Black British, Caribbean or African: Any other Black, Black British, or Caribbean background": (
        0.024,
        "Black",
    ),
    "Mixed or Multiple ethnic groups: White and Black Caribbean": (0.015, "Mixed"),
    "Mixed or Multiple ethnic groups: White and Black African": (0.009, "Mixed"),
    "Mixed or Multiple ethnic groups: White and Asian": (0.012, "Mixed"),
    "Mixed or Multiple ethnic groups: Any other Mixed or Multiple ethnic background": (0.015, "Mixed"),
    "White: English, Welsh, Scottish, Northern Irish or British": (0.152, "White"),
    "White: Irish": (0.029, "White"),
    "White: Gypsy or Irish Traveller": (0.001, "White"),
    "White: Roma": (0.012, "White"),
    "White: Any other White background": (0.153, "White"),
    "Other ethnic group: Arab": (0.044, "Other"),
    "Other ethnic group: Any other ethnic group": (0.056, "Other"),
}
# How much likelier a lead tenant of the council is to be of the group than a resident.
_TENANTS = {"Asian": 0.75, "Black": 1.45, "Mixed": 1.1, "White": 0.9, "Other": 1.2}

ETHNIC_GROUPS = tuple(_GROUPS)
BROAD_GROUP = tuple(broad for _, broad in _GROUPS.values())

RELIGIONS = (
    "No religion",
    "Christian",
    "Buddhist",
    "Hindu",
    "Jewish",
    "Muslim",
    "Sikh",
    "Other religion",
)
RELIGION_BY_GROUP: dict[str, tuple[float, ...]] = {
    "Asian": (0.06, 0.10, 0.02, 0.44, 0.00, 0.33, 0.02, 0.03),
    "Black": (0.08, 0.66, 0.00, 0.00, 0.00, 0.25, 0.00, 0.01),
    "Mixed": (0.28, 0.46, 0.01, 0.02, 0.01, 0.19, 0.00, 0.03),
    "White": (0.28, 0.62, 0.00, 0.00, 0.03, 0.05, 0.00, 0.02),
    "Other": (0.09, 0.17, 0.01, 0.02, 0.01, 0.66, 0.01, 0.03),
}

# Lead tenants by age: first and last year of each band, share of those housed for long, share of new tenants.
AGES = np.array(
    [
        (18, 24, 0.030, 0.13),
        (25, 34, 0.120, 0.29),
        (35, 44, 0.200, 0.24),
        (45, 54, 0.215, 0.16),
        (55, 64, 0.200, 0.10),
        (65, 74, 0.130, 0.05),
        (75, 84, 0.075, 0.02),
        (85, 95, 0.030, 0.01),
    ]
)
# Share who are disabled as the Equality Act means it, by the same bands.
DISABILITY_BY_AGE = np.array([0.15, 0.17, 0.21, 0.27, 0.34, 0.36, 0.45, 0.58])


def ethnic_shares() -> tuple[float, ...]:
    """Give the share of each of ``ETHNIC_GROUPS`` among lead tenants; they sum to 1."""
    leaned = [share * _TENANTS[broad] for share, broad in _GROUPS.values()]
    return tuple(share / sum(leaned) for share in leaned)
