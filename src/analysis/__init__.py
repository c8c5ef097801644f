"""Union-coverage workbench."""
