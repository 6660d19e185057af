"""Regression evals: hand-labelled fixtures, a scorer, paired comparison and a gate."""
