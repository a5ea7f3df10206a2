"""Run the command line: `python -m meai`."""

from meai.cli import main

if __name__ == "__main__":
    main()
