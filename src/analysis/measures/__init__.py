"""From kept tables to numbers: the tally over unit rows, then indicators, changes and suppression on the small cube."""
