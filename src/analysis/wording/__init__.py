"""From facts to Chinese: numbers, direction and threshold words, templates that staff can edit."""
