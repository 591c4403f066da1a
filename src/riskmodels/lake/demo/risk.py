"""The true risk that only the generator knows: how near the edge a household lives, and what then befalls it.

Each household is in one of three states: it copes, is strained, or is in crisis. It moves between them week by week;
the more vulnerable it is, the sooner it falls and the slower it recovers. Paying follows from the state, arrears from
paying.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from riskmodels.lake.demo.arrays import Flags, Floats, Ints

__all__ = ["COPES", "CRISIS", "STRAINED", "RiskModel"]

COPES, STRAINED, CRISIS = 0, 1, 2


@dataclass(frozen=True)
class RiskModel:
    """What makes trouble likelier, and how long it lasts. Effects are on the scale of vulnerability (roughly -3 to 3).

    Attributes
    ----------
    nature, deprivation, children, disabled, young, pensioner : float
        Effect of the standing tendency, of living in the borough's most deprived area rather than the middling one,
        of each child after the first, of disability, of being under 30, and of being of pension age.
    to_strain, to_crisis : float
        Weekly chance that a coping household of middling vulnerability becomes strained, or falls into crisis.
    strain_slope, crisis_slope : float
        How steeply those chances rise with vulnerability (in logs).
    """

    nature: float = 0.85
    deprivation: float = 0.30
    children: float = 0.12
    disabled: float = 0.15
    young: float = 0.30
    pensioner: float = -0.60
    to_strain: float = 0.0025
    to_crisis: float = 0.0040
    strain_slope: float = 0.8
    crisis_slope: float = 1.0
    strain_worsens: float = 0.020
    strain_eases: float = 0.070
    crisis_eases: float = 0.012
    crisis_ends: float = 0.042

    def vulnerability(
        self, nature: Floats, deprivation: Floats, children: Ints, disabled: Flags, age_years: Floats
    ) -> Floats:
        """Give each household's standing vulnerability; higher is nearer the edge."""
        return np.asarray(
            self.nature * nature
            + self.deprivation * deprivation
            + self.children * np.maximum(children - 1, 0)
            + self.disabled * disabled
            + self.young * (age_years < 30)
            + self.pensioner * (age_years >= 66)
        )

    def next_state(self, state: Ints, vulnerability: Floats, season: float, helped: Flags, draw: Floats) -> Ints:
        """Move each household on by a week.

        ``draw`` is uniform in [0, 1); ``season`` multiplies the chance of falling; ``helped`` households, reached by an
        officer, recover sooner and fall less.
        """
        spared = np.where(helped, 0.5, 1.0)
        eased = np.where(helped, 1.9, 1.0) * np.exp(-0.15 * vulnerability)
        strain = self.to_strain * np.exp(self.strain_slope * vulnerability) * season * spared
        crisis = self.to_crisis * np.exp(self.crisis_slope * vulnerability) * season * spared
        worsens = self.strain_worsens * np.exp(0.3 * vulnerability) * spared
        after_coping = np.where(draw < crisis, CRISIS, np.where(draw < crisis + strain, STRAINED, COPES))
        eases = self.strain_eases * eased
        after_strain = np.where(draw < worsens, CRISIS, np.where(draw < worsens + eases, COPES, STRAINED))
        ends, lessens = self.crisis_ends * eased, self.crisis_eases * eased
        after_crisis = np.where(draw < ends, COPES, np.where(draw < ends + lessens, STRAINED, CRISIS))
        return np.asarray(np.choose(state, [after_coping, after_strain, after_crisis]), dtype=np.int64)

    def missed_and_partial(self, state: Ints, vulnerability: Floats, helped: Flags) -> tuple[Floats, Floats]:
        """Give the chances that a payment due this week is missed, and that it is made only in part."""
        usual = 1 / (1 + np.exp(4.4 - 0.8 * vulnerability))
        missed = np.choose(state, [usual, 0.20 + 0.05 * vulnerability, np.full(len(usual), 0.95)])
        missed = np.clip(missed * np.where(helped, 0.6, 1.0), 0.0, 0.97)
        partial = np.choose(state, [usual * 0.6, np.full(len(usual), 0.25), np.full(len(usual), 0.05)])
        return missed, np.minimum(partial, 1.0 - missed)
