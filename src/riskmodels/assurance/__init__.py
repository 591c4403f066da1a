"""Assurance: is the model fair, explainable, free of leaks, and safe to publish figures of?"""
