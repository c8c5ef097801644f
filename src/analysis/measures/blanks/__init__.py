"""The study of blank areas: where, of which kind, why, and whom to visit first."""
