"""Union-coverage workbench: a quarter's ledgers in, maps and speech-ready briefings out."""

__version__ = "0.1.0"
