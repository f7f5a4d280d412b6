"""The rules, a file for each kind of expression; every rule stands beside its examples, and each example is a test."""
