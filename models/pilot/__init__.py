"""The pilot's effect: difference-in-differences with permutation intervals."""
