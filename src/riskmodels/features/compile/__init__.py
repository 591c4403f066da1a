"""The compiler: a use case in, point-in-time SQL out. It writes queries and runs none."""

from riskmodels.features.compile.dates import DateRange
from riskmodels.features.compile.features import FeatureQuery, feature_queries, features_sql

__all__ = ["DateRange", "FeatureQuery", "feature_queries", "features_sql"]
