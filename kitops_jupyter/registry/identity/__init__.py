"""Who asks: tokens, credential stores, signing in."""
