"""The compressions of layers."""
