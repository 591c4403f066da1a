"""Assurance: the audit that every trained model gets, and which of its figures may be shown."""
