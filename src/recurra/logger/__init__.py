"""Where curves and scores go."""
