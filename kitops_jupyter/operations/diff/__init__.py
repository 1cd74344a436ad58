"""Two kits, or a kit and a folder, against each other."""
