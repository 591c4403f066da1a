"""The compiler: a use case in, point-in-time SQL out. It writes queries and runs none."""

from riskmodels.features.compile.dates import DateRange
from riskmodels.features.compile.features import FeatureQuery, feature_queries, features_sql
from riskmodels.features.compile.portions import Portions

__all__ = ["DateRange", "FeatureQuery", "Portions", "feature_queries", "features_sql"]
