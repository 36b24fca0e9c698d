"""`python -m notifier`."""

from notifier.cli import main

if __name__ == "__main__":
    main()
