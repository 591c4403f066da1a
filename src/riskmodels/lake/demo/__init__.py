"""The demo lake: a believable council landlord of which nothing but the map is real."""

from riskmodels.lake.demo.make import DemoLake, make_demo_lake

__all__ = ["DemoLake", "make_demo_lake"]
