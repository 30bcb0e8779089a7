"""``python -m mwaa_kit`` is ``mwaa-kit``."""

from mwaa_kit.cli import main

if __name__ == "__main__":
    main()
