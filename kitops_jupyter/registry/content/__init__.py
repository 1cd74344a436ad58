"""Manifests, tags, lists and referrers."""
