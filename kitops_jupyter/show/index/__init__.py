"""Indexes of several kits under one name."""
