"""``python -m analysis …`` does the same as ``workbench …``."""

from analysis.cli import main

if __name__ == "__main__":
    main()
