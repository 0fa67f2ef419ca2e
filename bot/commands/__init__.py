"""The commands of `pourqui`, a module each."""
