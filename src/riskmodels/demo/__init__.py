"""The demo: a fresh workspace with a demo lake in it, and every use case's whole story told on it."""

from riskmodels.demo.telling import Size, Story, ToldDemo, make_demo, run_demo

__all__ = ["Size", "Story", "ToldDemo", "make_demo", "run_demo"]
