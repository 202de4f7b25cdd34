"""`python -m condasync` is the same as `condasync`."""

from condasync.cli.app import main

if __name__ == "__main__":
    main()
