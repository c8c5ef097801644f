"""New figures for a DOCX that people have edited: only the text of figures and dates changes, byte by byte; the rest of the file stays as it is.

``wordxml`` finds figures, dates and pictures with their places in the bytes; ``figures`` chooses in which form a new figure is written;
``renew`` replaces them and says what it did; ``container`` puts the file together again.
"""

from analysis.publishing.refresh.container import WordFile, open_word
from analysis.publishing.refresh.renew import Change, Renewal, renew

__all__ = ["Change", "Renewal", "WordFile", "open_word", "renew"]
