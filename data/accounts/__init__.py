"""Accounts: who may come in, as whom, and how far."""
