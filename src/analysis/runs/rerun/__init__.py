"""What a rerun must make again: digests of inputs, the sources a document depends on, and what it read of the package."""
