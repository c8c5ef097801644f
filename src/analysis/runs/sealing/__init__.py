"""Sealed quarters: frozen figures, errata, and what two runs differ in and why."""
